"""AsciiDoc -> readable text: a parser of lines that knows where each piece stands.

Blocks that hold others are not nested: what stands in them is read where it stands. Attributes are not filled in,
nothing is included, and what a condition guards is read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import unescape

from qa.load.lines import Line, lines_of
from qa.load.protocol import Parsed, TextBuilder

__all__ = ["is_asciidoc", "parse"]

_SAMPLE = 1 << 16
_SIGNS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"^={2,6}[ \t]+\S[^\n]*[^=\s][ \t]*\r?$",
        r"^\[(?:source|verse|listing|quote|horizontal|NOTE|TIP|WARNING|IMPORTANT|CAUTION|cols|options|%)[^\]\n]*\]\s*$",
        r"^\[\[[\w.:-]+\]\][ \t]*\r?$",
        r"^(?:ifn?def|ifeval|endif|include|image|toc)::[^\s\[\]]*\[[^\]\n]*\]\s*$",
        r"^:!?[A-Za-z][\w-]*!?:(?:[ \t][^\n]*)?$",
        r"^\S[^\n]{0,80}[^\s:]::[ \t]*\r?$",
        r"\b(?:link|xref|linkgit|footnote):[^\s\[\]]*\[|<<[\w.-]+(?:,[^<>\n]+)?>>",
        r"^\|===[ \t]*\r?$",
    )
)
_LEAST_SIGNS = 2

_TITLE = re.compile(r"(={1,6}|#{1,6})[ \t]+(?=\S)")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,}|~{3,}|\^{3,}|\+{3,})$")
_LEVELS = "=-~^+"
_SLACK = 2  # characters by which a title may differ from its underline
_VERBATIM = re.compile(r"(?:-{4,}|\.{4,}|\+{4,}|`{3,}[\w+#-]*|~{3,}[\w+#-]*|[,:]===+)$")
_HOLDER = re.compile(r"(?:={4,}|\*{4,}|_{4,}|--)$")
_TABLE = re.compile(r"[|!]={3,}$")
_COMMENT = re.compile(r"/{4,}$")
_ATTRIBUTES = re.compile(r"\[(?:[^\]\"']|\"[^\"]*\"|'[^']*')*\]$|\[\[[^\[\]]+\]\]$")
_ENTRY = re.compile(r":!?([A-Za-z][\w-]*)!?:(?:[ \t]+(\S.*))?$")
_DIRECTIVE = re.compile(r"(?:ifn?def|ifeval|endif|include|image|video|audio|toc|[a-z]+)::[^\s\[\]]*\[[^\]]*\]$")
_RULE = re.compile(r"'{3,}$|<{3,}$|\*(?: ?\*){2}$|-(?: -){2}$")
_CAPTION = re.compile(r"\.(?=[^\s.])")
_ITEM = re.compile(r"(\*{1,6}|-|\.{1,6}|\d{1,3}\.|[a-zA-Z]\.|<(?:\d{1,3}|\.)>)[ \t]+(?:\[[ xX*]\][ \t]+)?(?=\S)")
_TERM = re.compile(
    r"(?P<term>(?![/.\s])(?:[^\s:;]|[ \t](?!\s)|[:;](?!\s|[:;]{1,9}(?:\s|$))){1,300}?)(?P<mark>:{2,4}|;;)(?:[ \t]+|$)"
)
_CONTINUED = "+"
_CELL = re.compile(r"(?<!\\)(?:(?P<wide>\d{1,3})(?:\.\d{1,3})?\+|\.\d{1,3}\+|\d{1,3}\*)?[<^>]?(?:\.[<^>])?[aehlmsd]?\|")
_COLUMNS = re.compile(r"cols\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\d+))")
_REPEATED = re.compile(r"(\d{1,3})\*")
_REVISION = re.compile(r"v?\d[\w.]*,?\s*(?:[\d-]{6,}|\w+ \d).*$|\d{4}-\d\d-\d\d$")
_AUTHOR = re.compile(r"[^\W\d_][^<>\n:;]{1,60}(?:<[^<>\s]+>)?$")

_INLINE = re.compile(
    r"\\(?P<escaped>[*_`#+^~\[{<])"
    r"|\"`(?P<double>[^`]{1,300})`\""
    r"|(?<![\w`])(?P<ticks>``?)(?=\S)(?P<mono>[^`]{1,400})(?P=ticks)(?![\w`])"
    r"|\+\+\+(?P<raw>[^+]{1,300})\+\+\+"
    r"|(?<![\w+])\+(?=\S)(?P<plus>[^+\n]{1,300})(?<=\S)\+(?![\w+])"
    r"|(?<![\w*])\*(?=[^\s*])(?P<strong>[^*]{1,400})(?<=\S)\*(?![\w*])"
    r"|\*\*(?=[^\s*])(?P<stronger>[^*]{1,400})\*\*"
    r"|(?<![\w_])_(?=[^\s_])(?P<emphasis>(?:[^_]|_(?=\w)){1,400})(?<=\S)_(?![\w_])"
    r"|__(?=[^\s_])(?P<italic>[^_]{1,400})__"
    r"|\[[.#\w-]{1,60}\]\#(?P<marked>[^#]{1,300})\#"
    r"|(?P<target>(?:https?|ftp|irc)://[^\s\[\]<>]{1,500}|(?:link|mailto|xref):(?P<bare>[^\s\[\]]{1,500}))"
    r"(?:\[(?P<label>[^\]]{0,400})\])?"
    r"|<<(?P<id>[^<>,\n]{1,200})(?:,\s*(?P<text>[^<>]{1,300}))?>>"
    r"|\b(?:footnote(?:ref)?|kbd|btn|stem|latexmath|asciimath|pass):[\w.-]{0,60}\[(?P<said>[^\]]{0,2000})\]"
    r"|(?P<left>\b(?:image|icon|anchor|indexterm):[^\s\[\]:][^\s\[\]]{0,300}\[[^\]]{0,300}\]"
    r"|\[\[[^\[\]\n]{1,200}\]\]|\(\(\([^()]{1,300}\)\)\)|\{(?:empty|nbsp|sp|zwsp)\}|<\d{1,3}>(?=\s*$))"
    r"|\b[a-z]{3,20}:(?P<macro>(?=[\w./-])[^\s\[\]:]{1,200}\[[^\]\n]{0,100}\])"
    r"|\(\((?P<index>[^()]{1,200})\)\)"
    r"|(?P<entity>&(?:\#\d{1,7}|\#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)"
    r"|(?P<end>[ ]\+[ \t]*\r?(?=\n|\Z))",
    re.MULTILINE,
)
_VERBATIM_GROUPS = ("escaped", "raw", "mono", "plus", "macro")
_NESTED_GROUPS = ("double", "strong", "stronger", "emphasis", "italic", "marked", "text", "said", "index")
_LABEL_END = re.compile(r",\s*\w+\s*=|\^$")


def is_asciidoc(source: str, start: int = 0) -> bool:
    r"""Whether a text shows at least two signs of AsciiDoc, each of another kind.

    >>> is_asciidoc("NAME\n----\n[verse]\n'git' x\n\n-v::\n\tSay more.\n"), is_asciidoc("== Wiki ==\n* a\n* b\n")
    (True, False)
    """
    end = start + _SAMPLE
    return sum(sign.search(source, start, end) is not None for sign in _SIGNS) >= _LEAST_SIGNS


def parse(source: str, start: int = 0) -> Parsed:
    r"""Reads AsciiDoc from `start` on.

    >>> parse("= Title\n:toc:\n\nSee *the* <<g,guide>>:\n\n----\ncode\n----\n\n-v:: More.\n").text
    'Title\n\nSee the guide:\n\ncode\n\n-v\nMore.'
    """
    document = _Adoc(source, TextBuilder(source), lines_of(source, start))
    document.walk()
    parsed = document.builder.finish("asciidoc")
    return replace(parsed, author=document.about.get("author"), date=document.about.get("revdate"))


@dataclass(slots=True)
class _Adoc:
    """One document on its way into a TextBuilder, line by line."""

    source: str
    builder: TextBuilder
    lines: Sequence[Line]
    about: dict[str, str] = field(default_factory=dict)
    _at: int = 0
    _attributes: str = ""  # of the block that comes next
    _lists: list[str] = field(default_factory=list)  # marks of the items that are open
    _quotes: list[str] = field(default_factory=list)  # delimiters of the quotations that are open

    def walk(self) -> None:
        """Reads all lines."""
        while self._at < len(self.lines):
            line = self.lines[self._at]
            if not line.text or line.text == _CONTINUED:
                self._at += 1
            elif not self._unread(line):
                self._block(line)
                self._attributes = ""

    # What is not text

    def _unread(self, line: Line) -> bool:
        """Whether a line, or a block of comments, says nothing itself; it is passed then."""
        text = line.text
        if _COMMENT.match(text):
            self._at = self._closing(self._at + 1, text) + 1
            return True
        if entry := _ENTRY.match(text):
            self.about.setdefault(entry[1].lower(), entry[2] or "")
            while self.lines[self._at].text.endswith(" \\") and self._at + 1 < len(self.lines):
                self._at += 1
        elif _ATTRIBUTES.match(text) and not line.indent:
            self._attributes += text
        elif _HOLDER.match(text):
            self._hold(text)
        elif not (_is_comment(text) or _DIRECTIVE.match(text) or _RULE.match(text)):
            return False
        self._at += 1
        return True

    def _hold(self, mark: str) -> None:
        """A block that holds others begins or ends; in a quotation paragraphs are quoted."""
        if self._quotes and mark == self._quotes[-1]:
            self._quotes.pop()
        elif mark[0] == "_":
            self._quotes.append(mark)
        self._attributes = ""

    def _closing(self, at: int, mark: str) -> int:
        """The number of the line that is the same mark, or the number of lines."""
        while at < len(self.lines) and self.lines[at].text != mark:
            at += 1
        return at

    # Blocks

    def _block(self, line: Line) -> None:
        """Reads the block that begins with a line."""
        text = line.text
        if self._title(line):
            return
        if _VERBATIM.match(text):
            mark = text[: len(text) - len(text.lstrip(text[0]))] if text[0] in "`~" else text
            end = self._closing(self._at + 1, mark)
            self._verbatim(self._at + 1, end)
            self._at = end + 1
        elif _TABLE.match(text):
            end = self._closing(self._at + 1, text)
            self._table(self.lines[self._at + 1 : end])
            self._at = end + 1
        elif self._item(line) or self._term(line):
            return
        elif caption := _CAPTION.match(text):
            self._one_line(line, caption.end())
        elif line.indent:
            end = self._blank(self._at)
            self._verbatim(self._at, end)
            self._at = end
        else:
            self._paragraph()

    def _title(self, line: Line) -> bool:
        """Reads a section's title, which has its marks before it or is underlined."""
        if line.indent:
            return False
        mark = _TITLE.match(line.text)
        under = self.lines[self._at + 1].text if self._at + 1 < len(self.lines) else ""
        is_underlined = _UNDERLINE.match(under) and abs(len(under) - len(line.text)) <= _SLACK
        if mark:
            level, first, taken = len(mark[1]), mark.end(), 1
        elif is_underlined and any(c.isalnum() for c in line.text) and not _is_marked(line.text):
            level, first, taken = _LEVELS.index(under[0]) + 1, 0, 2
        else:
            return False
        self.builder.begin("heading", level)
        self._inline(line.start + first, line.end)
        self.builder.end()
        self._lists, self._at = [], self._at + taken
        if level == 1 and self.builder.count == 1:
            self._head()
        return True

    def _head(self) -> None:
        """Passes the author and the revision below the document's title."""
        for name, pattern in (("author", _AUTHOR), ("revdate", _REVISION)):
            text = self.lines[self._at].text if self._at < len(self.lines) else ""
            if text and not _ENTRY.match(text) and pattern.match(text):
                self.about.setdefault(name, text)
                self._at += 1

    def _one_line(self, line: Line, first: int) -> None:
        self.builder.begin("paragraph")
        self._inline(line.start + first, line.end)
        self.builder.end()
        self._at += 1

    def _paragraph(self) -> None:
        """Reads a paragraph; one that does not go on with an item ends the list."""
        first = self._at
        if not (first and self.lines[first - 1].text == _CONTINUED):
            self._lists = []
        end = self._text_end(first + 1, in_list=False)
        kept = re.match(r"\[(?:verse|listing|source|literal)\b", self._attributes)
        if kept:
            self._verbatim(first, end, plain=kept[0] == "[verse")
        else:
            quoted = self._quotes or self._attributes.startswith("[quote")
            self.builder.begin("quotation" if quoted else "paragraph")
            self._text(first, end)
        self._at = end

    def _text(self, at: int, end: int) -> None:
        """Adds some lines as text of the block under construction."""
        run = at
        for number in range(at, end + 1):
            if number == end or _is_comment(self.lines[number].text) or _DIRECTIVE.match(self.lines[number].text):
                if run < number:
                    self._inline(self.lines[run].start, self.lines[number - 1].end)
                    self.builder.space()
                run = number + 1

    def _text_end(self, at: int, *, in_list: bool) -> int:
        """The number of the line behind the text that goes on at a line."""
        while at < len(self.lines):
            line = self.lines[at]
            if not line.text or line.text == _CONTINUED or self._breaks(line):
                break
            if in_list and (_ITEM.match(line.text) or _TERM.match(line.text)):
                break
            at += 1
        return at

    def _breaks(self, line: Line) -> bool:
        """Whether a line ends the text above it without a blank line between."""
        marks = (_VERBATIM, _HOLDER, _TABLE, _COMMENT)
        return any(mark.match(line.text) for mark in marks) or (not line.indent and _is_attributes(line.text))

    def _verbatim(self, at: int, end: int, *, plain: bool = False) -> None:
        """Adds lines as they stand, less the indentation that all of them have, or less their inline markup."""
        lines = self.lines[at:end]
        least = min((line.indent for line in lines if line.text), default=0)
        self.builder.begin("code")
        for line in lines:
            if line.text:
                self.builder.space(" " * (line.indent - least))
                if plain:
                    self._inline(line.start, line.end)
                else:
                    self.builder.add(line.text, line.start)
            self.builder.space("\n")
        self.builder.end()

    def _blank(self, at: int) -> int:
        while at < len(self.lines) and self.lines[at].text not in {"", _CONTINUED}:
            at += 1
        return at

    # Lists

    def _level(self, mark: str) -> int:
        """The level of an item with a mark: that of the last such, else one below the last item's."""
        if mark in self._lists:
            del self._lists[self._lists.index(mark) + 1 :]
        else:
            self._lists.append(mark)
        return len(self._lists)

    def _item(self, line: Line) -> bool:
        mark = _ITEM.match(line.text)
        if not mark:
            return False
        kind = re.sub(r"\w+", "1", mark[1])
        self.builder.begin("item", self._level(kind))
        end = self._text_end(self._at + 1, in_list=True)
        self._inline(line.start + mark.end(), line.end)
        self.builder.space()
        self._text(self._at + 1, end)
        self.builder.end()
        self._at = end
        return True

    def _term(self, line: Line) -> bool:
        """Reads a term, others beside it, and the text that says what it means, as one item."""
        mark = _TERM.match(line.text)
        if not mark:
            return False
        self.builder.begin("item", self._level(mark["mark"]))
        while mark:
            self._inline(line.start + mark.start("term"), line.start + mark.end("term"))
            self.builder.space("\n")
            self._inline(line.start + mark.end(), line.end)
            self.builder.space()
            self._at += 1
            if mark.end() < len(line.text):
                break
            at = self._defined_at()
            line = self.lines[at] if at < len(self.lines) else line
            mark = _TERM.match(line.text) if at < len(self.lines) else None
            self._at = at if mark or (at < len(self.lines) and self._goes_on(at)) else self._at
        end = self._text_end(self._at, in_list=True)
        self._text(self._at, end)
        self.builder.end()
        self._at = end
        return True

    def _defined_at(self) -> int:
        """The next line that is not blank, if it may say what a term means, or is another term."""
        at = self._at
        while at < len(self.lines) and not self.lines[at].text:
            at += 1
        return at

    def _goes_on(self, at: int) -> bool:
        """Whether a line behind a blank one is a term's definition: it is indented, and no item."""
        line = self.lines[at]
        return at == self._at or (line.indent > 0 and not _ITEM.match(line.text))

    # Tables

    def _table(self, lines: Sequence[Line]) -> None:
        """Rows of cells. The first is a header if that is said, or if it is one line with a blank one below."""
        cells, first = _cells(lines)
        wanted = _columns(self._attributes) or first
        blank_below = len(lines) > 1 and first == wanted and bool(lines[0].text) and not lines[1].text
        header = "header" in self._attributes or (blank_below and "noheader" not in self._attributes)
        self.builder.apart()
        column, before = wanted, 1
        for ranges, width in cells:
            if column >= wanted:
                self.builder.begin("header" if header else "row")
                header, column, before = False, 0, 1
            for _ in range(before):
                self.builder.space("\t")
            before = width
            for start, end in ranges:
                self._inline(start, end)
                self.builder.space()
            column += width
        self.builder.apart()

    # Text in a line

    def _inline(self, start: int, end: int) -> None:
        """Adds a stretch of text without its inline markup."""
        at = start
        for mark in _INLINE.finditer(self.source, start, end):
            self.builder.add(self.source[at : mark.start()], at)
            at = mark.end()
            self._marked(mark)
        self.builder.add(self.source[at:end], at)

    def _marked(self, mark: re.Match[str]) -> None:
        """Adds what inline markup shows."""
        if mark["target"]:
            self._link(mark)
        elif mark["id"]:
            self._inline(*mark.span("text")) if mark["text"] else self.builder.add(mark["id"], mark.start("id"))
        elif mark["entity"]:
            self.builder.add_decoded(unescape(mark["entity"]), mark.start())
        elif mark["end"]:
            self.builder.space("\n")
        elif mark["left"]:
            self.builder.space()
        for name in _VERBATIM_GROUPS:
            if mark[name]:
                self.builder.add(mark[name], mark.start(name))
        for name in _NESTED_GROUPS:
            if mark[name] and not mark["id"]:
                self._inline(*mark.span(name))

    def _link(self, mark: re.Match[str]) -> None:
        """What a link says, else where it leads to."""
        label = mark["label"] or ""
        if label.strip():
            stop = _LABEL_END.search(label)
            self._inline(mark.start("label"), mark.start("label") + (stop.start() if stop else len(label)))
        elif mark["bare"] and mark["label"] is not None:
            self.builder.add(mark["bare"], mark.start("bare"))
        else:
            self.builder.add(mark["target"], mark.start("target"))


def _is_comment(text: str) -> bool:
    return text.startswith("//") and not text.startswith("///")


def _is_marked(text: str) -> bool:
    """Whether a line is the mark of a block, or an item, which no title is."""
    marks = (_VERBATIM, _HOLDER, _TABLE, _COMMENT, _ATTRIBUTES, _ENTRY, _CAPTION, _TERM, _DIRECTIVE)
    return any(mark.match(text) for mark in marks)


def _is_attributes(text: str) -> bool:
    """Whether a line says something of the block below it; text may stand in brackets, too."""
    return _ATTRIBUTES.match(text) is not None and (text.startswith(("[[", "[.", "[#", "[%")) or text[1:2].isalpha())


def _columns(attributes: str) -> int:
    """How many columns a table says that it has, 0 if it does not say."""
    found = _COLUMNS.search(attributes)
    said = (found[1] or found[2] or found[3] or "") if found else ""
    if said.isdigit() and found and found[3]:
        return int(said)
    repeated = (_REPEATED.match(part.strip()) for part in said.split(",") if said)
    return sum(int(times[1]) if times else 1 for times in repeated)


def _cells(lines: Sequence[Line]) -> tuple[list[tuple[list[tuple[int, int]], int]], int]:
    """The cells of a table, the ranges of their lines and how many columns they span; those on its first line."""
    cells: list[tuple[list[tuple[int, int]], int]] = []
    first = 0
    for line in lines:
        marks = list(_CELL.finditer(line.text))
        stops = [mark.start() for mark in marks] + [len(line.text)]
        if cells and stops[0]:
            cells[-1][0].append((line.start, line.start + stops[0]))
        for mark, stop in zip(marks, stops[1:], strict=True):
            cells.append(([(line.start + mark.end(), line.start + stop)], int(mark["wide"] or 1)))
        first = first or sum(width for _, width in cells)
    return cells, first
