"""Rows of cells: whether the first holds the names of the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["is_header"]

_LONGEST_NAME = 60
_VALUE = re.compile(r"[-+~<>≈]?[$€£]?\d[\d.,:/ -]*%?|true|false|yes|no|https?://\S*", re.IGNORECASE)


def is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some rows holds column headers: several short names, all different, none of them a value.

    >>> is_header([["Name", "Since"], ["Irmin", "2014"]]), is_header([["Irmin", "2014"], ["Xen", "2003"]])
    (True, False)
    """
    names = [name.strip() for name in rows[0]] if len(rows) > 1 else []
    named = [name for name in names if name]
    return (
        len(named) > 1
        and len(named) >= len(names) - 1
        and len(set(named)) == len(named)
        and all(len(name) <= _LONGEST_NAME and not _VALUE.fullmatch(name) for name in named)
    )
