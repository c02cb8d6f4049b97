"""Acronyms in a segment: which run of terms may stand for which other, and in which documents that is said.

A row says it in one direction, so each definition has two. `alias_firsts` holds the first term of each row's form,
ascending, then by document; from `alias_starts` on, `alias_terms` holds the form's terms, `alias_sizes` of them, and
then those of the other form; `alias_documents` the document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from qa.index.segment import Array, Segment, runs

__all__ = ["Alias", "Form", "alias_arrays", "aliases", "joined_aliases", "kept_aliases"]

Form = tuple[int, ...]
"""The numbers of the terms of an acronym, or of what it stands for."""

Alias = tuple[int, int, tuple[str, ...]]
"""Where a form begins among some terms, how many of them it takes, and the terms of the other form."""

_MOST = 3
"""Other forms of the same one: those that most documents define."""


def alias_arrays(defined: Iterable[tuple[int, Form, Form]]) -> dict[str, Array]:
    """The arrays of what documents define, given by document."""
    rows: dict[tuple[int, Form, Form], None] = {}
    for document, one, other in defined:
        rows[document, one, other] = rows[document, other, one] = None
    forms = [[*form, *other] for _, form, other in rows]
    return _sorted(
        documents=np.array([document for document, _, _ in rows], dtype=np.int32),
        sizes=np.array([len(form) for _, form, _ in rows], dtype=np.int32),
        lengths=np.array([len(form) for form in forms], dtype=np.int64),
        terms=np.array(list(chain.from_iterable(forms)), dtype=np.int32),
    )


def joined_aliases(every: Sequence[Mapping[str, Array]], renumbered: Sequence[Array], bases: Array) -> dict[str, Array]:
    """The rows of several segments, their terms renumbered, their documents raised by what stands before them."""
    return _sorted(
        documents=np.concatenate([part["alias_documents"] + base for part, base in zip(every, bases, strict=False)]),
        sizes=np.concatenate([part["alias_sizes"] for part in every]),
        lengths=np.concatenate([np.diff(part["alias_starts"]) for part in every]),
        terms=np.concatenate([new[part["alias_terms"]] for part, new in zip(every, renumbered, strict=True)]),
    )


def kept_aliases(arrays: Mapping[str, Array], numbers: Array) -> dict[str, Array]:
    """The rows of the documents that are kept; `numbers` holds their new numbers, -1 for the others."""
    documents = numbers[arrays["alias_documents"]]
    rows = np.flatnonzero(documents >= 0)
    starts = arrays["alias_starts"]
    return _sorted(
        documents=documents[rows],
        sizes=arrays["alias_sizes"][rows],
        lengths=np.diff(starts)[rows],
        terms=arrays["alias_terms"][runs(starts[rows], starts[rows + 1])[0]],
    )


def _sorted(*, documents: Array, sizes: Array, lengths: Array, terms: Array) -> dict[str, Array]:
    """The arrays of some rows: by the first term, then by document, then as they came."""
    starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    firsts = terms[starts[:-1]]
    order = np.lexsort((documents, firsts))
    return {
        "alias_firsts": firsts[order].astype(np.int32),
        "alias_documents": documents[order].astype(np.int32),
        "alias_sizes": sizes[order].astype(np.int32),
        "alias_starts": np.concatenate(([0], np.cumsum(lengths[order]))).astype(np.int64),
        "alias_terms": terms[runs(starts[order], starts[order + 1])[0]].astype(np.int32),
    }


def aliases(segments: Sequence[Segment], live: Sequence[Array | None], asked: Sequence[str]) -> list[Alias]:
    """The other forms of what stands among some terms, as the live documents define them, in the order of the terms."""
    found: Counter[Alias] = Counter()
    for segment, mask in zip(segments, live, strict=True):
        found.update(_said(segment, mask, asked))
    kept: list[Alias] = []
    for alias in sorted(found, key=lambda alias: (-found[alias], alias)):
        if sum(other[:2] == alias[:2] for other in kept) < _MOST:
            kept.append(alias)
    return sorted(kept)


def _said(segment: Segment, live: Array | None, asked: Sequence[str]) -> Iterator[Alias]:
    """What a segment's live documents say, once a document."""
    firsts, starts, terms = (segment.arrays[f"alias_{name}"] for name in ("firsts", "starts", "terms"))
    if not len(firsts):
        return
    ids = [-1 if (number := segment.term_id(term)) is None else number for term in asked]
    edges = np.searchsorted(firsts, [ids, [number + 1 for number in ids]])
    for at, (begin, end) in enumerate(edges.T.tolist()):
        for row in range(begin, end):
            form = terms[starts[row] : starts[row + 1]].tolist()
            size = int(segment.arrays["alias_sizes"][row])
            if ids[at : at + size] == form[:size] and (live is None or live[segment.arrays["alias_documents"][row]]):
                yield at, size, tuple(map(segment.term, form[size:]))
