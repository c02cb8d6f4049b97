"""A word that the documents do not hold -> the word of theirs that it is probably meant to be.

Words of up to seven letters are one edit away (a letter more, less, another, or two swapped), longer ones up to two.
Words are compared and not stems: "fixs" stems to "fix", and yet "fiss" is no misspelt "fixed". An index keeps terms
only, so terms are found first, those of all edits of the word and, for two edits, which are too many to try, those that
begin like it; then passages tell how such a term is spelt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nsmallest
from string import ascii_lowercase

import numpy as np

from qa.index import Index
from qa.index.segment import Segment, distinct
from qa.languages import ENGLISH
from qa.text import fold, stop_terms, term_of, words
from qa.vectors import UNKNOWN, shipped

__all__ = ["meant"]

_SHORTEST = 4
_LONG = 8
"""Letters from which two edits are believed, and an edit of the first letter."""
_BEGINNING = 2
"""Letters that a word two edits away begins with, too; otherwise a large vocabulary takes too long."""
_LONGEST = 40
_LOOKED_AT = 20
"""Passages, the first by path and position, in which the spelling of a term is looked up."""
_MOST_TERMS = 10
"""Terms, the most frequent, whose spelling is looked up."""


def meant(index: Index, word: str, language: str = ENGLISH) -> str | None:
    """The word of the documents that a misspelt one is probably meant to be, as they spell it.

    The nearest, then that of the most frequent term, then the first by alphabet. A name is read only as a name: "OPEC"
    is no misspelt "open". None for a word that the documents hold, that is English (in an English question), has
    digits, or has nothing near it.
    """
    folded = fold(word)
    if not (_SHORTEST <= len(folded) <= _LONGEST and folded.isascii() and folded.isalpha()):
        return None
    own = term_of(folded, language)
    if index.stands(own) or (language == ENGLISH and shipped().rows([own])[0] != UNKNOWN):
        return None
    edited = (term_of(edit, language) for edit in _edits(folded))
    best = _nearest(index, word, _held(index, edited, language), language, 1)
    if best is None and len(folded) >= _LONG:
        best = _nearest(index, word, _beginning_alike(index, folded, language), language, 2)
    return best


def _nearest(index: Index, word: str, terms: Iterable[str], language: str, most: int) -> str | None:
    """The spelling most like a word, at most some edits away, among those of some terms."""
    from rapidfuzz.distance import OSA  # late: takes as long as ten answers, and few questions are misspelt

    folded = fold(word)
    found = []
    for term in nsmallest(_MOST_TERMS, terms, key=lambda term: (-index.frequency(term), term)):
        for form in _spellings(index, term, language):
            distance = OSA.distance(folded, fold(form))
            if distance <= most and (form[0].isupper() or not word[0].isupper()):
                found.append((distance, -index.frequency(term), term, OSA.distance(word, form), form))
    return min(found)[-1] if found else None


def _edits(word: str) -> Iterator[str]:
    """Every word one edit away (Damerau 1964); a short one keeps its first letter.

    >>> "unikernel" in _edits("unikernal"), "xen" in _edits("exn"), "xenon" in _edits("xeno"), "best" in _edits("rest")
    (True, False, True, False)
    """
    for at in range(0 if len(word) >= _LONG else 1, len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in ascii_lowercase:
            yield before + letter + after
            yield before + letter + after[1:]


def _held(index: Index, terms: Iterable[str], language: str) -> list[str]:
    """Those of some terms that stand in the documents and carry meaning."""
    names = sorted({term.encode() for term in terms})
    found: set[str] = set()
    for segment in index.segments:
        found.update(names[at].decode() for at in np.flatnonzero(segment.numbers(names) >= 0))
    return [term for term in found if term not in stop_terms(language) and index.frequency(term)]


def _beginning_alike(index: Index, word: str, language: str) -> list[str]:
    """The terms at most two edits away from a word or its stem that begin like it, and stand in the documents."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    found: set[str] = set()
    for form in {word, term_of(word, language)}:
        for segment in index.segments:
            near = extract(form, _alike(segment, form), scorer=OSA.distance, score_cutoff=2, limit=None)
            found.update(term for term, _, _ in near)
    return [term for term in found if term not in stop_terms(language) and index.frequency(term)]


def _alike(segment: Segment, word: str) -> list[str]:
    """The terms of a segment with the same beginning as a word and about its length."""
    beginning = word[:_BEGINNING].encode()
    first, stop = segment.places([beginning, beginning + b"\xff"]).tolist()
    return [name.decode() for name in segment.terms(first, stop) if abs(len(name) - len(word)) <= 2]


def _spellings(index: Index, term: str, language: str) -> set[str]:
    """How the first passages by path and position that hold a term spell it."""
    first = nsmallest(
        _LOOKED_AT, (entry for number in range(len(index.segments)) for entry in _first(index, number, term))
    )
    found: set[str] = set()
    for _, passage in first:
        found.update(word for word in words(index.passage_text(passage)) if term_of(word, language) == term)
    return found


def _first(index: Index, number: int, term: str) -> list[tuple[str, int]]:
    """Path and number of the first live passages of a segment that hold a term."""
    segment, live = index.segments[number], index.live_passages(number)
    at = segment.term_id(term)
    if at is None:
        return []
    passages = segment.words.of(at)[0]
    passages = passages if live is None else passages[live[passages]]
    owners = segment.passage_documents[passages]
    documents = nsmallest(_LOOKED_AT, distinct(owners).tolist(), key=segment.path)
    here = np.flatnonzero(np.isin(owners, documents))
    return [(segment.path(owners[place]), int(passages[place]) + index.passage_bases[number]) for place in here]
