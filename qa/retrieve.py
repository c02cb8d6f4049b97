"""Query -> the passages that may hold the answer, best first.

Two steps: BM25, and the terms in title and headings, name the candidates; then TF-IDF and each candidate's best
sentence have a say, because a passage that says everything in one sentence beats one that scatters the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.evidence import Evidence, evidence
from qa.fusion import Constants, Fusion, shipped_fusion
from qa.index import Clue, Index, bm25, idf, ranked, score, tfidf, top
from qa.index.segment import Array, Said
from qa.query import INSTEAD, Query
from qa.vectors import shipped

__all__ = ["CANDIDATES", "SIGNALS", "Candidates", "listed", "retrieve"]

CANDIDATES = 40
"""Passages that are looked at sentence by sentence."""

SIGNALS = (
    "bm25",  # the score itself: it grows with the question, so that many words that are found outweigh the rest
    "tfidf",  # cosine of words, and words above
    "sentence",  # share of the question's weight in the best sentence
    "pairs",  # share of the question's neighbouring terms that are neighbours in a sentence
    "meaning",  # cosine of what the question and the best sentence mean, as sums of word vectors
    "covered",  # share of the question's weight that the passage holds, or has a near word for
)
"""What a passage is judged by; all but the first are 1 at most, and `pairs` with a quoted phrase more."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that were found, best first: by score, then path, then position, and the evidence in their sentences.

    Shapes: `signals` (candidates, SIGNALS), the others (candidates,).
    """

    passages: Array
    scores: Array
    signals: Array
    evidence: Evidence

    def reordered(self, order: Array, scores: Array) -> Candidates:
        """The candidates in another order; `scores` are those that gave it, in the order that was."""
        return Candidates(self.passages[order], scores[order], self.signals[order], self.evidence.reordered(order))

    def signal(self, name: str) -> Array:
        """One of the SIGNALS, shape (candidates,)."""
        values: Array = self.signals[:, SIGNALS.index(name)]
        return values


def retrieve(index: Index, asked: Query, *, k: int = CANDIDATES, fusion: Fusion | None = None) -> Candidates:
    """The best passages that hold any of the question's terms: CANDIDATES of them, or `k` if that is more.

    Another `fusion` than the one that ships is given to measure what a weight or a constant is worth.
    """
    fusion = fusion or shipped_fusion()
    passages, _ = top(index, _clues(index, asked, fusion.constants), max(k, CANDIDATES), asked.allowed)
    said = index.said(passages)
    seen = evidence(index, asked, said, fusion.constants)
    signals = _signals(index, asked, passages, said, seen, fusion.constants)
    scores = signals @ [fusion.weights[name] for name in SIGNALS]
    order = ranked(index, passages, scores)
    return Candidates(passages, scores, signals, seen).reordered(order, scores)


def _clues(index: Index, asked: Query, constants: Constants) -> list[Clue]:
    """What names the candidates: the question's terms, in the text and above it, and what may stand for them."""
    words = [*zip(asked.terms, (asked.trust * asked.importance).tolist(), strict=True)]
    words += _other_words(index, asked, constants) + _other_forms(index, asked)
    return [Clue(word, weight, weight * constants.from_above) for word, weight in words]


def _signals(
    index: Index, asked: Query, passages: Array, said: Sequence[Said], seen: Evidence, constants: Constants
) -> Array:
    """The SIGNALS of some passages, shape (passages, signals)."""
    found = {
        "bm25": score(index, bm25(asked.terms), passages),
        "tfidf": tfidf(index, asked.terms, said),
        "sentence": _best(_worth(asked, seen, constants), seen.owners, len(passages)),
        "pairs": _best(seen.pairs, seen.owners, len(passages)),
        "meaning": _best(seen.meaning, seen.owners, len(passages)),
        "covered": _covered(asked, seen, len(passages), constants),
    }
    return np.stack([found[name] for name in SIGNALS], axis=1)


def _other_words(index: Index, asked: Query, constants: Constants) -> list[tuple[str, float]]:
    """The corpus's own terms that mean much the same as the question's, with less weight."""
    known = {row: worth for row, worth in zip(asked.rows.tolist(), asked.importance.tolist(), strict=True) if row >= 0}
    best: dict[int, float] = {}
    for row, worth in known.items():
        for other, cosine in index.near(row, least=constants.alike, k=constants.most_words + 1):
            best[other] = max(best.get(other, 0.0), worth * cosine)
    words = {row: shipped().terms[row].decode() for row in sorted(best.keys() - known.keys())}
    return [(word, constants.word * best[row]) for row, word in words.items()]


def _other_forms(index: Index, asked: Query) -> list[tuple[str, float]]:
    """The terms of stand-ins with weights that are together worth a share of what they stand for."""
    words = []
    for stand_in in asked.stand_ins:
        others = [term for term in stand_in.terms if term not in asked.terms and index.frequency(term)]
        own = sum(idf(index.passage_count, index.frequency(term)) for term in others)
        weight = INSTEAD * float(asked.weights[list(stand_in.places)].sum()) / max(own, 1e-9)
        words += [(term, weight) for term in others]
    return words


def listed(index: Index, asked: Query, k: int) -> Candidates:
    """The first `k` passages that pass the filters, by path and position, for a search that asks nothing."""
    found = [np.flatnonzero(mask) + index.passage_bases[number] for number, mask in enumerate(asked.allowed or ())]
    passages = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    passages = passages[ranked(index, passages, np.zeros(len(passages)))[:k]]
    nothing = np.zeros((len(passages), len(SIGNALS)))
    return Candidates(passages, nothing[:, 0], nothing, evidence(index, asked, (), shipped_fusion().constants))


def _worth(asked: Query, seen: Evidence, constants: Constants) -> Array:
    """Share of the question's weight in each sentence, shape (sentences,)."""
    found: Array = np.maximum(seen.credited, seen.soft) @ asked.shares
    return found + constants.pairs * seen.pairs


def _covered(asked: Query, seen: Evidence, passages: int, constants: Constants) -> Array:
    """Share of the question's weight in each passage as a whole, shape (passages,)."""
    held = np.maximum(np.maximum(seen.inside, constants.above * seen.above), seen.soft)
    whole = np.zeros((passages, len(asked.terms)))
    np.maximum.at(whole, seen.owners, held)
    covered: Array = whole @ asked.shares
    return covered


def _best(values: Array, owners: Array, passages: int) -> Array:
    """The highest value of each passage's sentences, 0 at least, shape (passages,)."""
    best = np.zeros(passages)
    np.maximum.at(best, owners, values)
    return best
