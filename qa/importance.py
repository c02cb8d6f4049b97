"""A question's terms -> how probably what answers it holds each of them.

"Which country was worried about an invasion?" is answered by a passage that says "worried" and "invasion" and names a
country, but need not say "country". How rare a word is does not tell that; its place in the question, its form and its
meaning do, and are weighed by a logistic regression (as in Zheng and Callan 2015, "Learning to reweight terms with
distributed representations"). `python -m eval.train_importance` learns it on questions with their passages.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.languages import ENGLISH
from qa.text import spans
from qa.vectors import UNKNOWN, shipped

__all__ = ["SIGNS", "Importance", "importance", "shipped_importance", "signs"]

Array = npt.NDArray[Any]

SIGNS = (
    "constant",  # 1
    "rare",  # idf …
    "very rare",  # … its square, by ten
    "rarest",  # … over that of the question's rarest term
    "alone",  # 1 by the number of the question's terms
    "capital",  # begins with a capital letter, and not the question
    "digit",  # holds one
    "asked for",  # what, which or whose stands one or two words before
    "-ed",
    "-ing",
    "-s",
    "first",  # of the question's terms
    "last",
    "unknown",  # has no word vector
)
"""What is known of a term beside its word vector."""

_ASKING = frozenset(("what", "which", "whose"))
_LENGTH = 3.0
"""Of word vectors, beside signs of up to about 1, so that regularisation treats them alike."""


@dataclass(frozen=True, slots=True)
class Importance:
    """Weights of the SIGNS, shape (SIGNS,), and of the word vector, shape (dimensions,)."""

    signs: Array
    vector: Array


@cache
def shipped_importance() -> Importance:
    """What comes with the tool."""
    kept = json.loads(files("qa").joinpath("importance.json").read_text())
    return Importance(np.array([kept["signs"][name] for name in SIGNS]), np.array(kept["vector"]))


def importance(
    text: str,
    terms: Sequence[str],
    idfs: Array,
    rows: Array,
    learned: Importance | None = None,
    *,
    language: str = ENGLISH,
) -> Array:
    """The probability that the passage that answers holds each term of a question, shape (terms,).

    `idfs` and `rows` are the terms' own, and their places in the table of word vectors. Learned on English: in another
    `language` all terms matter alike.
    """
    if language != ENGLISH:
        return np.ones(len(terms))
    learned = learned or shipped_importance()
    known, vectors = signs(text, terms, idfs, rows)
    found: Array = 1 / (1 + np.exp(-((known * learned.signs).sum(axis=1) + (vectors * learned.vector).sum(axis=1))))
    return found


def signs(text: str, terms: Sequence[str], idfs: Array, rows: Array) -> tuple[Array, Array]:
    """The SIGNS of a question's terms, shape (terms, SIGNS), and their vectors, shape (terms, dimensions)."""
    count = len(terms)
    columns = [np.ones(count), idfs, np.square(idfs) / 10, idfs / max(float(idfs.max(initial=0.0)), 1e-9)]
    columns += [np.full(count, 1 / max(count, 1)), *_forms(text, terms).T]
    columns += [np.arange(count) == 0, np.arange(count) == count - 1, rows == UNKNOWN]
    whole, lengths = shipped().gathered(rows)
    return np.stack(columns, axis=1).astype(np.float64), whole * (_LENGTH / lengths)[:, None]


def _forms(text: str, terms: Sequence[str]) -> Array:
    """What the word of each term looks like where it first stands, and whether it is asked for, shape (terms, 6)."""
    said = spans(text)
    words = [text[span.start : span.end] for span in said]
    places = {span.term: place for place, span in reversed(list(enumerate(said)))}
    found = np.zeros((len(terms), 6))
    for row, place in enumerate(map(places.get, terms)):
        if place is not None:
            word = words[place]
            asked = _ASKING.intersection(map(str.lower, words[max(place - 2, 0) : place]))
            capital = place > 0 and word[0].isupper() and not text.isupper()
            endings = (word.endswith(ending) for ending in ("ed", "ing", "s"))
            found[row] = capital, any(map(str.isdigit, word)), bool(asked), *endings
    return found
