"""Question -> the passages that may hold its answer, best first.

Two steps: BM25, and the terms in title and headings, name the candidates; then TF-IDF and each candidate's best
sentence have a say, because a passage that says everything in one sentence beats one that scatters the same words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from qa.index import Clue, Index, bm25, idf, idfs, ranked, score, tfidf, top
from qa.index.segment import Array
from qa.text import content_terms
from qa.vectors import shipped, sums

__all__ = ["CANDIDATES", "SIGNALS", "Candidates", "Evidence", "Query", "query", "retrieve", "shipped_weights"]

CANDIDATES = 50
"""Passages that are looked at sentence by sentence."""

SIGNALS = (
    "bm25",  # the score itself: it grows with the question, so that many words that are found outweigh the rest
    "tfidf",  # cosine of words, and words above
    "sentence",  # share of the question's weight in the best sentence
    "pairs",  # share of the question's neighbouring terms that are neighbours in a sentence
    "meaning",  # cosine of what the question and the best sentence mean, as sums of word vectors
    "covered",  # share of the question's weight that the passage holds, or has a near word for
)
"""What a passage is judged by; all but the first are 1 at most."""

# Chosen by a grid on public question sets: each moves the right passage's rank 1 by a point or less either way.
_FROM_ABOVE = 0.4
_ABOVE = 0.8
_ABOVE_MEANING = 0.5
_NEAR = 0.4
"""What a term is worth to a sentence that does not hold it but has it in a heading above, or in the next sentence."""
_PAIRS = 0.15
_UNLIKE = 0.3
"""Cosine up to which two words have nothing to do with each other."""
_ALIKE = 0.55
"""Cosine from which a word of the corpus is looked for in place of one of the question."""
_WORD = 0.4
_MOST_WORDS = 6
"""Weight of such a word, times the cosine, and how many a term of the question may bring."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index sees it.

    `terms` are its content terms, each once; `frequencies` in how many passages each stands; `weights` their idf;
    `rows` their places in the table of word vectors, -1 for none. Shapes: all (terms,).
    """

    text: str
    terms: tuple[str, ...]
    frequencies: Array
    weights: Array
    rows: Array

    @property
    def shares(self) -> Array:
        """The share of each term in the question's weight, shape (terms,)."""
        shares: Array = self.weights / max(float(self.weights.sum()), 1e-9)
        return shares

    @property
    def missing(self) -> tuple[str, ...]:
        """The terms that no passage holds."""
        return tuple(term for term, frequency in zip(self.terms, self.frequencies, strict=True) if not frequency)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which of a question's terms stand in, and around, each sentence of some passages.

    `sentences` and `owners` number the sentences and say which of the passages each is from, `kinds` and `words` are
    their kinds and lengths, all of shape (sentences,). The masks have shape (sentences, terms): `near` is in the
    sentence before or after, `above` in title, headings or file name, `around` anywhere in the passage. `soft`, of that
    shape, too, is how near the nearest word of the sentence comes to the term, from 0 to 1. `pairs`, shape
    (sentences,), is the share of the question's neighbouring terms that are neighbours in the sentence, too; `meaning`,
    of that shape, the cosine of the question's and the sentence's mean word vectors.
    """

    sentences: Array
    owners: Array
    kinds: Array
    words: Array
    inside: Array
    near: Array
    above: Array
    around: Array
    soft: Array
    pairs: Array
    meaning: Array

    @property
    def credited(self) -> Array:
        """How far each term is accounted for by itself: in the sentence, above it, or next to it."""
        found: Array = np.maximum(np.maximum(self.inside, _ABOVE * self.above), _NEAR * self.near)
        return found


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that were found, best first: by score, then path, then position, and the evidence in their sentences.

    Shapes: `signals` (candidates, SIGNALS), the others (candidates,).
    """

    passages: Array
    scores: Array
    signals: Array
    evidence: Evidence

    def signal(self, name: str) -> Array:
        """One of the SIGNALS, shape (candidates,)."""
        values: Array = self.signals[:, SIGNALS.index(name)]
        return values


def query(index: Index, question: str) -> Query:
    """The question as the index sees it."""
    found = tuple(content_terms(question))
    frequencies = [index.frequency(term) for term in found]
    weights = [idf(index.passage_count, frequency) for frequency in frequencies]
    return Query(question, found, np.array(frequencies, dtype=np.int64), np.array(weights), shipped().rows(found))


def retrieve(
    index: Index, asked: Query, *, k: int = CANDIDATES, weights: Mapping[str, float] | None = None
) -> Candidates:
    """The best passages that hold any of the question's terms: CANDIDATES of them, or `k` if that is more.

    `weights` of the SIGNALS are given to measure what each is worth.
    """
    clues = [Clue(term, 1.0, _FROM_ABOVE) for term in asked.terms] + _other_words(index, asked)
    passages, _ = top(index, clues, max(k, CANDIDATES))
    seen = _evidence(index, asked, passages)
    signals = _signals(index, asked, passages, seen)
    scores = signals @ [(weights or shipped_weights())[name] for name in SIGNALS]
    order = ranked(index, passages, scores)
    return Candidates(passages[order], scores[order], signals[order], _reordered(seen, order))


def _signals(index: Index, asked: Query, passages: Array, seen: Evidence) -> Array:
    """The SIGNALS of some passages, shape (passages, signals)."""
    found = {
        "bm25": score(index, bm25(asked.terms), passages),
        "tfidf": tfidf(index, asked.terms, passages),
        "sentence": _best(_worth(asked, seen), seen.owners, len(passages)),
        "pairs": _best(seen.pairs, seen.owners, len(passages)),
        "meaning": _best(seen.meaning, seen.owners, len(passages)),
        "covered": _covered(asked, seen, len(passages)),
    }
    return np.stack([found[name] for name in SIGNALS], axis=1)


@cache
def shipped_weights() -> Mapping[str, float]:
    """The weights of the SIGNALS that ship with the package; `python -m eval.fuse` makes them."""
    weights: dict[str, float] = json.loads(files("qa").joinpath("fusion.json").read_text())
    return MappingProxyType(weights)


def _other_words(index: Index, asked: Query) -> list[Clue]:
    """The corpus's own terms that mean much the same as the question's, as clues of less weight."""
    known = asked.rows[asked.rows >= 0].tolist()
    best: dict[int, float] = {}
    for row in known:
        for other, cosine in index.near(row, least=_ALIKE, k=_MOST_WORDS + 1):
            best[other] = max(best.get(other, 0.0), cosine)
    words = {row: shipped().terms[row].decode() for row in sorted(best.keys() - set(known))}
    return [Clue(word, _WORD * best[row], _WORD * _FROM_ABOVE * best[row]) for row, word in words.items()]


def _reordered(seen: Evidence, order: Array) -> Evidence:
    """The evidence of passages that now stand in another order, its sentences in that order, too."""
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    owners = places[seen.owners]
    rows = np.argsort(owners, kind="stable")
    columns = {field.name: getattr(seen, field.name)[rows] for field in fields(Evidence)}
    return Evidence(**{**columns, "owners": owners[rows]})


def _worth(asked: Query, seen: Evidence) -> Array:
    """Share of the question's weight in each sentence, shape (sentences,)."""
    found: Array = np.maximum(seen.credited, seen.soft) @ asked.shares
    return found + _PAIRS * seen.pairs


def _covered(asked: Query, seen: Evidence, passages: int) -> Array:
    """Share of the question's weight in each passage as a whole, shape (passages,)."""
    held = np.maximum(np.maximum(seen.inside, _ABOVE * seen.above), seen.soft)
    whole = np.zeros((passages, len(asked.terms)))
    np.maximum.at(whole, seen.owners, held)
    covered: Array = whole @ asked.shares
    return covered


def _best(values: Array, owners: Array, passages: int) -> Array:
    """The highest value of each passage's sentences, 0 at least, shape (passages,)."""
    best = np.zeros(passages)
    np.maximum.at(best, owners, values)
    return best


def _evidence(index: Index, asked: Query, passages: Array) -> Evidence:
    """Where the question's terms stand in the sentences of some passages; sentences in the order of the passages."""
    parts = [_evidence_in(index, number, asked, places, local) for number, places, local in index.by_segment(passages)]
    if not parts:
        none, no_masks = np.zeros(0, dtype=np.int64), np.zeros((0, len(asked.terms)), dtype=bool)
        nothing = np.zeros(0)
        return Evidence(none, none, none, none, no_masks, no_masks, no_masks, no_masks, no_masks, nothing, nothing)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[0], columns[1]))
    return Evidence(*(column[order] for column in columns))


def _evidence_in(index: Index, number: int, asked: Query, places: Array, local: Array) -> tuple[Array, ...]:
    """The columns of Evidence for the passages of one segment."""
    segment = index.segments[number]
    sentences, owner = segment.sentences_of(local)
    tokens, within = segment.tokens_of(sentences)
    ids = np.array([-1 if (term := segment.term_id(name)) is None else term for name in asked.terms], dtype=np.int64)
    inside = _holds(tokens, within, ids, len(sentences))
    same = owner[1:] == owner[:-1]
    near = np.zeros_like(inside)
    near[1:] |= inside[:-1] & same[:, None]
    near[:-1] |= inside[1:] & same[:, None]
    around = np.zeros((len(local), len(ids)), dtype=bool)
    np.logical_or.at(around, owner, inside)
    above = _holds(*segment.context_of(local), ids, len(local))
    words = segment.sentence_tokens[sentences + 1] - segment.sentence_tokens[sentences]
    return (
        sentences + index.sentence_bases[number],
        places[owner],
        segment.sentence_kinds[sentences],
        words,
        inside,
        near,
        above[owner],
        around[owner],
        _softly(asked, segment.term_rows[tokens], within, len(sentences)),
        _pair_share(asked, ids, tokens, within, len(sentences)),
        _meaning(index, number, asked, local),
    )


def _softly(asked: Query, rows: Array, owners: Array, total: int) -> Array:
    """How near each owner's nearest word comes to each term of the question, 0 below _UNLIKE, shape (total, terms)."""
    near = np.zeros((total, len(asked.terms)), dtype=np.float32)
    has = rows >= 0
    if not has.any():
        return near
    distinct, place = np.unique(rows[has], return_inverse=True)
    cosines = np.maximum(shipped().cosines(distinct, asked.rows) - _UNLIKE, 0.0) / (1 - _UNLIKE)
    owners = owners[has]
    first = np.flatnonzero(np.diff(owners, prepend=-1))
    near[owners[first]] = np.maximum.reduceat(cosines[place], first, axis=0)
    return near


def _meaning(index: Index, number: int, asked: Query, local: Array) -> Array:
    """Cosine of what the question means with what each sentence of some passages means, shape (sentences,).

    A text means the sum of its words' vectors, each as long as the root of the word's idf; a sentence has what stands
    above it for half.
    """
    segment = index.segments[number]
    sentences, owner = segment.sentences_of(local)
    tokens, within = segment.tokens_of(sentences)
    above, below = segment.context_of(local)
    terms, places = np.unique(np.concatenate([tokens, above]), return_inverse=True)
    weights = idfs(index.passage_count, index.frequencies_of(number, terms)[0])
    vectors = shipped().scaled(segment.term_rows[terms], np.sqrt(weights))
    meant = sums(vectors, places[: len(tokens)], within, len(sentences))
    meant += _ABOVE_MEANING * sums(vectors, places[len(tokens) :], below, len(local))[owner]
    wanted = shipped().scaled(asked.rows, np.sqrt(asked.weights)).sum(axis=0)
    lengths = np.sqrt(np.square(meant).sum(axis=1) * np.square(wanted).sum())
    cosines: Array = (meant * wanted).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
    return cosines


def _holds(tokens: Array, owners: Array, ids: Array, total: int) -> Array:
    """Which owners hold which terms, shape (total, terms); -1 is no term."""
    held = np.zeros((total, len(ids)), dtype=bool)
    order = np.argsort(ids)
    places = np.minimum(np.searchsorted(ids, tokens, sorter=order), len(ids) - 1)
    columns = order[places]
    here = ids[columns] == tokens
    held[owners[here], columns[here]] = True
    return held


def _pair_share(asked: Query, ids: Array, tokens: Array, owners: Array, sentences: int) -> Array:
    """Weighted share of the question's neighbouring terms that are neighbours in each sentence."""
    share = np.zeros(sentences)
    total = 0.0
    together = owners[:-1] == owners[1:]
    for (first, left), (second, right) in pairwise(zip(ids, asked.weights, strict=True)):
        total += left + right
        if first >= 0 and second >= 0:
            met = (tokens[:-1] == first) & (tokens[1:] == second) & together
            share[np.unique(owners[:-1][met])] += left + right
    return share / total if total else share
