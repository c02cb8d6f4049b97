"""A page of a PDF -> its lines in reading order.

A page is glyphs at places. Neighbours on one baseline make a fragment, fragments make columns where a gutter parts
prose from prose, and what stands side by side in a column makes a line. Lengths are in parts of the font's size.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, groupby, pairwise
from statistics import median
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["UNKNOWN", "Line", "lines"]

UNKNOWN = "\ufffd"
"""Stands for a glyph of which the PDF does not say which character it is."""

_WORD_GAP = 0.9  # between two fragments; less is within one
_LETTER_GAP = 0.15  # between two letters of a word
_CELL_GAP = 1.5  # a line with such a gap may be a row of a table
_BACK = 2.0  # how far left of its end a fragment may go on: accents do, and scripts from right to left
_RAISED = 0.3  # how far above or below the baseline a glyph of a fragment may stand
_SHIFT = 0.5  # and a superscript, which is a fragment of its own
_GUTTER = 0.7  # the least width between two columns

_BINS = 300  # how finely a page is measured across
_CROSSING = 0.35  # the share of fragments that may cross a gutter: titles, figures, their captions
_COLUMN_LINES, _COLUMN_LENGTH, _COLUMN_FILLED = 3, 14, 0.6  # of a column of prose; those of a table are not filled
_DEPTH = 3  # columns inside columns

_HYPHENS = (0x02, 0xAD, 0xFFFE)  # also printed as hyphens: what pdfium gives for one that divides a word, soft ones
_UNPRINTED = ("Cf", "Cs")  # kept, though not printed by themselves: joiners; halves of a character

Box = tuple[float, float, float, float]  # left, bottom, right, top


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its text, with tabs at its gaps, and where it stands, y upwards, in points.

    `height` is where on the page: 0 at its foot, 1 at its head. `column` numbers the stretches of lines that follow
    each other, `left_edge` and `right_edge` are those of the stretch. `has_cells` says whether a gap is as wide as
    between the cells of a table; others only justify the line.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    height: float
    column: int
    left_edge: float
    right_edge: float
    has_cells: bool = False


@dataclass(slots=True)
class _Fragment:
    """Glyphs that follow each other on a baseline. The page is turned by quarters until that runs to the right."""

    text: str
    left: float
    right: float
    y: float
    size: float
    turn: int

    @property
    def width(self) -> float:
        return self.right - self.left


def lines(page: pypdfium2.PdfPage) -> list[Line]:
    """The lines of a page in reading order, those that run in other directions last; nothing that lies beside it."""
    box = page.get_bbox()
    textpage = page.get_textpage()
    try:
        fragments = _fragments(textpage, box)
    finally:
        textpage.close()
    found: list[Line] = []
    for turn in sorted({fragment.turn for fragment in fragments}):
        foot, head = sorted((_turned(box[0], box[1], turn)[1], _turned(box[2], box[3], turn)[1]))
        for column in _columns([fragment for fragment in fragments if fragment.turn == turn]):
            found += _lines(column, found[-1].column + 1 if found else 0, foot, head)
    return found


# Glyphs to fragments


def _fragments(textpage: pypdfium2.PdfTextPage, page: Box) -> list[_Fragment]:
    """The glyphs of a page in fragments, in the order in which they were drawn."""
    found: list[_Fragment] = []
    spaced = False
    for glyph in _glyphs(textpage, page):
        if glyph is not None and found and _goes_on(found[-1], glyph):
            last = found[-1]
            last.text += f" {glyph.text}" if spaced else glyph.text
            last.left, last.right = min(last.left, glyph.left), max(last.right, glyph.right)
            last.size = max(last.size, glyph.size)
        elif glyph is not None:
            found.append(glyph)
        spaced = glyph is None
    for fragment in found:
        fragment.text = fragment.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return found


def _goes_on(last: _Fragment, glyph: _Fragment) -> bool:
    unit = max(glyph.size, last.size)
    gap = max(glyph.left - last.right, last.left - glyph.right)
    near = abs(glyph.y - last.y) < _RAISED * unit and gap < _WORD_GAP * unit
    return near and glyph.turn == last.turn and last.right - glyph.left < _BACK * unit


def _glyphs(textpage: pypdfium2.PdfTextPage, page: Box) -> Iterator[_Fragment | None]:
    """Each glyph on the page as a fragment of its own, None for white space."""
    import pypdfium2.raw as pdfium

    raw = textpage.raw
    sides = [ctypes.c_double() for _ in range(4)]
    references = [ctypes.byref(side) for side in sides]
    matrix = pdfium.FS_MATRIX()
    for index in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        text = "-" if code in _HYPHENS else chr(code)
        if text.isspace() or pdfium.FPDFText_IsGenerated(raw, index) == 1:
            yield None
            continue
        pdfium.FPDFText_GetCharBox(raw, index, *references)  # left, right, bottom, top
        pdfium.FPDFText_GetMatrix(raw, index, matrix)
        left, right, bottom, top = (side.value for side in sides)
        if not (page[0] <= (left + right) / 2 <= page[2] and page[1] <= (bottom + top) / 2 <= page[3]):
            continue
        turn = _turn(matrix.a, matrix.b)
        size = pdfium.FPDFText_GetFontSize(raw, index) * math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
        one, other = _turned(left, bottom, turn)[0], _turned(right, top, turn)[0]
        y = _turned(matrix.e, matrix.f, turn)[1]
        if math.isfinite(y + size):
            known = text.isprintable() or category(text) in _UNPRINTED
            yield _Fragment(text if known else UNKNOWN, min(one, other), max(one, other), y, size or 1.0, turn)


def _turn(across: float, up: float) -> int:
    """Quarters by which a page is turned clockwise, so that a line in this direction runs to the right.

    >>> _turn(1, 0), _turn(0, 1), _turn(-1, 0.1), _turn(0, -1)
    (0, 1, 2, 3)
    """
    if abs(across) >= abs(up):
        return 0 if across >= 0 else 2
    return 1 if up > 0 else 3


def _turned(x: float, y: float, turn: int) -> tuple[float, float]:
    return ((x, y), (y, -x), (-x, -y), (-y, x))[turn]


# Fragments to columns


def _columns(fragments: list[_Fragment], depth: int = 0) -> Iterator[list[_Fragment]]:
    """Stretches of fragments to be read one after the other, each of a single column."""
    gutter = _gutter(fragments) if depth < _DEPTH else None
    if gutter is None:
        yield fragments
        return
    for crosses, band in _bands(fragments, gutter):
        if crosses:
            yield band
            continue
        for side in (0, 1):
            part = [fragment for fragment in band if (fragment.left >= gutter) == bool(side)]
            if part:
                yield from _columns(part, depth + 1)


def _bands(fragments: list[_Fragment], gutter: float) -> Iterator[tuple[bool, list[_Fragment]]]:
    """What crosses a gutter, and what stands beside it between such crossings, from the head of the page down."""
    band: list[_Fragment] = []
    before = False
    for fragment in sorted(fragments, key=lambda fragment: -fragment.y):
        crosses = fragment.left < gutter < fragment.right
        if band and crosses != before:
            yield before, band
            band = []
        before = crosses
        band.append(fragment)
    if band:
        yield before, band


def _gutter(fragments: list[_Fragment]) -> float | None:
    """Where a gutter parts columns of prose, None where none does: that with the fewest crossings, then the widest."""
    if len(fragments) < 2 * _COLUMN_LINES:
        return None
    left, right = min(fragment.left for fragment in fragments), max(fragment.right for fragment in fragments)
    bin_ = max((right - left) / _BINS, 1e-6)
    covered = [0] * (_BINS + 2)
    for fragment in fragments:
        covered[math.ceil((fragment.left - left) / bin_)] += 1
        covered[min(math.ceil((fragment.right - left) / bin_), _BINS + 1)] -= 1
    unit = median(fragment.size for fragment in fragments)
    heights = list(accumulate(covered))[: _BINS + 1]
    found = [
        (crossings, start - end, left + (start + end) / 2 * bin_)
        for crossings, start, end in _valleys(heights, _CROSSING * len(fragments))
        if (end - start) * bin_ >= _GUTTER * unit
    ]
    return next((gutter for _, _, gutter in sorted(found) if _parts_prose(fragments, gutter)), None)


def _valleys(heights: Sequence[int], most: float) -> Iterator[tuple[int, int, int]]:
    """Runs that stay at or below each height up to `most`, but for those at the ends: height, start and end.

    >>> list(_valleys([3, 1, 2, 1, 3, 0, 3], 2))
    [(0, 5, 6), (1, 1, 2), (1, 3, 4), (1, 5, 6), (2, 1, 4), (2, 5, 6)]
    """
    for most_here in sorted({height for height in heights if height <= most}):
        start = 0
        for low, run in groupby(height <= most_here for height in heights):
            end = start + len(list(run))
            if low and 0 < start < end < len(heights):
                yield most_here, start, end
            start = end


def _parts_prose(fragments: list[_Fragment], gutter: float) -> bool:
    """Whether both sides of a gutter are columns of prose, side by side."""
    one = [fragment for fragment in fragments if fragment.right <= gutter]
    other = [fragment for fragment in fragments if fragment.left >= gutter]
    if not (_is_prose(one) and _is_prose(other)):
        return False
    low = max(min(fragment.y for fragment in side) for side in (one, other))
    high = min(max(fragment.y for fragment in side) for side in (one, other))
    shared = sum(low <= fragment.y <= high for fragment in one), sum(low <= fragment.y <= high for fragment in other)
    return min(shared) >= _COLUMN_LINES


def _is_prose(fragments: list[_Fragment]) -> bool:
    rows = _rows(fragments)
    if len(rows) < _COLUMN_LINES:
        return False
    width = max(fragment.right for fragment in fragments) - min(fragment.left for fragment in fragments)
    filled = median(sum(part.width for part in row) for row in rows)
    return filled >= _COLUMN_FILLED * width and median(sum(len(p.text) for p in row) for row in rows) >= _COLUMN_LENGTH


# Columns to lines


def _rows(fragments: list[_Fragment]) -> list[list[_Fragment]]:
    """Fragments that stand side by side, from the head down."""
    rows: list[list[_Fragment]] = []
    for fragment in sorted(fragments, key=lambda fragment: (-fragment.y, fragment.left)):
        main = max(rows[-1], key=lambda part: part.size) if rows else None
        if main is not None and abs(main.y - fragment.y) < _SHIFT * max(main.size, fragment.size):
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    return [sorted(row, key=lambda fragment: fragment.left) for row in rows]


def _lines(fragments: list[_Fragment], column: int, foot: float, head: float) -> list[Line]:
    edges = min(fragment.left for fragment in fragments), max(fragment.right for fragment in fragments)
    found = []
    for row in _rows(fragments):
        main = max(row, key=lambda part: (part.size, part.width))
        gaps = [(part.left - before.right) / main.size for before, part in pairwise(row)]
        between = ["\t" if gap >= _WORD_GAP else " " if gap > _LETTER_GAP else "" for gap in gaps]
        text = "".join(chain.from_iterable(zip((part.text for part in row), [*between, ""], strict=True)))
        height = (main.y - foot) / ((head - foot) or 1.0)
        right, wide = max(part.right for part in row), max(gaps, default=0.0) >= _CELL_GAP
        found.append(Line(text, row[0].left, right, main.y, main.size, height, column, *edges, wide))
    return [line for line in found if line.text.strip(f"{UNKNOWN} \t")]
