"""Markdown -> readable text: markdown-it-py finds the structure, and each piece gets its place in the source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qa.load import plain
from qa.load.html import Fragment
from qa.load.protocol import Parsed, TextBuilder
from qa.model import BlockKind, SourceMap

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["parse", "parse_mdx"]

_NOWHERE = SourceMap((), (), ())
_LINE_END = re.compile(r"\r\n?|\n")  # as markdown-it-py sees lines
_TASK = re.compile(r"\[[ xX]\](?=\s)")
_CALLOUT = re.compile(r"\[![A-Za-z]+\][-+]?")
_HEADING_ID = re.compile(r"\{[#.:][^{}]*\}\s*$")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]:?")
_FENCED_DIV = re.compile(r":{3,}[ \t]*[\w-]*[ \t]*(?:\{[^{}]*\})?[ \t]*")
_DEFINITION = re.compile(r":[ \t]+(?=\S)")

# A note as MkDocs writes it: a line with its kind and perhaps a title, its text indented below.
_ADMONITION = re.compile(
    r"^([ \t]*(?:!!!|\?\?\?\+?)[ \t]+[\w-]+(?:[ \t]+[\w-]+)*)(?:[ \t]+\"([^\"\n]*)\")?[ \t]*$", re.MULTILINE
)
_LONG_FOOTNOTE = re.compile(r"^\[\^[^\[\]\s]+\]:[^\n]*\n(?:[ \t]*\n)+ {4}\S", re.MULTILINE)
_LINE_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_BORDER = re.compile(r"(?<!\\)\|")
_CONTAINER_PREFIX = re.compile(r"[ \t]*(?:>|[-*+](?=\s)|\d{1,9}[.)](?=\s))")

# A fence, or a code span on one line. Back-ticks that close nowhere are matched alone, whole, lest each is tried again;
# more than eight are taken for such, so that what a line holds is read no more than eight times.
_MDX_CODE = re.compile(
    r"^[ \t>]*+(`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ \t>]*\1|\Z)"
    r"|(`++)(?:(?<!`{9})(?:[^`\n]++|(?!\2(?!`))`++)++\2)?",
    re.MULTILINE | re.DOTALL,
)
_MDX_STATEMENT = re.compile(
    r"^(?:import\s+[\w{*\"']|export\s+(?:const|let|var|function|default|async|type|\{|\*))"
    r"[^\n]*(?:\n(?![ \t\r]*$)[^\n]*)*",
    re.MULTILINE,
)
_BRACES = r"\{(?:[^{}`]|\{(?:[^{}`]|\{[^{}`]*+\})*+\}|`[^`]*`)*+\}"
_MDX_TAG = re.compile(
    r"</?(?:[A-Z][\w.]*|[a-z][\w-]*+(?=[^<>{]*+\{)|)"
    rf"(?:\s+(?:[\w:-]+(?:=(?:\"[^\"]*\"|'[^']*'|{_BRACES}))?|{_BRACES})?)*+/?>"
    r"|\{/\*(?s:.{0,4000}?)\*/\}"
)


def parse(source: str, start: int = 0) -> Parsed:
    """Reads Markdown from `start` on; as plain text where it is nested too deep for a parser that recurses.

    >>> parse("# A *b*\\n\\n- see [c](d.md) &amp; `e`\\n").text
    'A b\\n\\nsee c & e'
    """
    noted = _without_admonitions(source[start:])
    visible = _blanked(source[:start]) + noted  # of the same length: offsets stay those of the source
    indented = noted == source[start:] and _LONG_FOOTNOTE.search(source, start) is None
    return _parse(source, start, visible, indented_code=indented)


def parse_mdx(source: str, start: int = 0) -> Parsed:
    """Reads MDX from `start` on: Markdown without its imports, exports and component tags.

    >>> parse_mdx("import A from 'a'\\n\\n<A b={{c: 1}}>\\n  Some *text*\\n</A>\\n").text
    'Some text'
    """
    pieces, at = [_blanked(source[:start])], start
    for code in _MDX_CODE.finditer(source, start):
        if not code.group().strip("`"):
            continue
        pieces += [_without_jsx(source[at : code.start()]), code.group()]
        at = code.end()
    return _parse(source, start, "".join([*pieces, _without_jsx(source[at:])]), indented_code=False)


def _parse(source: str, start: int, visible: str, *, indented_code: bool) -> Parsed:
    tokens = _tokens(visible, indented_code)
    if tokens is None:
        return replace(plain.parse(source, start), format="markdown")
    document = _Markdown(visible, TextBuilder(source))
    try:
        document.walk(tokens)
    except _MisplacedError:
        return replace(plain.parse(source, start), format="markdown")
    return document.builder.finish("markdown")


def _blanked(text: str) -> str:
    """White space of the same length and lines."""
    return re.sub(r"[^\r\n]", " ", text)


def _without_jsx(text: str) -> str:
    text = _MDX_STATEMENT.sub(lambda match: _blanked(match.group()), text)
    return _MDX_TAG.sub(lambda match: _blanked(match.group()), text)


def _without_admonitions(text: str) -> str:
    """Blanks the marks of MkDocs notes, all but their titles; what is indented below them is no code then."""
    if "!!!" not in text and "???" not in text:
        return text
    pieces, at = [], 0
    for code in _MDX_CODE.finditer(text):
        pieces += [_ADMONITION.sub(_title_alone, text[at : code.start()]), code.group()]
        at = code.end()
    return "".join([*pieces, _ADMONITION.sub(_title_alone, text[at:])])


def _title_alone(note: re.Match[str]) -> str:
    if note[2] is None:
        return _blanked(note.group())
    first, last = note.start(2) - note.start(), note.end(2) - note.start()
    return _blanked(note.group()[:first]) + note[2] + _blanked(note.group()[last:])


def _tokens(source: str, indented_code: bool) -> list[Token] | None:
    """The document's tokens; None when some are nested deeper than the parser goes."""
    from qa.load.positions import MAX_NESTING, parser  # markdown-it-py costs 33 ms to import: only for Markdown

    try:
        tokens = parser(indented_code=indented_code).parse(source)
    except RecursionError:
        return None
    return None if any(token.level >= MAX_NESTING - 1 for token in tokens) else tokens


class _MisplacedError(Exception):
    """A piece of text does not stand where it was looked for. The document is then read as plain text."""


@dataclass(slots=True)
class _Markdown:
    """One document on its way from tokens into a TextBuilder. `source` is of the length of the file's."""

    source: str
    builder: TextBuilder
    _starts: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    _containers: list[str] = field(default_factory=list)
    _fresh: bool = False  # nothing of the list item or the quotation has been read yet
    _heading: str = ""  # the marks of the heading being read
    _in_head: bool = False  # in a table's row of column headers
    _row: list[tuple[int, int]] = field(default_factory=list)  # source ranges of the cells still to come
    _text: str = ""  # of the block being read, as the parser saw it
    _places: SourceMap = _NOWHERE  # where that stands

    def __post_init__(self) -> None:
        breaks = list(_LINE_END.finditer(self.source))
        self._starts = [0, *(found.end() for found in breaks)]
        self._ends = [*(found.start() for found in breaks), len(self.source)]

    def walk(self, tokens: list[Token]) -> None:
        """Adds every block of the document."""
        for token in tokens:
            if token.type == "inline":
                self._inline(token)
            elif token.type in {"fence", "code_block"}:
                self._code(token)
            elif token.type == "html_block":
                self._html(token)
            else:
                self._structure(token)
        self.builder.end()

    def _structure(self, token: Token) -> None:
        """Opens and closes what blocks stand in, and begins the block."""
        if token.type in {"bullet_list_open", "ordered_list_open", "blockquote_open"}:
            self._containers.append("blockquote" if token.type == "blockquote_open" else "list")
            self._fresh = True
        elif token.type in {"bullet_list_close", "ordered_list_close", "blockquote_close"}:
            self._containers.pop()
        elif token.type == "list_item_open":
            self._fresh = True
        elif token.type == "table_open":
            self.builder.apart()
        elif token.type in {"th_open", "td_open"}:
            self.builder.space("\t")
        elif token.type == "heading_open":
            self._heading = token.markup
        elif token.type == "heading_close":
            self._heading = ""
        elif token.type == "tr_close":
            self._row = []
        elif token.type in {"thead_open", "thead_close"}:
            self._in_head = token.type == "thead_open"
        if token.type == "tr_open":
            self.builder.begin("header" if self._in_head else "row")
            self._row = self._cells((token.map or [0])[0])
        elif token.type in {"paragraph_open", "heading_open"}:
            self.builder.begin(*self._kind(token))

    def _kind(self, token: Token | None = None) -> tuple[BlockKind, int]:
        quoted = self._containers[-1:] == ["blockquote"]
        if token is not None and token.type == "heading_open" and not quoted:
            return "heading", int(token.tag[1:])
        if quoted:
            return "quotation", 0
        return ("item", self._containers.count("list")) if self._containers else ("paragraph", 0)

    # Blocks

    def _code(self, token: Token) -> None:
        first = (token.map or [0, 0])[0] + (token.type == "fence")
        self.builder.begin("code")
        for number, content in enumerate(token.content.split("\n")):
            if content:
                self.builder.add(content, self._suffix(first + number, content))
            self.builder.space("\n")
        self.builder.end()

    def _html(self, token: Token) -> None:
        """An HTML block, read by the HTML reader from the source itself, the marks of lists and quotations blanked."""
        first, last = token.map or [0, 0]
        start, end = self._starts[first], self._ends[max(last - 1, first)]
        pieces, at = [], start
        for number, content in enumerate(token.content.split("\n") if self._containers else []):
            if content:
                line, mark = self._starts[first + number], self._suffix(first + number, content)
                pieces += [self.source[at:line], " " * (mark - line)]
                at = max(mark, line)
        text = "".join([*pieces, self.source[at:end]])
        Fragment(self.builder, text, 0, len(text), shift=start, furniture=True, base=self._kind()).walk()

    def _suffix(self, line: int, content: str) -> int:
        """Source offset of what markdown-it-py left of a line: its end. Tabs that were cut in two became spaces."""
        start, end = self._starts[line], self._ends[line]
        if self.source.endswith(content, start, end):
            return end - len(content)
        return self._find(content.strip(), start, end) - (len(content) - len(content.lstrip()))

    def _find(self, content: str, start: int, end: int) -> int:
        """The last place of `content` in a range of the source."""
        at = self.source.rfind(content, start, end)
        if at < 0:
            raise _MisplacedError
        return at

    # Inline text

    def _inline(self, token: Token) -> None:
        runs = self._cell(token) if self._row else self._lines(token)
        self._text = token.content
        self._places = SourceMap(tuple(start for start, _ in runs), tuple(at for _, at in runs), ())
        fresh, self._fresh = self._fresh, False
        children = token.children or []
        for number, child in enumerate(children):
            before = children[number - 1] if number else None
            at = child.meta.get("at", 0)
            if child.type == "text" and before is not None and before.markup == "autolink" and before.nesting == 1:
                self._add(at + 1, token.content.index(">", at))
            elif child.type == "text":
                first = before is None or before.type in {"softbreak", "hardbreak"}
                last = self._heading and number == len(children) - 1
                self._words(at, child.content, first=first, fresh=fresh and number == 0, last=bool(last))
            else:
                self._mark(at, child)

    def _mark(self, at: int, child: Token) -> None:
        """Everything inline that is not plain text; of links and emphasis only the text is kept, of images nothing."""
        if child.type in {"softbreak", "hardbreak"} or (
            child.type == "html_inline" and _LINE_BREAK.match(child.content)
        ):
            self.builder.space("\n")
        elif child.type == "code_inline":
            at += len(child.markup)
            whole = self._text[at : at + len(child.content)].replace("\n", " ") == child.content
            at += not whole  # then one space was stripped on either side
            self._add(at, at + len(child.content))
        elif child.type == "text_special" and child.info == "escape":
            self._add(at + (len(child.content) == 1), at + 2)
        elif child.type == "text_special":
            self.builder.add_decoded(child.content, self._places.source_offset(at))

    def _words(self, at: int, text: str, *, first: bool, fresh: bool, last: bool) -> None:
        """Plain text, without what GitHub, Pandoc and Docusaurus mark up in it beyond CommonMark."""
        end = at + len(text)
        if first and (mark := _FENCED_DIV.match(text) or (fresh is False and _DEFINITION.match(text))):
            at += mark.end()
        if fresh and (mark := (_CALLOUT if self._containers[-1:] == ["blockquote"] else _TASK).match(text)):
            at += mark.end()
        if last and (mark := _HEADING_ID.search(text)):
            end -= len(text) - mark.start()
        for note in _FOOTNOTE.finditer(self._text, at, end):
            self._add(at, note.start())
            if note.group().endswith(":"):  # the note itself
                self.builder.begin(*self._kind())
            at = note.end()
        self._add(at, end)

    def _add(self, start: int, end: int) -> None:
        """Adds a range of the block's text; one that stands nowhere is white space of Unicode's."""
        if self._places.text_starts:
            self.builder.add_excerpt(self._text, self._places, start, end)

    # Where inline text stands: runs of it, each from an offset of the text on, at one of the source

    def _lines(self, token: Token) -> list[tuple[int, int]]:
        """The runs of a paragraph or a heading: line by line, each the end of its source line."""
        runs = []
        line, last = token.map or [0, 0]
        at = 0
        for text in token.content.split("\n"):
            body = text.strip()
            while body and line < last - 1 and not self.source[self._starts[line] : self._ends[line]].strip():
                line += 1  # a line of no-break spaces, which markdown-it-py strips from the paragraph it begins
            if body:
                runs.append((at + text.index(body), self._body(line, body)))
            at += len(text) + 1
            line += 1
        return runs

    def _body(self, line: int, body: str) -> int:
        start, end = self._starts[line], self._ends[line]
        if not self._heading.startswith("#"):
            return self._find(body, start, end)
        at = self.source.find(body, self.source.index(self._heading, start) + len(self._heading), end)
        if at < 0:
            raise _MisplacedError
        return at

    def _cell(self, token: Token) -> list[tuple[int, int]]:
        """The run of a table's cell, or one for each character where borders are escaped in it."""
        start, end = self._row.pop(0)
        if token.content and "\\|" not in self.source[start:end]:
            return [(0, self._find(token.content, start, end))]
        runs, at = [], start + len(self.source[start:end]) - len(self.source[start:end].lstrip())
        for number, character in enumerate(token.content):
            at += character == "|"  # a border inside a cell is always escaped
            if self.source[at] != character:
                raise _MisplacedError
            runs.append((number, at))
            at += 1
        return runs

    def _cells(self, line: int) -> list[tuple[int, int]]:
        """Source ranges of a row's cells, between borders that no backslash escapes."""
        start, end = self._starts[line], self._ends[line]
        for _ in self._containers:
            prefix = _CONTAINER_PREFIX.match(self.source, start, end)
            start = prefix.end() if prefix else start
        text = self.source[start:end]
        start += len(text) - len(text.lstrip())
        end -= len(text) - len(text.rstrip())
        borders = [match.start() for match in _BORDER.finditer(self.source, start, end)]
        cells = list(zip([start, *(border + 1 for border in borders)], [*borders, end], strict=True))
        return cells[1:] if borders and borders[0] == start else cells
