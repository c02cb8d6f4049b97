"""`qa chat`, and `qa` alone: questions one after the other."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli.progress import progress
from qa.cli.streams import lines_of, note, say
from qa.cli.terminal import in_color, links_are_shown, width
from qa.repl import Chat, Lines, Opening, resumed, terminal_session, typed_ahead
from qa.repl import run as run_chat

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from qa.library import Library

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    opening = Opening(lambda progress: _opened(options, progress))
    chat = Chat(opening, lambda value: say(f"{value}\n"), width, in_color(), links=links_are_shown())
    chat.waiting = progress()
    chat.remember = not options.no_history
    chat.gold = Path(options.gold).expanduser() if options.gold else None
    try:
        if options.resume:
            chat.history = resumed(Path(options.resume).expanduser(), chat.library)
            chat.shown = chat.history[-1] if chat.history else None
            note(f"{len(chat.history)} questions of {options.resume} come before")
        with typed_ahead():
            run_chat(_session(options, chat), chat)
    finally:
        opening.close()
    return 0


def _session(options: argparse.Namespace, chat: Chat) -> PromptSession[str] | Lines:
    """A prompt where somebody types, on standard error when answers go elsewhere; else the lines that come in."""
    if not sys.stdin.isatty():
        return Lines(lines_of("-"), chat.write)
    from prompt_toolkit.output import create_output

    output = create_output(always_prefer_tty=True)
    return terminal_session(chat, remember=chat.remember, vi=options.vi, output=output)


def _opened(options: argparse.Namespace, progress: Callable[[int, int], None]) -> Library:
    from qa.library import open_library

    return open_library(options.corpus, exclude=options.exclude, language=options.language, progress=progress)
