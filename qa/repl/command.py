"""What a command of the chat is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.repl.chat import Chat

__all__ = ["Command"]


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what it takes, what it does in a line, and the rest of what there is to say."""

    takes: str
    does: str
    run: Callable[[Chat, str], None]
    more: str = ""
