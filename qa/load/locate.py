"""A path as quotes name it -> its Source, without walking the folders, and never one outside the roots."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from qa.errors import CorpusError, ReadError
from qa.load.find import Source, find, is_inside, named_roots

__all__ = ["locate"]

_ABSENT = "no longer there"


def locate(roots: Sequence[Path], path: str) -> Source:
    """The source that `find` gives for some roots, which are absolute, under a path, whoever wrote that.

    Patterns that leave files out are not asked. Raises ReadError where there is no such file, or a hidden one, or one
    outside the roots.
    """
    try:
        file, inner = _file(roots, path)
        if not is_inside(file, [os.path.realpath(root) for root in roots]):
            raise ReadError(path, "a link that leads out of the corpus")
        sources, skipped = find([Path(file)])
    except (CorpusError, ValueError):  # ValueError: a null character, or what is no name for a file
        raise ReadError(path, _ABSENT) from None
    found = [source for source in sources if source.path == inner]
    if not found:
        raise ReadError(path, skipped[0].reason if skipped else _ABSENT)
    return replace(found[0], path=path)


def _file(roots: Sequence[Path], path: str) -> tuple[str, str]:
    """The file that a path leads to, or into, and the path that it has when it is a root of its own."""
    parts = path.split("/")
    for name, root in named_roots(roots):
        if not os.path.isdir(root):
            if parts[0] == (name or root.name):
                return str(root), "/".join([root.name, *parts[1:]])
        elif not name or parts[0] == name:
            return _below(str(root), parts[1:] if name else parts, path)
    raise ReadError(path, _ABSENT)


def _below(place: str, parts: Sequence[str], path: str) -> tuple[str, str]:
    """The first of the parts below a folder that is no folder, and the rest of the path from there."""
    for at, part in enumerate(parts):
        if part in ("", ".", ".."):
            raise ReadError(path, "leads out of the corpus")
        if part.startswith("."):
            raise ReadError(path, "hidden")
        place = os.path.join(place, part)
        if not os.path.isdir(place):
            return place, "/".join(parts[at:])
    raise ReadError(path, "a folder")
