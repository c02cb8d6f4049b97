"""Word documents (DOCX) -> readable text: the body as it would be printed with all tracked changes accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from qa.load.package import Package, attribute, name_of, named, resolved
from qa.load.protocol import Parsed, TextBuilder, Unreadable
from qa.load.styles import LEVELS, kind_of
from qa.model import BlockKind

__all__ = ["parse"]

_LIST_LEVELS = 9  # as many as Word has

# What holds paragraphs, or runs, without being one; of a tracked change only what was put in.
_WRAPPERS = frozenset(
    {*("ins", "moveTo", "sdt", "sdtContent", "customXml", "smartTag", "hyperlink", "fldSimple", "dir", "bdo", "body")}
    | {*("footnote", "endnote", "txbxContent", "ruby", "rubyBase")}
)
_CHARACTERS = {"tab": "\t", "noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}
_OFF = ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style, or a paragraph's own format, says: None where it leaves that to what it is based on."""

    name: str = ""
    base: str | None = None
    outline: int | None = None  # heading level from 0; 9 is body text
    list_level: int | None = None  # from 0; -1 is no list


def parse(data: bytes) -> Parsed:
    """Reads the body of a document. Raises Unreadable for what is no document, or damaged."""
    package = Package(data)
    main = _main_part(package)
    about = _properties(package)
    body = package.xml(main)
    reader = _Reader(_styles(package, main), {kind: _notes(package, main, kind) for kind in ("footnote", "endnote")})
    reader.blocks(body)
    parsed = reader.builder.finish("docx")
    date = about.get("modified") or about.get("created")
    # No source map: a place in compressed XML is nothing that anybody could open.
    return replace(
        parsed, source_map=None, title=about.get("title"), author=about.get("creator"), date=date and date[:10]
    )


def _main_part(package: Package) -> str:
    """The part that holds the document: `word/document.xml`, unless the package says otherwise."""
    for link in named(package.beside("_rels/.rels"), "Relationship"):
        part = resolved("", link.get("Target") or "")
        if (link.get("Type") or "").endswith("/officeDocument") and package.has(part):
            return part
    if not package.has("word/document.xml"):
        raise Unreadable("not a Word document")
    return "word/document.xml"


def _properties(package: Package) -> dict[str, str]:
    """Title, author and dates of the core properties, those that say something."""
    core = package.beside("docProps/core.xml")
    items = core if core is not None else ()
    values = {name_of(item): " ".join("".join(item.itertext()).split()) for item in items}
    return {name: value for name, value in values.items() if value}


def _styles(package: Package, main: str) -> dict[str, _Style]:
    found = {}
    for style in named(package.beside(resolved(main, "styles.xml")), "style"):
        if attribute(style, "type") == "paragraph":
            name, base = _value(style, "name") or "", _value(style, "basedOn")
            found[attribute(style, "styleId") or ""] = _format(_child(style, "pPr"), name, base)
    return found


def _notes(package: Package, main: str, kind: str) -> dict[str, Element]:
    """Footnotes or endnotes by their number, without the lines that separate them from the page."""
    notes = named(package.beside(resolved(main, f"{kind}s.xml")), kind)
    return {attribute(note, "id") or "": note for note in notes if attribute(note, "type") in (None, "normal")}


def _format(properties: Element | None, name: str = "", base: str | None = None) -> _Style:
    if properties is None:
        return _Style(name, base)
    numbering = _child(properties, "numPr")
    level = None
    if numbering is not None:
        level = (
            -1 if _value(numbering, "numId") == "0" else min(_number(_value(numbering, "ilvl")) or 0, _LIST_LEVELS - 1)
        )
    return _Style(name, base, _number(_value(properties, "outlineLvl")), level)


def _child(element: Element | None, name: str) -> Element | None:
    return next((child for child in element if name_of(child) == name), None) if element is not None else None


def _value(element: Element | None, name: str) -> str | None:
    child = _child(element, name)
    return attribute(child, "val") if child is not None else None


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _is_on(properties: Element | None, name: str) -> bool:
    child = _child(properties, name)
    return child is not None and attribute(child, "val") not in _OFF


def _parts(element: Element) -> Iterator[Element]:
    """An element's children, and those of what only wraps them; of alternatives the first."""
    waiting = [iter(element)]
    while waiting:  # a list, not recursion: wrappers may be nested deeper than Python's stack
        for child in waiting[-1]:
            name = name_of(child)
            if name == "AlternateContent":
                waiting.append(iter(next(iter(child), ())))
                break
            if name in _WRAPPERS:
                waiting.append(iter(child))
                break
            yield child
        else:
            waiting.pop()


@dataclass(slots=True)
class _Reader:
    """Walks the body and writes it down. Footnotes stand behind the block that refers to them."""

    styles: dict[str, _Style]
    notes: dict[str, dict[str, Element]]
    builder: TextBuilder = field(default_factory=lambda: TextBuilder(""))
    _aside: list[Element] = field(default_factory=list)  # footnotes and text boxes to be written behind this block
    _kind: tuple[BlockKind, int] = ("paragraph", 0)
    _joined: bool = False  # the mark that ended the last paragraph was deleted: this one goes on in it

    def blocks(self, element: Element) -> None:
        """Paragraphs and tables, in order."""
        for part in _parts(element):
            name = name_of(part)
            if name == "p":
                self._paragraph(part)
            elif name == "tbl":
                self._table(part)
        self._joined = False

    def _paragraph(self, element: Element) -> None:
        properties = _child(element, "pPr")
        kind = self._kind_of(properties)
        if kind[0] == "code" and self._kind[0] == "code" and not self._joined:
            self.builder.space("\n")
        elif not self._joined:
            self.builder.begin(*kind)
        self._kind = kind
        self._runs(element)
        self._joined = _is_on(_child(properties, "rPr"), "del")
        self._write_aside()

    def _write_aside(self) -> None:
        """Footnotes and text boxes that what was just written refers to."""
        while self._aside and not self._joined:
            waiting, self._aside = self._aside, []
            for element in waiting:
                self._kind = ("paragraph", 0)
                self.blocks(element)
            self._kind = ("paragraph", 0)

    def _table(self, element: Element) -> None:
        """Each row a block, its cells apart; a table in a cell is read as part of the cell. The first of several rows
        holds the column headers.
        """
        rows = [row for row in _parts(element) if name_of(row) == "tr" and not _is_on(_child(row, "trPr"), "del")]
        self.builder.apart()
        for number, row in enumerate(rows):
            self.builder.begin("header" if number == 0 and len(rows) > 1 else "row")
            for cell in _parts(row):
                if name_of(cell) == "tc":
                    self.builder.space("\t")
                    self._cell(cell)
            self._kind = ("row", 0)
            self._write_aside()

    def _cell(self, element: Element) -> None:
        for paragraph in named(element, "p"):
            self._runs(paragraph)
            self.builder.space("\n")

    def _kind_of(self, properties: Element | None) -> tuple[BlockKind, int]:
        """What a paragraph is, by its own format, then by its style and what that is based on."""
        chain = [_format(properties), *self._chain(_value(properties, "pStyle"))]
        outline = next((style.outline for style in chain if style.outline is not None), None)
        if outline is not None and outline < 9:
            return "heading", min(outline + 1, LEVELS)
        named_kind = next((kind for style in chain if (kind := kind_of(style.name))), None)
        if named_kind and not (outline is not None and named_kind[0] == "heading"):
            return named_kind
        listed = next((style.list_level for style in chain if style.list_level is not None), -1)
        return ("item", listed + 1) if listed >= 0 else ("paragraph", 0)

    def _chain(self, identity: str | None) -> Iterator[_Style]:
        seen = set()
        while identity is not None and identity not in seen and identity in self.styles:
            seen.add(identity)
            yield self.styles[identity]
            identity = self.styles[identity].base

    def _runs(self, paragraph: Element) -> None:
        for part in _parts(paragraph):
            if name_of(part) in ("oMath", "oMathPara"):
                for text in named(part, "t"):
                    self._piece(text)
            else:
                self._run(part)

    def _run(self, element: Element) -> None:
        if name_of(element) == "r" and not _is_on(_child(element, "rPr"), "vanish"):
            for piece in _parts(element):
                self._piece(piece)

    def _piece(self, element: Element) -> None:
        """One piece of a run: text, or what stands for a character, or what leads elsewhere."""
        name = name_of(element)
        if name == "t":
            self.builder.add(element.text or "", 0)
        elif name in ("br", "cr"):
            self.builder.space("\n")
        elif name in _CHARACTERS:
            self.builder.add(_CHARACTERS[name], 0)
        elif name in ("footnoteReference", "endnoteReference"):
            note = self.notes[name.removesuffix("Reference")].pop(attribute(element, "id") or "", None)
            self._aside += [] if note is None else [note]
        elif name in ("drawing", "pict", "object"):
            self._aside += named(element, "txbxContent")
        elif name == "r":  # what a run of ruby text stands above
            self._run(element)
