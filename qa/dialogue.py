"""History and a follow-up -> a question that stands alone.

A first, small reading: a follow-up that points back ("it", "that company") or is too short to stand ("Why?", "And
Ensemble?") carries the subject of the question before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.model import Answer
from qa.text import STOP_WORDS, content_terms, spans

__all__ = ["standalone"]

_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|these|those|there|"
    r"that (?:company|paper|project|system|group|person|time|year|one|work|idea|name|article|award|library|stack)|"
    r"the (?:company|paper|project|system|group|article|award|prototype|first|second|other|same)|"
    r"that)\b",
    re.IGNORECASE,
)
_SUBSTITUTES = re.compile(r"^\W*(?:and|what about|how about)\b", re.IGNORECASE)


def standalone(question: str, history: Sequence[Answer | str]) -> str:
    """The question with what it takes from its history, or as it is when it needs nothing.

    >>> standalone("Who worked on it?", ["What is Jitsu?"])
    'Who worked on it? (Jitsu)'
    >>> standalone("What is Irmin?", ["What is Jitsu?"])
    'What is Irmin?'
    """
    earlier = [entry.standalone if isinstance(entry, Answer) else entry for entry in history]
    if not earlier or not _leans(question):
        return question
    carried = _carried(question, earlier[-1])
    return f"{question} ({carried})" if carried else question


def _leans(question: str) -> bool:
    """Whether a question needs its history: it points back, or has no more than one word of content and no name."""
    if _POINTS_BACK.search(question) or _SUBSTITUTES.match(question):
        return True
    content = [term for term in spans(question) if term.term not in STOP_WORDS]
    return len(content) < 2 and not any(term.start and question[term.start].isupper() for term in content)


def _carried(question: str, earlier: str) -> str:
    """The words of the earlier question that the follow-up does not replace: its names, else all its content words."""
    held = set(content_terms(question))
    words = [
        (earlier[term.start : term.end], term.start)
        for term in spans(earlier)
        if term.term not in STOP_WORDS and term.term not in held
    ]
    names = [word for word, start in words if start and not word[0].islower()]
    replaces = bool(_SUBSTITUTES.match(question))
    chosen = [word for word, _ in words if word not in names] if replaces else names or [word for word, _ in words]
    return " ".join(dict.fromkeys(chosen))
