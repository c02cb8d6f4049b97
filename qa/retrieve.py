"""Question -> the passages that may hold its answer, best first.

Two steps: BM25, and the terms in title and headings, name the candidates; then TF-IDF and each candidate's best
sentence have a say, because a passage that says everything in one sentence beats one that scatters the same words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from qa.index import Clue, Index, bm25, idf, idfs, ranked, score, tfidf, top
from qa.index.phrase import owners_of_run
from qa.index.segment import Array, Segment, distinct
from qa.narrow import allowed_passages
from qa.spelling import meant
from qa.syntax import parse
from qa.text import content_terms, spans, term_of, terms
from qa.vectors import compared, scaled, shipped, sums

__all__ = [
    "CANDIDATES",
    "SIGNALS",
    "Candidates",
    "Evidence",
    "Query",
    "StandIn",
    "listed",
    "query",
    "retrieve",
    "shipped_weights",
]

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
"""What a passage is judged by; all but the first are 1 at most, and `pairs` with a quoted phrase more."""

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
_INSTEAD = 0.8
"""What a word is worth that is read in place of a misspelt one, and an acronym in place of its long form."""
_MOST_READINGS = 5
"""Unknown words of a question that are looked for under another spelling."""
_MOST_WORDS_IN_FORMS = 100
"""Words of a question among which acronyms and long forms are looked for."""
_PHRASE = 2.0
"""What a quoted phrase in a sentence is worth beside all of the question's neighbouring terms."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Terms that, all together, may stand for some of a question's terms, given by their places in it."""

    places: tuple[int, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index sees it.

    `text` is without its filters, misspelt words as they are read. `terms` are its content terms, each once;
    `frequencies` in how many passages each stands; `weights` their idf; `rows` their places in the table of word
    vectors, -1 for none; `trust` what finding each is worth, 1 unless it is but a reading. Shapes: all (terms,).

    `read_as` holds the misspelt words as typed, and as the documents spell them; `phrases` the terms of what stands in
    quotation marks; `allowed` the passages that pass the filters, for each segment, None for all.
    """

    text: str
    terms: tuple[str, ...]
    frequencies: Array
    weights: Array
    rows: Array
    trust: Array
    read_as: tuple[tuple[str, str], ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    allowed: tuple[Array, ...] | None = field(default=None, repr=False)

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

    def reordered(self, order: Array, scores: Array) -> Candidates:
        """The candidates in another order; `scores` are those that gave it, in the order that was."""
        return Candidates(self.passages[order], scores[order], self.signals[order], _reordered(self.evidence, order))

    def signal(self, name: str) -> Array:
        """One of the SIGNALS, shape (candidates,)."""
        values: Array = self.signals[:, SIGNALS.index(name)]
        return values


def query(index: Index, question: str, *, search: bool = False) -> Query:
    """The question as the index sees it; to a `search`, phrases and `-word` are filters.

    Raises QuestionError for a filter that no document passes by its path or title.
    """
    typed = parse(question, search=search)
    read_as = _readings(index, typed.text)
    text = _as_read(typed.text, dict(read_as))
    found = tuple(content_terms(text))
    guessed = {term_of(read) for _, read in read_as} - set(terms(typed.text))
    frequencies = [index.frequency(term) for term in found]
    return Query(
        text=text,
        terms=found,
        frequencies=np.array(frequencies, dtype=np.int64),
        weights=np.array([idf(index.passage_count, frequency) for frequency in frequencies]),
        rows=shipped().rows(found),
        trust=np.array([_INSTEAD if term in guessed else 1.0 for term in found]),
        read_as=read_as,
        stand_ins=_stand_ins(index, text, found),
        phrases=tuple(tuple(terms(phrase)) for phrase in typed.phrases),
        allowed=allowed_passages(index, typed, search=search),
    )


def _readings(index: Index, text: str) -> tuple[tuple[str, str], ...]:
    """The misspelt words of a text, each with the word of the documents that it is read as."""
    unknown = [term for term in content_terms(text) if not index.stands(term)]
    if not unknown:
        return ()
    words = {span.term: text[span.start : span.end] for span in reversed(spans(text))}
    meanings = ((words[term], meant(index, words[term])) for term in unknown[:_MOST_READINGS])
    return tuple((word, read) for word, read in meanings if read is not None)


def _as_read(text: str, read_as: Mapping[str, str]) -> str:
    """The text with the words that are read as others replaced by these, for whoever looks at its words."""
    if not read_as:
        return text
    by_term = {term_of(word): read for word, read in read_as.items()}
    pieces, at = [], 0
    for span in spans(text):
        if span.term in by_term:
            pieces += [text[at : span.start], by_term[span.term]]
            at = span.end
    return "".join([*pieces, text[at:]])


def _stand_ins(index: Index, text: str, asked: tuple[str, ...]) -> tuple[StandIn, ...]:
    """The other forms of acronyms, and the acronyms of long forms, among a question's terms."""
    places = {term: place for place, term in enumerate(asked)}
    in_order = [term for term in terms(text) if term in places][:_MOST_WORDS_IN_FORMS]
    found = (
        StandIn(tuple(places[term] for term in in_order[at : at + size]), other)
        for at, size, other in index.aliases(in_order)
    )
    return tuple(dict.fromkeys(found))  # a form that is named twice stands for the same terms


def retrieve(
    index: Index, asked: Query, *, k: int = CANDIDATES, weights: Mapping[str, float] | None = None
) -> Candidates:
    """The best passages that hold any of the question's terms: CANDIDATES of them, or `k` if that is more.

    `weights` of the SIGNALS are given to measure what each is worth.
    """
    clues = [
        Clue(term, trust, trust * _FROM_ABOVE) for term, trust in zip(asked.terms, asked.trust.tolist(), strict=True)
    ]
    clues += _other_words(index, asked) + _other_forms(index, asked)
    passages, _ = top(index, clues, max(k, CANDIDATES), asked.allowed)
    seen = _evidence(index, asked, passages)
    signals = _signals(index, asked, passages, seen)
    scores = signals @ [(weights or shipped_weights())[name] for name in SIGNALS]
    order = ranked(index, passages, scores)
    return Candidates(passages, scores, signals, seen).reordered(order, scores)


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


def _other_forms(index: Index, asked: Query) -> list[Clue]:
    """The terms of stand-ins as clues that are together worth a share of what they stand for."""
    clues = []
    for stand_in in asked.stand_ins:
        others = [term for term in stand_in.terms if term not in asked.terms and index.frequency(term)]
        own = sum(idf(index.passage_count, index.frequency(term)) for term in others)
        weight = _INSTEAD * float(asked.weights[list(stand_in.places)].sum()) / max(own, 1e-9)
        clues += [Clue(term, weight, weight * _FROM_ABOVE) for term in others]
    return clues


def listed(index: Index, asked: Query, k: int) -> Candidates:
    """The first `k` passages that pass the filters, by path and position, for a search that asks nothing."""
    found = [np.flatnonzero(mask) + index.passage_bases[number] for number, mask in enumerate(asked.allowed or ())]
    passages = np.concatenate([np.zeros(0, dtype=np.int64), *found])
    passages = passages[ranked(index, passages, np.zeros(len(passages)))[:k]]
    nothing = np.zeros((len(passages), len(SIGNALS)))
    return Candidates(passages, nothing[:, 0], nothing, _evidence(index, asked, passages[:0]))


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
        none, nowhere = np.zeros(0, dtype=np.int64), np.zeros((0, len(asked.terms)))
        nothing = np.zeros(0)
        return Evidence(none, none, none, none, nowhere, nowhere, nowhere, nowhere, nowhere, nothing, nothing)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.lexsort((columns[0], columns[1]))
    return Evidence(*(column[order] for column in columns))


def _evidence_in(index: Index, number: int, asked: Query, places: Array, local: Array) -> tuple[Array, ...]:
    """The columns of Evidence for the passages of one segment."""
    segment = index.segments[number]
    sentences, owner = segment.sentences_of(local)
    tokens, within = segment.tokens_of(sentences)
    ids = _ids(segment, asked.terms)
    inside = _found(segment, asked, tokens, within, len(sentences))
    first = np.diff(owner, prepend=-1) > 0
    near = np.zeros_like(inside)
    near[1:] = inside[:-1] * ~first[1:, None]
    near[:-1] = np.maximum(near[:-1], inside[1:] * ~first[1:, None])
    around = np.maximum.reduceat(inside, np.flatnonzero(first), axis=0)[np.cumsum(first) - 1]
    above = _found(segment, asked, *segment.context_of(local), len(local))
    words = segment.sentence_tokens[sentences + 1] - segment.sentence_tokens[sentences]
    soft, meaning = _by_vectors(index, number, asked, (tokens, within), (local, owner))
    return (
        sentences + index.sentence_bases[number],
        places[owner],
        segment.sentence_kinds[sentences],
        words,
        inside,
        near,
        above[owner],
        around,
        soft * asked.trust,
        _pair_share(asked, ids, tokens, within, len(sentences))
        + _PHRASE * _phrase_share(segment, asked, tokens, within, len(sentences)),
        meaning,
    )


def _ids(segment: Segment, names: Sequence[str]) -> Array:
    """The numbers of some terms in a segment, -1 for one that it does not hold, shape (terms,)."""
    return np.array([-1 if (term := segment.term_id(name)) is None else term for name in names], dtype=np.int64)


def _found(segment: Segment, asked: Query, tokens: Array, owners: Array, total: int) -> Array:
    """How far each owner holds each term of the question, itself or what stands for it, shape (total, terms)."""
    found = _holds(tokens, owners, _ids(segment, asked.terms), total) * asked.trust
    for stand_in in asked.stand_ins:
        whole = _holds(tokens, owners, _ids(segment, stand_in.terms), total).all(axis=1)
        cells = np.ix_(whole, np.array(stand_in.places))
        found[cells] = np.maximum(found[cells], _INSTEAD)
    return found


def _phrase_share(segment: Segment, asked: Query, tokens: Array, owners: Array, sentences: int) -> Array:
    """Share of the question's phrases that stand in each sentence."""
    share = np.zeros(sentences)
    for phrase in asked.phrases:
        ids = _ids(segment, phrase)
        if (ids >= 0).all():
            share[owners_of_run(tokens, owners, ids)] += 1 / len(asked.phrases)
    return share


def _by_vectors(
    index: Index, number: int, asked: Query, said: tuple[Array, Array], passages: tuple[Array, Array]
) -> tuple[Array, Array]:
    """`soft` and `meaning` of Evidence, for the sentences of some passages.

    `said` are the tokens and the sentence of each, `passages` the passages and the place there of each sentence's own.

    A text means the sum of its words' vectors, each as long as the root of the word's idf; a sentence has what stands
    above it for half.
    """
    segment = index.segments[number]
    (tokens, within), (local, owner) = said, passages
    above, below = segment.context_of(local)
    terms, places = np.unique(np.concatenate([tokens, above]), return_inverse=True)
    words, wanted = shipped().gathered(segment.term_rows[terms]), shipped().gathered(asked.rows)
    likeness = np.maximum(compared(words, wanted) - _UNLIKE, 0.0) / (1 - _UNLIKE)
    soft = np.zeros((len(owner), len(asked.terms)), dtype=np.float32)
    if len(tokens):
        first = np.flatnonzero(np.diff(within, prepend=-1))
        soft[within[first]] = np.maximum.reduceat(likeness[places[: len(tokens)]], first, axis=0)
    weights = idfs(index.passage_count, index.frequencies_of(number, terms)[0])
    vectors = scaled(words, np.sqrt(weights))
    meant = sums(vectors, places[: len(tokens)], within, len(owner))
    meant += _ABOVE_MEANING * sums(vectors, places[len(tokens) :], below, len(local))[owner]
    return soft, _cosines(meant, scaled(wanted, np.sqrt(asked.weights)).sum(axis=0))


def _cosines(rows: Array, one: Array) -> Array:
    """The cosine of each row with a vector, 0 without length, shape (rows,); the same however rows are grouped."""
    lengths = np.sqrt(np.square(rows).sum(axis=1) * np.square(one).sum())
    cosines: Array = (rows * one).sum(axis=1) / np.where(lengths > 0, lengths, 1.0)
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
            share[distinct(owners[:-1][met])] += left + right
    return share / total if total else share
