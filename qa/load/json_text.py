"""JSON and JSON Lines -> the texts of their fields under the keys that lead to them, each with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from qa.load import plain
from qa.load.protocol import Excerpt, Parsed, TextBuilder

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
_NAMES = ("title", "name", "heading", "subject", "question")
"""Keys whose value names the object that they stand in."""
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
    return _parse(source, start, [(start, len(source))])


def parse_lines(source: str, start: int = 0) -> Parsed:
    r"""Reads a JSON value a line from `start` on; the whole as plain text where a line is something else.

    >>> parse_lines('{"a": 1, "b": "c"}\n{"a": 2}\n').text
    'a: 1, b: c\na: 2'
    """
    ranges, at = [], start
    while at < len(source):
        end = source.find("\n", at) + 1 or len(source)
        if source[at:end].strip():
            ranges.append((at, end))
        at = end
    return _parse(source, start, ranges)


def _parse(source: str, start: int, ranges: list[Range]) -> Parsed:
    document = _Fields(source, TextBuilder(source))
    try:
        for first, last in ranges:
            document.walk(first, last)
    except NotJsonError:
        return replace(plain.parse(source, start), format="json")
    return document.builder.finish("json")


@dataclass(slots=True)
class _Fields:
    """One document on its way into a TextBuilder.

    A key that leads to an object or a list is a heading, and so is the value that names its object. A field is an item:
    key, colon, value. Since headings hold until the next, a field that a heading of another one stands above gets one
    of its own.
    """

    source: str
    builder: TextBuilder
    _named: list[bool] = field(default_factory=list)  # for each open value: whether something named it
    _level: int = 0  # of the last heading
    _stale: bool = False  # the last heading is of the object before

    def walk(self, at: int, end: int) -> None:
        """Adds every value in a range of the source. Raises NotJsonError."""
        told = at
        for event in events(self.source, at, end):
            if event.kind == "close":
                self._named = self._named[: len(self._named) - (event.at >= told)]
            elif event.at < told:  # inside of what was told in one sentence
                continue
            elif event.kind == "open":
                told = self._open(event)
            else:
                self._value(event)

    def _open(self, event: Event) -> int:
        """Begins an object or a list; the offset up to which it is told already, in one sentence."""
        flat = _FLAT_OBJECT if self.source[event.at] == "{" else _FLAT_LIST
        self._stale = event.key is None and self._level > len(self._named)
        found = None if self._stale else flat.match(self.source, event.at)
        if found and (found.end() - event.at <= _INLINE or _is_numbers(self.source, found)):
            if not _is_numbers(self.source, found):
                self._lead_in(event)
                self._inline(*found.span())
            return found.end()
        if event.key:
            self._heading(event.key)
        self._named.append(False)
        return event.end

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

    def _value(self, event: Event) -> None:
        blank = not self.source[event.at : event.end].strip() or self.source[event.at : event.end] == "null"
        if blank or (event.kind == "scalar" and event.key is None):
            return
        if self._is_name(event):
            self._named[-1] = True
            self._heading((event.at, event.end), level=len(self._named))
            return
        self._lead_in(event)
        if event.kind == "scalar":
            self.builder.add(self.source[event.at : event.end], event.at)
            return
        excerpt = Excerpt()
        add_string(excerpt, self.source, event.at, event.end)
        self._text(excerpt)

    def _is_name(self, event: Event) -> bool:
        if event.key is None or event.kind != "string" or self._named[-1] or event.end - event.at > _LONGEST_NAME:
            return False
        return self.source[slice(*event.key)].lower() in _NAMES

    def _lead_in(self, event: Event) -> None:
        """Begins an item with the key of a value, if it has one, and the colon behind it."""
        level = len(self._named) + 1
        if event.key and (self._stale or self._level >= min(level, 6)):
            self._heading(event.key)
            self.builder.begin("paragraph")
            return
        self.builder.begin("item", 1)
        if event.key:
            add_string(self.builder, self.source, *event.key)
            self.builder.add(":", self.source.index(":", event.key[1]))
            self.builder.space()

    def _heading(self, text: Range, *, level: int | None = None) -> None:
        self._level = min(level or len(self._named) + (not self._stale), 6)
        self._stale = False
        self.builder.begin("heading", self._level)
        add_string(self.builder, self.source, *text)
        self.builder.end()

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
