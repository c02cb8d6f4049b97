"""JSON and JSON Lines -> the values of their fields under the keys that lead to them, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from qa.load import html, plain
from qa.load.protocol import Excerpt, Parsed, TextBuilder, joined

__all__ = ["Event", "NotJsonError", "add_string", "events", "parse", "parse_lines"]

_STRING = r'"(?:[^"\\\x00-\x1f]|\\.)*+"'
_SCALAR = r"(?:-?\d[\d.eE+-]*+|true|false|null)"
_TOKEN = re.compile(rf"[ \t\r\n]*+(?:([{{}}\[\],:])|({_STRING})|({_SCALAR}))")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))", re.DOTALL)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": " ", "f": " "}
_VALUE = rf"(?:{_STRING}|{_SCALAR})"
_FLAT_OBJECT = re.compile(rf"\{{\s*+(?:{_STRING}\s*+:\s*+{_VALUE}\s*+,?\s*+)*+\}}")
_FLAT_LIST = re.compile(rf"\[\s*+(?:{_VALUE}\s*+,?\s*+)*+\]")
_NUMBERS = re.compile(r"[\[\]\d.eE+,\s-]*")
_INLINE = 400
"""Characters up to which an object or a list of plain values is told in one sentence."""
_LONGEST_NAME = 100
_NAMES = frozenset({*("title", "name", "heading", "subject", "question", "label", "term", "textraw", "id", "key")})
"""Keys whose value names the object that they stand in."""
_OF_LINES = re.compile(r"\\n|</")  # a line end or a tag in a value
_PARAGRAPH_END = re.compile(r"\n[ \t\r]*\n\s*")

Range = tuple[int, int]
"""Of the characters between a string's quotation marks, or of another value."""


class NotJsonError(Exception):
    """The text is something else from some offset on."""


class Event(NamedTuple):
    """A bracket or a value, with its range in the source and the range of its key, if it stands in an object."""

    kind: Literal["open", "close", "string", "scalar"]
    at: int
    end: int
    key: Range | None


def events(source: str, at: int, end: int) -> Iterator[Event]:
    """The values in a range of the source, in order. Raises NotJsonError where it is not one JSON value.

    >>> [(event.kind, event.key) for event in events('{"a": ["b"]}', 0, 12)]
    [('open', None), ('open', (2, 3)), ('string', None), ('close', None), ('close', None)]
    """
    closing: list[str] = []  # a list, not recursion: nothing limits how deep values nest
    key: Range | None = None
    expected = "value"
    while expected != "end":
        token = _TOKEN.match(source, at, end)
        if token is None:
            raise NotJsonError
        sign, text = token[1], token[2] or token[3]
        first, at = token.start(token.lastindex or 0), token.end()
        if sign and sign in "}]" and expected in ("first", "comma") and closing and closing[-1] == sign:
            closing.pop()
            yield Event("close", first, at, None)
            expected = "comma"
        elif sign == "," and expected == "comma" and closing:
            expected = "key" if closing[-1] == "}" else "value"
            continue
        elif sign == ":" and expected == "colon":
            expected = "value"
            continue
        elif token[2] and (expected == "key" or (expected == "first" and closing[-1] == "}")):
            key, expected = (first + 1, at - 1), "colon"
            continue
        elif expected not in ("value", "first") or (expected == "first" and closing[-1] == "}"):
            raise NotJsonError
        elif sign and sign in "{[":
            yield Event("open", first, at, key)
            closing.append("}" if sign == "{" else "]")
            key, expected = None, "first"
            continue
        elif text is not None:
            quoted = token[2] is not None
            yield Event("string" if quoted else "scalar", first + quoted, at - quoted, key)
            key, expected = None, "comma"
        else:
            raise NotJsonError
        if not closing:
            expected = "end"
    if source[at:end].strip():
        raise NotJsonError


def add_string(target: TextBuilder | Excerpt, source: str, start: int, end: int) -> None:
    """Add what a string between its quotation marks says; an escape's character stands where the escape begins."""
    at = start
    for escape in _ESCAPE.finditer(source, start, end):
        target.add(source[at : escape.start()], at)
        target.add_decoded(_unescaped(escape), escape.start())
        at = escape.end()
    target.add(source[at:end], at)


def _unescaped(escape: re.Match[str]) -> str:
    if escape[3]:
        return _SINGLE.get(escape[3], escape[3])
    units = [int(unit, 16) for unit in escape.groups()[:2] if unit]
    raw = b"".join(unit.to_bytes(2, "little") for unit in units)
    return raw.decode("utf-16-le", "replace").replace("\0", "\ufffd")


def parse(source: str, start: int = 0) -> Parsed:
    """Reads JSON from `start` on; as plain text where it is something else, such as JSON with comments.

    >>> parse('{"name": "Irmin", "about": "A store.\\\\nLike Git.", "tags": ["a", "b"], "x": {"y": 1}}').text
    'Irmin\\n\\nabout: A store.\\nLike Git.\\ntags: a, b\\nx: y: 1'
    """
    return _told(source, start, [_line(source, start, len(source))])


def parse_lines(source: str, start: int = 0) -> Parsed:
    r"""Reads a JSON value a line from `start` on; a line that is none, perhaps cut short, is kept as it stands.

    The whole is plain text where that is so of half of the lines or more.

    >>> parse_lines('{"a": 1, "b": "c"}\n{"a": 2}\n{"a": 3, "b').text
    'a: 1, b: c\na: 2\n{"a": 3, "b'
    """
    values, at = [], start
    while at < len(source):
        end = source.find("\n", at) + 1 or len(source)
        if source[at:end].strip():
            values.append(_line(source, at, end))
        at = end
    return _told(source, start, values)


def _told(source: str, start: int, values: list[_Node]) -> Parsed:
    """Values as text; the source as plain text where half of them or more are none."""
    if 2 * sum(inner.kind == "raw" for value in values for inner in value.held) >= len(values):
        return replace(plain.parse(source, start), format="json")
    document = _Fields(source, TextBuilder(source))
    document.walk(values)
    return document.builder.finish("json")


@dataclass(slots=True)
class _Node:
    """A value with its range, its key's range, and what it holds.

    One that is `flat` is told in one sentence; what is `raw` is no value and told as it stands.
    """

    kind: Literal["object", "list", "flat", "raw", "string", "scalar"]
    at: int
    end: int
    key: Range | None
    held: list[_Node] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        return self.kind in ("flat", "raw", "string", "scalar")


def _line(source: str, at: int, end: int) -> _Node:
    """The value in a range of the source, or what stands there instead."""
    try:
        return _tree(source, at, end)
    except NotJsonError:
        return _Node("list", at, end, None, [_Node("raw", at, end, None)])


def _tree(source: str, at: int, end: int) -> _Node:
    """The value in a range of the source; lists of numbers, which are data, hold nothing. Raises NotJsonError."""
    top = _Node("list", at, end, None)
    open_ = [top]
    told = at  # up to here the last flat value goes
    for event in events(source, at, end):
        if event.at < told:
            continue
        if event.kind == "close":
            open_.pop()
        elif event.kind == "open":
            kind: Literal["object", "list"] = "object" if source[event.at] == "{" else "list"
            flat = (_FLAT_OBJECT if kind == "object" else _FLAT_LIST).match(source, event.at, end)
            data = flat is not None and (_is_numbers(source, flat) or not flat.group()[1:-1].strip())
            if flat and (data or (flat.end() - event.at <= _INLINE and not _OF_LINES.search(flat.group()))):
                told = flat.end()
                open_[-1].held += [] if data else [_Node("flat", *flat.span(), event.key)]
            else:
                open_[-1].held.append(_Node(kind, event.at, event.end, event.key))
                open_.append(open_[-1].held[-1])
        elif source[event.at : event.end].strip() and source[event.at : event.end] != "null":
            open_[-1].held.append(_Node("string" if event.kind == "string" else "scalar", *event[1:]))
    return top


@dataclass(slots=True)
class _Fields:
    """Values on their way into a TextBuilder.

    A key that leads to an object or a list is a heading, and so is the field that names an object in a list. What an
    object says itself comes before the objects in it: else it would stand below their headings.
    """

    source: str
    builder: TextBuilder
    _level: int = 0  # of the last heading

    def walk(self, values: list[_Node]) -> None:
        """Adds some values, each with all it holds."""
        waiting: list[tuple[_Node, int, Range | None]] = [(value, 1, None) for value in reversed(values)]
        while waiting:  # a list, not recursion: values may be nested deeper than Python's stack
            node, level, above = waiting.pop()
            below = self._headed(node, level, above)
            plain_first = (
                sorted(node.held, key=lambda value: not value.is_plain) if node.kind == "object" else node.held
            )
            inner = []
            for value in plain_first:
                if not value.is_plain:
                    inner.append((value, below, node.key or above))
                elif value.kind != "scalar" or value.key:
                    self._item(value)
            waiting += reversed(inner)

    def _headed(self, node: _Node, level: int, above: Range | None) -> int:
        """Adds the heading of an object or a list; the level of those below it.

        An object without a name of its own, behind one that has, gets the heading of the list again.
        """
        if node.key:
            self._heading(node.key, level)
            return level + 1
        if node.kind == "list":
            return level
        name = next((value for value in node.held if self._is_name(value)), None)
        if name:
            node.held.remove(name)
            self._heading((name.at, name.end), level)
        elif self._level >= level and above:
            self._heading(above, level)
        return level + 1

    def _is_name(self, value: _Node) -> bool:
        short = value.kind == "string" and value.end - value.at <= _LONGEST_NAME
        return short and value.key is not None and self.source[slice(*value.key)].lower() in _NAMES

    def _heading(self, text: Range, level: int) -> None:
        self._level = min(level, 6)
        self.builder.begin("heading", self._level)
        add_string(self.builder, self.source, *text)
        self.builder.end()

    def _item(self, value: _Node) -> None:
        """Adds a plain value: `key: value`."""
        self.builder.begin("item", 1)
        if value.key:
            add_string(self.builder, self.source, *value.key)
            self.builder.add(":", self.source.index(":", value.key[1]))
            self.builder.space()
        if value.kind == "flat":
            self._inline(value.at, value.end)
        elif value.kind in ("scalar", "raw"):
            self.builder.add(self.source[value.at : value.end], value.at)
        else:
            excerpt = Excerpt()
            add_string(excerpt, self.source, value.at, value.end)
            if html.is_html(excerpt.text):
                self._html(excerpt)
            else:
                self._text(excerpt)

    def _html(self, excerpt: Excerpt) -> None:
        """Adds a string of HTML; its headings are paragraphs, since those of the document are its keys."""
        parsed = joined("html", "", [(html.parse(excerpt.text), excerpt.places)])
        assert parsed.source_map is not None
        for number, block in enumerate(parsed.blocks):
            if number:
                self.builder.begin(*(("paragraph", 0) if block.kind == "heading" else (block.kind, block.level)))
            self.builder.add_excerpt(parsed.text, parsed.source_map, block.start, block.end)

    def _inline(self, start: int, end: int) -> None:
        """Adds an object or a list of plain values: `key: value, key: value`."""
        for token in _TOKEN.finditer(self.source, start, end):
            if token[2]:
                add_string(self.builder, self.source, token.start(2) + 1, token.end(2) - 1)
            elif token[3]:
                self.builder.add(token[3], token.start(3))
            elif token[1] in ":,":
                self.builder.add(token[1], token.start(1))
                self.builder.space()

    def _text(self, excerpt: Excerpt) -> None:
        """Adds a string, a block for each of its paragraphs, its lines kept."""
        text, places = excerpt.text, excerpt.places
        at = 0
        for number, paragraph in enumerate(_PARAGRAPH_END.split(text)):
            if number:
                self.builder.begin("paragraph")
            at = text.index(paragraph, at)
            for line in paragraph.split("\n"):
                self.builder.add_excerpt(text, places, at, at + len(line))
                self.builder.space("\n")
                at += len(line) + 1
            at -= 1


def _is_numbers(source: str, found: re.Match[str]) -> bool:
    """Whether a list holds numbers alone, and is no more than data: coordinates, samples, weights."""
    numbers = _NUMBERS.fullmatch(source, found.start(), found.end())
    return numbers is not None and found.end() - found.start() > _INLINE // 4
