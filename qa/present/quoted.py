"""A quote -> what is shown of it, in lines: the cells of a long row that matter, the lines of code as they stand."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate, zip_longest

from qa.languages import ENGLISH
from qa.model import Quote
from qa.present.layout import cells_apart, shown_width, wrap
from qa.text import content_terms

__all__ = ["kept_cells", "quote_lines"]

_SHOWN_ENDS = re.compile(r"\r\n|[\n\f]")
"""What `printable` shows as the end of a line."""
_OWN_END = "\x1e"
"""Stands for a line end that is kept while the others are not; nothing printable."""
_MOST_CELLS = 12
"""Cells of a row that are all shown; of more only those that the question is about."""


def kept_cells(quote: Quote, wanted: set[str], language: str = ENGLISH) -> set[int] | None:
    """The cells of a long row that are shown: the first, which names it, and those that the question is about.

    A word that most headers share tells no cell. None means all of them: the row is short, or no cell is told.
    """
    cells = quote.text.split("\t")
    if not quote.columns or len(cells) <= _MOST_CELLS:
        return None
    starts = [0, *accumulate(len(cell) + 1 for cell in cells)]
    said = [
        set(content_terms(" ".join(pair), language))
        for pair in zip_longest(cells, quote.columns[: len(cells)], fillvalue="")
    ]
    telling = {term for term in wanted if 2 * sum(term in words for words in said) <= len(said)}
    asked = {number for number, words in enumerate(said) if telling & words}
    if quote.answer_start is not None:
        asked.add(bisect_right(starts, quote.answer_start) - 1)
    return asked | {0} if asked else None


def quote_lines(shown: str, quote: Quote, width: int) -> list[str]:
    """A quote as it is shown, in lines: those that are its own are kept, as they stand where there is room."""
    lines = []
    for part in _parts(shown, quote):
        kept = part.expandtabs(4).rstrip()
        if "\n" not in kept and shown_width(kept) <= width:
            lines += [kept] if kept.strip() else []
            continue
        indent = " " * min(len(kept) - len(kept.lstrip()), width // 2)
        lines += [indent + line for line in wrap(part.split(), width - len(indent))]
    return lines


def _parts(shown: str, quote: Quote) -> list[str]:
    """What stands on lines of its own in a quote as it is shown."""
    ends = (end.span() for end in _SHOWN_ENDS.finditer(quote.text))
    is_own = iter([quote.text.find("\n", *end) in quote.breaks for end in ends])
    marked = re.sub("\n", lambda end: _OWN_END if next(is_own, False) else end[0], shown)
    return cells_apart(marked).split(_OWN_END)
