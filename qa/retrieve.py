"""Question -> the passages that may hold its answer, best first.

Two steps: BM25 and TF-IDF score every passage and the best of their sum are candidates; then each candidate's best
sentence has a say, because a passage that says everything in one sentence beats one that scatters the same words.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from qa.index import BM25_K1, Index, bm25, idf, tfidf
from qa.index.index import Array
from qa.text import content_terms

__all__ = ["CANDIDATES", "Candidates", "Evidence", "Query", "evidence", "query", "retrieve"]

CANDIDATES = 50
"""Passages that are looked at sentence by sentence."""

# Chosen by a grid on public question sets: each moves the right passage's rank 1 by a point or less either way.
_TFIDF = 0.4
_SENTENCE = 1.0
_ABOVE = 0.8
_NEAR = 0.4
"""What a term is worth to a sentence that does not hold it but has it in a heading above, or in the next sentence."""
_PAIRS = 0.15


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index sees it.

    `terms` are its content terms, each once; `ids` their numbers, -1 for one that no passage holds; `weights` their
    idf. Shapes: all (terms,).
    """

    text: str
    terms: tuple[str, ...]
    ids: Array
    weights: Array

    @property
    def known(self) -> list[int]:
        """The numbers of the terms that some passage holds, in question order."""
        return [int(number) for number in self.ids if number >= 0]

    @property
    def missing(self) -> tuple[str, ...]:
        """The terms that no passage holds."""
        return tuple(term for term, number in zip(self.terms, self.ids, strict=True) if number < 0)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that were found, best first: by score, then path, then position. Shapes: all (candidates,)."""

    passages: Array
    scores: Array
    bm25: Array
    tfidf: Array


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which of a question's terms stand in, and around, each sentence of some passages.

    `sentences` and `passages` number the sentences and say which candidate each belongs to, shape (sentences,); the
    masks have shape (sentences, terms). `near` is in the sentence before or after, `above` in title, headings or file
    name, `around` anywhere in the passage. `pairs`, shape (sentences,), is the share of the question's neighbouring
    terms that are neighbours in the sentence, too.
    """

    sentences: Array
    passages: Array
    inside: Array
    near: Array
    above: Array
    around: Array
    pairs: Array


def query(index: Index, question: str) -> Query:
    """The question as the index sees it."""
    found = tuple(content_terms(question))
    ids = [-1 if (number := index.term_id(term)) is None else number for term in found]
    frequencies = [index.words.document_frequency(number) if number >= 0 else 0 for number in ids]
    weights = [idf(index.passage_count, frequency) for frequency in frequencies]
    return Query(question, found, np.array(ids, dtype=np.int64), np.array(weights))


def retrieve(index: Index, asked: Query, *, k: int = CANDIDATES) -> Candidates:
    """The best `k` passages that hold any of the question's terms, k up to CANDIDATES at full care."""
    lexical = bm25(index, asked.known) / max(float(asked.weights.sum()) * (BM25_K1 + 1), 1e-9)
    cosine = tfidf(index, asked.known)
    first = lexical + _TFIDF * cosine
    chosen = _best(first, max(k, CANDIDATES))
    scores = first[chosen] + _SENTENCE * _best_sentence(index, asked, chosen)
    order = np.lexsort((chosen, -scores))[:k]
    kept = chosen[order]
    return Candidates(kept, scores[order], lexical[kept], cosine[kept])


def _best(scores: Array, k: int) -> Array:
    """Numbers of the k highest scores above 0, ties to the lower number, shape (up to k,), ascending."""
    found = np.flatnonzero(scores > 0)
    if len(found) > k:
        found = np.sort(found[np.lexsort((found, -scores[found]))[:k]])
    return found


def _best_sentence(index: Index, asked: Query, passages: Array) -> Array:
    """Share of the question's weight in the best sentence of each passage, shape (passages,)."""
    if not len(passages):
        return np.zeros(0)
    seen = evidence(index, asked, passages)
    shares = np.maximum(np.maximum(seen.inside, _ABOVE * seen.above), _NEAR * seen.near)
    worth = shares @ asked.weights / max(asked.weights.sum(), 1e-9) + _PAIRS * seen.pairs
    best = np.zeros(len(passages))
    np.maximum.at(best, seen.passages, worth)
    return best


def evidence(index: Index, asked: Query, passages: Array) -> Evidence:
    """Where the question's terms stand in the sentences of some passages."""
    first, stop = index.passage_sentences[passages], index.passage_sentences[passages + 1]
    sentences = np.concatenate([np.arange(*edge) for edge in zip(first, stop, strict=True)])
    owner = np.repeat(np.arange(len(passages)), stop - first)
    inside, pairs = _matches(index, asked, sentences)
    same = owner[1:] == owner[:-1]
    near = np.zeros_like(inside)
    near[1:] |= inside[:-1] & same[:, None]
    near[:-1] |= inside[1:] & same[:, None]
    around = np.zeros((len(passages), inside.shape[1]), dtype=bool)
    np.logical_or.at(around, owner, inside)
    above = np.zeros_like(around)
    for column, term in enumerate(asked.ids):
        if term >= 0:
            above[:, column] = np.isin(passages, index.context.of(term)[0])
    return Evidence(sentences, owner, inside, near, above[owner], around[owner], pairs)


def _matches(index: Index, asked: Query, sentences: Array) -> tuple[Array, Array]:
    """For each sentence, which terms it holds, (sentences, terms), and its share of term pairs, (sentences,)."""
    starts, stops = index.sentence_tokens[sentences], index.sentence_tokens[sentences + 1]
    owner = np.repeat(np.arange(len(sentences)), stops - starts)
    tokens = np.concatenate([index.tokens[start:stop] for start, stop in zip(starts, stops, strict=True)])
    inside = np.zeros((len(sentences), len(asked.ids)), dtype=bool)
    for column, term in enumerate(asked.ids):
        if term >= 0:
            inside[owner[tokens == term], column] = True
    return inside, _pair_share(asked, tokens, owner, len(sentences))


def _pair_share(asked: Query, tokens: Array, owner: Array, sentences: int) -> Array:
    """Weighted share of the question's neighbouring terms that are neighbours in each sentence."""
    share = np.zeros(sentences)
    total = 0.0
    for (first, left), (second, right) in pairwise(zip(asked.ids, asked.weights, strict=True)):
        total += left + right
        if first >= 0 and second >= 0 and len(tokens) > 1:
            met = (tokens[:-1] == first) & (tokens[1:] == second) & (owner[:-1] == owner[1:])
            share[np.unique(owner[:-1][met])] += left + right
    return share / total if total else share
