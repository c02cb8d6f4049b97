"""Query, passages -> where the question's terms stand in the sentences of the passages, and what comes near them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise

import numpy as np

from qa.fusion import Constants
from qa.index import Index, idfs
from qa.index.phrase import owners_of_run
from qa.index.segment import Array, Said, Segment, first_of_each
from qa.query import INSTEAD, Query
from qa.text import term_of
from qa.vectors import UNKNOWN, compared, fitted, scaled, shipped, sums

__all__ = ["Evidence", "evidence"]

_POINTING = "it its they their he his him she her both this these those that such"
"""Words that take up what was said, where they open a sentence."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Which of a question's terms stand in, and around, each sentence of some passages.

    `sentences` and `owners` number the sentences and say which of the passages each is from, `kinds` and `words` are
    their kinds and lengths, all of shape (sentences,). The masks have shape (sentences, terms): `inside` the sentence,
    `above` in title, headings or file name. Of that shape, and from 0 to 1, are three more: `near`, what a term in the
    sentences beside it is worth to it, more where it opens with a pronoun and so may speak of what they name; `soft`,
    how near the nearest word of the sentence comes to the term; `credited`, how far the term is accounted for by
    itself, in the sentence, above it, or near it. `pairs`, shape (sentences,), is the share of the question's
    neighbouring terms that are neighbours in the sentence, too; `meaning`, of that shape, the cosine of the question's
    and the sentence's mean word vectors.
    """

    sentences: Array
    owners: Array
    kinds: Array
    words: Array
    inside: Array
    near: Array
    above: Array
    soft: Array
    credited: Array
    pairs: Array
    meaning: Array

    @property
    def around(self) -> Array:
        """Which terms stand anywhere in the passage that each sentence is from, shape (sentences, terms)."""
        first = first_of_each(self.owners)
        found: Array = np.maximum.reduceat(self.inside, np.flatnonzero(first), axis=0)[np.cumsum(first) - 1]
        return found

    def reordered(self, order: Array) -> Evidence:
        """The evidence of passages that now stand in another order, its sentences in that order, too."""
        places = np.empty(len(order), dtype=np.int64)
        places[order] = np.arange(len(order))
        owners = places[self.owners]
        rows = np.argsort(owners, kind="stable")
        columns = {field.name: getattr(self, field.name)[rows] for field in fields(Evidence)}
        return Evidence(**{**columns, "owners": owners[rows]})


def evidence(index: Index, asked: Query, said: Sequence[Said], constants: Constants) -> Evidence:
    """Where the question's terms stand in the sentences of some passages; sentences in the order of the passages."""
    parts = [_evidence_in(index, asked, part, constants) for part in said]
    if not parts:
        none, nowhere = np.zeros(0, dtype=np.int64), np.zeros((0, len(asked.terms)))
        nothing = np.zeros(0)
        return Evidence(none, none, none, none, nowhere, nowhere, nowhere, nowhere, nowhere, nothing, nothing)
    if len(parts) == 1:
        return Evidence(*parts[0])
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[0], columns[1]))
    return Evidence(*(column[order] for column in columns))


def _evidence_in(index: Index, asked: Query, said: Said, constants: Constants) -> tuple[Array, ...]:
    """The columns of Evidence for the passages of one segment."""
    segment = index.segments[said.number]
    sentences, owner, tokens, within = said.sentences, said.owners, said.tokens, said.within
    terms = _ids(segment, asked.terms)
    spots = _spots(tokens, terms)
    inside = _found(segment, asked, spots, tokens, within, len(sentences))
    first = first_of_each(owner)
    near = _near(inside, first, _takes_up(segment, tokens, within, len(sentences)), constants)
    above = _found(segment, asked, _spots(said.above, terms), said.above, said.below, len(said.passages))[owner]
    words = segment.sentence_tokens[sentences + 1] - segment.sentence_tokens[sentences]
    soft, meaning = _by_vectors(index, asked, said, constants)
    return (
        sentences + index.sentence_bases[said.number],
        said.places[owner],
        segment.sentence_kinds[sentences],
        words,
        inside,
        near,
        above,
        soft * asked.trust,
        np.maximum(np.maximum(inside, constants.above * above), near),
        _pair_share(asked, spots, within, len(sentences))
        + constants.phrase * _phrase_share(segment, asked, tokens, within, len(sentences)),
        meaning,
    )


def _ids(segment: Segment, names: Sequence[str]) -> Array:
    """The numbers of some terms in a segment, -1 for one that it does not hold, shape (terms,)."""
    return np.array([-1 if (term := segment.term_id(name)) is None else term for name in names], dtype=np.int64)


def _spots(tokens: Array, ids: Array) -> list[Array]:
    """Where each term stands among some tokens; -1 is no term."""
    return [np.flatnonzero(tokens == term) for term in ids.tolist()]


def _found(segment: Segment, asked: Query, spots: Sequence[Array], tokens: Array, owners: Array, total: int) -> Array:
    """How far each owner holds each term of the question, itself or what stands for it, shape (total, terms).

    `spots` are those of the question's terms.
    """
    found = _holds(spots, owners, total) * asked.trust
    for stand_in in asked.stand_ins:
        whole = _holds(_spots(tokens, _ids(segment, stand_in.terms)), owners, total).all(axis=1)
        cells = np.ix_(whole, np.array(stand_in.places))
        found[cells] = np.maximum(found[cells], INSTEAD)
    return found


def _holds(spots: Sequence[Array], owners: Array, total: int) -> Array:
    """Which owners hold which terms, shape (total, terms)."""
    held = np.zeros((total, len(spots)), dtype=bool)
    for column, at in enumerate(spots):
        held[owners[at], column] = True
    return held


@cache
def _pointing() -> tuple[str, ...]:
    """The terms that take up what was said, where they open a sentence."""
    return tuple(sorted(set(map(term_of, _POINTING.split()))))


def _takes_up(segment: Segment, tokens: Array, owners: Array, sentences: int) -> Array:
    """Which sentences open with a word that takes up what was said, shape (sentences,)."""
    found = np.zeros(sentences, dtype=bool)
    first = np.flatnonzero(first_of_each(owners))
    found[owners[first]] = (tokens[first][:, None] == _ids(segment, _pointing())).any(axis=1)
    return found


def _near(inside: Array, first: Array, takes_up: Array, constants: Constants) -> Array:
    """What the terms in the sentences beside each are worth to it, shape (sentences, terms).

    `first` says which sentences open a passage, `takes_up` which take up what was said; both of shape (sentences,).
    """
    near = np.zeros_like(inside)
    follows = ~first[1:, None]
    near[:-1] = constants.after * inside[1:] * follows
    before = np.where(takes_up, constants.taken_up, constants.before)[1:, None]
    near[1:] = np.maximum(near[1:], before * inside[:-1] * follows)
    higher = 2.0 * np.cumsum(first)[:, None]  # each passage stands above those before, so that none sees into another
    so_far = np.maximum.accumulate(inside + higher, axis=0)[:-1] - higher[1:]
    late = np.where(takes_up, constants.taken_up_late, 0.0)[1:, None]
    near[1:] = np.maximum(near[1:], late * so_far.clip(0.0).round(6))
    return near


def _phrase_share(segment: Segment, asked: Query, tokens: Array, owners: Array, sentences: int) -> Array:
    """Share of the question's phrases that stand in each sentence."""
    share = np.zeros(sentences)
    for phrase in asked.phrases:
        ids = _ids(segment, phrase)
        if (ids >= 0).all():
            share[owners_of_run(tokens, owners, ids)] += 1 / len(asked.phrases)
    return share


def _by_vectors(index: Index, asked: Query, said: Said, constants: Constants) -> tuple[Array, Array]:
    """`soft` and `meaning` of Evidence, for the sentences of some passages; every passage has one.

    A text means the sum of its words' vectors, each as long as the root of the word's idf; what stands above a sentence
    counts for less.
    """
    segment, count = index.segments[said.number], len(said.sentences)
    tokens = np.concatenate([said.tokens, said.above])
    rows = segment.term_rows[tokens]
    known = np.flatnonzero(rows != UNKNOWN)  # the others add nothing
    inside = int(known.searchsorted(len(said.tokens)))
    within, below = said.within[known[:inside]], said.below[known[inside:] - len(said.tokens)]
    terms, rows, places = _distinct_rows(tokens[known], rows[known])
    lengths = np.sqrt(idfs(index.passage_count, index.frequencies_of(said.number, terms)[0]))
    sizes = [np.bincount(within, minlength=count), np.bincount(below, minlength=len(said.passages))]
    summed = sums(scaled(fitted().gathered(rows), lengths), places, np.concatenate(sizes))
    meant = summed[:count] + constants.above_meaning * summed[count:][said.owners]
    wanted = scaled(fitted().gathered(asked.rows), np.sqrt(asked.weights)).sum(axis=0)
    return _soft(asked, rows, places[:inside], within, count, constants), _cosines(meant, wanted)


def _soft(asked: Query, rows: Array, places: Array, owners: Array, count: int, constants: Constants) -> Array:
    """How near the nearest word of each of some sentences comes to each term of the question, shape (count, terms).

    `places` say which of the rows of the table of word vectors each word has, `owners` its sentence.
    """
    soft = np.zeros((count, len(asked.terms)), dtype=np.float32)
    if len(places):
        likeness = compared(shipped().gathered(asked.rows), shipped().gathered(rows))
        likeness = np.maximum(likeness - constants.unlike, 0.0) / (1 - constants.unlike)
        first = np.flatnonzero(first_of_each(owners))
        nearest = np.maximum.reduceat(likeness.take(places, axis=1), first, axis=1)
        soft[owners[first]] = nearest.T
    return soft


def _distinct_rows(tokens: Array, rows: Array) -> tuple[Array, Array, Array]:
    """A term of each row of some tokens in the table of word vectors; these rows; where each token has its own."""
    by_row = np.full(len(shipped()), UNKNOWN, dtype=np.int32)  # a term
    by_row[rows] = tokens
    held = np.flatnonzero(by_row != UNKNOWN)
    terms = by_row[held]
    by_row[held] = np.arange(len(held))
    return terms, held, by_row[rows]


def _cosines(rows: Array, one: Array) -> Array:
    """The cosine of each row with a vector, 0 without length, shape (rows,); the same however rows are grouped."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows) * np.square(one).sum())
    cosines: Array = np.einsum("ij,j->i", rows, one) / np.where(lengths > 0, lengths, 1.0)
    return cosines


def _pair_share(asked: Query, spots: Sequence[Array], owners: Array, sentences: int) -> Array:
    """Weighted share of the question's neighbouring terms that are neighbours in each sentence.

    `spots` are those of the question's terms among the tokens of the sentences, `owners` the sentence of each token.
    """
    share = np.zeros(sentences)
    total = 0.0
    for (first, left), (second, right) in pairwise(zip(spots, asked.weights.tolist(), strict=True)):
        total += left + right
        if len(first) and len(second):
            after = first + 1
            met = after[second.take(second.searchsorted(after), mode="clip") == after]
            share[owners[met[owners[met] == owners[met - 1]]]] += left + right
    return share / total if total else share
