"""`qa search`: passages."""

from __future__ import annotations

import argparse

from qa.cli.corpus import note_unread, opened
from qa.cli.streams import encoding, note, say
from qa.cli.terminal import width
from qa.library import check
from qa.present import hits_text, json_text, read_as_text

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    check(options.query, k=options.k)
    with opened(options) as library:
        hits = library.search(options.query, k=options.k)
        if read_as := library.read_as(options.query):
            note(read_as_text(read_as))
        note_unread(library)
    say(json_text(hits, encoding=encoding()) if options.json else hits_text(hits, width=width()))
    return 0 if hits else 1
