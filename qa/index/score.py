"""BM25 and TF-IDF from raw counts.

BM25 is rank_bm25's `BM25Okapi` with an idf that is never negative (see `qa.index.reference`), TF-IDF is scikit-learn's
`TfidfVectorizer(sublinear_tf=True)`; tests hold both to 1e-6.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.index.count import BM25_K1
from qa.index.index import Index
from qa.index.segment import Array, Said, first_of_each

__all__ = ["Clue", "Part", "bm25", "every_gain", "gains", "idf", "idfs", "parts_of", "score", "tfidf"]


@dataclass(frozen=True, slots=True)
class Clue:
    """A term to look for: `body` times its BM25, and `above` times its idf where it stands in a title or heading."""

    term: str
    body: float = 1.0
    above: float = 0.0


def idf(passages: int, frequency: int) -> float:
    """How much a term tells: Lucene's `ln(1 + (N - n + 0.5) / (n + 0.5))`, above 0 for every n up to N.

    >>> round(idf(10, 1), 3), idf(10, 10) > 0
    (1.992, True)
    """
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def idfs(passages: int, frequencies: Array) -> Array:
    """`idf` of many frequencies, shape (frequencies,)."""
    weights: Array = np.log(1 + (passages - frequencies + 0.5) / (frequencies + 0.5))
    return weights


@dataclass(frozen=True, slots=True)
class Part:
    """What one clue adds in one segment: `weight` times BM25's share for a count, or `weight` as it is from above.

    `term` is the clue's in the segment; `passages` those that hold it, ascending, and `counts` how often each does,
    both of shape (passages,).
    """

    term: int
    weight: float
    above: bool
    passages: Array
    counts: Array


def parts_of(index: Index, number: int, clues: Sequence[Clue]) -> list[Part]:
    """What some clues add in one segment: first all in the text, in the order of the clues, then all above it."""
    segment = index.segments[number]
    known = [(term, clue) for clue in clues if (term := segment.term_id(clue.term)) is not None]
    terms = np.array([term for term, _ in known], dtype=np.int64)
    frequencies = index.frequencies_of(number, terms)
    weights = np.array([[clue.body * (BM25_K1 + 1) for _, clue in known], [clue.above for _, clue in known]])
    weights *= np.where(frequencies > 0, idfs(index.passage_count, frequencies), 0.0)
    found = []
    for above, postings in enumerate((segment.words, segment.context)):
        edges = zip(postings.starts[terms].tolist(), postings.starts[terms + 1].tolist(), strict=True)
        for term, weight, (start, stop) in zip(terms.tolist(), weights[above].tolist(), edges, strict=True):
            if weight and start < stop:
                passages, counts = postings.passages[start:stop], postings.counts[start:stop]
                found.append(Part(term, weight, bool(above), passages, counts))
    return found


def gains(index: Index, number: int, parts: Sequence[Part], passages: Array) -> Array:
    """What all parts together add to some passages of a segment, shape (passages,)."""
    if not parts:
        return np.zeros(len(passages))
    wanted = passages.astype(np.int32)  # as postings have them, which are else copied whole to be searched
    counts = np.array([_counts(part, wanted) for part in parts])
    shares = counts / (counts + index.damping(number).take(passages))
    above = [row for row, part in enumerate(parts) if part.above]
    shares[above] = counts[above] > 0
    added = np.zeros(len(passages))
    for share, part in zip(shares, parts, strict=True):  # in order: a sum's depends on how many passages there are
        added += share * part.weight
    return added


def every_gain(index: Index, number: int, parts: Sequence[Part]) -> Array:
    """What all parts together add to each passage of a segment, shape (its passages,); to the bit as `gains` has it."""
    sizes = [len(part.passages) for part in parts]
    passages = np.concatenate([part.passages for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    shares = counts / (counts + index.damping(number).take(passages))
    shares[np.repeat([part.above for part in parts], sizes)] = 1.0
    weights = np.repeat([part.weight for part in parts], sizes)
    return np.bincount(passages, weights=shares * weights, minlength=index.segments[number].passage_count)


def _counts(part: Part, passages: Array) -> Array:
    """How often some passages hold a part's term, shape (passages,)."""
    places = part.passages.searchsorted(passages)
    found: Array = part.counts.take(places, mode="clip") * (part.passages.take(places, mode="clip") == passages)
    return found


def score(index: Index, clues: Sequence[Clue], passages: Array) -> Array:
    """The sum of the clues' gains for some passages, shape (passages,)."""
    scores = np.zeros(len(passages))
    for number, places, local in index.by_segment(passages):
        scores[places] = gains(index, number, parts_of(index, number, clues), local)
    return scores


def bm25(terms: Sequence[str]) -> list[Clue]:
    """The clues whose score is plain BM25: a term given twice counts twice (Robertson and Zaragoza 2009)."""
    return [Clue(term, float(repeats)) for term, repeats in Counter(terms).items()]


def tfidf(index: Index, terms: Sequence[str], said: Sequence[Said]) -> Array:
    """Cosine of some passages with a question, over words and, as features of their own, words above them."""
    wanted = Counter(terms)
    asked = np.array([1 + math.log(repeats) for repeats in wanted.values()])
    known = [
        [_smooth_idf(index, np.array(frequency(term))) if frequency(term) else 0.0 for term in wanted]
        for frequency in (index.frequency, index.frequency_above)
    ]
    length = math.sqrt(sum(float(np.square(asked * weights).sum()) for weights in known))
    cosines = np.zeros(sum(len(part.places) for part in said))
    for part in said:
        ids = [index.segments[part.number].term_id(term) for term in wanted]
        cosines[part.places] = _cosines(index, part, ids, asked)
    return cosines / length if length else cosines


def _cosines(index: Index, said: Said, ids: Sequence[int | None], asked: Array) -> Array:
    """Dot products of a question with some passages of a segment, over the passages' norms.

    Sums run in the order of the terms, which is the same in every segment, whatever else it holds.
    """
    total = index.segments[said.number].term_count
    known = [(term, repeats) for term, repeats in zip(ids, asked.tolist(), strict=True) if term is not None]
    if not known:
        return np.zeros(len(said.passages))
    features = np.concatenate([said.tokens, said.above + total])  # a word above a passage is not the one in it
    held, who, counts = _counted(features, np.concatenate([said.owners[said.within], said.below]))
    above = held >= total
    frequencies = index.frequencies_of(said.number, held - total * above)
    idfs = _smooth_idf(index, np.where(above, frequencies[1], frequencies[0]))
    weights = (1 + np.log(counts)) * idfs
    known.sort()
    wanted = np.array([*(term for term, _ in known), *(term + total for term, _ in known)])
    worth = np.array([repeats for _, repeats in known] * 2)
    at = wanted.searchsorted(held)
    here = np.flatnonzero(wanted.take(at, mode="clip") == held)
    added = worth[at[here]] * idfs[here] * weights[here]
    products = np.bincount(who[here], weights=added, minlength=len(said.passages))
    squares = np.bincount(who, weights=weights * weights, minlength=len(said.passages))
    return products / np.sqrt(np.where(squares > 0, squares, 1.0))


def _counted(terms: Array, owners: Array) -> tuple[Array, Array, Array]:
    """Distinct terms of each owner: the terms, their owners, and how often each stands there."""
    ordered = np.sort(owners.astype(np.int64) << 32 | terms)
    edges = np.append(np.flatnonzero(first_of_each(ordered)), len(ordered))
    keys = ordered[edges[:-1]]
    return keys & 0xFFFFFFFF, keys >> 32, np.diff(edges)


def _smooth_idf(index: Index, frequencies: Array) -> Array:
    """scikit-learn's smoothed idf, `ln((1 + N) / (1 + n)) + 1`."""
    result: Array = np.log((1 + index.passage_count) / (1 + frequencies)) + 1
    return result
