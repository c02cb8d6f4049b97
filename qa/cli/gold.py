"""`qa gold`: a file of one's own questions, checked or extended."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli.corpus import opened
from qa.cli.streams import encoding, note, say
from qa.cli.terminal import width
from qa.errors import QuestionError
from qa.gold import add_item, free_ids, kind_of, new_item, read_gold, recheck
from qa.library import Library
from qa.present import coverage_text, json_text, one_line, proposal_text

if TYPE_CHECKING:
    from qa.propose import Proposal

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    return _new(options) if options.action == "new" else _check(options)


def _check(options: argparse.Namespace) -> int:
    with opened(options) as library:
        changes = recheck(Path(options.file), library.document)
    for change in changes:
        what = "gone" if change.to is None else "moved, and corrected"
        say(one_line(f"{options.file}:{change.line}: {change.id}: {what}: {change.path}: {change.text[:60]!r}"))
    gone = sum(change.to is None for change in changes)
    say(f"{len(changes) - gone} moved, {gone} gone")
    return 1 if gone else 0


def _new(options: argparse.Namespace) -> int:
    from qa.propose import alike, coverage, proposals  # the rules of wording, which no check needs

    if options.n < 1:
        raise QuestionError(f"-n is {options.n}: at least one question is proposed")
    file = Path(options.file).expanduser()
    with opened(options) as library:
        items = read_gold(file, library.document) if file.exists() else []
        for line in coverage_text(coverage(items, library.paths), alike(items)).split("\n"):
            note(line)
        found = proposals(library, items, count=options.n)
        asks = sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty()
        (_confirm if asks else _print_proposals)(library, file, found)
    return 0 if found else 1


def _print_proposals(library: Library, file: Path, found: Sequence[Proposal]) -> None:
    """As lines of a question file, with how sure the tool is; a question that is null is still to be written."""
    for name, one in zip(free_ids(file), found, strict=False):
        item = new_item(
            name, one.question, kind=one.kind, answer=one.answer, places=[one.place], document=library.document
        )
        sure = {"confidence": one.confidence} if one.question is not None else {}
        say(json_text({**item, **sure}, indent=None, encoding=encoding()))


def _confirm(library: Library, file: Path, found: Sequence[Proposal]) -> None:
    """Ask about each, and add what is confirmed to the file at once."""
    say("Return keeps a question, - leaves it out, other words take its place; Control-D ends.")
    for one in found:
        quote = library.document(one.place.path).quote(one.place.start, one.place.end)
        say("\n" + proposal_text(one, quote, width=width()))
        try:
            typed = input("> ").strip()
        except EOFError:
            say("")
            return
        question = typed or one.question
        if typed == "-" or question is None:
            continue
        kind, answer = (kind_of(typed), None) if typed else (one.kind, one.answer)
        number = add_item(
            file,
            question=question,
            standalone=question,
            history=(),
            kind=kind,
            answer=answer,
            places=[one.place],
            document=library.document,
        )
        say(one_line(f"Kept: {number} questions in {file}"))
