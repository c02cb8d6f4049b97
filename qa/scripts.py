"""Scripts that put no spaces between words, and marks that stand on letters: where a word's characters are.

A run of one of these scripts is matched by its pairs of neighbouring letters, as full-text engines do where nothing
else tells the words. The script changes where a word does more often than not (Japanese writes what a word means in one
and its ending in another), so a pair is of one script, and a letter between two others stands by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise

__all__ = [
    "FAR_EASTERN",
    "MARK_OR_UNSPACED",
    "UNSPACED",
    "WIDE",
    "columns",
    "count_unspaced",
    "is_beyond_latin",
    "is_unspaced",
    "marks",
    "pairs",
    "unspaced_run",
]

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HIRAGANA = "\u3041-\u3096\u309d-\u309f"
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"
_WRAPPED = (_HAN, _HIRAGANA, _KATAKANA)
"""Scripts whose lines may end anywhere, also within a word."""
_WRAPPED_MARKS = "\u302a-\u302f\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SPELT = {
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46": "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e",  # Thai
    "\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf": "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece",  # Lao
    "\u1780-\u17b3\u17d7\u17dc": "\u17b4-\u17d3\u17dd",  # Khmer
    "\u1000-\u102a\u103f\u1050-\u1055": "\u102b-\u103e\u1056-\u1059",  # Burmese
}
"""Letters of other scripts, and the marks on them: vowels and tones."""
_BY_ITSELF = "[的了吗嗎呢吧么麼什谁誰哪何这這那是]|[时時]候|多少|[请請][问問]"
"""Chinese words that no pair is made with: they ask, point or join, and stand between other words."""

UNSPACED = "".join((*_WRAPPED, *_SPELT))
"""The letters of these scripts, as the inside of a class of a pattern."""

WIDE = "\u2e80-\u303e\u3041-\ua4cf\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
"""Chinese and Japanese characters, their punctuation, too, as the inside of a class: lines may end before any."""

# These two are negated because a class of many characters takes milliseconds to compile, a cold start's share.
MARK_OR_UNSPACED = re.compile("[^\x00-\u02ff\u2000-\u20cf\u2100-\u2bff]")
"""Finds a character in every text that has a mark or an unspaced letter, and in some others: quick to look for."""
FAR_EASTERN = r"[^\x00-\u0dff\u2000-\u2e7f]"
"""Fits every unspaced letter, and whatever else stands in the blocks from Thai on."""

_LETTER = re.compile(rf"\s*\S[{_WRAPPED_MARKS}{''.join(_SPELT.values())}]*")
"""A letter of a run with its marks, and the end of a line before it."""


@cache
def marks() -> str:
    """The combining marks, as the inside of a class: vowels and tones above and below, accents written apart."""
    found = (chr(code) for code in range(0x300, 0x20000))
    return "".join(char for char in found if unicodedata.category(char).startswith("M"))


def unspaced_run() -> str:
    """A pattern for a stretch of one unspaced script, across the ends of lines where they divide words."""
    alone = rf"(?:{_BY_ITSELF})[{_WRAPPED_MARKS}]*"
    stretches = [rf"(?:(?!{_BY_ITSELF})[{script}][{_WRAPPED_MARKS}]*)+" for script in _WRAPPED]
    wrapped = [rf"{stretch}(?:\r?\n{stretch})*" for stretch in stretches]
    return "|".join([alone, *wrapped, *(rf"[{script}][{script}{signs}]*" for script, signs in _SPELT.items())])


def pairs(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The ranges of the overlapping pairs of letters in a run; that of the letter where there is but one.

    >>> list(pairs("橋を架ける", 2, 5)), list(pairs("橋を架ける", 0, 1))
    ([(2, 4), (3, 5)], [(0, 1)])
    """
    letters = [match.span() for match in _LETTER.finditer(text, start, end)]
    if len(letters) == 1:
        yield letters[0]
    for (first, _), (_, last) in pairwise(letters):
        yield first, last


@cache
def _unspaced_letter() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]")


def count_unspaced(text: str) -> int:
    """How many letters of these scripts a text has."""
    return sum(1 for _ in _unspaced_letter().finditer(text))


def is_unspaced(text: str) -> bool:
    """Whether a text is mostly in these scripts.

    >>> is_unspaced("誰が Xen を作りましたか"), is_unspaced("Who built 東京タワー?")
    (True, False)
    """
    return not text.isascii() and 2 * count_unspaced(text) > len("".join(text.split()))


def is_beyond_latin(text: str) -> bool:
    """Whether a text is mostly in other letters than those of English, so that nothing learned of English applies.

    >>> is_beyond_latin("Кто создал Xen?"), is_beyond_latin("Who wrote «Мост»?")
    (True, False)
    """
    return not text.isascii() and 2 * len(MARK_OR_UNSPACED.findall(text)) > len("".join(text.split()))


def columns(text: str) -> int:
    """How many columns a text takes in a terminal (Unicode Standard Annex 11): two for wide characters, none for marks.

    >>> columns("橋 bridge"), columns("ที่")
    (9, 1)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(10_000)
def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
