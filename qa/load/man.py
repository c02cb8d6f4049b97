"""Manual pages (roff with man or mdoc macros) -> the text that `man` shows, each piece with its place in the source."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from qa.load import mdoc, plain
from qa.load.protocol import Parsed, TextBuilder, Unreadable
from qa.load.roff import Argument, add_text, arguments, plain_text

__all__ = ["is_man", "parse"]

_BEGINS = re.compile(
    r"(?:[.'](?:[ \t]*\\[\"#][^\n]*|[ \t]*)\n|\s*\n)*+[.'](?:TH|Dd|SH|Sh|so|de|ds|ie|if|mso|nr|IX|nh|Dt)\b"
)
_TITLE = re.compile(r"^[.'][ \t]*(?:TH|Dt|SH|Sh|so)\b", re.MULTILINE)
_REQUEST = re.compile(r"[.'][ \t]*([^\s\\\"]{1,20})?[ \t]*")
_CONDITION = re.compile(r"(![ \t]*)?(?:([a-zA-Z])(?=[ \t\\])|'[^'\n]*'[^'\n]*'|\"[^\"\n]*\"[^\"\n]*\"|\S+)[ \t]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TAB = re.compile(r"tab[ \t]*\(([^)])\)")

_DEEPEST = 20
_HEADINGS = {"SH": 2, "SS": 3, "Sh": 2, "Ss": 3}
_PARAGRAPHS = frozenset({"PP", "LP", "P", "HP", "Pp", "RE", "El", "Ed"})
_CODE_BEGINS = frozenset({"nf", "EX", "Vb"})
_CODE_ENDS = frozenset({"fi", "EE", "Ve", "Ed"})
_JOINED = frozenset({"BR", "BI", "IB", "IR", "RB", "RI"})
_FONTS = _JOINED | {"B", "I", "R", "SM", "SB", "UR", "MT", "UE", "ME", "SY", "OP", "MR"}
_DEFINES = frozenset({"de", "de1", "am", "ig", "EQ"})


def is_man(source: str, start: int = 0) -> bool:
    r"""Whether a text is a manual page's source.

    >>> is_man('.\\" A page\n.TH LS 1\n'), is_man("release 1.2\n.TH\n")
    (True, False)
    """
    return _BEGINS.match(source, start) is not None and _TITLE.search(source, start) is not None


def parse(source: str, start: int = 0) -> Parsed:
    r"""Reads a manual page from `start` on; as plain text where it is none. Raises Unreadable for a mere link.

    >>> parse('.TH LS 1\n.SH NAME\nls \\- list\n.SH OPTIONS\n.TP\n.BR \\-a ", " \\-\\-all\nshow all\n').text
    'NAME\n\nls - list\n\nOPTIONS\n\n-a, --all\nshow all'
    """
    if not is_man(source, start):
        return plain.parse(source, start)
    page = _Page(source, TextBuilder(source))
    page.walk(start)
    parsed = page.builder.finish("man")
    if not parsed.text and page.link:
        raise Unreadable(f"only points to {page.link}")
    return replace(parsed, title=page.title or None, date=page.date)


@dataclass(slots=True)
class _Page:
    """One page on its way into a TextBuilder, line by line."""

    source: str
    builder: TextBuilder
    title: str = ""
    date: str | None = None
    link: str = ""
    _name: str = ""
    _code: bool = False
    _depth: int = 0  # of indentation
    _tag: bool = False  # the next line is an item's tag
    _heading: int = 0  # the next line is a heading
    _skip_to: str = ""  # the macro that ends what is left out
    _false: int = 0  # how many braces are open in what a condition leaves out
    _conditions: int = 0  # how many conditions before the rest of the line
    _else: bool = False  # what the last condition leaves to its `el`
    _displays: list[bool] = field(default_factory=list)  # for each open mdoc display: whether it is code
    _table: str = ""  # the delimiter of the table being read
    _format: list[str] = field(default_factory=list)  # the lines that say how the table looks
    _in_format: bool = False
    _cell_text: bool = False  # in a table's cell of several lines

    def walk(self, start: int) -> None:
        """Adds every line from an offset on."""
        self.builder.begin("paragraph")
        at = start
        while at < len(self.source):
            stop = self.source.find("\n", at)
            stop = len(self.source) if stop < 0 else stop
            self._line(at, stop - self.source.startswith("\r", stop - 1) if stop > at else stop)
            at = stop + 1
        self.builder.end()

    def _line(self, at: int, end: int) -> None:
        line = self.source[at:end]
        if self._false:
            self._false = max(self._false + line.count("\\{") - line.count("\\}"), 0)
        elif self._skip_to:
            if line.split(" ")[0].rstrip() == self._skip_to:
                self._skip_to = ""
        elif line[:1] in (".", "'"):
            self._request(at, end)
        elif self._table:
            self._table_line(at, end)
        elif not line.strip():
            self._blank()
        else:
            self._text(at, end)

    def _blank(self) -> None:
        if self._code:
            self.builder.space("\n")
        else:
            self.builder.begin("paragraph")

    def _text(self, at: int, end: int) -> None:
        """A line of text, which may be a heading or a tag if a macro said so before."""
        if self._heading:
            self.builder.begin("heading", self._heading)
        elif self.source[at] == " " and not self._code:
            self.builder.space("\n")
        add_text(self.builder, self.source, at, end)
        self._line_end()

    def _line_end(self) -> None:
        if self._heading:
            self._heading = 0
            self.builder.begin("paragraph")
        elif self._code or self._tag:
            self.builder.space("\n")
        else:
            self.builder.space()
        self._tag = False

    # Requests and macros

    def _request(self, at: int, end: int) -> None:
        found = _REQUEST.match(self.source, at, end)
        name = found[1] if found else None
        if found is None or name is None:
            return
        rest = found.end()
        if name in {"if", "ie", "el", "while"}:
            self._condition(name, rest, end)
        elif name in _DEFINES:
            words = arguments(self.source, rest, end)
            self._skip_to = ".EN" if name == "EQ" else "." + (words[1].text if len(words) > 1 and name != "ig" else ".")
        elif name in {"TS", "TE", "T&"}:
            self._table = "\t" if name != "TE" else ""
            self._in_format, self._format = name != "TE", []
            self.builder.apart()
            self.builder.begin("paragraph")
        elif name in mdoc.MACROS and name not in _FONTS:
            self._inline(arguments(self.source, at + 1, end))
        else:
            self._macro(name, arguments(self.source, rest, end))

    def _condition(self, name: str, at: int, end: int) -> None:
        """Takes what holds for a terminal (`if n`), leaves the rest."""
        if name == "el":
            holds = self._else
        else:
            found = _CONDITION.match(self.source, at, end)
            at = found.end() if found else end
            holds = found is not None and (found[2] == "n") != bool(found[1])
            self._else = not holds
        rest = self.source[at:end]
        if holds and self._conditions < _DEEPEST:
            self._conditions += 1
            self._line(at + 2 * rest.startswith("\\{"), end)
            self._conditions -= 1
        elif rest.startswith("\\{"):
            self._false = max(rest.count("\\{") - rest.count("\\}"), 0)

    def _macro(self, name: str, words: list[Argument]) -> None:
        if name in {"TH", "Dt"}:
            self._titled(words)
        elif name == "Dd":
            self._dated(" ".join(word.text for word in words))
        elif name in _HEADINGS:
            self._section(_HEADINGS[name], words)
        elif name in _FONTS:
            self._font(name, words)
        elif name in {"TP", "TQ", "IP", "It"}:
            self._item(name, words)
        elif name == "so" and words:
            self.link = words[0].text
        elif name in {"br", "sp", "D1", "Dl"}:
            self._break(name, words)
        else:
            self._layout(name, words)

    def _layout(self, name: str, words: list[Argument]) -> None:
        """Macros that only say how the lines below are laid out."""
        if name in {"RS", "Bl"}:
            self._depth += 1
        elif name in {"RE", "El"}:
            self._depth = max(self._depth - 1, 0)
        elif name == "Bd":
            self._displays.append(any(word.text in {"-literal", "-unfilled"} for word in words))
        if name in _CODE_BEGINS or (name == "Bd" and self._displays[-1]):
            self._code = True
            self.builder.begin("code")
        elif name in _CODE_ENDS:
            if name == "Ed" and self._displays:
                self._displays.pop()
            self._code = False
            self.builder.begin("paragraph")
        elif name in _PARAGRAPHS or name == "RS":
            self.builder.begin("code" if self._code else "paragraph")

    def _titled(self, words: list[Argument]) -> None:
        texts = [plain_text(self.source, word.start, word.end) for word in words]
        if texts and not self.title:
            self.title = f"{texts[0]}({texts[1]})" if len(texts) > 1 else texts[0]
            self._dated(texts[2] if len(texts) > 2 else "")

    def _dated(self, text: str) -> None:
        found = _DATE.search(text)
        self.date = self.date or (found.group() if found else None)

    def _section(self, level: int, words: list[Argument]) -> None:
        self._code, self._depth, self._tag, self._displays = False, 0, False, []
        self._heading = level
        if words:
            self.builder.begin("heading", level)
            self._words(words, " ")
            self._line_end()

    def _font(self, name: str, words: list[Argument]) -> None:
        """Words in some font; without words the next line is meant."""
        if not words:
            return
        if self._heading:
            self.builder.begin("heading", self._heading)
        if name == "OP":
            self.builder.add_decoded("[", words[0].start)
        self._words(words, "" if name in _JOINED or name == "MR" else " ")
        if name == "OP":
            self.builder.add_decoded("]", words[-1].start)
        self._line_end()

    def _item(self, name: str, words: list[Argument]) -> None:
        tagged = name != "IP" or bool(words)
        self.builder.begin("item" if tagged else "paragraph", self._depth + (name != "It") if tagged else 0)
        self._code = False
        if name == "It":
            self._inline(words)
            self.builder.space("\n")
        elif name == "IP" and words:
            self._words(words[:1], "")
            self.builder.space("\n")
        self._tag = name in {"TP", "TQ"}

    def _break(self, name: str, words: list[Argument]) -> None:
        if name in {"D1", "Dl"}:
            self.builder.begin("code")
            self._inline(words)
            self.builder.begin("paragraph")
        elif name == "sp" and not self._code:
            self.builder.begin("paragraph")
        else:
            self.builder.space("\n")

    def _words(self, words: list[Argument], between: str) -> None:
        for number, word in enumerate(words):
            if number and between:
                self.builder.space()
            add_text(self.builder, self.source, word.start, word.end)

    def _inline(self, words: list[Argument]) -> None:
        if words and words[0].text == "Nm" and not self._name and len(words) > 1:
            self._name = words[1].text
        if words and words[0].text == "Nd":
            self.builder.add_decoded("–", words[0].start)
            self.builder.space()
        mdoc.Line(self.builder, self.source, self._name).add(words)
        self._line_end()

    # Tables of tbl(1)

    def _table_line(self, at: int, end: int) -> None:
        line = self.source[at:end].rstrip()
        if self._in_format:
            found = _TAB.search(line)
            self._table = found[1] if found else self._table
            if not line.endswith(";"):
                self._format.append(line)
            self._in_format = not line.endswith(".")
        elif self._cell_text:
            self._cell_text = not line.startswith("T}")
            self._cells(at + 2 * line.startswith("T}"), end)
        elif line.strip("_=" + self._table):
            header = self._format and all("b" in key.lower() for key in self._format[0].rstrip(".").split())
            self._format = []
            self.builder.begin("header" if header else "row")
            self.builder.space("\t")
            self._cells(at, end)

    def _cells(self, at: int, end: int) -> None:
        """The cells of a line; one that ends in `T{` goes on below."""
        for number, cell in enumerate(self.source[at:end].split(self._table)):
            if number:
                self.builder.space("\t")
            self._cell_text = self._cell_text or cell.strip() == "T{"
            if cell.strip() != "T{":
                add_text(self.builder, self.source, at, at + len(cell))
                self.builder.space()
            at += len(cell) + 1
