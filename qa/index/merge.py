"""Segments -> the arrays of one, without reading a document again.

The work is moving rows: numbers are shifted by what stands before them, terms are renumbered into the union of the
vocabularies. Arrays come one at a time, and most of them segment by segment, so that whoever writes them holds little.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count, groupby
from operator import itemgetter

import numpy as np

from qa.index.aliases import joined_aliases, kept_aliases
from qa.index.count import impacts, starts_of
from qa.index.segment import Array, Segment, runs
from qa.index.store import Mapped

__all__ = ["keep", "merge"]

_ROWS = {
    "sentence_starts": "sentences",
    "sentence_ends": "sentences",
    "sentence_kinds": "sentences",
    "passage_lengths": "passages",
    "document_languages": "documents",
    "file_stats": "documents",
}
"""Arrays with one row a sentence, passage or document that hold no numbers of other rows."""

_RUNS = ("text", "path", "record", "blocks", "runs", "lines")
"""What each document has a run of; `<name>_starts` holds where each begins."""
_RUN_ARRAYS = {"text": "texts", "path": "paths", "record": "records"}


def keep(segment: Segment, live: Array) -> Segment:
    """The segment without the documents for which `live`, shape (documents,), is False. Its vocabulary stays."""
    old = segment.arrays
    documents = np.flatnonzero(live)
    passages = np.flatnonzero(live[old["passage_documents"]])
    sentences, _ = segment.sentences_of(passages)
    kept = {"documents": documents, "passages": passages, "sentences": sentences}
    made = {name: old[name][kept[owner]] for name, owner in _ROWS.items()}
    made |= {
        name: old[name] for name in ("terms", "term_starts", "term_rows", "context_tokens", "context_tokens_starts")
    }
    made["tokens"], _ = segment.tokens_of(sentences)
    made["sentence_tokens"] = _edges(old["sentence_tokens"], sentences)
    made["passage_sentences"] = _edges(old["passage_sentences"], passages)
    made["passage_contexts"] = old["passage_contexts"][passages]
    new_numbers = _numbers(len(live), documents)
    made["passage_documents"] = new_numbers[old["passage_documents"][passages]]
    made |= kept_aliases(old, new_numbers)
    for name in _RUNS:
        starts, rows = old[f"{name}_starts"], _RUN_ARRAYS.get(name, name)
        made[rows] = old[rows][runs(starts[documents], starts[documents + 1])[0]]
        made[f"{name}_starts"] = _edges(starts, documents)
    moved = made["text_starts"][:-1] - old["text_starts"][documents]
    made["passage_bytes"] = old["passage_bytes"][passages] + moved[made["passage_documents"]][:, None]
    for name in ("words", "context"):
        made |= _kept_postings(old, name, _numbers(segment.passage_count, passages))
    return Segment(made | impacts(made))


def _numbers(total: int, kept: Array) -> Array:
    """Old number -> new number, -1 for what is not kept, shape (total,)."""
    numbers = np.full(total, -1, dtype=np.int32)
    numbers[kept] = np.arange(len(kept), dtype=np.int32)
    return numbers


def _edges(starts: Array, kept: Array) -> Array:
    """The starts of the kept runs when they stand one after the other."""
    return np.concatenate(([0], np.cumsum(starts[kept + 1] - starts[kept]))).astype(np.int64)


def _kept_postings(arrays: Mapping[str, Array], name: str, numbers: Array) -> dict[str, Array]:
    """The postings of the passages that are kept, in their new numbers."""
    starts = arrays[f"{name}_starts"]
    passages = numbers[arrays[f"{name}_passages"]]
    here = passages >= 0
    before = np.concatenate(([0], np.cumsum(here)))
    return {
        f"{name}_starts": before[starts].astype(np.int64),
        f"{name}_passages": passages[here],
        f"{name}_counts": arrays[f"{name}_counts"][here],
    }


def merge(segments: Sequence[Segment]) -> Iterator[tuple[str, Array]]:
    """The arrays of one segment of everything in these, documents in the order in which they come.

    In parts, those of one array one after the other. A part is made while the one before is put to use, and what was
    read for an array is let go of when it is done.
    """
    from concurrent.futures import ThreadPoolExecutor  # late: a question to an index that is up to date needs none

    with ThreadPoolExecutor(1) as ahead:
        parts = _forgetting(_merged(segments), segments)
        coming = ahead.submit(next, parts, None)
        while (part := coming.result()) is not None:
            coming = ahead.submit(next, parts, None)
            yield part


def _forgetting(parts: Iterator[tuple[str, Array]], segments: Sequence[Segment]) -> Iterator[tuple[str, Array]]:
    for _, array in groupby(parts, key=itemgetter(0)):
        yield from array
        for segment in segments:
            if isinstance(segment.arrays, Mapped):
                segment.arrays.forget()


def _merged(segments: Sequence[Segment]) -> Iterator[tuple[str, Array]]:
    """First what holds no numbers of terms: while that is written, the terms are numbered and postings put in order."""
    from concurrent.futures import ThreadPoolExecutor

    every = [segment.arrays for segment in segments]
    bases = {
        name: np.cumsum([0, *(len(arrays[name]) for arrays in every)])
        for name in ("passage_documents", "file_stats", "texts", "context_tokens_starts")
    }
    with ThreadPoolExecutor(1) as beside:
        vocabulary = beside.submit(_vocabulary, segments)
        words = beside.submit(
            lambda: _merged_postings(every, "words", *vocabulary.result(), bases["passage_documents"])
        )
        lengths = np.concatenate([arrays["passage_lengths"] for arrays in every])
        impact = beside.submit(lambda: impacts(words.result() | {"passage_lengths": lengths}))
        yield from _moved(every, bases)
        terms, renumbered = vocabulary.result()
        yield "terms", np.frombuffer(b"".join(terms), dtype=np.uint8)
        yield "term_starts", starts_of(map(len, terms))
        yield "term_rows", _term_rows(every, renumbered, len(terms))
        yield from joined_aliases(every, renumbered, bases["file_stats"]).items()
        for name in ("tokens", "context_tokens"):
            yield from ((name, new[arrays[name]]) for new, arrays in zip(renumbered, every, strict=True))
        yield from _merged_postings(every, "context", terms, renumbered, bases["passage_documents"]).items()
        yield from words.result().items()
        yield from impact.result().items()


def _moved(every: Sequence[Mapping[str, Array]], bases: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """The arrays without numbers of terms: rows as they are, numbers of other rows raised by what stands before."""
    for name in (*_ROWS, *(_RUN_ARRAYS.get(name, name) for name in _RUNS)):
        yield from ((name, arrays[name]) for arrays in every)
    for name in ("sentence_tokens", "passage_sentences", "context_tokens_starts", *(f"{run}_starts" for run in _RUNS)):
        yield name, _joined_starts([arrays[name] for arrays in every])
    contexts = bases["context_tokens_starts"] - np.arange(len(every) + 1)
    yield from _shifted(every, "passage_documents", bases["file_stats"], np.int32)
    yield from _shifted(every, "passage_bytes", bases["texts"], np.int64)
    yield from _shifted(every, "passage_contexts", contexts, np.int32)


def _vocabulary(segments: Sequence[Segment]) -> tuple[list[bytes], list[Array]]:
    """The union of the vocabularies, sorted, and for each segment old term number -> new."""
    each = [segment.terms() for segment in segments]
    met: dict[bytes, int] = {}  # term -> where it is first met among those of all segments
    total = sum(map(len, each))
    places = np.fromiter(map(met.setdefault, chain.from_iterable(each), count()), dtype=np.int64, count=total)
    union = sorted(met)  # `met` is in some sorted runs, which are quick to sort
    numbers = np.empty(total, dtype=np.int32)
    numbers[np.fromiter(map(met.__getitem__, union), dtype=np.int64, count=len(union))] = np.arange(len(union))
    return union, np.split(numbers[places], np.cumsum([len(terms) for terms in each])[:-1])


def _term_rows(every: Sequence[Mapping[str, Array]], renumbered: Sequence[Array], terms: int) -> Array:
    """The row of each term in the table of word vectors, which every segment that holds the term knows."""
    rows = np.empty(terms, dtype=np.int32)
    for arrays, new in zip(every, renumbered, strict=True):
        rows[new] = arrays["term_rows"]
    return rows


def _joined_starts(every: Sequence[Array]) -> Array:
    """The starts of runs that stand one array after the other."""
    return np.concatenate(([0], np.cumsum(np.concatenate([np.diff(starts) for starts in every])))).astype(np.int64)


def _shifted(every: Sequence[Mapping[str, Array]], name: str, bases: Array, dtype: type) -> Iterator[tuple[str, Array]]:
    """An array of numbers of other rows, each segment's raised by what stands before it."""
    return ((name, (arrays[name] + base).astype(dtype)) for arrays, base in zip(every, bases, strict=False))


def _merged_postings(
    every: Sequence[Mapping[str, Array]], name: str, terms: Sequence[bytes], renumbered: Sequence[Array], bases: Array
) -> dict[str, Array]:
    """Postings by new term, those of an earlier segment before those of a later: passages stay ascending."""
    sizes = [np.diff(part[f"{name}_starts"]) for part in every]
    per_term = np.zeros(len(terms), dtype=np.int64)
    for new, size in zip(renumbered, sizes, strict=True):
        per_term[new] += size
    starts = np.concatenate(([0], np.cumsum(per_term)))
    passages = np.empty(starts[-1], dtype=np.int32)
    counts = np.empty(starts[-1], dtype=np.uint16)
    at = starts[:-1].copy()
    for part, new, size, base in zip(every, renumbered, sizes, bases, strict=False):
        places = np.repeat(at[new] - part[f"{name}_starts"][:-1], size)
        places += np.arange(len(places))
        passages[places] = part[f"{name}_passages"] + np.int32(base)
        counts[places] = part[f"{name}_counts"]
        at[new] += size
    return {f"{name}_starts": starts, f"{name}_passages": passages, f"{name}_counts": counts}
