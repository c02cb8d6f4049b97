"""Text and numbers -> HTML: the only place that escapes, so that nothing of a document is ever read as markup."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence

from eval.statistics import Interval
from qa.present import printable

__all__ = ["measured", "number", "once", "paragraph", "section", "table", "text"]


def text(value: str) -> str:
    r"""A text as it can stand in HTML, between tags or in quotation marks, control characters as U+FFFD.

    >>> text('a <b> "c"\x00')
    'a &lt;b&gt; &quot;c&quot;\ufffd'
    """
    return html.escape(printable(value))


def number(value: float, digits: int = 3) -> str:
    """A figure, "–" for one that says nothing."""
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def measured(value: float, interval: Interval | None) -> str:
    """A figure with its interval below it."""
    if interval is None or math.isnan(value):
        return number(value)
    return f"{number(value)} <small>{number(interval.low)}–{number(interval.high)}</small>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, names: int = 1) -> str:
    """A table of cells that are HTML already; the first `names` columns are words, all others figures."""
    titles = "".join(f'<th scope="col"{_kind(at, names)}>{text(title)}</th>' for at, title in enumerate(head))
    body = "\n".join(
        f"<tr>{''.join(f'<td{_kind(at, names)}>{cell}</td>' for at, cell in enumerate(row))}</tr>" for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{titles}</tr></thead><tbody>\n{body}\n</tbody></table></div>'


def once(rows: Iterable[Sequence[str]], cells: int = 1) -> Iterator[list[str]]:
    """Rows whose first cells are left empty where they are those of the row before.

    >>> list(once([["a", "1"], ["a", "2"], ["b", "1"]]))
    [['a', '1'], ['', '2'], ['b', '1']]
    """
    before: list[str] = []
    for row in rows:
        same = list(row[:cells]) == before
        before = list(row[:cells])
        yield [*([""] * cells if same else before), *row[cells:]]


def _kind(at: int, names: int) -> str:
    return "" if at < names else ' class="n"'


def paragraph(value: str) -> str:
    """A line of plain text."""
    return f"<p>{text(value)}</p>"


def section(title: str, *parts: str) -> str:
    """What stands under one heading; nothing where there is nothing to say."""
    body = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{text(title)}</h2>\n{body}\n</section>" if body else ""
