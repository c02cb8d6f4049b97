"""Segments together: one numbering of passages, and what is counted over all of them.

A passage's number is its segment's base plus its number there; so is a sentence's. How often a term occurs, how many
passages there are and how long they are is counted over everything live, so that scores do not depend on how the
documents came to be spread over segments.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, combinations

import numpy as np

from qa.index.aliases import Alias, aliases
from qa.index.count import BM25_B, BM25_K1, count
from qa.index.segment import Array, Said, Segment, distinct
from qa.languages import AUTO, ENGLISH, LANGUAGES
from qa.model import Document
from qa.vectors import shipped

__all__ = ["Damping", "Index", "build"]

_REMEMBERED = 10_000
_WORTH_SEARCHING = 16
"""How many times larger a vocabulary is when looking another's terms up in it beats reading it."""
_BLOCK = 4_096
"""Passages whose terms are counted at a time."""


@dataclass(frozen=True, slots=True)
class Damping:
    """`least + slope * lengths`, computed for the passages that are asked for: a question looks at few."""

    lengths: Array
    least: float
    slope: float

    def take(self, passages: Array) -> Array:
        """The values of some passages, as an array of all values would give them."""
        values: Array = self.least + self.slope * self.lengths.take(passages)
        return values


class Index:
    """An immutable view of some segments.

    `live[i]`, shape (documents of segment i,), is False for deleted documents; None where nothing is deleted.
    `frequencies[i]` holds, for each term of segment i, in how many live passages of all segments it stands, and in how
    many it stands above, shape (2, terms); None for a single segment without deletions, which knows that itself.
    """

    def __init__(
        self,
        segments: Sequence[Segment],
        live: Sequence[Array | None] | None = None,
        frequencies: Sequence[Array] | None = None,
    ) -> None:
        self.segments = tuple(segments)
        self.live = tuple(live) if live is not None else (None,) * len(segments)
        alone = len(segments) == 1 and self.live[0] is None
        if frequencies is None and not alone:
            frequencies = count_frequencies(self.segments, self.live)
        self.frequencies = frequencies
        self._near: dict[tuple[int, float, int], tuple[tuple[int, float], ...]] = {}
        self.passage_bases = [0, *accumulate(segment.passage_count for segment in segments)]
        self.sentence_bases = [0, *accumulate(segment.sentence_count for segment in segments)]

    def live_passages(self, number: int) -> Array | None:
        """Which passages of a segment are live, shape (its passages,); None for all."""
        return self._live_passages[number]

    @cached_property
    def _live_passages(self) -> tuple[Array | None, ...]:
        return tuple(
            None if mask is None else mask[segment.passage_documents]
            for segment, mask in zip(self.segments, self.live, strict=True)
        )

    @cached_property
    def _counted(self) -> tuple[int, int]:
        """Live passages, and their words."""
        passages = words = 0
        for number, segment in enumerate(self.segments):
            kept = self.live_passages(number)
            lengths = segment.passage_lengths if kept is None else segment.passage_lengths[kept]
            passages += len(lengths)
            words += int(lengths.sum(dtype=np.int64))
        return passages, words

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that live documents are in, that of most first; English where there are none."""
        counts = np.zeros(len(LANGUAGES), dtype=np.int64)
        for segment, mask in zip(self.segments, self.live, strict=True):
            numbers = segment.document_languages if mask is None else segment.document_languages[mask]
            counts += np.bincount(numbers, minlength=len(LANGUAGES))
        held = sorted(np.flatnonzero(counts).tolist(), key=lambda number: -int(counts[number]))
        return tuple(LANGUAGES[number] for number in held) or (ENGLISH,)

    @property
    def passage_count(self) -> int:
        """How many passages there are, without deleted ones."""
        return self._counted[0]

    @property
    def mean_length(self) -> float:
        """Mean words of a passage; 1 where there are none."""
        passages, words = self._counted
        return words / passages if words else 1.0

    def damping(self, number: int) -> Damping:
        """What BM25 adds to a count below the line, for each passage of a segment."""
        slope = BM25_K1 * BM25_B / self.mean_length
        return Damping(self.segments[number].passage_lengths, BM25_K1 * (1 - BM25_B), slope)

    def frequency(self, term: str) -> int:
        """In how many passages a term stands."""
        return self._frequency(term, 0)

    def frequency_above(self, term: str) -> int:
        """In how many passages a term stands in the title, headings or file name."""
        return self._frequency(term, 1)

    def _frequency(self, term: str, row: int) -> int:
        for number, segment in enumerate(self.segments):
            found = segment.term_id(term)
            if found is not None:
                if self.frequencies is not None:
                    return int(self.frequencies[number][row, found])
                starts = (segment.words, segment.context)[row].starts
                return int(starts[found + 1] - starts[found])
        return 0

    def stands(self, term: str) -> bool:
        """Whether a term stands anywhere: in a passage, or above one."""
        return bool(self.frequency(term) or self.frequency_above(term))

    def aliases(self, terms: Sequence[str]) -> list[Alias]:
        """What else the documents call things that stand among some terms, in the order of these."""
        return aliases(self.segments, self.live, terms)

    def frequencies_of(self, number: int, terms: Array) -> Array:
        """In how many passages some terms of a segment stand, and stand above, shape (2, terms)."""
        if self.frequencies is not None:
            return self.frequencies[number][:, terms]
        segment = self.segments[number]
        return np.stack(
            [postings.starts[terms + 1] - postings.starts[terms] for postings in (segment.words, segment.context)]
        )

    def segment_of(self, passage: int) -> tuple[int, int]:
        """The number of a passage's segment, and the passage's number there."""
        number = bisect_right(self.passage_bases, passage) - 1
        return number, passage - self.passage_bases[number]

    def by_segment(self, passages: Array) -> Iterator[tuple[int, Array, Array]]:
        """For each segment that holds some of the passages: its number, their positions, their numbers there."""
        for number, base in enumerate(self.passage_bases[:-1]):
            places = np.flatnonzero((passages >= base) & (passages < self.passage_bases[number + 1]))
            if len(places):
                yield number, places, passages[places] - base

    def said(self, passages: Array) -> tuple[Said, ...]:
        """What some passages say, by segment."""
        return tuple(self._said(*own) for own in self.by_segment(passages))

    def _said(self, number: int, places: Array, local: Array) -> Said:
        segment = self.segments[number]
        sentences, owners = segment.sentences_of(local)
        return Said(number, places, local, sentences, owners, *segment.tokens_of(sentences), *segment.context_of(local))

    def passage_range(self, passage: int) -> tuple[int, int]:
        """Where a passage stands in its document's text."""
        number, local = self.segment_of(passage)
        return self.segments[number].passage_range(local)

    def passage_text(self, passage: int) -> str:
        """The text of a passage."""
        number, local = self.segment_of(passage)
        return self.segments[number].passage_text(local)

    def passage_sentences(self, passage: int) -> tuple[int, int]:
        """The number of a passage's first sentence, and of the first beyond it."""
        number, local = self.segment_of(passage)
        base, starts = self.sentence_bases[number], self.segments[number].passage_sentences
        return base + int(starts[local]), base + int(starts[local + 1])

    def sentence(self, sentence: int) -> tuple[int, int, int, int]:
        """Start and end of a sentence in its document's text, its kind's number in KINDS, and its length in words."""
        number = bisect_right(self.sentence_bases, sentence) - 1
        segment, local = self.segments[number], sentence - self.sentence_bases[number]
        words = int(segment.sentence_tokens[local + 1] - segment.sentence_tokens[local])
        return (
            int(segment.sentence_starts[local]),
            int(segment.sentence_ends[local]),
            int(segment.sentence_kinds[local]),
            words,
        )

    def sentence_ranges(self, sentences: Array) -> list[tuple[int, int]]:
        """Start and end of some sentences in their documents' texts."""
        found: list[tuple[int, int]] = [(0, 0)] * len(sentences)
        for number, base in enumerate(self.sentence_bases[:-1]):
            places = np.flatnonzero((sentences >= base) & (sentences < self.sentence_bases[number + 1]))
            segment, local = self.segments[number], sentences[places] - base
            edges = zip(segment.sentence_starts[local].tolist(), segment.sentence_ends[local].tolist(), strict=True)
            for place, edge in zip(places.tolist(), edges, strict=True):
                found[place] = edge
        return found

    def document_of(self, passage: int) -> Document:
        """The document that holds a passage."""
        number, local = self.segment_of(passage)
        return self.segments[number].document(int(self.segments[number].passage_documents[local]))

    def path_of(self, passage: int) -> str:
        """The path of the document that holds a passage."""
        number, local = self.segment_of(passage)
        return self.segments[number].path(int(self.segments[number].passage_documents[local]))

    @cached_property
    def vector_rows(self) -> Array:
        """The rows, in the table of word vectors, of all terms that have one, ascending, shape (rows,)."""
        held = np.zeros(len(shipped()) + 1, dtype=bool)  # one more, for terms without a row
        for segment in self.segments:
            held[segment.term_rows] = True
        return np.flatnonzero(held[:-1])

    def near(self, row: int, *, least: float, k: int) -> tuple[tuple[int, float], ...]:
        """The rows of up to `k` terms of the index whose cosine with a row is `least` or more, with it, nearest first.

        The last few are remembered, for questions come back to their words.
        """
        key = (row, least, k)
        found = self._near.get(key)
        if found is None:  # looked at once: another thread may clear what is remembered
            if len(self._near) >= _REMEMBERED:
                self._near.clear()
            cosines = shipped().cosines_to(np.array([row]), self._vectors)[0]
            places = np.flatnonzero(cosines >= least)
            nearest = places[np.argsort(-cosines[places], kind="stable")][:k]
            found = tuple((int(self.vector_rows[place]), float(cosines[place])) for place in nearest)
            self._near[key] = found
        return found

    @cached_property
    def _vectors(self) -> tuple[Array, Array]:
        return shipped().gathered(self.vector_rows)

    @cached_property
    def _places(self) -> dict[str, tuple[int, int]]:
        """Segment and number there of every live document, by path."""
        return {
            path: (number, document)
            for number, segment in enumerate(self.segments)
            for document, path in enumerate(segment.paths)
            if (mask := self.live[number]) is None or mask[document]
        }

    @property
    def paths(self) -> tuple[str, ...]:
        """The documents' paths, sorted."""
        return tuple(sorted(self._places))

    def document(self, path: str) -> Document:
        """The document at a path. Raises KeyError when there is none."""
        number, document = self._places[path]
        return self.segments[number].document(document)


def build(documents: Iterable[Document], language: str = AUTO) -> Index:
    """An index of some documents, in memory; in `language`, AUTO for that which each tells."""
    return Index([Segment(count(documents, language))])


def count_frequencies(segments: Sequence[Segment], live: Sequence[Array | None]) -> list[Array]:
    """For each term of each segment, in how many live passages of all segments it stands, and stands above."""
    own = [_own_frequencies(segment, mask) for segment, mask in zip(segments, live, strict=True)]
    total = [counts.copy() for counts in own]
    by_size = sorted(range(len(segments)), key=lambda number: -segments[number].term_count)
    for larger, smaller in combinations(by_size, 2):
        left, right = _shared(segments[larger], segments[smaller])
        total[larger][:, left] += own[smaller][:, right]
        total[smaller][:, right] += own[larger][:, left]
    return total


def _shared(larger: Segment, smaller: Segment) -> tuple[Array, Array]:
    """The numbers of the terms that two segments have in common, in the one and in the other."""
    names = smaller.terms()
    if len(names) * _WORTH_SEARCHING < larger.term_count:
        found = larger.numbers(names)
        return found[found >= 0], np.flatnonzero(found >= 0)
    numbers = {name: number for number, name in enumerate(names)}
    pairs = [(number, numbers[name]) for number, name in enumerate(larger.terms()) if name in numbers]
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _own_frequencies(segment: Segment, live: Array | None) -> Array:
    """In how many of its live passages each of a segment's terms stands, and stands above, shape (2, terms)."""
    counts = np.stack([np.diff(postings.starts) for postings in (segment.words, segment.context)]).astype(np.int32)
    dead = np.flatnonzero(~live[segment.passage_documents]) if live is not None else np.zeros(0, dtype=np.int64)
    for begin in range(0, len(dead), _BLOCK):
        sentences, owners = segment.sentences_of(dead[begin : begin + _BLOCK])
        tokens, within = segment.tokens_of(sentences)
        for row, (terms, passages) in enumerate(
            ((tokens, owners[within]), segment.context_of(dead[begin : begin + _BLOCK]))
        ):
            once = distinct(passages.astype(np.int64) << 32 | terms) & 0xFFFFFFFF
            counts[row] -= np.bincount(once, minlength=segment.term_count).astype(np.int32)
    return counts
