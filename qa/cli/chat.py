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
from qa.present import counted
from qa.repl import Chat, Lines, Opening, resumed, terminal_session, typed_ahead
from qa.repl import run as run_chat

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession

    from qa.library import Library

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    return _typed(options) if sys.stdin.isatty() else _read(options)


def _typed(options: argparse.Namespace) -> int:
    """A chat with somebody at a terminal; the documents are opened while they type."""
    opening = Opening(lambda progress: _opened(options, progress))
    try:
        chat = _chat(opening, options)
        with typed_ahead():
            run_chat(_session(options, chat), chat)
    finally:
        opening.close()
    return 0


def _read(options: argparse.Namespace) -> int:
    """A chat with what comes in on standard input."""
    from qa.cli.corpus import note_unread, opened  # brings numpy, which a prompt does not wait for

    with opened(options) as library:
        note_unread(library)
        chat = _chat(library, options)
        run_chat(Lines(lines_of("-"), chat.write), chat)
    return 0


def _chat(source: Library | Opening, options: argparse.Namespace) -> Chat:
    """A conversation, or one that goes on. Where answers are piped, what is no answer goes to standard error."""
    piped = sys.stdout is None or not sys.stdout.isatty()
    chat = Chat(
        source,
        lambda value: say(f"{value}\n"),
        width,
        in_color(),
        links=links_are_shown(),
        gold=Path(options.gold) if options.gold else None,
        waiting=progress(),
        remember=not options.no_history,
        remark=note if piped else None,
    )
    if options.resume:
        chat.history = resumed(Path(options.resume), chat.library)
        chat.shown = chat.history[-1] if chat.history else None
        note(f"goes on after {counted(len(chat.history), 'question')} of {options.resume}")
    return chat


def _session(options: argparse.Namespace, chat: Chat) -> PromptSession[str]:
    """The prompt, on standard error when answers go elsewhere."""
    from prompt_toolkit.output import create_output

    output = create_output(always_prefer_tty=True)
    return terminal_session(chat, remember=chat.remember, vi=options.vi, output=output)


def _opened(options: argparse.Namespace, progress: Callable[[int, int], None]) -> Library:
    from qa.library import open_library

    return open_library(options.corpus, exclude=options.exclude, language=options.language, progress=progress)
