"""Taking out what answers: an index without the passages that hold a question's evidence, or say it again.

Near-duplicates say it again, and so do passages in other words: where the short answer is known, those with a sentence
that gives it and has, in itself or beside it, half of the question. What remains is a real "not in these documents"
case for a question that is known to be a fair one. The passages are hidden and not forgotten: how rare a word is and
how long a passage stays that of the whole index, for counting anew for each question would take too long.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise

import numpy as np

from eval.metrics import normalised
from eval.part import Part, passages_by_path
from qa.extract.features import sentence_text
from qa.gold import Anchor
from qa.index import Index
from qa.index.segment import Array, runs
from qa.query import query
from qa.retrieve import retrieve
from qa.text import content_terms

__all__ = ["NEAR_DUPLICATE", "Masking"]

NEAR_DUPLICATE = 0.5
"""Share of the shorter of two passages' word triples from which they are near-duplicates (Broder 1997: containment)."""
_ANSWERED = 0.5
"""Share of a question's idf that a sentence with its short answer has, in itself or beside it, if it answers."""
_MIX = np.int64(1_000_003)


class Masking:
    """An index whose frequencies are counted, and what its passages have in common."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._passages = passages_by_path(index)
        self._owners, self._keys = _triples(index)
        self._starts = np.searchsorted(self._owners, np.arange(index.passage_bases[-1] + 1))
        by_key = np.argsort(self._keys, kind="stable")
        self._sorted_keys, self._holders = self._keys[by_key], self._owners[by_key]

    def without(self, evidence: Iterable[Anchor], question: str = "", answers: Collection[str] = ()) -> Part:
        """The index without the passages that hold any of the evidence, or a part of it, or say it again.

        With the `question` and its short `answers`, those that say it in other words are left out, too.
        """
        kept = np.ones(self._index.passage_bases[-1], dtype=bool)
        for passage in {number for anchor in evidence for number in self._holding(anchor)}:
            kept[passage] = False
            kept[self.near_duplicates(passage)] = False
        kept[list(self._giving(question, answers))] = False
        bases = self._index.passage_bases
        return Part(self._index, [kept[start:stop] for start, stop in pairwise(bases)])

    def _holding(self, anchor: Anchor) -> Iterable[int]:
        for passage in self._passages.get(anchor.path, ()):
            start, end = self._index.passage_range(passage)
            if start < anchor.end and anchor.start < end:
                yield passage

    def _giving(self, question: str, answers: Collection[str]) -> set[int]:
        """The passages that give one of the short answers to a question, beside half of it."""
        said = [f" {words} " for words in map(normalised, answers) if content_terms(words)]
        if not said or not (asked := query(self._index, question)).terms:
            return set()
        found = retrieve(self._index, asked)
        seen = found.evidence
        shares = np.maximum(seen.inside, seen.near) @ (asked.idfs / asked.idfs.sum())
        near = np.flatnonzero(shares >= _ANSWERED)
        places = [(int(found.passages[seen.owners[row]]), int(seen.sentences[row])) for row in near]
        texts = ((place[0], f" {normalised(sentence_text(self._index, *place))} ") for place in places)
        return {passage for passage, text in texts if any(words in text for words in said)}

    def near_duplicates(self, passage: int) -> Array:
        """The passages that share at least NEAR_DUPLICATE of the shorter one's word triples, ascending; itself, too.

        Passages of fewer than three words have none.
        """
        own = self._keys[self._starts[passage] : self._starts[passage + 1]]
        first, stop = (np.searchsorted(self._sorted_keys, own, side=side) for side in ("left", "right"))
        places, _ = runs(first, stop)
        sizes = np.diff(self._starts)
        shared = np.bincount(self._holders[places], minlength=len(sizes))
        return np.flatnonzero((shared > 0) & (shared >= NEAR_DUPLICATE * np.minimum(sizes, len(own))))


def _triples(index: Index) -> tuple[Array, Array]:
    """Each passage's word triples, each once, as hashes: the passages, ascending, and the hashes."""
    words, owners = _words(index)
    here = owners[:-2] == owners[2:]
    keys = ((words[:-2] * _MIX + words[1:-1]) * _MIX + words[2:])[here]
    pairs = np.unique(np.stack([owners[:-2][here], keys]), axis=1)
    return pairs[0], pairs[1]


def _words(index: Index) -> tuple[Array, Array]:
    """The terms of all passages in order, under numbers that hold for all segments, and the passage of each."""
    numbers: dict[bytes, int] = {}
    words, owners = [], []
    for base, segment in zip(index.passage_bases, index.segments, strict=False):
        common = np.array([numbers.setdefault(term, len(numbers)) for term in segment.terms()], dtype=np.int64)
        sentences, passage = segment.sentences_of(np.arange(segment.passage_count))
        tokens, sentence = segment.tokens_of(sentences)
        words.append(common[tokens])
        owners.append(passage[sentence] + base)
    return np.concatenate(words), np.concatenate(owners)
