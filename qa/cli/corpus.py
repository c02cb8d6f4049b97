"""The library that a command works with, and what its user should know about it."""

from __future__ import annotations

import argparse

from qa.cli.progress import progress
from qa.cli.streams import note
from qa.library import Library, open_library
from qa.present import unread_text

__all__ = ["note_unread", "opened"]


def opened(options: argparse.Namespace) -> Library:
    """The library of a command's options; what its user should know about it goes to stderr."""
    shown = progress()
    try:
        library = open_library(options.corpus, exclude=options.exclude, language=options.language, progress=shown)
    except KeyboardInterrupt:
        if shown and shown.clear():
            note("stopped; the next time goes on from what is finished")
        raise
    if library.notice:
        note(library.notice)
    return library


def note_unread(library: Library) -> None:
    if unread := unread_text(*library.unread):
        note(f"{unread} (qa index PATH lists them)")
