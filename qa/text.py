"""Words, terms, sentences: the one analysis that documents and questions share.

A *word* is a run of letters or digits as it stands in the text, put together where the end of a line divides it; a
*term* is what it is matched by: case and accents folded, then stemmed. Analysis changes what is matched, never what is
quoted, so whoever needs a place in the text asks for spans.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import Stemmer

__all__ = [
    "ANALYSIS",
    "STOP_TERMS",
    "Term",
    "content_terms",
    "fold",
    "sentence_spans",
    "spans",
    "term_of",
    "terms",
    "trim",
    "words",
]

ANALYSIS = "english-5"
"""Names this analysis in an index's manifest; a change to anything below needs a new name."""

# A hyphen where the end of a line divides a word, and a soft hyphen, which is printed only there.
_DIVISION = re.compile(r"[-\u2010\u00ad](?<=[^\W\d_].)(?:\r?\n(?=[^\W\d_A-Z])|(?<=\u00ad)(?=[^\W\d_]))")
_WORD = re.compile(
    r"(?<![\d,])\d{1,3}(?:,\d{3})++(?:\.\d+)?(?![\d,])|\d+(?:\.\d+)+|" + rf"[^\W_]+(?:{_DIVISION.pattern}[^\W_]+)*"
)
_RUN = re.compile(r"[^\W_]+")
_DECIMAL = re.compile(r"\d[.,]\d")
_DIGITS = re.compile(r"\d+((?:[.,]\d+)+,?[A-Za-z0-9]*)")
_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()}
_CJK_END = re.compile(r"[。！？｡]+[」』）”’]*(?=.)", re.DOTALL)
_CACHED_WORDS = 500_000

_FUNCTION_WORDS = """
    a about above after again against all am an and any are as at be because been before being below between both
    but by can could did do does doing don down during each few for from further had has have having he her here
    hers herself him himself his how i if in into is it its itself just let ll may me might more most must my myself
    nor not of off on once only or other our ours ourselves out over own re s same shall she should so some such t
    than that the their theirs them themselves then there these they this those through to too under until up upon
    us ve very was we were what when where which while who whom whose why will with would you your yours yourself
    yourselves please tell give many much
"""


class Term(NamedTuple):
    """A term and the range of the text whose word it stands for."""

    term: str
    start: int
    end: int


class _Folded(dict[str, str]):
    """Word -> term, remembered, because a corpus repeats its words: PyStemmer sees each word once.

    Threads share it, and PyStemmer does not promise that they may share a stemmer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._stem = Stemmer.Stemmer("english", 0).stemWord
        self._alone = Lock()

    def __missing__(self, word: str) -> str:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        folded = fold(word)
        with self._alone:
            term: str = self._stem(folded) or folded
        self[word] = term
        return term


def fold(word: str) -> str:
    """The word without case, accents and digit-grouping commas.

    >>> fold("Meršinjak"), fold("ＸＥＮ"), fold("929,170")
    ('mersinjak', 'xen', '929170')
    """
    if word.isascii():
        return word.lower().replace(",", "")
    marked = unicodedata.normalize("NFKD", word).casefold()
    return "".join(char for char in marked if not unicodedata.combining(char)).replace(",", "") or word


_folded = _Folded()

STOP_TERMS = frozenset(_folded[word] for word in _FUNCTION_WORDS.split())
"""Terms of English function words, and of the verbs that only ask ("tell me"), matched where there is nothing else."""


def words(text: str) -> list[str]:
    r"""The words of a text in order, as they stand there, but whole where the end of a line divides them.

    >>> words("a hyphen-\nated word, well-known")
    ['a', 'hyphenated', 'word', 'well', 'known']
    """
    text = _whole(text)
    if not text.isascii():
        return (_WORD if _DECIMAL.search(text) else _RUN).findall(text)
    spaced = text.translate(_SPACED)
    if not _DECIMAL.search(text):
        return spaced.split()  # what the pattern finds, three times as fast
    found, at = [], 0
    for match in _DIGITS.finditer(text):  # only here do the two differ
        start, end = match.span()
        if start and text[start - 1].isalnum():  # the end of a word: "python3.11"
            start = match.start(1)
        found += spaced[at:start].split()
        found += _WORD.findall(text, start, end)
        at = end
    return found + spaced[at:].split()


def term_of(word: str) -> str:
    """The term by which a word is matched."""
    return _folded[word]


def terms(text: str) -> list[str]:
    """The terms of a text in order, function words among them.

    >>> terms("MirageOS's unikernels boot in 1.5 s")
    ['mirageo', 's', 'unikernel', 'boot', 'in', '1.5', 's']
    """
    return [_folded[word] for word in words(text)]


def spans(text: str) -> list[Term]:
    """The terms of a text with the place of each one's word.

    >>> spans("Xen's")
    [Term(term='xen', start=0, end=3), Term(term='s', start=4, end=5)]
    """
    found = ((match.group(), *match.span()) for match in _WORD.finditer(text))
    return [Term(_folded[word if word.isalnum() else _whole(word)], start, end) for word, start, end in found]


def _whole(text: str) -> str:
    """A text with its divided words put together."""
    return _DIVISION.sub("", text) if "-\n" in text or "-\r" in text or not text.isascii() else text


def content_terms(text: str) -> list[str]:
    """The distinct terms that carry meaning, in order of first use; all of them where there is nothing but stop words.

    >>> content_terms("Who is the author of the Irmin paper?"), content_terms("who is who")
    (['author', 'irmin', 'paper'], ['who', 'is'])
    """
    every = dict.fromkeys(terms(text))
    return [term for term in every if term not in STOP_TERMS] or list(every)


@cache
def _splitter():  # type: ignore[no-untyped-def]  # imported late: only reading documents splits sentences
    import nupunkt

    return nupunkt.load("default")


_UNBROKEN = re.compile(r"\S{1000}")
"""Text without white space that is nobody's sentence; the splitter takes quadratic time over its punctuation."""


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """The sentences of one paragraph as ranges without outer white space, covering all that is not blank.

    >>> text = "It was no. 5, e.g. in the U.S. Army. He left."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['It was no. 5, e.g. in the U.S. Army.', 'He left.']
    """
    if _UNBROKEN.search(text):
        return [trimmed] if (trimmed := trim(text, 0, len(text))) else []
    starts = [0, *(start for start, _ in _splitter().span_tokenize(text))]
    starts += [match.end() for match in _CJK_END.finditer(text)]
    cuts = sorted({*starts, len(text)})
    return [trimmed for start, end in pairwise(cuts) if (trimmed := trim(text, start, end))]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The range without the white space at its ends; None when it is blank."""
    part = text[start:end]
    kept = part.strip()
    if not kept:
        return None
    start += len(part) - len(part.lstrip())
    return start, start + len(kept)
