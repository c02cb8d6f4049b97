"""How common a word is in English at large, so that a small folder does not decide alone what it weighs.

A folder of ten passages may well hold "Bhutan" and not "use", and a question's weight is not in "use". The shares were
counted once (`python -m eval.background`) for the terms of the table of word vectors; other terms, names most of all,
are taken for as rare as the folder has them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.index import idfs
from qa.vectors import UNKNOWN

__all__ = ["PASSAGES", "shares", "tempered_idfs"]

Array = npt.NDArray[Any]

PASSAGES = 200
"""Passages of English at large that are thought beside those of an index; in a large one they say nothing."""


@cache
def shares() -> Array:
    """The share of passages that hold each term of the table of word vectors, shape (terms,)."""
    counted: Array = np.load(Path(__file__).parent / "background.npy", allow_pickle=False)
    return counted


def tempered_idfs(passages: int, frequencies: Array, rows: Array) -> Array:
    """The idf of terms that stand in some of an index's `passages`, as if PASSAGES others stood beside them.

    `frequencies` says in how many passages each stands, `rows` their places in the table of word vectors; these and the
    result have the shape (terms,).

    >>> from qa.vectors import shipped
    >>> rows = shipped().rows(["use", "bhutan"])
    >>> use, bhutan = tempered_idfs(10, np.zeros(2), rows)
    >>> bool(use < 2 < bhutan)
    True
    """
    common = np.where(rows == UNKNOWN, 0.0, shares()[np.maximum(rows, 0)].astype(np.float64))
    return idfs(passages + PASSAGES, frequencies + PASSAGES * common)
