"""PDF -> readable text: opens the file, reads its pages and its outline, and leaves out what repeats on every page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qa.load.pdf_blocks import LEVELS, Outline, heading_key, written
from qa.load.pdf_page import UNKNOWN, Line, lines
from qa.load.protocol import Parsed, Unreadable

if TYPE_CHECKING:
    import pypdfium2

__all__ = ["parse"]

_MARGIN = 0.2  # the share of a page, at its head and at its foot, in which what repeats is furniture
_FURNITURE_LINES = 3  # at the head and at the foot of a page
_REPEATED = 3  # pages that have a line in common, or as many as there are
_SAME_PLACE = 0.012  # of a page's height

_ROMAN = re.compile(r"[ivxlc]{1,7}", re.IGNORECASE)
_NO_TITLE = re.compile(r"untitled|.*\.(?:docx?|indd|tex|dvi|pdf|html?|qxd|ppt|pptx|fm|ps)\Z|microsoft word\b", re.I)


def parse(data: bytes) -> Parsed:
    """Reads a PDF. Raises Unreadable for one that is encrypted, damaged, or without text."""
    pdf = _opened(data)
    try:
        pages = [_lines(pdf, number) for number in range(len(pdf))]
        if not any(pages):
            raise Unreadable("no text: scanned images" if _has_images(pdf) else "no text")
        outline = _outline(pdf)
        about = {name: _said(partial(pdf.get_metadata_value, name)) for name in pdf.METADATA_KEYS}
    finally:
        pdf.close()
    _refuse_unknown(pages)
    title = about.get("Title", "")
    return replace(
        written(_without_furniture(pages), outline),
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


def _lines(pdf: pypdfium2.PdfDocument, number: int) -> list[Line]:
    """The lines of a page, none where the page is damaged."""
    import pypdfium2

    try:
        page = pdf[number]
        found = lines(page)
        page.close()
    except pypdfium2.PdfiumError:
        return []
    return found


def _has_images(pdf: pypdfium2.PdfDocument) -> bool:
    import pypdfium2
    import pypdfium2.raw as pdfium

    for number in range(len(pdf)):
        with suppress(pypdfium2.PdfiumError):
            if any(pdf[number].get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
                return True
    return False


def _outline(pdf: pypdfium2.PdfDocument) -> Outline:
    """By page: the titles of the outline that lead there, without numbering, spaces and case, and their levels."""
    found: Outline = {}
    for bookmark in pdf.get_toc(max_depth=LEVELS):
        target = bookmark.get_dest()
        page = target.get_index() if target else None
        if page is not None and (key := heading_key(_said(bookmark.get_title))):
            found.setdefault(page, {}).setdefault(key, bookmark.level + 1)
    return found


def _said(get: Callable[[], str]) -> str:
    """A title or name beside the text on one line; empty where it is damaged."""
    try:
        return " ".join(get().replace("\0", "").split())
    except UnicodeDecodeError:
        return ""


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
    """The pages without running titles, page numbers and the like; as they are where nothing else is on them."""
    edges = [_edges(page) for page in pages]
    places = Counter((_repeats_as(line), _place(line)) for sides in edges for side in sides for line in side)
    needed = min(_REPEATED, max(len(pages), 2))
    kept = []
    for number, (page, sides) in enumerate(zip(pages, edges, strict=True), 1):
        left_out = {id(line) for side in sides for line in _repeated(side, places, needed)}
        left_out |= {id(line) for side in sides for line in side[:1] if line.text == str(number)}
        kept.append([line for line in page if id(line) not in left_out])
    return kept if any(kept) else [list(page) for page in pages]


def _edges(page: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The outermost lines at the head and at the foot of a page, outermost first."""
    ordered = sorted(page, key=lambda line: line.height)
    foot = [line for line in ordered[:_FURNITURE_LINES] if line.height < _MARGIN]
    head = [line for line in ordered[: -_FURNITURE_LINES - 1 : -1] if line.height > 1 - _MARGIN]
    return head, foot


def _repeated(side: Sequence[Line], places: Counter[tuple[str, int]], needed: int) -> Iterator[Line]:
    """Of the lines of an edge those that stand at the same place on other pages, up to the first that does not."""
    for line in side:
        near = (_place(line) + step for step in (-1, 0, 1))
        if sum(places[_repeats_as(line), place] for place in near) < needed:
            return
        yield line


def _place(line: Line) -> int:
    return round(line.height / _SAME_PLACE)


def _repeats_as(line: Line) -> str:
    """A line's text as it would be on other pages, its numbers left open.

    >>> _repeats_as(Line("Page 12 of 90", 0, 0, 0, 0, 0, 0, 0, 0)), _repeats_as(Line("xii", 0, 0, 0, 0, 0, 0, 0, 0))
    ('page#of#', '#')
    """
    plain = "".join(line.text.split()).casefold()
    return "#" if _ROMAN.fullmatch(plain) else re.sub(r"\d+", "#", plain)
