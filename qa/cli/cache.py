"""`qa cache`: the cached indexes, listed or removed."""

from __future__ import annotations

import argparse

from qa.cli.streams import say
from qa.errors import CacheError
from qa.library import cached_indexes, index_size, remove_index
from qa.present import one_line

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    problems = []
    for folder, what in cached_indexes():
        if options.action == "list":
            say(f"{index_size(folder):>14,}  {one_line(what)}")
            continue
        try:
            remove_index(folder)
        except CacheError as error:
            problems.append(error)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise CacheError(f"{problems[0]}{more}")
    return 0
