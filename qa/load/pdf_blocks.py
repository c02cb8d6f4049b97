"""The lines of a PDF's pages -> headings, paragraphs, items and rows of tables, and the text that they make.

Lines stay as they are printed. A word that is divided between two of them keeps its hyphen and the line break, by
which `qa.text` knows it for one word; a hyphen that belongs to the word is followed by the rest of it at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from statistics import median
from typing import Literal

from qa.load.pdf_page import Line
from qa.load.protocol import Parsed, TextBuilder
from qa.load.styles import LEVELS
from qa.model import BlockKind

__all__ = ["LEVELS", "Outline", "heading_key", "written"]

Outline = dict[int, dict[str, int]]
"""By page: keys of the headings that the outline names there, and their levels."""

_LARGER = 1.15  # times the size of most text: a heading
_HEADING_LENGTH = 200
_SHORT = 0.15  # of a column's width, by which a paragraph's last line falls short
_LEADING = 1.35  # times the usual distance of two lines: a new paragraph
_INDENT = 0.7  # times the size of the font
_BULLET = re.compile(r"(?:[•◦▪■●‣∙·⁃–—*-]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s+\S")
_PLAIN_BULLETS = "•◦▪■●‣∙·⁃"
_SENTENCE_END = re.compile(r"[.!?:;。！？…][\"'”’»)\]]*\Z")
_DIVIDED = re.compile(r"([^\W\d_]+)[-\u2010]\Z")
_HYPHENATED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HALF = 3  # letters of half a word that may be a word itself
_CONTINUED = re.compile(r"[^\W\d_]+")
_LEADER = re.compile(r"(?:[ \t]?\.){4,}[ \t]*(?=(?:\d+|[ivxlc]+)\Z)")
_NUMBERING = re.compile(
    r"\A(?:(?:chapter|appendix|part|section)\s+)?(?:\d{1,3}|[A-Z]|[IVXLC]{1,6})(?:\.\d{1,3})*\.?:?\s+(?=\S)", re.I
)


@dataclass(slots=True)
class _Block:
    """Lines that belong together, each with the number of its page, from 0."""

    kind: BlockKind
    level: int
    lines: list[tuple[int, Line]]


def written(pages: Sequence[Sequence[Line]], outline: Outline) -> Parsed:
    """The text of all pages in blocks, and where each page begins, up to the last with text."""
    builder = TextBuilder("")
    known = _vocabulary(pages)
    starts: list[int] = []
    for block in _blocks(pages, outline):
        builder.begin(block.kind, block.level)
        for (page, line), following in zip_longest(block.lines, block.lines[1:]):
            starts += [builder.length] * (page + 1 - len(starts))
            division = _division(line.text, following[1].text, known) if following else "none"
            # A heading is shown on one line, and found by its words: there the hyphen is no part of it.
            text = line.text[:-1] if division == "word" and block.kind == "heading" else line.text
            for number, cell in enumerate(text.split("\t")):
                if number:
                    builder.space("\t")
                builder.add(cell, 0)
            if division != "compound" and len(text) == len(line.text):
                builder.space("\n")
    return replace(builder.finish("pdf"), source_map=None, pages=tuple(starts))


def _vocabulary(pages: Sequence[Sequence[Line]]) -> frozenset[str]:
    """The words of a document, and its words with hyphens, but for those that lines divide."""
    found: set[str] = set()
    for page in pages:
        divided = False
        for line in page:
            words = _HYPHENATED.findall(line.text.casefold())
            first, divided = divided, _DIVIDED.search(line.text) is not None
            whole = words[first : len(words) - divided]
            found.update(whole, *(word.split("-") for word in whole))
    return frozenset(found)


def _division(line: str, following: str, known: frozenset[str]) -> Literal["none", "word", "compound"]:
    """What the hyphen at a line's end divides: a compound stands so elsewhere, or its halves do and the whole does not.

    >>> known = frozenset({"user-space", "client", "server", "information", "for"})
    >>> [_division(*lines, known) for lines in (("user-", "space"), ("client-", "server"), ("infor-", "mation"))]
    ['compound', 'compound', 'word']
    """
    before, after = _DIVIDED.search(line), _CONTINUED.match(following)
    if not before or not after or not after[0][0].islower():
        return "none"
    one, other = before[1].casefold(), after[0].casefold()
    if one + other in known:
        return "word"
    halves = min(len(one), len(other)) >= _HALF and one in known and other in known
    return "compound" if halves or f"{one}-{other}" in known else "word"


# Lines to blocks


def _blocks(pages: Sequence[Sequence[Line]], outline: Outline) -> list[_Block]:
    """The lines of all pages in blocks: headings first, then rows, items and paragraphs between them."""
    body = _body_size(pages)
    sizes = sorted({_rounded(line) for page in pages for line in page if line.size >= _LARGER * body}, reverse=True)
    blocks: list[_Block] = []
    for number, page in enumerate(pages):
        page = _with_rows(page)
        leadings = _leadings(page)
        listed = _listed(page, outline.get(number, {}))
        for at, line in enumerate(page):
            level = listed.get(at) or (min(sizes.index(_rounded(line)) + 1, LEVELS) if _rounded(line) in sizes else 0)
            if level and not _is_heading(line):
                level = 0
            _take(blocks, number, line, level, leadings.get(line.column, 0.0))
    return [_demoted(block) for block in blocks]


def _with_rows(page: Sequence[Line]) -> list[Line]:
    """The lines of a page, with tabs in the rows of tables only: lines with cells, one above the other."""
    page = [_without_leader(line) for line in page]
    cells = [False, *(line.has_cells for line in page), False]
    rows = [here and (before or after) for before, here, after in zip(cells, cells[1:], cells[2:], strict=False)]
    return [
        line if row else replace(line, text=line.text.replace("\t", " ")) for line, row in zip(page, rows, strict=True)
    ]


def _without_leader(line: Line) -> Line:
    """A line of a table of contents without the dots that lead to the page number."""
    text, leaders = _LEADER.subn("\t", line.text)
    return replace(line, text=text, has_cells=True) if leaders else line


def _body_size(pages: Sequence[Sequence[Line]]) -> float:
    """The size in which most characters are set."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[_rounded(line)] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], size))


def _rounded(line: Line) -> float:
    return round(line.size * 2) / 2


def _is_heading(line: Line) -> bool:
    return "\t" not in line.text and any(character.isalpha() for character in line.text)


def _leadings(page: Sequence[Line]) -> dict[int, float]:
    """By column: the usual distance of two lines."""
    distances: dict[int, list[float]] = {}
    for one, other in pairwise(page):
        if one.column == other.column and one.y > other.y:
            distances.setdefault(one.column, []).append(one.y - other.y)
    return {column: median(found) for column, found in distances.items()}


def _listed(page: Sequence[Line], titles: dict[str, int]) -> dict[int, int]:
    """Lines that are headings by the outline, on their own or with the line below, and their levels."""
    keys = [heading_key(line.text) for line in page] if titles else []
    found: dict[int, int] = {}
    for at, key in enumerate(keys):
        if key in titles:
            found[at] = titles[key]
        elif key and at + 1 < len(keys) and key + keys[at + 1] in titles:
            found[at] = found[at + 1] = titles[key + keys[at + 1]]
    return found


def _take(blocks: list[_Block], page: int, line: Line, level: int, leading: float) -> None:
    """Adds a line to the last block, or begins one with it."""
    kind: BlockKind = "heading" if level else "row" if "\t" in line.text else "paragraph"
    last = blocks[-1] if blocks else None
    if kind == "paragraph" and _begins_item(last, line):
        kind, level = "item", 1
    if last is None or not _follows(last, kind, level) or _is_apart(last, page, line, leading):
        blocks.append(_Block(kind, level, []))
    blocks[-1].lines.append((page, line))


def _begins_item(last: _Block | None, line: Line) -> bool:
    """Whether a line begins with a bullet or a number: dashes and numbers do so in running text, too."""
    if not (found := _BULLET.match(line.text)):
        return False
    return found[0][0] in _PLAIN_BULLETS or last is None or last.kind != "paragraph" or _is_ended(last)


def _follows(last: _Block, kind: BlockKind, level: int) -> bool:
    """Whether a line of this kind could go on in the last block."""
    if kind == "heading":
        return last.kind == "heading" and last.level == level
    return kind == "paragraph" and last.kind in ("paragraph", "item")


def _is_ended(block: _Block) -> bool:
    return _SENTENCE_END.search(block.lines[-1][1].text) is not None


def _is_apart(last: _Block, page: int, line: Line, leading: float) -> bool:
    """Whether layout sets a line apart from the block before: by size, distance, indent, or a short line before it.

    A sentence may run on in the next column or on the next page.
    """
    before_page, before = last.lines[-1]
    if abs(line.size - before.size) > 0.12 * before.size:
        return True
    if (before_page, before.column) != (page, line.column):
        full = before.right > before.right_edge - _SHORT * (before.right_edge - before.left_edge)
        return last.kind == "heading" or _is_ended(last) or not (line.text[0].islower() or full)
    distance = before.y - line.y
    if not 0 < distance <= _LEADING * max(leading, line.size):
        return True
    return last.kind != "heading" and _is_ended(last) and _begins_paragraph(last, before, line)


def _begins_paragraph(last: _Block, before: Line, line: Line) -> bool:
    """Whether a line behind the end of a sentence is indented, or begins with a capital behind a short line."""
    hanging = last.kind == "item" and len(last.lines) == 1
    indented = abs(line.left - before.left) > _INDENT * line.size and not hanging
    short = before.right < before.right_edge - _SHORT * (before.right_edge - before.left_edge)
    return indented or (short and not line.text[0].islower())


def _demoted(block: _Block) -> _Block:
    """The block, as a paragraph where it is too long to be a heading."""
    if block.kind == "heading" and sum(len(line.text) for _, line in block.lines) > _HEADING_LENGTH:
        return _Block("paragraph", 0, block.lines)
    return block


def heading_key(title: str) -> str:
    """A heading without its number, spaces, punctuation and case.

    >>> heading_key("2.1 Two  words"), heading_key("TWO WORDS"), heading_key("Chapter 3. Two words")
    ('twowords', 'twowords', 'twowords')
    """
    plain = _NUMBERING.sub("", title.strip(), count=1)
    return re.sub(r"[\W_]+", "", plain).casefold()
