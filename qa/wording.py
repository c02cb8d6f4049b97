"""Sentence -> a question that it answers, in its own words: for a person to confirm or to say better.

Few rules, and none where a sentence fits none: turning a clause round needs no grammar beyond its verb.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa.extract.answer_type import AnswerType, answer_spans
from qa.extract.tokens import word_set
from qa.text import STOP_TERMS, spans

__all__ = ["Wording", "wording"]

_LONGEST_SUBJECT = 8
_LONGEST_TERM = 5
_LONGEST_REST = 14
"""Words of a subject, of one that is defined, and of what is told of it."""
_CLAUSE = re.compile(
    r"(?P<subject>[^,;:()\"“”?!\n|]{2,80}?)\s(?P<verb>is|are|was|were|can be|will be)\s(?P<rest>.+?)[.!]?", re.DOTALL
)
_LEANING = re.compile(
    r"""(?:it|its|this|that|these|those|they|their|he|his|she|her|we|our|you|i|there|here|such|both|one|another|some
        |when|if|because|although|while|after|before|since|in|on|at|as|to|for|from|by|with|and|but|or|so|what|who|which
        |how|where|why|all|most|many|each|not|then|now|today|also|however)\b""",
    re.IGNORECASE | re.VERBOSE,
)
"""A subject that begins so says too little alone, or is none."""
_PART = re.compile(
    r"\b(?:such|that|which|who|whose|where|when|because|while|although|and|but|is|are|was|were|has|have|had)\b"
)
"""Words that a plain subject does not hold."""
_POINTS = word_set(
    "it its this that these those they them their he him his she her i me my we us our you your such which who"
)
"""Words that point to what a question alone does not say."""
_WRITTEN_SMALL = re.compile(r"(?:The|An?)\s")
_DEFINES = re.compile(r"(?:an?|the|one of)\s\w+\s\w+")
_END = re.compile(r"[,;:(–—\n]|\s-\s|\s(?:which|who|whose|but|because|so that|although|while|where)\s")
_BEFORE_DATE = re.compile(r"\s(?:in|on|around)\s(?:early\s|late\s|the\s)?$", re.IGNORECASE)
_BY = re.compile(r"\sby\s$")
_HAS_MANY = re.compile(
    r"(?P<subject>[^,;:()\"“”?!\n|]{2,80}?)\s(?P<verb>has|have|had)\s"
    r"(?P<number>\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s(?P<noun>[a-z][\w-]*s)\b"
)
_DO = {"has": "does", "have": "do", "had": "did"}
_DEED = re.compile(
    r"(?P<name>(?:[A-Z][\w.’'-]+\s){1,3})"
    r"(?P<deed>(?:[a-z]+ed|wrote|made|built|began|led|took|gave|came|found|chose|won|held|became|brought)\s.+?)[.!]?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A question, its kind as in question files, and the range of the sentence that answers in a few words, if any."""

    question: str
    kind: str
    answer: tuple[int, int] | None


def wording(sentence: str, around: str) -> Wording | None:
    """The first question that a rule makes of a sentence, None where none does.

    `around` is what the sentence is taken from.

    >>> found = wording("The old bridge was built in 1874 by Ada Stone.", "")
    >>> found.question, found.kind
    ('When was the old bridge built by Ada Stone?', 'date')
    """
    made = (question for rule in _RULES for question in rule(sentence, around))
    return next(made, None)


def _turned(sentence: str) -> tuple[str, str, str, int] | None:
    """Subject, verb, what is told, and where that begins in a sentence of a clause with a form of "be"."""
    clause = _CLAUSE.fullmatch(sentence)
    if not clause or not (subject := _plain(clause["subject"])):
        return None
    return subject, clause["verb"], clause["rest"], clause.start("rest")


def _plain(subject: str) -> str | None:
    """A subject as it reads inside a question, None where it is none that stands alone."""
    few = len(subject.split()) <= _LONGEST_SUBJECT and not _PART.search(subject) and not _LEANING.match(subject)
    if not few or all(span.term in STOP_TERMS for span in spans(subject)):
        return None
    small = subject[0].lower() + subject[1:] if _WRITTEN_SMALL.match(subject) else subject
    return " ".join(small.split())


def _told(*parts: str) -> str | None:
    """What is told up to the end of its clause, None where that is nothing, or too much for a question."""
    joined = " ".join(" ".join(parts).split())
    words = _END.split(joined)[0].rstrip(" .").split()
    return " ".join(words) if 1 <= len(words) <= _LONGEST_REST and not _POINTS.intersection(words) else None


def _date(sentence: str, around: str) -> Iterator[Wording]:
    """SUBJECT was … in DATE -> When was SUBJECT …?"""
    if turned := _turned(sentence):
        for start, end, told in _without(sentence, turned, "date", _BEFORE_DATE, around):
            yield Wording(f"When {turned[1].split()[0]} {turned[0]} {told}?", "date", (start, end))


def _person(sentence: str, around: str) -> Iterator[Wording]:
    """SUBJECT was … by NAME -> By whom was SUBJECT …?"""
    if turned := _turned(sentence):
        for start, end, told in _without(sentence, turned, "person", _BY, around):
            yield Wording(f"By whom {turned[1].split()[0]} {turned[0]} {told}?", "person", (start, end))


def _without(
    sentence: str, turned: tuple[str, str, str, int], wanted: AnswerType, lead: re.Pattern[str], around: str
) -> Iterator[tuple[int, int, str]]:
    """Each answer of the wanted kind that a preposition leads in, and what the sentence tells without both."""
    subject, verb, _, begin = turned
    for start, end in answer_spans(sentence, wanted, subject, around):
        led = lead.search(sentence, begin - 1, start)
        ended = _END.search(sentence, begin)
        if led and begin < start and (ended is None or end <= ended.start()):
            be = "be" if " " in verb else ""
            if told := _told(be, sentence[begin : led.start()], sentence[end:]):
                yield start, end, told


def _reason(sentence: str, _: str) -> Iterator[Wording]:
    """SUBJECT was … because … -> Why was SUBJECT …?"""
    turned = _turned(sentence)
    if turned and " because " in turned[2]:
        subject, verb, rest, _begin = turned
        first, *more = verb.split()
        if told := _told(*more, rest.partition(" because ")[0]):
            yield Wording(f"Why {first} {subject} {told}?", "why", None)


def _definition(sentence: str, _: str) -> Iterator[Wording]:
    """SUBJECT is a … -> What is SUBJECT?"""
    turned = _turned(sentence)
    if turned and _DEFINES.match(turned[2]) and " " not in turned[1] and len(turned[0].split()) <= _LONGEST_TERM:
        yield Wording(f"What {turned[1]} {turned[0]}?", "definition", None)


def _number(sentence: str, _: str) -> Iterator[Wording]:
    """SUBJECT has NUMBER things -> How many things does SUBJECT have?"""
    found = _HAS_MANY.match(sentence)
    if found and (subject := _plain(found["subject"])):
        question = f"How many {found['noun']} {_DO[found['verb']]} {subject} have?"
        yield Wording(question, "number", found.span("number"))


def _deed(sentence: str, around: str) -> Iterator[Wording]:
    """NAME did … -> Who did …?"""
    found = _DEED.fullmatch(sentence)
    if found and _plain(found["name"].strip()) and (told := _told(found["deed"])):
        start, end = found.start("name"), found.end("name") - 1
        if (start, end) in answer_spans(sentence, "person", "", around):
            yield Wording(f"Who {told}?", "person", (start, end))


_RULES: tuple[Callable[[str, str], Iterator[Wording]], ...] = (_date, _person, _reason, _number, _deed, _definition)
"""In the order of how well the question can be answered in a few words."""
