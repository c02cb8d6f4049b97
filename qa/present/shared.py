"""What text, Markdown and JSON share: names and places without control characters, numbers in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from qa.model import HEADING_SEPARATOR, Quote

__all__ = [
    "DIRECTION",
    "LONGEST_SHOWN",
    "above",
    "at_place",
    "confidence_word",
    "counted",
    "cut",
    "headed",
    "listed",
    "one_line",
    "place",
    "printable",
    "some_paths",
]

_IMPLICIT = re.compile("[\u061c\u200e\u200f]")
DIRECTION = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{DIRECTION}]")
_BREAKS = re.compile(r"\r\n|\f")
_LINE_ENDS = re.compile(r"[\n\u2028\u2029]")
_WORDS = ((0.9, "almost certain"), (0.7, "likely"), (0.5, "rather likely"), (0.25, "doubtful"), (0.0, "unlikely"))
LONGEST_SHOWN = 40
_MOST_MISSING = 8
_MOST_PATHS = 3


def printable(value: str) -> str:
    r"""The text without what could steer a terminal: control and direction characters become U+FFFD.

    Marks that only lean on the direction of what they stand beside, usual where Arabic or Hebrew meets Latin, are left
    out. The line ends of Windows and the ends of pages are line ends.

    >>> printable("a\x1b[2Jb"), printable("one\r\ntwo\fthree")
    ('a\ufffd[2Jb', 'one\ntwo\nthree')
    """
    breaks = _BREAKS.sub("\n", _IMPLICIT.sub("", value))
    return _CONTROL.sub("\ufffd", breaks).encode("utf-8", "replace").decode()


def one_line(value: str) -> str:
    """A name or a message as it can be printed on one line; its spaces stay."""
    return _LINE_ENDS.sub("\ufffd", printable(_IMPLICIT.sub("\ufffd", value)))


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "quote"), counted(1200, "quote")
    ('1 quote', '1200 quotes')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def confidence_word(confidence: float) -> str:
    """A probability in a word.

    >>> confidence_word(0.95), confidence_word(0.3)
    ('almost certain', 'doubtful')
    """
    return next(word for least, word in _WORDS if confidence >= least)


def place(quote: Quote) -> str:
    """Where a quote stands: `path:line`, or the path and the page.

    A line is what editors and terminals understand, so it is joined as they write it.
    """
    return at_place(quote.path, quote.line, quote.page)


def at_place(path: str, line: int | None, page: int | None) -> str:
    return one_line(path) + (f":{line}" if line is not None else f", page {page}" if page is not None else "")


def above(quote: Quote) -> str:
    """The title of a quote's document, and the headings that it stands below."""
    return f"{quote.title}{HEADING_SEPARATOR}{quote.heading}" if quote.heading else quote.title


def headed(text: str, columns: Sequence[str]) -> str:
    """A table's row with each cell behind its column's header; any other text as it is.

    >>> headed("Irmin\\t\\tMIT", ["Name", "Since", "Licence"])
    'Name: Irmin | Licence: MIT'
    """
    if not columns:
        return text
    cells = zip_longest(map(printable, columns), text.split("\t"), fillvalue="")
    return " | ".join(f"{name}: {cell}" if name else cell for name, cell in cells if cell.strip())


def listed(words: Sequence[str], most: int = _MOST_MISSING) -> str:
    shown = ", ".join(cut(printable(word), LONGEST_SHOWN) for word in words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def some_paths(paths: Sequence[str], most: int = _MOST_PATHS) -> list[str]:
    """Some paths, each unbroken, with commas between them."""
    more = f" and {len(paths) - most} more".split() if len(paths) > most else []
    shown = [one_line(path) for path in paths[:most]]
    return [*(f"{path}," for path in shown[:-1]), *shown[-1:], *more]


def cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1]}…"
