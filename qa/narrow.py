"""Filters -> the passages that may be found, as a mask for each segment.

Filters choose and never score: idf and lengths stay those of the whole corpus.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from fnmatch import translate
from functools import reduce

import numpy as np

from qa.errors import QuestionError, brief
from qa.index import Index
from qa.index.phrase import holding
from qa.index.segment import Array, Segment, distinct
from qa.syntax import Typed
from qa.text import terms

__all__ = ["allowed_passages", "without_documents"]


def allowed_passages(index: Index, typed: Typed, *, search: bool = False) -> tuple[Array, ...] | None:
    """Which live passages pass the filters, shape (its passages,) for each segment; None where nothing is filtered.

    Any of the paths, all of the titles; to a `search` also every phrase, and nothing that is excluded. Raises
    QuestionError for a path or a title that no document has.
    """
    phrases = typed.phrases if search else ()
    if not (typed.in_paths or typed.titles or typed.excluded or phrases):
        return None
    masks = [_live(index, number) for number in range(len(index.segments))]
    if typed.in_paths:
        any_path = [_below(index, path) for path in typed.in_paths]
        masks = [mask & reduce(np.logical_or, each) for mask, *each in zip(masks, *any_path, strict=True)]
    for title in typed.titles:
        masks = [mask & titled for mask, titled in zip(masks, _titled(index, title), strict=True)]
    for segment, mask in zip(index.segments, masks, strict=True):
        for phrase in phrases:
            mask &= _holding(segment, _stems(index, phrase))
        for phrase in typed.excluded:
            mask &= ~_holding(segment, _stems(index, phrase))
    return tuple(masks)


def without_documents(index: Index, allowed: Sequence[Array] | None, paths: Collection[str]) -> tuple[Array, ...]:
    """The passages that were allowed, None for all, without those of some documents."""
    masks = []
    for number, segment in enumerate(index.segments):
        kept = np.fromiter((path not in paths for path in segment.paths), dtype=bool, count=segment.document_count)
        before = _live(index, number) if allowed is None else allowed[number]
        masks.append(before & kept[segment.passage_documents])
    return tuple(masks)


def _live(index: Index, number: int) -> Array:
    live = index.live_passages(number)
    return np.ones(index.segments[number].passage_count, dtype=bool) if live is None else live.copy()


def _stems(index: Index, words: str) -> list[list[str]]:
    """The terms of some words in each language of the documents."""
    return [terms(words, language) for language in index.languages]


def _holding(segment: Segment, runs: Sequence[Sequence[str]]) -> Array:
    """Which passages of a segment hold any of some runs of terms, shape (its passages,)."""
    mask = np.zeros(segment.passage_count, dtype=bool)
    for run in runs:
        mask[holding(segment, run)] = True
    return mask


def _below(index: Index, path: str) -> list[Array]:
    """The passages of the documents at or below a path, for each segment."""
    stands = _path_test(path)
    masks = []
    for segment in index.segments:
        documents = np.fromiter(map(stands, segment.paths), dtype=bool, count=segment.document_count)
        masks.append(documents[segment.passage_documents])
    if not _any_live(index, masks):
        raise QuestionError(f"in:{brief(path)}: no such document; name a folder, a file or a pattern such as *.md")
    return masks


def _path_test(wanted: str) -> Callable[[str], bool]:
    """Whether a document's path is the one that is wanted, lies below it, has it as file name, or fits it as a pattern.

    Capitals make no difference. A `*` fits folders, too, and `**/` none.

    >>> stands = _path_test("notes/2024")
    >>> stands("notes/2024/may.md"), stands("notes/2024-old.md"), _path_test("May.md")("notes/2024/may.md")
    (True, False, True)
    >>> _path_test("**/*.md")("may.md"), _path_test("n*/may.md")("notes/2024/may.md")
    (True, True)
    """
    wanted = wanted.removeprefix("./").rstrip("/").casefold()
    fits = re.compile(translate(wanted)).match if set(wanted) & set("*?[") else None

    def stands(path: str) -> bool:
        path = path.casefold()
        name = path.rpartition("/")[2]
        exact = not wanted or wanted in (path, name) or path.startswith(f"{wanted}/")
        return exact or (fits is not None and bool(fits(path) or fits(name) or fits(f"/{path}")))

    return stands


def _titled(index: Index, title: str) -> list[Array]:
    """The passages of the documents whose title holds all words of another, for each segment."""
    stems = _stems(index, title)
    masks = [reduce(np.logical_or, (_titled_in(segment, wanted) for wanted in stems)) for segment in index.segments]
    if not _any_live(index, masks):
        raise QuestionError(f"title:{brief(title)}: no document has these words in its title")
    return masks


def _titled_in(segment: Segment, wanted: Sequence[str]) -> Array:
    """The same in one segment: of the passages that have the words above them, those of the right documents."""
    ids = [segment.term_id(term) for term in wanted]
    passages = [segment.context.of(number)[0] if number is not None else np.zeros(0, np.int32) for number in ids]
    above = reduce(lambda left, right: np.intersect1d(left, right, assume_unique=True), passages)
    documents = np.zeros(segment.document_count, dtype=bool)
    for document in distinct(segment.passage_documents[above]).tolist():
        documents[document] = set(wanted) <= set(terms(segment.record(document)["title"], segment.language(document)))
    return documents[segment.passage_documents]


def _any_live(index: Index, masks: Sequence[Array]) -> bool:
    return any((mask & _live(index, number)).any() for number, mask in enumerate(masks))
