"""What a paragraph is by the name of its style, which is all that many office documents say of it."""

from __future__ import annotations

import re

from qa.model import BlockKind

__all__ = ["LEVELS", "kind_of"]

LEVELS = 6
"""Levels of headings."""

_HEADING = re.compile(r"head(?:ing)?[ _-]*([1-9a-e])\Z", re.IGNORECASE)
_TITLE = re.compile(r"(?:chapter|document|book|part)?[ _-]*title\Z", re.IGNORECASE)
_OTHER: tuple[tuple[re.Pattern[str], tuple[BlockKind, int]], ...] = (  # the first that the name holds
    (re.compile(r"caption|label", re.IGNORECASE), ("paragraph", 0)),
    (re.compile(r"title\Z", re.IGNORECASE), ("heading", LEVELS)),
    (re.compile(r"code|listing|preformatted|source", re.IGNORECASE), ("code", 0)),
    (re.compile(r"quot(?:e|ation)|block ?text", re.IGNORECASE), ("quotation", 0)),
)


def kind_of(name: str) -> tuple[BlockKind, int] | None:
    """Kind and level of a paragraph with a style of this name, None where the name tells nothing.

    >>> [kind_of(name) for name in ("heading 2", "HeadB", "Title", "Box Title", "Body Text", "Header")]
    [('heading', 2), ('heading', 2), ('heading', 1), ('heading', 6), None, None]
    >>> [kind_of(name) for name in ("Source Code", "CodeListingCaption", "Intense Quote")]
    [('code', 0), ('paragraph', 0), ('quotation', 0)]
    """
    if found := _HEADING.match(name):
        return "heading", min(int(found[1]) if found[1].isdecimal() else "abcde".index(found[1].lower()) + 1, LEVELS)
    if _TITLE.match(name):
        return "heading", 1
    return next((kind for pattern, kind in _OTHER if pattern.search(name)), None)
