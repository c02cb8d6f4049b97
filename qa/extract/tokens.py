"""Text -> tokens with a class each: what the short answer's rules and features are made of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from qa.text import term_of

__all__ = [
    "ABOUT",
    "ARTICLES",
    "FUNCTION",
    "NUMERAL",
    "POSSESSIVE",
    "PREPOSITIONS",
    "VERBS",
    "Token",
    "tokens_of",
    "word_set",
]

_TOKEN = re.compile(
    r"""(?:[A-Za-z]\.){2,}                                          # U.S.
      | [$€£¥]?\d+(?:[.,:/–-]\d+)*(?:%|(?:st|nd|rd|th|s)\b)?       # $5.2, 1960s, 1398–1402
      | ['’]s\b
      | [^\W_]+(?:(?:[&'’./+-](?!s\b)|[-\u2010]\r?\n(?=[^\W\d_A-Z]))[^\W_]+)*  # just-in-time, R&B, divi-\nded
      | [^\w\s]|_""",
    re.VERBOSE,
)
_MOST_TOKENS = 150
"""Tokens of a text that are looked at, so that a page without a full stop costs no more than a long quote."""


def word_set(words: str) -> frozenset[str]:
    """The words of a list, as a set."""
    return frozenset(words.split())


POSSESSIVE = frozenset(("'s", "’s"))
ARTICLES = word_set("a an the")
VERBS = word_set(
    """is are was were be been being am has have had do does did can could may might must shall should will would
    became become becomes called named known"""
)
PREPOSITIONS = word_set(
    """about above across after against along among around as at before behind below between beyond by despite down
    during except for from in including inside into like near of off on onto out outside over per since than
    through throughout to toward towards under until up upon via with within without"""
)
_CONJUNCTIONS = word_set(
    """and or but nor because if when where while although though whether that which who whom whose so then"""
)
_PRONOUNS = word_set(
    """he she it they we i you him her them us me his its their our my your this these those there what how such
    both each not also only very"""
)
FUNCTION = ARTICLES | VERBS | PREPOSITIONS | _CONJUNCTIONS | _PRONOUNS
ABOUT = word_set("""about around approximately over nearly almost some least most roughly up more less than under""")
_MONTHS = word_set(
    """january february march april may june july august september october november december jan feb mar apr jun
    jul aug sep sept oct nov dec"""
)
_NUMERALS = word_set(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands
    million millions billion billions trillion dozen dozens half several"""
)
NUMERAL = frozenset(("NUMBER", "NUMERAL"))
_YEAR = re.compile(r"(?:1\d|20)\d\d(?:s|[–-]\d+)?")
_ENDINGS = (("ing", "ING"), ("ed", "ED"), ("ly", "LY"), ("ss", "WORD"), ("s", "PLURAL"))


class Token(NamedTuple):
    """A word or mark of a text, its lower case, its term, and its class.

    A mark has no term; the class of a mark or function word is itself.
    """

    text: str
    start: int
    end: int
    low: str
    term: str
    kind: str


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, the first 150 of a long one.

    >>> [token.kind for token in tokens_of("In 2013, Ada's tool won $5.")]
    ['in', 'YEAR', ',', 'NAME', "'s", 'WORD', 'WORD', 'MONEY', '.']
    """
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        found.append(Token(word, *match.span(), *_read(word)))
        if len(found) == _MOST_TOKENS:
            break
    return found


@lru_cache(100_000)
def _read(word: str) -> tuple[str, str, str]:
    """A token's lower case, term and class."""
    low = word.lower()
    return low, term_of(word) if word[-1].isalnum() else "", _kind(word, low)


def _kind(word: str, low: str) -> str:
    first = word[0]
    if first.isdigit() or (first in "$€£¥" and len(word) > 1):
        if _YEAR.fullmatch(word):
            return "YEAR"
        return "PERCENT" if word[-1] == "%" else "NUMBER" if first.isdigit() else "MONEY"
    if (low in FUNCTION and not (low == "may" and first == "M")) or low in POSSESSIVE:
        return low
    if not first.isalnum():
        return first if first.isascii() else {"–": "-", "—": "—", "“": '"', "”": '"', "’": "'"}.get(first, "MARK")
    if low in _MONTHS and first.isupper():
        return "MONTH"
    if low in _NUMERALS:
        return "NUMERAL"
    if low != word:
        return "NAME"
    return next((kind for ending, kind in _ENDINGS if low.endswith(ending)), "WORD")
