"""Plain text -> blocks: the text stays as it is, and its layout tells what is a heading, a list, a table or code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from qa.load.protocol import Parsed, line_starts
from qa.load.tables import is_header
from qa.model import Block, BlockKind, SourceMap

__all__ = ["parse"]

_ITEM = re.compile(r"([ \t]*)(?:[-*•‣◦\u2013+][ \t]+|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)][ \t]+)(?=\S)")
_UNDERLINE = re.compile(r"[ \t]{0,3}([=\-~^*#\"+.])\1{2,}\s*$")
_STRENGTH = '#*=-~^"+.'
"""What underlines headings, of the highest level first."""
_HASHED = re.compile(r"(#{1,6})[ \t]+\S")
_NUMBERED = re.compile(r"(?P<parts>\d{1,3}(?:\.\d{1,3})*)\.?\s+(?=[^\W\d_])")
_CHAPTER = re.compile(r"(?:(?:Chapter|Section|Part|Appendix)\s+[\dA-Z]{1,4}[.:]?|[IVXLC]{1,6}\.)\s+(?=[^\W\d_])")
_MANUAL = frozenset(
    {*("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "ARGUMENTS", "COMMANDS", "CONFIGURATION", "USAGE", "OVERVIEW")}
    | {*("ENVIRONMENT", "ENVIRONMENT VARIABLES", "FILES", "EXIT STATUS", "EXIT CODES", "RETURN VALUE", "ERRORS")}
    | {*("DIAGNOSTICS", "EXAMPLE", "EXAMPLES", "NOTES", "CAVEATS", "BUGS", "REPORTING BUGS", "SECURITY", "HISTORY")}
    | {*("STANDARDS", "CONFORMING TO", "AUTHOR", "AUTHORS", "COPYRIGHT", "LICENSE", "SEE ALSO")}
)
"""Headings of a manual page, below which the text is indented without a blank line between."""
_LOG = re.compile(
    r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\[?\d\d:\d\d:\d\d|\d+\.\d+\.\d+\.\d+ - |"
    r"\[? *\d+\.\d{6}\]|\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b[\]: ]"
)
_CODE = re.compile(
    r".*(?:[{};\\]|\)\s*:|=>)\s*$|\s*(?:\$ |>>> |#include\b|#!|</?\w+[ >])|.*\w\(.*\)\s*$|\S+\s*(?:=|:=|\+=)\s*\S"
)
_LAYOUT = re.compile(r".*(?:\S {3,}\S.* {3,}\S|\|.*\||\S\t+\S)|\s*[+|][-=+]{3,}|\s*[\u2500-\u257f].*[\u2500-\u257f]")
_FIELD = re.compile(r"[ \t]*[^\W\d_][\w()/.'& -]{0,40}:[ \t]+\S")
_SMALL_WORDS = frozenset(
    {
        *(
            "a",
            "an",
            "and",
            "as",
            "at",
            "but",
            "by",
            "for",
            "from",
            "in",
            "into",
            "of",
            "on",
            "or",
            "the",
            "to",
            "vs",
            "with",
        )
    }
)
_HEADING_LENGTH = 70
_PROMPTS = ("$ ", "% ", ">>> ")
"""What commands begin with."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line without its line end: where it stands, and how deep."""

    start: int
    text: str

    @property
    def indent(self) -> int:
        expanded = self.text.expandtabs(4)
        return len(expanded) - len(expanded.lstrip())


def parse(source: str, start: int = 0) -> Parsed:
    r"""Reads plain text from `start` on: `source[start:]` is the text, and every offset leads straight back.

    >>> parsed = parse("USAGE\n\nRun it:\n- once\n- twice\n")
    >>> [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]
    [('heading', 'USAGE'), ('paragraph', 'Run it:'), ('item', '- once'), ('item', '- twice')]
    """
    text = source[start:]
    groups = _groups(text)
    script = text.startswith("#!")  # a hash begins a comment then
    levels = _levels(groups)
    blocks: list[Block] = []
    for number, group in enumerate(groups):
        following = groups[number + 1] if number + 1 < len(groups) else None
        blocks += _blocks(group, following, levels, script=script)
    return Parsed("text", text, tuple(blocks), SourceMap((0,), (start,), line_starts(source)))


def _groups(text: str) -> list[list[_Line]]:
    """The lines of the text in runs without a blank line."""
    groups: list[list[_Line]] = [[]]
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            groups[-1].append(_Line(start, line))
        elif groups[-1]:
            groups.append([])
        start += len(line) + 1
    return groups if groups[-1] else groups[:-1]


def _levels(groups: list[list[_Line]]) -> dict[str, int]:
    """The level of the headings that are underlined so: the strongest style of a text is the highest."""
    found = {_underlined(group[:3])[0] for group in groups} - {""}
    styles = sorted(found, key=lambda style: (-len(style), _STRENGTH.index(style[0])))
    highest = 1 if any(len(style) > 1 or style in "#*=" for style in styles) else 2
    return {style: min(highest + rank, 6) for rank, style in enumerate(styles)}


def _blocks(
    group: list[_Line], following: list[_Line] | None, levels: Mapping[str, int], *, script: bool
) -> Iterator[Block]:
    """The blocks of one group: headings in front, then what the rest of it is."""
    at = 0
    while at < len(group):
        style, lines = _underlined(group[at : at + 3])
        level = levels.get(style, 3)
        if not lines and following is not None and at + 2 >= len(group):
            level, lines = _lone_heading(group[at:], following, script=script)
        if not lines and _is_manual_heading(group[at : at + 2]):
            level, lines = 2, 1
        if not lines:
            break
        yield _block(group[at : at + lines], "heading", level)
        at += lines
    rest = group[at:]
    kind = _layout(rest) if rest else "paragraph"
    if kind == "row":
        yield from _rows(rest)
    elif kind == "item":
        for line in rest:
            yield _block([line], kind, 1)
    elif kind == "code":
        yield _block(rest, kind)
    elif rest:
        yield from _prose(rest)


def _rows(group: list[_Line]) -> Iterator[Block]:
    header = is_header([line.text.strip().split("\t") for line in group])
    for number, line in enumerate(group):
        empty = len(line.text) - len(line.text.lstrip("\t"))
        yield _block([line], "header" if header and number == 0 else "row", empty)


def _prose(group: list[_Line]) -> Iterator[Block]:
    """Paragraphs and list items. Inside a paragraph an item needs a colon or an item before it: `-` may be a dash."""
    first, indents = 0, list[int]()
    level = 0  # of the item that begins at `first`; 0 for a paragraph
    for number, line in enumerate(group):
        allowed = number == 0 or level or group[number - 1].text.rstrip().endswith(":")
        if not (allowed and _ITEM.match(line.text)):
            continue
        if number > first:
            yield _block(group[first:number], "item" if level else "paragraph", level)
        while indents and line.indent < indents[-1]:
            indents.pop()
        if not indents or line.indent > indents[-1] + 1:
            indents.append(line.indent)
        first, level = number, len(indents)
    yield _block(group[first:], "item" if level else "paragraph", level)


def _block(lines: list[_Line], kind: BlockKind, level: int = 0) -> Block:
    first, last = lines[0], lines[-1]
    start = first.start + len(first.text) - len(first.text.lstrip())
    return Block(start, last.start + len(last.text.rstrip()), kind, level)


# Headings


def _underlined(group: list[_Line]) -> tuple[str, int]:
    """What underlines a heading, twice if it is above it, too, and its number of lines; ("", 0) if there is none."""
    over = len(group) >= 3 and _UNDERLINE.match(group[0].text) is not None
    title, under = (group[1], group[2]) if over else (group[0], group[1] if len(group) > 1 else None)
    mark = _UNDERLINE.match(under.text) if under else None
    words = title.text.strip()
    if under is None or mark is None or "|" in words or "\t" in words or "   " in words or _UNDERLINE.match(title.text):
        return "", 0
    if len(words) > 120 or not any(character.isalnum() for character in words):
        return "", 0
    if 2 * len(under.text.strip()) < len(words) or words.startswith(_PROMPTS):  # AsciiDoc's lines round a listing
        return "", 0
    if mark[1] == "." and abs(len(under.text.strip()) - len(words)) > 2:  # what a line stands for that is left out
        return "", 0
    return mark[1] * (2 if over else 1), 3 if over else 2


def _lone_heading(group: list[_Line], following: list[_Line], *, script: bool) -> tuple[int, int]:
    """Level and number of lines of what stands alone, reads like a heading and has text below; (0, 0) if it does not.

    It is one line, but for a numbered one that is too long for it.
    """
    line, words = group[0], " ".join(line.text.strip() for line in group)
    if line.indent > 3 or words.endswith((".", "!", ",", ";", ":", "。", "…")):
        return 0, 0
    numbered = _NUMBERED.match(words)
    if numbered and _is_section(words, numbered, following):
        return min(numbered["parts"].count(".") + 2, 6), len(group)  # level 1 is left to the title
    if len(group) > 1 or len(words) > _HEADING_LENGTH or words.endswith("?") or numbered:
        return 0, 0
    hashed = _HASHED.match(words)
    if hashed:
        return (0, 0) if script else (len(hashed[1]), 1)
    if _is_leader(words) or not _has_text(following):
        return 0, 0
    chapter = _CHAPTER.match(words)
    if chapter and not _CHAPTER.match(following[0].text.strip()):
        return 2, 1
    if _ITEM.match(line.text):
        return 0, 0
    letters = [character for character in words if character.isalpha()]
    if len(letters) >= 3 and words.isupper() and len(words.split()) <= 8 and not any(c in words for c in "=<>{}$\\"):
        return 2, 1
    return (3, 1) if _is_title(words) else (0, 0)


def _is_section(words: str, numbered: re.Match[str], following: list[_Line]) -> bool:
    """Whether a numbered line is a section's title: not an item of a list, nor a line of a table of contents."""
    title = words[numbered.end() :]
    if _is_leader(title) or _ITEM.match(following[0].text) or _NUMBERED.match(following[0].text.strip()):
        return False
    several = "." in numbered["parts"]
    return len(title) <= (2 * _HEADING_LENGTH if several else _HEADING_LENGTH) and (several or _is_title(title))


def _is_leader(words: str) -> bool:
    """Whether a line has gaps or dots, as one of a table of contents."""
    return ". ." in words or "..." in words or "\t" in words or "   " in words


def _is_manual_heading(group: list[_Line]) -> bool:
    """Whether a line is a heading as in a manual page, with indented text right below it."""
    return len(group) == 2 and group[0].indent == 0 and group[1].indent >= 3 and group[0].text.strip() in _MANUAL


def _is_title(words: str) -> bool:
    """Whether every word of some length is capitalised, as in a title."""
    parts = words.split()
    if not 1 <= len(parts) <= 8 or not words[:1].isupper() or len(words) < 4 or any(c in words for c in "=<>{}|;@"):
        return False
    return all(part[0].isupper() or part[0] in "(&\u2013-" or part.lower() in _SMALL_WORDS for part in parts)


def _has_text(group: list[_Line]) -> bool:
    """Whether a group is more than a line of the same kind: names in a list stand below each other like headings."""
    return len(group) > 1 or len(group[0].text.strip()) > 40 or _ITEM.match(group[0].text) is not None


# Lines that are not prose


def _layout(group: list[_Line]) -> BlockKind:
    """What a group is by the look of its lines: rows, fields (each an item), code, or a paragraph."""
    texts = [line.text for line in group]
    count = len(texts)
    if count > 1 and len({text.strip().count("\t") for text in texts}) == 1 and "\t" in texts[0].strip():
        return "row"
    if _share(_LOG, texts) > 0.5:
        return "code"
    if _ITEM.match(texts[0]):
        return "paragraph"
    if all(line.indent >= 4 for line in group) and not _reads_as_prose(" ".join(texts)):
        return "code"
    if count > 1 and _share(_FIELD, texts) == 1:
        return "item"
    if count > 1 and (_share(_CODE, texts) > 0.6 or _share(_LAYOUT, texts) > 0.6):
        return "code"
    return "paragraph"


def _share(pattern: re.Pattern[str], texts: list[str]) -> float:
    """How many of the lines match, by their first 400 characters: a line may be a megabyte, and patterns look back."""
    return sum(pattern.match(text, 0, 400) is not None for text in texts) / len(texts)


def _reads_as_prose(text: str) -> bool:
    """Whether indented lines are sentences all the same, as in a manual page: words, and a full stop at the end."""
    letters = sum(character.isalpha() or character == " " for character in text)
    return (
        text.rstrip().rstrip(")\"'\u201d\u2019").endswith((".", "!", "?", ":"))
        and letters > 0.85 * len(text)
        and text.count(" ") > 5
    )
