"""The plain text of a message -> what its writer says, what is quoted from others, and no signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from qa.load import plain
from qa.load.protocol import Excerpt, Parsed, TextBuilder
from qa.model import SourceMap

__all__ = ["parts"]

_SIGNATURE = re.compile(r"--[ \t]*\r?\n?\Z")
_LONGEST_SIGNATURE = 12  # lines
_QUOTED = re.compile(r"(?:[ \t]?>)+[ \t]?")
_WROTE = re.compile(
    r"(?=[^\n]*(?:@|\d))[^\n]*\n?[^\n]*"
    r"\b(?:wrote|writes|said|schrieb|écrit|escribió|scritto|schreef|skrev|escreveu)\b[^\n:]{0,200}:[ \t]*\r?\n?\Z",
    re.IGNORECASE,
)
_LONGEST_WROTE = 400

Range = tuple[int, int]
_OWN, _QUOTE, _ATTRIBUTION, _SIGNED = "own", "quote", "attribution", "signature"


def parts(text: str, places: SourceMap) -> Iterator[tuple[Parsed, SourceMap]]:
    """The parts of a message's text in order, each as read and with its places. A signature is left out.

    Who wrote what is quoted stands above it, as a column's header above its cells.
    """
    for kind, lines in _runs(text):
        excerpt = Excerpt()
        for start, end in lines:
            excerpt.add_excerpt(text, places, start, end)
        if kind == _OWN:
            yield plain.parse(excerpt.text), excerpt.places
        elif kind == _QUOTE:
            yield _as_quoted(plain.parse(excerpt.text)), excerpt.places
        elif kind == _ATTRIBUTION:
            builder = TextBuilder(excerpt.text)
            builder.begin("header")
            builder.add(excerpt.text, 0)
            yield builder.finish("mail"), excerpt.places


def _as_quoted(parsed: Parsed) -> Parsed:
    """A text whose paragraphs are quotations."""
    blocks = (replace(block, kind="quotation") if block.kind == "paragraph" else block for block in parsed.blocks)
    return replace(parsed, blocks=tuple(blocks))


def _runs(text: str) -> Iterator[tuple[str, list[Range]]]:
    """Lines of the same kind, without the marks of what is quoted."""
    lines = _lines(text)
    kinds = _kinds(text, lines)
    at = 0
    while at < len(lines):
        end = at + 1
        while end < len(lines) and kinds[end] == kinds[at]:
            end += 1
        marks = [_QUOTED.match(text, *line) if kinds[at] == _QUOTE else None for line in lines[at:end]]
        yield (
            kinds[at],
            [(mark.end() if mark else line[0], line[1]) for mark, line in zip(marks, lines[at:end], strict=True)],
        )
        at = end


def _lines(text: str) -> list[Range]:
    edges = [0, *(found.end() for found in re.finditer("\n", text)), len(text)]
    return [(start, end) for start, end in pairwise(edges) if start < end]


def _kinds(text: str, lines: list[Range]) -> list[str]:
    """What each line is."""
    kinds = [_QUOTE if _is_quoted(text, line) else _OWN for line in lines]
    for number, kind in enumerate(kinds):
        if kind == _QUOTE and (number == 0 or kinds[number - 1] != _QUOTE):
            _mark_attribution(text, lines, kinds, number)
    for number, line in enumerate(lines):
        if kinds[number] == _OWN and _SIGNATURE.match(text[slice(*line)]):
            end = number
            while end < len(lines) and kinds[end] == _OWN and end - number <= _LONGEST_SIGNATURE:
                end += 1
            if end - number <= _LONGEST_SIGNATURE:
                kinds[number:end] = [_SIGNED] * (end - number)
    return kinds


def _is_quoted(text: str, line: Range) -> bool:
    """Whether a line is quoted: not a prompt, nor a line of a diff or of code, which are not as deep by chance."""
    mark = _QUOTED.match(text, *line)
    return mark is not None and not text.startswith((">>> ", ">From "), line[0])


def _mark_attribution(text: str, lines: list[Range], kinds: list[str], quote: int) -> None:
    """Marks the line or two above a quotation that say who wrote it, over a blank one."""
    last = quote - 1
    while last >= 0 and kinds[last] == _OWN and not text[slice(*lines[last])].strip():
        last -= 1
    if last < max(quote - 3, 0) or kinds[last] != _OWN:
        return
    for first in (last, last - 1):
        said = first >= 0 and kinds[first] == _OWN and text[lines[first][0] : lines[last][1]]
        if said and len(said) <= _LONGEST_WROTE and said.strip() and _WROTE.match(said):
            kinds[first:quote] = [_ATTRIBUTION] * (quote - first)
            return
