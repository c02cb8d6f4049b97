"""Words -> lines of a terminal, as wide as they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from qa.present.shared import cut
from qa.scripts import WIDE, columns

__all__ = ["BOLD", "RESET", "STRONG", "breakable", "dim", "paragraphs", "shortened", "wrap"]

BOLD, STRONG, DIM, RESET = "\x1b[1m", "\x1b[1;4m", "\x1b[2m", "\x1b[0m"
_ESCAPES = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;;[^\x1b]*\x1b\\")
_STYLED = re.compile(r"\x1b\[[\d;]*m")
_CELLS = re.compile(r"(?<=\S)[ \t]*\t[ \t]*")
"""What parts the cells of a row, not what indents a line."""
# What clings to the wide character after it, and what to the one before: no line ends between them.
_OPENING, _CLOSING = "「『（【《〈〔［｛“‘", "」』）】》〉〕］｝”’、。，．！？：；・…ーっッゃゅょャュョ"
_MIN_WIDTH = 16


def wrap(words: Iterable[str], width: int) -> list[str]:
    """The words in lines of at most `width` columns, escape sequences counting nothing.

    No word is broken but those of wide characters, which break between any two.
    """
    lines, line, used = [], "", 0
    for word in words:
        space = " " if line else ""
        for piece in breakable(word):
            size = columns(_ESCAPES.sub("", piece))
            if line and used + len(space) + size > max(width, _MIN_WIDTH):
                lines.append(line)
                line, used = piece, size
            else:
                line, used = f"{line}{space}{piece}", used + len(space) + size
            space = ""
    return [*lines, line] if line else lines


def breakable(word: str) -> list[str]:
    """A word in the pieces that a line may end between; a link is one.

    >>> breakable("「東京」です。"), breakable("bridge")
    (['「東', '京」', 'で', 'す。'], ['bridge'])
    """
    return [word] if word.isascii() or "\x1b]" in word else list(filter(None, _piece().findall(word)))


@cache
def _piece() -> re.Pattern[str]:
    """What a line may be broken before: a wide character with what clings to it, or all up to the next one."""
    before, inside = rf"(?:[{_OPENING}]|\x1b\[[1-9][\d;]*m)*", rf"(?:[{WIDE}]|(?:(?!\x1b\[[1-9])[^{WIDE}])+)?"
    return re.compile(rf"{before}{inside}(?:[{_CLOSING}]|\x1b\[0m)*", re.DOTALL)


def paragraphs(text: str) -> list[str]:
    """What stands on lines of its own: each paragraph of a quote and, after the first, each item, row or line."""
    first, *others = _CELLS.sub(_between, _without_wide_breaks(text)).split("\n\n")
    return [first, *(line for part in others for line in part.split("\n"))]


def _without_wide_breaks(text: str) -> str:
    """The text without the ends of lines between wide characters, which divide no words.

    >>> _without_wide_breaks("東\\n京 a\\nb")
    '東京 a\\nb'
    """
    return text if text.isascii() else _wide_break().sub(r"\1", text)


@cache
def _wide_break() -> re.Pattern[str]:
    styled = f"(?:{_STYLED.pattern})*"
    return re.compile(rf"([{WIDE}]{styled})[ \r]*\n[ \r]*(?={styled}[{WIDE}])")


def _between(found: re.Match[str]) -> str:
    """A bar for each tab: empty cells keep their places."""
    return " |" * found[0].count("\t") + " "


def shortened(text: str, most: int) -> str:
    """The text on one line of at most `most` columns, cut between words."""
    lines = wrap(text.split(), most)
    if len(lines) > 1:
        lines = [f"{wrap(text.split(), most - 2)[0]} …"]
    return cut("".join(lines), most)


def dim(value: str, color: bool) -> str:
    return f"{DIM}{value}{RESET}" if color else value
