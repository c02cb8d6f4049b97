"""`qa index`: the index of a folder, built or refreshed."""

from __future__ import annotations

import argparse
import sys

from qa.cli.corpus import opened
from qa.cli.streams import say
from qa.present import counted, skipped_text

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    with opened(options) as library:
        say(f"{counted(len(library.paths), 'document')}, {counted(library.passage_count, 'passage')}")
        if library.skipped:
            print(f"{len(library.skipped)} skipped:\n{skipped_text(library.skipped)}", file=sys.stderr)
    return 0
