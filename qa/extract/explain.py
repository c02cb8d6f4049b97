"""Why a quote has its score: what each feature contributed, adding up to it, and where the question's words stand.

The score is linear in the features, so a contribution is a value times its weight, and there is nothing to estimate.
The passage's fused score, one of the features, is linear in the retriever's signals, and shown as these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from qa.extract.choose import Rated, rate
from qa.extract.features import FEATURES, Rows
from qa.extract.model import model
from qa.fusion import shipped_fusion
from qa.index import Index
from qa.model import Quote
from qa.query import Query
from qa.reasons import Contribution, Reason, WordFound, WordPlace
from qa.retrieve import SIGNALS, Candidates
from qa.text import spans

__all__ = ["GROUPS", "reasons"]

GROUPS = {
    "words": ("inside", "above", "near", "pairs"),
    "vectors": ("soft", "meaning"),
    "retrieval": ("fused",),
    "answer type": ("type", "defines", "counts", "mistype"),
    "shape": ("short", "long", "code", "row", "first", "question"),
}
"""The features that are told together."""
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
_PLACES: tuple[tuple[str, WordPlace], ...] = (
    ("inside", "inside"),
    ("above", "above"),
    ("near", "beside"),
    ("around", "around"),
    ("soft", "alike"),
)
"""The masks of the evidence, the nearest place first."""


def reasons(index: Index, asked: Query, found: Candidates, quotes: Sequence[Quote]) -> tuple[Reason, ...] | None:
    """One Reason a quote, of the sentence in it that was chosen; None when one was not made from these candidates."""
    if not quotes:
        return ()
    rated = rate(index, asked, found, k=len(quotes))
    if rated is None:
        return None
    told = [reason for quote in quotes if (reason := _reason(index, asked, found, rated, quote)) is not None]
    return tuple(told) if len(told) == len(quotes) else None


def _reason(index: Index, asked: Query, found: Candidates, rated: Rated, quote: Quote) -> Reason | None:
    """Why a quote has its score; None when it was not made from these candidates."""
    row = _row(index, rated, quote)
    if row is None:
        return None
    words = _words(asked, found, int(rated.rows.sentences[row]))
    return Reason(quote, float(rated.scores[row]), words, _parts(found, rated.rows, row))


def _row(index: Index, rated: Rated, quote: Quote) -> int | None:
    """The row of the sentence that a quote was made from: the best that stands in it.

    One that only repeats another, as far as that was looked for, makes no quote, though a quote may take it in.
    """
    makes_none = np.isin(np.arange(len(rated.scores)), rated.order, invert=True)
    rows: list[int] = np.lexsort((-rated.scores, makes_none)).tolist()
    for row in rows:
        start, end, _, _ = index.sentence(int(rated.rows.sentences[row]))
        if quote.start <= start and end <= quote.end and index.path_of(int(rated.rows.passages[row])) == quote.path:
            return row
    return None


def _words(asked: Query, found: Candidates, sentence: int) -> tuple[WordFound, ...]:
    """Where the question's words stand, seen from a sentence, in the order of the question."""
    spelt = {span.term: asked.text[span.start : span.end] for span in reversed(spans(asked.text, asked.language))}
    row = int(np.flatnonzero(found.evidence.sentences == sentence)[0])
    masks = [(getattr(found.evidence, mask)[row], place) for mask, place in _PLACES]
    words = []
    for number, (term, share) in enumerate(zip(asked.terms, asked.shares.tolist(), strict=True)):
        places = (place for mask, place in masks if mask[number] > 0)
        words.append(WordFound(spelt.get(term, term), next(places, "missing"), share))
    return tuple(words)


def _parts(found: Candidates, seen: Rows, row: int) -> tuple[Contribution, ...]:
    parts: list[Contribution] = []
    for name, value, weight in zip(FEATURES, seen.values[row].tolist(), model().sentence.tolist(), strict=True):
        group = _GROUP_OF.get(name, "other")
        signals = _signals(found, int(seen.passages[row]), group, weight) if name == "fused" else []
        whole = Contribution(name, group, value, weight)
        same = math.isclose(sum(part.amount for part in signals), whole.amount, abs_tol=1e-9)
        parts += signals if signals and same else [whole]
    return tuple(parts)


def _signals(found: Candidates, passage: int, group: str, weight: float) -> list[Contribution]:
    """How far a passage's signals are from those of the passage with the best fused score, by what each is worth."""
    place, best = int(np.flatnonzero(found.passages == passage)[0]), int(np.argmax(found.scores))
    behind = (found.signals[place] - found.signals[best]).tolist()
    return [
        Contribution(f"passage {name}", group, value, weight * shipped_fusion().weights[name])
        for name, value in zip(SIGNALS, behind, strict=True)
    ]
