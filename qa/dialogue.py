"""History and a follow-up -> a question that stands alone.

A first, small reading by rules: a follow-up that points back ("it", "that company"), swaps the topic ("And
Ensemble?") or has no subject of its own ("Why?", "In which year?") takes what it lacks from the question before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from qa.model import Answer
from qa.syntax import parse
from qa.text import STOP_TERMS, Term, spans

__all__ = ["standalone"]

_NOUN = (
    "company|paper|project|system|group|person|time|year|work|idea|name|article|award|stack|library|language|"
    "prototype|grant|conference|book|tool|team|one|place|website|term|concept|database"
)
_POINTS_BACK = re.compile(
    rf"\b(?:its?|they|them|theirs?|he|him|his|she|her|hers|these|those|this|that (?:{_NOUN})s?|the (?:{_NOUN})s?)\b"
    r"|\b(?:that|there)\W*$",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
_SWAPS = re.compile(r"^\W*(?:and|or|but|what about|how about)\s+(?:the |an? )?(?P<topic>[^?]+?)\W*$", re.IGNORECASE)
_ASKS_MORE = re.compile(
    r"^\W*(?:and |but |so |or )?(?:(?:in|at|by|for|to|from|since|on|with|of) )?"
    r"(?:who|whom|what|which|when|where|why|how)"
    r"(?: (?:many|much|long|come|else|so|exactly|then|not))?(?: \w+)?\W*$",
    re.IGNORECASE,
)
_ASKS_WHY = re.compile(r"^\W*(?:and |but |so )?why\b", re.IGNORECASE)
_FEW = 2
"""Words of content up to which a "why" is about what was asked before."""
_MOST_SWAPPED = 4
"""Words beyond which "And …" is a question of its own and not a new topic for the last."""


def standalone(question: str, history: Sequence[Answer | str]) -> str:
    """The question with what it takes from its history, or as it is when it needs nothing.

    Its filters stay as they were typed; those of its history are not taken over.

    >>> standalone("Who worked on it?", ["What is Jitsu?"])
    'Who worked on it? (Jitsu)'
    >>> standalone("And Ensemble?", ["Where was FoxNet developed?"])
    'Where was Ensemble developed?'
    >>> standalone("Where is it now?", ["Who founded OCLC?", "And Tarides?"])
    'Where is it now? (Tarides)'
    >>> standalone("Who worked on it? in:papers", ["What is Jitsu? in:news"])
    'Who worked on it? (Jitsu) in:papers'
    >>> standalone("What is Irmin?", ["What is Jitsu?"])
    'What is Irmin?'
    """
    read, answer = "", None
    for entry in history:
        if isinstance(entry, Answer):
            read, answer = parse(entry.standalone).text, _short_answer(entry)
        else:
            read, answer = _read(parse(entry).text, read, answer), None
    typed = parse(question)
    resolved = _read(typed.text, read, answer)
    return question if resolved == typed.text else " ".join([resolved, *typed.filters])


def _short_answer(earlier: Answer) -> str | None:
    return earlier.quotes[0].answer if earlier.quotes else None


def _read(question: str, earlier: str, answer: str | None) -> str:
    """A question with what it takes from the one before, itself read so, and from the short answer to that."""
    if not earlier:
        return question
    swapped = _SWAPS.match(question)
    if swapped and not _asks(swapped["topic"]) and len(swapped["topic"].split()) <= _MOST_SWAPPED:
        return _swapped(earlier, swapped["topic"])
    if not _POINTS_BACK.search(question) and not _lacks_subject(question):
        return question
    carried = _carried(question, earlier, answer)
    return f"{question} ({carried})" if carried else question


def _asks(text: str) -> bool:
    """Whether a text asks by itself: it begins with a question word or a verb that asks."""
    return bool(
        re.match(r"(?:who|what|which|when|where|why|how|is|are|was|were|did|does|do|can|could|in|by)\b", text, re.I)
    )


def _lacks_subject(question: str) -> bool:
    """Whether nothing but a question word and at most a noun is there, and no name."""
    content = _content(question)
    if any(_is_name(question, term) for term in content):
        return False
    return bool(_ASKS_MORE.match(question)) or (bool(_ASKS_WHY.match(question)) and len(content) <= _FEW)


def _content(text: str) -> list[Term]:
    return [term for term in spans(text) if term.term not in STOP_TERMS]


def _is_name(text: str, term: Term) -> bool:
    """Whether a word is written with a capital that the beginning of the text does not explain."""
    return term.start > 0 and not text[term.start].islower()


def _topic(text: str) -> list[Term]:
    """What a question is about: its names, or, when it has none, all its words of content."""
    content = _content(text)
    return [term for term in content if _is_name(text, term)] or content


def _swapped(earlier: str, topic: str) -> str:
    """The earlier question about another topic: its first run of names is replaced."""
    names = _topic(earlier)
    if not names:
        return f"{topic}? ({earlier})"
    end = names[0].end
    for left, right in pairwise(names):
        if earlier[left.end : right.start].strip(" -'’."):
            break
        end = right.end
    return earlier[: names[0].start] + topic + earlier[end:]


def _carried(question: str, earlier: str, answer: str | None) -> str:
    """The words that the follow-up leaves unsaid: the topic before, or the person who was the answer."""
    held = {term.term for term in spans(question)}
    words = [earlier[term.start : term.end] for term in _topic(earlier) if term.term not in held]
    if answer and _PERSON.search(question):
        words = [answer]
    return " ".join(dict.fromkeys(words))
