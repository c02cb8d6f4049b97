"""reStructuredText -> readable text: a parser of lines and indentation that knows where each piece stands.

docutils is not used: its nodes know lines at best, no offsets, and it runs what a document includes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from qa.load import delimited
from qa.load.lines import Line, lines_of
from qa.load.protocol import Excerpt, Parsed, TextBuilder, joined
from qa.model import BlockKind

__all__ = ["parse"]

_DEEPEST = 40
_UNDERLINE = re.compile(r"([!-/:-@\[-`{-~])\1{2,}\s*$")
_BULLET = re.compile(r"[-*+•‣⁃]\s+(?=\S)")
_NUMBER = re.compile(r"(?:\(?(?:\d{1,3}|#|[a-zA-Z]|[ivxlcIVXLC]{1,6})[.)])\s+(?=\S)")
_FIELD = re.compile(r":(?![: ])((?:\\.|[^\\:`\n]|:(?!\s|$))+?):(?:[ \t]+|$)")
_OPTION = re.compile(
    r"(?:-\w|--[\w-]+|/\w)(?:[ =]<?[\w.-]+>?)?(?:, (?:-\w|--[\w-]+|/\w)(?:[ =]<?[\w.-]+>?)?)*(?:  +|$)"
)
_EXPLICIT = re.compile(r"\.\.(?:[ \t]+|$)")
_DIRECTIVE = re.compile(r"([\w][\w:+.-]*?)[ \t]?::(?:[ \t]+|$)")
_NOTE = re.compile(r"\[(?:#?[\w.-]*|\*)\](?:[ \t]+|$)")
_GRID = re.compile(r"\+[-=+]{3,}\+\s*$")
_SIMPLE = re.compile(r"=+(?:[ \t]+=+)+\s*$")
_COLUMN = re.compile(r"=+")
_RULE = re.compile(r"[- ]+")
_LIST_ROW = re.compile(r"[*+-]\s+[*+-](?:\s+|$)")
_LIST_CELL = re.compile(r"[*+-](?:\s+|$)")

_CODE = frozenset(
    {*("code", "code-block", "sourcecode", "parsed-literal", "literal", "math", "doctest", "testcode", "testoutput")}
    | {*("testsetup", "ipython", "prompt", "graphviz", "productionlist", "console")}
)
_LEFT_OUT = frozenset(
    {
        *(
            "toctree",
            "image",
            "index",
            "meta",
            "raw",
            "include",
            "contents",
            "highlight",
            "default-role",
            "role",
            "target",
        )
    }
    | {*("currentmodule", "module", "py:module", "py:currentmodule", "sectionauthor", "codeauthor", "literalinclude")}
    | {*("autosummary", "automodule", "autoclass", "autofunction", "automethod", "plot", "tabularcolumns", "sectnum")}
    | {*("header", "footer", "class", "autodata", "autoexception")}
)
_TITLED = frozenset({"table", "csv-table", "list-table", "topic", "sidebar", "admonition", "figure", "tab"})
_SAID = frozenset({"versionadded", "versionchanged", "deprecated", "versionremoved", "deprecated-removed"})
_PROSE = frozenset(
    {*("note", "warning", "tip", "hint", "caution", "danger", "error", "important", "attention", "seealso", "todo")}
    | {*("epigraph", "highlights", "pull-quote", "centered", "rubric")}
    | {*("impl-detail", "availability", "details", "dropdown")}
)
_BARE = frozenset({*("only", "container", "compound", "hlist", "glossary", "tab-set", "grid", "tabs", "ifconfig")})

_INLINE = re.compile(
    r"(?P<escape>\\(?:\s|(?P<kept>.)|$))"
    r"|``(?P<literal>(?:[^`]|`(?!`))+?)``"
    r"|(?::(?P<role>[\w:+.-]{1,40}):)?`(?P<text>(?:\\.|[^`\\])+?)`(?::[\w:+.-]{1,40}:)?_{0,2}"
    r"|(?<![\w*])\*\*(?=\S)(?P<strong>(?:\\.|[^\\*]|\*(?!\*))+?)(?<=\S)\*\*(?!\w)"
    r"|(?<![\w*])\*(?=[^\s*])(?P<emphasis>(?:\\.|[^\\*])+?)(?<=\S)\*(?![\w*])"
    r"|(?<![\w|])\|(?=\S)(?P<substitution>[^|\n]{1,80}?)(?<=\S)\|_{0,2}(?!\w)"
    r"|(?P<note>\s?\[(?:\#[\w.-]*|\*|\d+)\]_(?!\w))"
    r"|(?P<target>_`(?P<name>[^`\n]+)`)"
    r"|(?<=\w)(?P<reference>__?)(?![\w_])(?=[\s.,:;!?)\]'\"]|$)",
    re.DOTALL,
)
_TARGET = re.compile(r"\s*<[^<>]*>\s*$", re.DOTALL)


def parse(source: str, start: int = 0) -> Parsed:
    r"""Reads reStructuredText from `start` on.

    >>> parse("Title\n=====\n\nSee *the* :ref:`guide <g>`::\n\n  code\n\n:Age: 3\n").text
    'Title\n\nSee the guide:\n\ncode\n\nAge: 3'
    """
    document = _Rst(source, TextBuilder(source))
    lines = lines_of(source, start)
    document.body(lines, "paragraph", 0)
    parsed = document.builder.finish("rst")
    return replace(parsed, author=document.about.get("author"), date=document.about.get("date"))


@dataclass(slots=True)
class _Rst:
    """One document on its way into a TextBuilder. What is indented is a body of its own."""

    source: str
    builder: TextBuilder
    about: dict[str, str] = field(default_factory=dict)
    _styles: list[str] = field(default_factory=list)  # how titles of each level are underlined
    _bodies: int = 0  # how many are open

    def body(self, lines: list[Line], kind: BlockKind, level: int) -> None:
        """Adds a body element after the other; its paragraphs are of this kind."""
        self._bodies += 1
        at = 0
        while at < len(lines):
            if not lines[at].text:
                at += 1
            elif self._bodies > _DEEPEST:
                at = self._verbatim(lines, at, len(lines))
            else:
                at = self._element(lines, at, kind, level)
        self._bodies -= 1

    def _element(self, lines: list[Line], at: int, kind: BlockKind, level: int) -> int:
        """Adds what begins at a line; the number of the line behind it."""
        line = lines[at]
        if self._bodies == 1 and (size := self._title(lines, at)):
            return at + size
        if _EXPLICIT.match(line.text):
            return self._explicit(lines, at, kind, level)
        if _GRID.match(line.text):
            return self._grid(lines, at)
        if _SIMPLE.match(line.text) and (end := _simple_end(lines, at)):
            return self._simple(lines, at, end)
        if line.text.startswith(">>> "):
            return self._verbatim(lines, at, _blank(lines, at))
        for pattern in (_BULLET, _NUMBER):
            mark = pattern.match(line.text)
            if mark and (pattern is _BULLET or _is_listed(lines, at)):
                return self._item(lines, at, mark.end(), level + 1)
        if mark := _FIELD.match(line.text):
            return self._field(lines, at, mark, level)
        if (mark := _OPTION.match(line.text)) and (mark.end() < len(line.text) or _is_deeper(lines, at)):
            return self._term(lines, at, level)
        if line.text[:2] == "| " or line.text == "|":
            return self._line_block(lines, at)
        return self._paragraph(lines, at, kind, level)

    # Titles and paragraphs

    def _title(self, lines: list[Line], at: int) -> int:
        """Adds a section's title, underlined and perhaps overlined; how many lines it takes, 0 where there is none."""
        over = _UNDERLINE.match(lines[at].text) and at + 2 < len(lines) and lines[at].indent == 0
        title, under = (
            (lines[at + 1], lines[at + 2]) if over else (lines[at], lines[at + 1] if at + 1 < len(lines) else None)
        )
        if under is None or not title.text or _UNDERLINE.match(title.text):
            return self._transition(lines, at)
        mark = _UNDERLINE.match(under.text)
        short = len(under.text) < min(len(title.text) - 2, 4) if over else 2 * len(under.text) < len(title.text)
        if (
            mark is None
            or under.indent
            or short
            or (title.indent and not over)
            or (over and lines[at].text[0] != mark[1])
        ):
            return self._transition(lines, at)
        style = mark[1] * (2 if over else 1)
        if style not in self._styles:
            self._styles.append(style)
        self.builder.begin("heading", min(self._styles.index(style) + 1, 6))
        self._inline(title.start, title.end)
        self.builder.end()
        return 3 if over else 2

    def _transition(self, lines: list[Line], at: int) -> int:
        """A line of punctuation between paragraphs is left out."""
        alone = at + 1 == len(lines) or not lines[at + 1].text
        return int(alone and len(lines[at].text) > 3 and _UNDERLINE.match(lines[at].text) is not None)

    def _paragraph(self, lines: list[Line], at: int, kind: BlockKind, level: int) -> int:
        line = lines[at]
        end = _blank(lines, at)
        deeper = next((number for number in range(at + 1, end) if lines[number].indent > line.indent), end)
        if deeper == at + 1 and deeper < end and not line.text.endswith("::"):
            return self._term(lines, at, level)
        end = next((number for number in range(at + 1, end) if lines[number].indent < line.indent), end)
        if line.text == "::":
            return self._literal(lines, at + 1)
        if self._bodies == 1 and line.indent and kind == "paragraph":
            kind = "quotation"
        literal = lines[end - 1].text.endswith("::")
        self.builder.begin(kind, level if kind == "item" else 0)
        last = lines[end - 1]
        shown = last.text[:-2].rstrip() if literal else last.text
        colon = literal and len(shown) == len(last.text) - 2  # "text::" shows a colon, "text ::" none
        self._inline(line.start, last.start + len(shown) + colon)
        self.builder.end()
        return self._literal(lines, end) if literal else end

    def _literal(self, lines: list[Line], at: int) -> int:
        """Adds the block behind `::`: all that is indented deeper than what is not."""
        first = _text_from(lines, at)
        before = next((lines[number].indent for number in range(at - 1, -1, -1) if lines[number].text), 0)
        if first == len(lines) or lines[first].indent <= before:
            return at
        end = first
        while end < len(lines) and (not lines[end].text or lines[end].indent > before):
            end += 1
        return self._verbatim(lines, first, end)

    def _verbatim(self, lines: list[Line], at: int, end: int) -> int:
        """Adds lines as they stand, less the indentation that all of them have."""
        least = min((line.indent for line in lines[at:end] if line.text), default=0)
        self.builder.begin("code")
        for line in lines[at:end]:
            if line.text:
                self.builder.space(" " * (line.indent - least))
                self.builder.add(line.text, line.start)
            self.builder.space("\n")
        self.builder.end()
        return end

    # Lists

    def _item(self, lines: list[Line], at: int, mark: int, level: int) -> int:
        line = lines[at]
        end = _indented_end(lines, at + 1, line.indent + 1)
        rest = Line(line.start + mark, line.text[mark:], line.indent + mark)
        self.body([rest, *lines[at + 1 : end]], "item", level)
        return end

    def _term(self, lines: list[Line], at: int, level: int) -> int:
        """A term and, indented below it, what it means: an item, whose first paragraph stands in it."""
        line = lines[at]
        self.builder.begin("item", level + 1)
        self._inline(line.start, line.end)
        end = _indented_end(lines, at + 1, line.indent + 1)
        first = _text_from(lines, at + 1)
        stop = _blank(lines, first) if first < end else first
        if first < end and self._is_plain(lines, first, stop):
            self.builder.space("\n")
            self._inline(lines[first].start, lines[stop - 1].end)
            first = stop
        self.body(lines[first:end], "paragraph", level + 1)
        return end

    def _is_plain(self, lines: list[Line], at: int, end: int) -> bool:
        """Whether some lines are a paragraph and nothing else."""
        first = lines[at]
        marks = (_BULLET, _NUMBER, _FIELD, _EXPLICIT, _GRID, _SIMPLE, _OPTION)
        return (
            all(line.indent == first.indent for line in lines[at:end])
            and not any(mark.match(first.text) for mark in marks)
            and not first.text.startswith((">>> ", "| "))
            and not lines[end - 1].text.endswith("::")
        )

    def _field(self, lines: list[Line], at: int, mark: re.Match[str], level: int) -> int:
        """`:name: body`, of which the first colon is markup."""
        line = lines[at]
        end = _indented_end(lines, at + 1, line.indent + 1)
        name, body = mark[1].lower(), line.text[mark.end() :]
        if self._bodies == 1 and name in {"author", "date"}:
            self.about.setdefault(name, body.strip("$ ").removeprefix("Date: "))
        self.builder.begin("item", level + 1)
        self._inline(line.start + mark.start(1), line.start + mark.end(1) + 1)
        self.builder.space()
        self._inline(line.start + mark.end(), line.end)
        first = _text_from(lines, at + 1)
        stop = min(_blank(lines, first), end)
        if first == at + 1 and first < end and self._is_plain(lines, first, stop):
            self.builder.space()
            self._inline(lines[first].start, lines[stop - 1].end)
            first = stop
        self.body(lines[first:end], "paragraph", level + 1)
        return end

    def _line_block(self, lines: list[Line], at: int) -> int:
        self.builder.begin("paragraph")
        while at < len(lines) and lines[at].text[:1] == "|":
            self._inline(lines[at].start + 1, lines[at].end)
            self.builder.space("\n")
            at += 1
        self.builder.end()
        return at

    # Directives and other explicit markup

    def _explicit(self, lines: list[Line], at: int, kind: BlockKind, level: int) -> int:
        """A directive, a footnote; link targets and comments are left out."""
        line = lines[at]
        mark = _EXPLICIT.match(line.text)
        assert mark is not None
        end = _indented_end(lines, at + 1, line.indent + 1)
        if not line.text[mark.end() :] and at + 1 < len(lines) and not lines[at + 1].text:
            return at + 1  # an empty comment does not consume what is indented below
        rest = line.text[mark.end() :]
        if note := _NOTE.match(rest):
            first = Line(line.start + mark.end() + note.end(), rest[note.end() :], line.indent + 3)
            self.body([first, *lines[at + 1 : end]], "paragraph", level)
        elif (directive := _DIRECTIVE.match(rest)) and not rest.startswith("|"):
            argument = Line(line.start + mark.end() + directive.end(), rest[directive.end() :], line.indent + 3)
            name = Line(line.start + mark.end() + directive.start(1), directive[1], line.indent)
            self._directive(name, argument, lines[at + 1 : end], level)
        return end

    def _directive(self, name: Line, argument: Line, lines: list[Line], level: int) -> None:
        content = self._without_options(lines)
        called = name.text.lower()
        if called in _LEFT_OUT:
            return
        if called in _CODE or called.endswith("code-block"):
            if called in {"math", "productionlist"} and argument.text:
                self._verbatim([argument], 0, 1)
            self._verbatim(content, 0, len(content))
        elif called in _PROSE:
            self.body([argument, *content], "paragraph", level)
        elif called in _BARE:
            self.body(content, "paragraph", level)
        elif called in _SAID:
            self._said(name, argument, content, level)
        else:
            self._titled(called, argument, lines, level)

    def _titled(self, called: str, argument: Line, lines: list[Line], level: int) -> None:
        """Directives whose argument is a caption, or the signature of what the content describes."""
        head, content = [argument], self._without_options(lines)
        described = called not in _TITLED and bool(argument.text)
        if described and lines and lines[0].text:
            size = _blank(lines, 0)
            head, content = [argument, *lines[:size]], lines[size:]
        self.builder.begin("item" if described else "paragraph", level + 1 if described else 0)
        for line in head:
            if line.text and not _FIELD.match(line.text):
                self._inline(line.start, line.end)
                self.builder.space("\n")
        self.builder.end()
        if called == "csv-table" and content:
            self._csv(content, next((line for line in lines if line.text.startswith(":header:")), None))
        elif called == "list-table":
            self._list_table(content, headed=any(line.text.startswith(":header-rows: 1") for line in lines))
        else:
            self.body(content, "paragraph", level + described)

    def _said(self, name: Line, argument: Line, content: list[Line], level: int) -> None:
        """A directive whose name is part of what it says: `versionadded 3.2`."""
        self.builder.begin("paragraph")
        self.builder.add(name.text, name.start)
        self.builder.space()
        self._inline(argument.start, argument.end)
        stop = _blank(content, 0) if content and content[0].text else 0
        if stop:
            self.builder.space()
            self._inline(content[0].start, content[stop - 1].end)
        self.body(content[stop:], "paragraph", level)

    def _without_options(self, lines: list[Line]) -> list[Line]:
        at = 0
        while at < len(lines) and _FIELD.match(lines[at].text):
            at = _indented_end(lines, at + 1, lines[at].indent + 1)
        return lines[at:]

    # Tables

    def _csv(self, content: list[Line], header: Line | None) -> None:
        """The rows of a csv-table, read by the reader of CSV."""
        excerpt = Excerpt()
        if header:
            mark = len(":header:")
            excerpt.add(header.text[mark:].lstrip() + "\n", header.end - len(header.text[mark:].lstrip()))
        for line in content:
            excerpt.add(self.source[line.start : line.end], line.start)
            excerpt.add_decoded("\n", line.end)
        parsed = joined("csv", "", [(delimited.parse(excerpt.text), excerpt.places)])
        assert parsed.source_map is not None
        self.builder.apart()
        for block in parsed.blocks:
            self.builder.begin(block.kind)
            for _ in range(block.level):
                self.builder.space("\t")
            at = block.start
            for cell in parsed.text[block.start : block.end].split("\t"):
                self.builder.space("\t")
                self.builder.add_excerpt(parsed.text, parsed.source_map, at, at + len(cell))
                at += len(cell) + 1

    def _list_table(self, content: list[Line], *, headed: bool) -> None:
        """Rows of a list-table: a list whose items are lists of cells."""
        self.builder.apart()
        for line in content:
            row, cell = _LIST_ROW.match(line.text), _LIST_CELL.match(line.text)
            if row:
                self.builder.begin("header" if headed else "row")
                headed = False
            mark = row or cell
            self.builder.space("\t" if mark else " ")
            self._inline(line.start + (mark.end() if mark else 0), line.end)

    def _grid(self, lines: list[Line], at: int) -> int:
        """A table drawn with `+`, `-` and `|`; a cell's lines are read one after the other."""
        end = _blank(lines, at)
        marked = any(line.text.startswith("+=") for line in lines[at:end])
        self.builder.apart()
        row: list[Line] = []
        header = marked
        for line in lines[at:end]:
            if not re.match(r"\+[-=]", line.text):
                row.append(line)
            elif row:
                self._row([_cells_of(part, self.source) for part in row], "header" if header else "row")
                row = []
            header = header and not line.text.startswith("+=")
        return end

    def _row(self, cells: list[list[tuple[int, int]]], kind: BlockKind) -> None:
        """Adds a row, given the ranges of the cells of each of its lines."""
        self.builder.begin(kind)
        for column in range(max(map(len, cells), default=0)):
            self.builder.space("\t")
            for line in cells:
                if column < len(line):
                    self._inline(*line[column])
                    self.builder.space()

    def _simple(self, lines: list[Line], at: int, end: int) -> int:
        """A table between lines of `=`; a line whose first column is blank goes on with the row above."""
        columns = [match.start() for match in _COLUMN.finditer(lines[at].text)]
        rules = dict.fromkeys(number for number in range(at, end) if _SIMPLE.match(lines[number].text))
        second = [*rules][1]
        rows: list[tuple[int, list[list[tuple[int, int]]]]] = []
        for number in range(at + 1, end):
            line = lines[number]
            if line.text and number not in rules and not _RULE.fullmatch(line.text):
                shift = line.indent - lines[at].indent
                cells = _split_at(line, [max(column - shift, 0) for column in columns])
                if rows and not self.source[slice(*cells[0])].strip():
                    rows[-1][1].append(cells)
                else:
                    rows.append((number, [cells]))
        self.builder.apart()
        for number, row in rows:
            self._row(row, "header" if len(rules) > 2 and number < second else "row")
        return end

    # Text in a line

    def _inline(self, start: int, end: int) -> None:
        """Adds a stretch of one line without its inline markup."""
        at = start
        for mark in _INLINE.finditer(self.source, start, end):
            self.builder.add(self.source[at : mark.start()], at)
            at = mark.end()
            if mark["kept"]:
                self.builder.add(mark["kept"], mark.start("kept"))
            elif mark["text"]:
                self._role(*mark.span("text"))
            elif mark["strong"] or mark["emphasis"]:
                self._inline(*mark.span("strong" if mark["strong"] else "emphasis"))
            else:
                for name in ("literal", "substitution", "name"):
                    if mark[name]:
                        self.builder.add(mark[name], mark.start(name))
        self.builder.add(self.source[at:end], at)

    def _role(self, start: int, end: int) -> None:
        """Interpreted text: what it calls its target, else the target."""
        target = _TARGET.search(self.source, start, end)
        if target and target.start() > start:
            end = target.start()
        elif self.source[start] in "~!":  # how to show it: its last part, without a link
            start += 1
        self._escaped(start, end)

    def _escaped(self, start: int, end: int) -> None:
        at = start
        while (mark := self.source.find("\\", at, end)) >= 0:
            self.builder.add(self.source[at:mark], at)
            at = mark + 1
            if self.source[at : at + 1] == "\\":
                self.builder.add("\\", at)
                at += 1
        self.builder.add(self.source[at:end], at)


# Which lines belong together


def _text_from(lines: list[Line], at: int) -> int:
    while at < len(lines) and not lines[at].text:
        at += 1
    return at


def _blank(lines: list[Line], at: int) -> int:
    """The next blank line, or the end."""
    while at < len(lines) and lines[at].text:
        at += 1
    return at


def _indented_end(lines: list[Line], at: int, least: int) -> int:
    """Behind the last line of those from one on that are indented at least so far, blank ones among them."""
    end = at
    for number in range(at, len(lines)):
        if lines[number].text:
            if lines[number].indent < least:
                break
            end = number + 1
    return end


def _is_deeper(lines: list[Line], at: int) -> bool:
    return at + 1 < len(lines) and bool(lines[at + 1].text) and lines[at + 1].indent > lines[at].indent


def _is_listed(lines: list[Line], at: int) -> bool:
    """Whether a line that begins like a numbered item is one: what follows is blank, indented, or an item, too."""
    following = lines[at + 1] if at + 1 < len(lines) else None
    return (
        following is None
        or not following.text
        or following.indent > lines[at].indent
        or _NUMBER.match(following.text) is not None
    )


def _simple_end(lines: list[Line], at: int) -> int:
    """Behind the last rule of a simple table, 0 where it has no end. A header's rule is followed by text."""
    for number in range(at + 1, len(lines)):
        if _SIMPLE.match(lines[number].text) and (number + 1 == len(lines) or not lines[number + 1].text):
            return number + 1
        if lines[number].text and lines[number].indent < lines[at].indent:
            break
    return 0


def _cells_of(line: Line, source: str) -> list[tuple[int, int]]:
    """The ranges between the bars of a line of a grid table."""
    bars = [match.start() + line.start for match in re.finditer(r"\|", line.text)]
    return [(first + 1, last) for first, last in pairwise(bars)]


def _split_at(line: Line, columns: list[int]) -> list[tuple[int, int]]:
    """The ranges of a line's columns, given where each begins; the last goes on to the line's end."""
    edges = [min(column, len(line.text)) for column in columns] + [len(line.text)]
    ranges = pairwise(edges)
    return [(line.start + first, line.start + max(first, last)) for first, last in ranges]
