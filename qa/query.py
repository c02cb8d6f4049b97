"""Question -> what is looked for: terms, their weights, how misspelt words are read, what stands in for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from qa.background import tempered_idfs
from qa.importance import importance
from qa.index import Index
from qa.index.segment import Array
from qa.languages import ENGLISH, function_word_counts
from qa.narrow import allowed_passages
from qa.spelling import meant
from qa.syntax import parse
from qa.text import content_terms, spans, stop_terms, term_of, terms
from qa.vectors import rows_of

__all__ = ["INSTEAD", "Query", "StandIn", "language_asked", "query"]

INSTEAD = 0.8
"""What a word is worth that is read in place of a misspelt one, an acronym in place of its long form, and the stem that
another language gives a word."""
_MOST_READINGS = 5
"""Unknown words of a question that are looked for under another spelling."""
_MOST_WORDS_IN_FORMS = 100
"""Words of a question among which acronyms and long forms are looked for."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Terms that, all together, may stand for some of a question's terms, given by their places in it."""

    places: tuple[int, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as the index sees it.

    `text` is without its filters, misspelt words as they are read. `terms` are its content terms, each once;
    `frequencies` in how many passages each stands; `idfs` how rare they are, tempered by how common they are at large;
    `importance` how probably the passage that answers holds each; `rows` their places in the table of word vectors, -1
    for none; `trust` what finding each is worth, 1 unless it is but a reading. Shapes: all (terms,).

    `read_as` holds the misspelt words as typed, and as the documents spell them; `phrases` the terms of what stands in
    quotation marks; `allowed` the passages that pass the filters, for each segment, None for all. `language` is the one
    that the question is read in.
    """

    text: str
    terms: tuple[str, ...]
    frequencies: Array
    idfs: Array
    importance: Array
    rows: Array
    trust: Array
    read_as: tuple[tuple[str, str], ...] = ()
    stand_ins: tuple[StandIn, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    allowed: tuple[Array, ...] | None = field(default=None, repr=False)
    language: str = ENGLISH

    @property
    def weights(self) -> Array:
        """What each term tells of a passage, shape (terms,): how rare it is, times its importance."""
        weights: Array = self.idfs * self.importance
        return weights

    @property
    def shares(self) -> Array:
        """The share of each term in the question's weight, shape (terms,)."""
        shares: Array = self.weights / max(float(self.weights.sum()), 1e-9)
        return shares

    @property
    def rarities(self) -> dict[str, float]:
        """How rare each term is."""
        return dict(zip(self.terms, self.idfs.tolist(), strict=True))

    @property
    def missing(self) -> tuple[str, ...]:
        """The terms that no passage holds."""
        return tuple(term for term, frequency in zip(self.terms, self.frequencies, strict=True) if not frequency)


def query(index: Index, question: str, *, search: bool = False) -> Query:
    """The question as the index sees it; to a `search`, phrases and `-word` are filters.

    Raises QuestionError for a filter that no document passes by its path or title.
    """
    typed = parse(question, search=search)
    language = language_asked(index, question)
    read_as = _readings(index, typed.text, language)
    text = _as_read(typed.text, dict(read_as), language)
    found = tuple(content_terms(text, language))
    stems = _other_stems(index, text, language)
    guessed = {term_of(read, language) for _, read in read_as} - set(terms(typed.text, language))
    held = [max(map(index.frequency, (term, *stems.get(term, ())))) for term in found]
    frequencies, rows = np.array(held, dtype=np.int64), rows_of(found)
    idfs = tempered_idfs(index.passage_count, frequencies, rows)
    return Query(
        text=text,
        terms=found,
        frequencies=frequencies,
        idfs=idfs,
        importance=importance(text, found, idfs, rows, language=language),
        rows=rows,
        trust=np.array([INSTEAD if term in guessed else 1.0 for term in found]),
        read_as=read_as,
        stand_ins=_stand_ins(index, text, language, found, stems),
        phrases=tuple(tuple(terms(phrase, language)) for phrase in typed.phrases),
        allowed=allowed_passages(index, typed, search=search),
        language=language,
    )


def language_asked(index: Index, question: str) -> str:
    """The one of the documents' languages that a question is read in.

    That which it has most function words of; of several, that in which the documents hold most of its words; then that
    of most documents.
    """
    if len(index.languages) == 1:
        return index.languages[0]
    text = parse(question).text
    told = function_word_counts(text)
    most = max(told[language] for language in index.languages)
    likely = [language for language in index.languages if told[language] == most]

    def held(language: str) -> int:
        return sum(map(index.stands, content_terms(text, language)))

    return max(likely, key=held) if len(likely) > 1 else likely[0]


def _other_stems(index: Index, text: str, language: str) -> dict[str, tuple[str, ...]]:
    """What the other languages of the documents make of a question's words, where the documents hold it, by term."""
    found: dict[str, list[str]] = {}
    for other in index.languages:
        if other != language:
            for own, stem in zip(terms(text, language), terms(text, other), strict=True):
                if own != stem and stem not in stop_terms(other) and index.stands(stem):
                    found.setdefault(own, []).append(stem)
    return {term: tuple(dict.fromkeys(stems)) for term, stems in found.items()}


def _readings(index: Index, text: str, language: str) -> tuple[tuple[str, str], ...]:
    """The misspelt words of a text, each with the word of the documents that it is read as."""
    unknown = [term for term in content_terms(text, language) if not index.stands(term)]
    if not unknown:
        return ()
    elsewhere = _other_stems(index, text, language)
    unknown = [term for term in unknown if term not in elsewhere]
    words = {span.term: text[span.start : span.end] for span in reversed(spans(text, language))}
    meanings = ((words[term], meant(index, words[term], language)) for term in unknown[:_MOST_READINGS])
    return tuple((word, read) for word, read in meanings if read is not None)


def _as_read(text: str, read_as: Mapping[str, str], language: str) -> str:
    """The text with the words that are read as others replaced by these, for whoever looks at its words."""
    if not read_as:
        return text
    by_term = {term_of(word, language): read for word, read in read_as.items()}
    pieces, at = [], 0
    for span in spans(text, language):
        if span.term in by_term:
            pieces += [text[at : span.start], by_term[span.term]]
            at = span.end
    return "".join([*pieces, text[at:]])


def _stand_ins(
    index: Index, text: str, language: str, asked: tuple[str, ...], stems: Mapping[str, Sequence[str]]
) -> tuple[StandIn, ...]:
    """The other forms of acronyms, the acronyms of long forms, and other stems of words, among a question's terms."""
    places = {term: place for place, term in enumerate(asked)}
    in_order = [term for term in terms(text, language) if term in places][:_MOST_WORDS_IN_FORMS]
    found = [
        StandIn(tuple(places[term] for term in in_order[at : at + size]), other)
        for at, size, other in index.aliases(in_order)
    ]
    found += [StandIn((place,), (stem,)) for term, place in places.items() for stem in stems.get(term, ())]
    return tuple(dict.fromkeys(found))  # a form that is named twice stands for the same terms
