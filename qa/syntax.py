"""Text as typed -> a question, and the filters that stand in it.

    in:notes/2024   in:*.md   in:"my notes/a.md"     documents below a folder, by a pattern or by file name
    title:irmin     title:"library operating"        documents with these words in their title
    "boot time"                                      words that stand together: to a search, a filter; to a question, a
                                                     bonus, for they are part of it
    -docker         -"boot time"                     without these; to a search only

A filter stands by itself, its value right after the colon. What only looks like one (`login:root`, `in: the`, `-5`, a
quotation mark without its partner) is text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.text import words

__all__ = ["Typed", "filters_in", "parse"]

# Quoted text is bounded, so that thousands of marks without partners do not take quadratic time.
_QUOTED = r'"([^"]{1,1000})"|“([^”]{1,1000})”'
_ENDS = r"(?![^\s?!.,;:])"
_FILTER = rf"(?<!\S)(?P<name>in|title):(?:{_QUOTED}|([^\s\"“”]*[^\s\"“”?!.,;:])){_ENDS}"
_PHRASE = rf"(?<!\w)(?=[\"“]\S)(?:{_QUOTED})(?!\w)"
_EXCLUDED = rf"(?<!\S)-(?:{_QUOTED}|([^\W\d_][^\s\"“”]*)){_ENDS}"
_ASKED = re.compile(f"{_FILTER}|{_PHRASE}", re.IGNORECASE)
_SEARCHED = re.compile(f"{_FILTER}|{_EXCLUDED}|{_PHRASE}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed:
    """A question without its filters, and these; `filters` holds them as they were typed.

    Phrases are part of the question, too, and stay in its text.
    """

    text: str
    in_paths: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()


def parse(text: str, *, search: bool = False) -> Typed:
    """What was typed, taken apart; `-word` has a meaning only to a `search`.

    >>> typed = parse("Who wrote it? in:papers title:irmin")
    >>> typed.text, typed.in_paths, typed.titles, typed.filters
    ('Who wrote it?', ('papers',), ('irmin',), ('in:papers', 'title:irmin'))
    >>> typed = parse('"boot time" -docker', search=True)
    >>> typed.text, typed.phrases, typed.excluded
    ('"boot time"', ('boot time',), ('docker',))
    """
    values: dict[str, list[str]] = {"in": [], "title": [], "-": [], "phrase": []}
    cut: list[re.Match[str]] = []
    for kind, match in _found(text, search):
        values[kind].append(_value(match))
        if kind != "phrase":
            cut.append(match)
    return Typed(
        text=_without(text, cut),
        in_paths=tuple(values["in"]),
        titles=tuple(values["title"]),
        phrases=tuple(values["phrase"]),
        excluded=tuple(values["-"]),
        filters=tuple(match.group() for match in cut),
    )


def filters_in(text: str, *, search: bool = False) -> list[tuple[int, int, str]]:
    """Where the filters and phrases of a question, or of a search, stand, and which they are.

    >>> filters_in('"boot time" in:a')
    [(0, 11, 'phrase'), (12, 16, 'filter')]
    >>> filters_in("-docker", search=True)
    [(0, 7, 'filter')]
    """
    return [(*match.span(), "phrase" if kind == "phrase" else "filter") for kind, match in _found(text, search)]


def _found(text: str, search: bool) -> Iterator[tuple[str, re.Match[str]]]:
    """Filters and phrases, each with its kind. A path may be of any characters, all else is of words."""
    for match in (_SEARCHED if search else _ASKED).finditer(text):
        kind, value = _kind(match), _value(match)
        if words(value) or (kind == "in" and not value.isspace()):
            yield kind, match


def _value(match: re.Match[str]) -> str:
    return match[match.lastindex or 0]


def _kind(match: re.Match[str]) -> str:
    if match["name"]:
        return match["name"].lower()
    return "-" if match.group().startswith("-") else "phrase"


def _without(text: str, cut: list[re.Match[str]]) -> str:
    """The text without some parts of it; untouched where there are none."""
    if not cut:
        return text
    edges = [0, *(edge for match in cut for edge in match.span()), len(text)]
    return "".join(text[start:end].rstrip() for start, end in zip(edges[::2], edges[1::2], strict=True)).strip()
