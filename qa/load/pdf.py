"""PDF -> readable text: its pages' lines made into headings, paragraphs, items and rows of tables.

Lines stay as they are printed. A word that is divided between two of them keeps its hyphen and the line break, by
which `qa.text` knows it for one word; a hyphen that belongs to the word is followed by the rest of it at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise, zip_longest
from statistics import median
from typing import TYPE_CHECKING, Literal

from qa.load.pdf_page import UNKNOWN, Line, lines
from qa.load.protocol import Parsed, TextBuilder, Unreadable
from qa.model import BlockKind

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["parse"]

_MARGIN = 0.2  # the share of a page, at its head and at its foot, in which what repeats is furniture
_FURNITURE_LINES = 3  # at the head and at the foot of a page
_REPEATED = 3  # pages that have a line in common, or as many as there are
_SAME_PLACE = 0.012  # of a page's height

_LARGER = 1.15  # times the size of most text: a heading
_HEADING_LENGTH = 200
_SHORT = 0.15  # of a column's width, by which a paragraph's last line falls short
_LEADING = 1.35  # times the usual distance of two lines: a new paragraph
_INDENT = 0.7  # times the size of the font
_LEVELS = 6

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
_ROMAN = re.compile(r"[ivxlc]{1,7}", re.IGNORECASE)
_NO_TITLE = re.compile(r"untitled|.*\.(?:docx?|indd|tex|dvi|pdf|html?|qxd|ppt|pptx|fm|ps)\Z|microsoft word\b", re.I)


@dataclass(slots=True)
class _Block:
    """Lines that belong together, each with the number of its page, from 0."""

    kind: BlockKind
    level: int
    lines: list[tuple[int, Line]]


def parse(data: bytes) -> Parsed:
    """Reads a PDF. Raises Unreadable for one that is encrypted, damaged, or without text."""
    pdf = _opened(data)
    try:
        pages = [lines(page) if page else [] for page in _pages(pdf)]
        if not any(pages):
            raise Unreadable("no text: scanned images" if _has_images(pdf) else "no text")
        outline = _outline(pdf)
        about = {name: _said(partial(pdf.get_metadata_value, name)) for name in pdf.METADATA_KEYS}
    finally:
        pdf.close()
    _refuse_unknown(pages)
    kept = _without_furniture(pages)
    if not any(kept):
        kept = pages
    parsed = _written(_blocks(kept, outline), kept)
    title = about.get("Title", "")
    return replace(
        parsed,
        title=None if _NO_TITLE.match(title) else title or None,
        author=about.get("Author") or None,
        date=_date(about.get("ModDate") or about.get("CreationDate") or ""),
    )


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise Unreadable("encrypted; remove its password or leave it out with --exclude") from None
        raise Unreadable("damaged: not a readable PDF") from None


def _pages(pdf: pypdfium2.PdfDocument) -> Iterator[pypdfium2.PdfPage | None]:
    """The pages, one at a time; None for one that is damaged."""
    import pypdfium2

    for number in range(len(pdf)):
        try:
            page = pdf[number]
        except pypdfium2.PdfiumError:
            yield None
            continue
        yield page
        page.close()


def _has_images(pdf: pypdfium2.PdfDocument) -> bool:
    import pypdfium2.raw as pdfium

    found = (list(page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)) for page in _pages(pdf) if page)
    return any(found)


def _outline(pdf: pypdfium2.PdfDocument) -> dict[int, dict[str, int]]:
    """By page: the titles of the outline that lead there, without numbering, spaces and case, and their levels."""
    found: dict[int, dict[str, int]] = {}
    for bookmark in pdf.get_toc(max_depth=_LEVELS):
        target = bookmark.get_dest()
        page = target.get_index() if target else None
        if page is not None and (key := _key(_said(bookmark.get_title))):
            found.setdefault(page, {}).setdefault(key, bookmark.level + 1)
    return found


def _said(get: Callable[[], str]) -> str:
    """A title or name beside the text on one line; empty where it is damaged."""
    try:
        return " ".join(get().replace("\0", "").split())
    except UnicodeDecodeError:
        return ""


def _key(title: str) -> str:
    """A heading without its number, spaces, punctuation and case.

    >>> _key("2.1 Two  words"), _key("TWO WORDS"), _key("Chapter 3. Two words")
    ('twowords', 'twowords', 'twowords')
    """
    plain = _NUMBERING.sub("", title.strip(), count=1)
    return re.sub(r"[\W_]+", "", plain).casefold()


def _date(written: str) -> str | None:
    """A date as PDF writes it.

    >>> _date("D:20220403193102+02'00'")
    '2022-04-03'
    """
    found = re.match(r"D:(\d{4})(\d\d)(\d\d)", written)
    return "-".join(found.groups()) if found else None


def _refuse_unknown(pages: Sequence[Sequence[Line]]) -> None:
    """Raises Unreadable where most glyphs stand for no character that is known."""
    texts = [line.text for page in pages for line in page]
    unknown = sum(text.count(UNKNOWN) for text in texts)
    if 2 * unknown > sum(map(len, texts)):
        raise Unreadable("no text: its fonts do not say which characters they show")


# Furniture: what repeats at the head and at the foot of pages


def _without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without running titles, page numbers and the like."""
    edges = [[line for side in _edges(page) for line in side] for page in pages]
    places: dict[str, list[float]] = {}
    for edge in edges:
        for line in edge:
            places.setdefault(_repeats_as(line), []).append(line.height)
    needed = min(_REPEATED, max(len(pages), 2))
    kept = []
    for number, page in enumerate(pages, 1):
        left_out = {id(line) for side in _edges(page) for line in _repeated(side, places, needed)}
        left_out |= {id(line) for side in _edges(page) for line in side[:1] if line.text == str(number)}
        kept.append([line for line in page if id(line) not in left_out])
    return kept


def _edges(page: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The outermost lines at the head and at the foot of a page, outermost first."""
    ordered = sorted(page, key=lambda line: line.height)
    foot = [line for line in ordered[:_FURNITURE_LINES] if line.height < _MARGIN]
    head = [line for line in ordered[: -_FURNITURE_LINES - 1 : -1] if line.height > 1 - _MARGIN]
    return head, foot


def _repeated(side: Sequence[Line], places: dict[str, list[float]], needed: int) -> Iterator[Line]:
    """Of the lines of an edge those that stand at the same place on other pages, up to the first that does not."""
    for line in side:
        same = sum(abs(height - line.height) < _SAME_PLACE for height in places[_repeats_as(line)])
        if same < needed:
            return
        yield line


def _repeats_as(line: Line) -> str:
    """A line's text as it would be on other pages, its numbers left open.

    >>> _repeats_as(Line("Page 12 of 90", 0, 0, 0, 0, 0, 0, 0, 0)), _repeats_as(Line("xii", 0, 0, 0, 0, 0, 0, 0, 0))
    ('page#of#', '#')
    """
    plain = "".join(line.text.split()).casefold()
    return "#" if _ROMAN.fullmatch(plain) else re.sub(r"\d+", "#", plain)


# Lines to blocks


def _blocks(pages: Sequence[Sequence[Line]], outline: dict[int, dict[str, int]]) -> list[_Block]:
    """The lines of all pages in blocks: headings first, then rows, items and paragraphs between them."""
    body = _body_size(pages)
    sizes = sorted({_rounded(line) for page in pages for line in page if line.size >= _LARGER * body}, reverse=True)
    blocks: list[_Block] = []
    for number, page in enumerate(pages):
        page = _with_rows(page)
        leadings = _leadings(page)
        listed = _listed(page, outline.get(number, {}))
        for at, line in enumerate(page):
            level = listed.get(at) or (min(sizes.index(_rounded(line)) + 1, _LEVELS) if _rounded(line) in sizes else 0)
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
    keys = [_key(line.text) for line in page] if titles else []
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


# Blocks to text


def _written(blocks: Sequence[_Block], pages: Sequence[Sequence[Line]]) -> Parsed:
    builder = TextBuilder("")
    known = _vocabulary(pages)
    starts: list[int] = []
    for block in blocks:
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
    starts += [builder.length] * (len(pages) - len(starts))
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
