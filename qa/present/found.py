"""Hits and Checks -> text for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.model import Hit
from qa.present.layout import shortened, wrap
from qa.present.shared import at_place, counted, one_line, printable

if TYPE_CHECKING:
    from qa.receipt import Check

__all__ = ["checks_text", "hits_text"]

_STATUS_WIDTH = 9


def hits_text(hits: Sequence[Hit], *, width: int = 80) -> str:
    """Passages for a person to read, best first."""
    if not hits:
        return "No passage is found."
    parts = []
    for number, hit in enumerate(hits, 1):
        where = at_place(hit.path, hit.line, None)
        beside = (f"· {printable(hit.heading)} " if hit.heading else "") + f"· {hit.score:.3f}"
        body = shortened(printable(hit.text), 3 * width)
        lines = [*wrap([where, *beside.split()], width - 4), *wrap(body.split(), width - 4)]
        parts.append("\n".join((f"{number:>2}  " if at == 0 else "    ") + line for at, line in enumerate(lines)))
    return "\n\n".join(parts)


def checks_text(checks: Sequence[Check], *, width: int = 80) -> str:
    """What became of each quote of a transcript, the changed ones as a diff, and how many are what."""
    counts = Counter(check.status for check in checks)
    told = ", ".join(
        f"{counts[status]} {status}" for status in ("intact", "moved", "changed", "gone") if counts[status]
    )
    total = counted(len(checks), "quote")
    return "\n".join([*(_check(check, width) for check in checks), ": ".join(filter(None, [total, told]))])


def _check(check: Check, width: int) -> str:
    """A line about a quote, and a diff where it no longer stands."""
    claim = check.claim
    was, now = (at_place(claim.path, at.line, at.page) for at in (claim, check))
    first = f"{check.status:<{_STATUS_WIDTH}}{was}"
    if check.start is not None and check.status != "intact":
        first += f" -> {now} ({check.start}:{check.end})"
    first += f": {one_line(check.reason)}" if check.reason else ""
    if check.status in ("intact", "moved"):
        return f"{first}  {shortened(printable(claim.text), width)}"
    both = (("- ", claim.text), ("+ ", check.now or ""))
    return "\n".join([first, *(_marked(mark, text, width) for mark, text in both if text)])


def _marked(mark: str, text: str, width: int) -> str:
    """A text in lines that begin with a mark."""
    lines = wrap(printable(text).split(), width - _STATUS_WIDTH - len(mark))
    return "\n".join(f"{'':<{_STATUS_WIDTH}}{mark}{line}" for line in lines)
