"""What shows that a question leans on those before it, and which of their terms it means.

Two tables of features: NEED of a question, TERM of each term that its history offers. The rules that a person would
write stand here as features; what each is worth is learned (`eval/train_dialogue.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.text import STOP_TERMS, Term, spans
from qa.vectors import UNKNOWN, shipped

__all__ = [
    "NEED",
    "PERSON",
    "SWAPS",
    "TERM",
    "Array",
    "Candidate",
    "Turn",
    "candidates",
    "content",
    "is_name",
    "need_signs",
    "term_signs",
]

Array = npt.NDArray[Any]

_THIRDPERSON = re.compile(r"\b(?:it|its|they|them|theirs?|he|him|his|she|hers?)\b", re.IGNORECASE)
PERSON = re.compile(r"\b(?:he|him|his|she|hers?)\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:they|them|theirs?|these|those)\b", re.IGNORECASE)
_THESE = re.compile(
    r"\b(?:this|these|those)\b|\bthat(?: \w+)?\W*$|\b(?:about|of|for|in|by|before|after|is|was) that\b", re.I
)
_DEFINITE = re.compile(
    r"\bthe (?:\w+)(?! (?:of|that|which|who|whose|between|for|from|in|on|to|\w+ (?:of|between))\b)", re.I
)
_OTHERS = re.compile(
    r"\b(?:others?|another|else|more|same|similar|different|instead|also|ones?|there|then|so|too)\b", re.I
)
_DEFINES = re.compile(
    r"^\W*(?:whats|(?:what|who)(?:'s|’s| is| are| was| were)|tell me (?:more )?about|describe|explain)"
    r"(?: (?:a|an|the))?\s+(?P<what>[^?]+?)\W*$",
    re.IGNORECASE,
)
_NEXT_CLAUSE = re.compile(r"(?:\b(?:and|but|or|so)|[,;])\s+(?:\w+\s+){0,4}$", re.IGNORECASE)
SWAPS = re.compile(
    r"^\W*(?:and|or|but|(?:and |but |so )?(?:what|how) about)\s+(?:the |an? )?(?P<topic>[^?]+?)\W*$", re.I
)
_JOINED = re.compile(r"^\W*(?:and|but|or|so|ok|okay|oh)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"^\W*(?:and |but |so |or )?(?:(?:in|at|by|for|to|from|since|on|with|of|until|before|after) )?"
    r"(?:who|whom|whose|what|which|when|where|why|how)\b",
    re.IGNORECASE,
)
_MANNER = re.compile(r"(?:ly|ing|ed)$", re.IGNORECASE)
_FEW = 3

NEED = (
    "third person",  # it, they, his
    "these",  # this, those companies, that
    "definite",  # the paper, and no word of which
    "others",  # another, else, more, there
    "joined",  # And …, But …
    "swaps",  # And X? What about X?
    "no content",  # Why? When was that?
    "one content",
    "two content",
    "long",  # how far it has more words of content than these, up to 10
    "name",  # a capital that the beginning does not explain
    "defines",  # What is X? Tell me about X.
    "known",  # share of its terms that the history holds
    "known last",  # share of those that the question before holds
    "near",  # how near its terms come to one of the question before in meaning
    "asks",  # begins with a question word
    "bare third",  # third person and no name
    "bare definite",  # definite, and neither a name nor a known term
    "fresh short",  # few words of content, none of them known, no name
    "generic",  # share of its terms that any question may hold: type, important
    "specific",  # it has others
    "specific fresh",  # and some that its history lacks
    "all fresh",  # it has others, and its history lacks them all
    "defines specific",
    "defines fresh",
    "within",  # a pronoun in a later clause than a new term that is no generic one: What is X and where is it made?
    "of",  # X of Y, with Y no generic term
    "bare generic",  # nothing but generic terms, and no pronoun
    "names a thing",  # What is X? with X new, and nothing that points back
    "unlike",  # it shares no term with its history, has specific ones, and nothing points back
)


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question: as understood, which of its terms were carried into it, and what answered it.

    `dropped` are the terms that its topic took the place of, `answer` is the short answer to it, `near` are the words
    that stand above the place where that was found.
    """

    text: str
    carried: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    answer: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term that the history offers, and its word as it stands there last."""

    term: str
    word: str
    name: bool


def content(text: str) -> list[Term]:
    """The terms of a text that are no function words, with their places."""
    return [span for span in spans(text) if span.term not in STOP_TERMS]


def is_name(text: str, span: Term) -> bool:
    """Whether a word is written with a capital that the beginning of the text does not explain."""
    word = text[span.start : span.end]
    return word[1:] != word[1:].lower() or (span.start > 0 and not word[0].islower())


def need_signs(question: str, history: Sequence[Turn], generic: frozenset[str]) -> list[float]:
    """The features NEED of a question."""
    said = content(question)
    own = {span.term for span in said}
    name = any(is_name(question, span) for span in said)
    last = {span.term for span in content(history[-1].text)}
    every = {span.term for turn in history for span in content(turn.text)}
    known, known_last = _share(own, every), _share(own, last)
    definite = bool(_DEFINITE.search(question))
    these = bool(_THESE.search(question))
    pronoun = _THIRDPERSON.search(question)
    third = pronoun is not None
    specific = own - generic
    defined = _introduced(question) - generic
    later = pronoun is not None and bool(_NEXT_CLAUSE.search(question[: pronoun.start()]))
    fresh = specific - every
    within = later and any(pronoun and span.end <= pronoun.start() and span.term in fresh for span in said)
    points = third or these
    signs = {
        "third person": third,
        "these": these,
        "definite": definite,
        "others": bool(_OTHERS.search(question)),
        "joined": bool(_JOINED.search(question)),
        "swaps": bool(SWAPS.search(question)),
        "no content": not own,
        "one content": len(own) == 1,
        "two content": len(own) == 2,
        "long": min(max(len(own) - 2, 0), 8) / 8,
        "name": name,
        "defines": bool(_DEFINES.search(question)) and not third,
        "known": known,
        "known last": known_last,
        "near": _nearest(own, last - own),
        "asks": bool(_ASKS.search(question)),
        "bare third": third and not name,
        "bare definite": definite and not name and not known,
        "fresh short": len(own) <= _FEW and not name and not known,
        "generic": _share(own, set(generic)),
        "specific": bool(specific),
        "specific fresh": bool(fresh),
        "all fresh": bool(specific) and not specific & every,
        "defines specific": bool(defined) and not third,
        "defines fresh": bool(defined) and not defined & every and not third,
        "within": within,
        "of": any(span.term in specific and _after_of(question, span) for span in said),
        "bare generic": not specific and not third,
        "names a thing": bool(defined) and defined == own and not own & every and not points,
        "unlike": bool(specific) and not own & every and not points,
    }
    return [float(signs[name]) for name in NEED]


def _share(part: set[str], whole: set[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


def _nearest(terms: set[str], others: set[str]) -> float:
    if not terms or not others:
        return 0.0
    return float(shipped().similarities(sorted(terms), sorted(others)).max(axis=1).astype(float).mean())


TERM = (
    "need",  # log odds that the question leans on its history
    "last own",  # the question before said it
    "last carried",  # the question before was read with it
    "second",  # the one before that holds it
    "earlier",  # 1 / how many questions ago it was last held
    "first",  # the first question holds it
    "often",  # share of the questions that hold it
    "fresh last",  # in the question before, for the first time
    "introduced",  # it was asked about: What is X?
    "introduced last",
    "name",
    "unusual",  # no word of the table
    "manner",  # ends as verbs and adverbs do
    "plural",
    "final",  # the last term of its question
    "opening",  # the first
    "few",  # 1 / terms of its question
    "after of",  # of X, in X, about X
    "nearest",  # how near it comes to one of the question's terms in meaning
    "middle",  # how near it comes to the other candidates
    "swaps",  # And X?
    "swaps near",  # … and it is what X stands for
    "swaps name",
    "short last",  # few words of content, and the question before said it
    "third last own",
    "third last carried",
    "third name",
    "third first",
    "plural plural",
    "person name",
    "definite nearest",
    "these last",
    "answer",  # the short answer to the question before
    "answer third",
    "near",  # above the place of the answer
    "near definite",
    "generic",  # any question may hold it
    "specific last own",
    "specific introduced",
    "third specific last",
    "third specific first",
    "dropped",  # another topic has taken its place
    "old name",  # a name, and not in the question before
    "only specific",  # the only term of its question that is not generic
)


def candidates(question: str, history: Sequence[Turn]) -> list[Candidate]:
    """What the history offers beyond what the question says, in order of its last mention, the latest last."""
    held = {span.term for span in spans(question)}
    found: dict[str, Candidate] = {}
    last = history[-1]
    texts = [*(turn.text for turn in history), *(text for text in (last.near, last.answer) if text)]
    for text in texts:
        for span in content(text):
            if span.term not in held:
                before = found.pop(span.term, None)
                name = is_name(text, span) or (before is not None and before.name)
                found[span.term] = Candidate(span.term, text[span.start : span.end], name)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Said:
    """What a history holds: the terms of each of its questions, in order and as a set, and what each introduced.

    `gone` are the terms whose place another topic has taken and that nobody named again.
    """

    turns: tuple[list[Term], ...]
    held: tuple[set[str], ...]
    introduced: tuple[set[str], ...]
    gone: frozenset[str]
    answer: frozenset[str]
    near: frozenset[str]


def _said(history: Sequence[Turn]) -> _Said:
    turns = tuple(content(turn.text) for turn in history)
    held = tuple({span.term for span in turn} for turn in turns)
    gone: frozenset[str] = frozenset()
    for turn, terms in zip(history, held, strict=True):
        gone = (gone | turn.dropped) - terms
    return _Said(
        turns,
        held,
        tuple(_introduced(turn.text) for turn in history),
        gone,
        frozenset(span.term for span in content(history[-1].answer)),
        frozenset(span.term for span in content(history[-1].near)),
    )


def term_signs(
    question: str, history: Sequence[Turn], offered: Sequence[Candidate], need: float, generic: frozenset[str]
) -> Array:
    """The features TERM of each candidate, shape (candidates, features)."""
    own = [span.term for span in content(question)]
    names = [candidate.term for candidate in offered]
    to_own = shipped().similarities(names, own).max(axis=1) if own else np.zeros(len(names))
    among = shipped().similarities(names, names).astype(float)
    middle = (among.sum(axis=1) - among.diagonal()) / max(len(names) - 1, 1)
    said = _said(history)
    rows = []
    for candidate, nearest, amid in zip(offered, to_own.tolist(), middle.tolist(), strict=True):
        signs = {"need": need, "nearest": nearest, "middle": amid, "generic": candidate.term in generic}
        signs |= _standing(candidate, history, said, generic) | _looks(candidate)
        signs |= _pointed_at(question, candidate, signs, len(own))
        rows.append([signs[name] for name in TERM])
    return np.array(rows, dtype=float).reshape(len(offered), len(TERM))


def _standing(candidate: Candidate, history: Sequence[Turn], said: _Said, generic: frozenset[str]) -> dict[str, float]:
    """Where a term stands in the history."""
    term, last = candidate.term, candidate.term in said.held[-1]
    places = [number for number, terms in enumerate(said.held) if term in terms]
    latest = said.turns[places[-1]] if places else []
    place = next((at for at, span in enumerate(latest) if span.term == term), 0)
    return {
        "last": last,
        "last own": last and term not in history[-1].carried,
        "last carried": term in history[-1].carried,
        "second": len(said.held) > 1 and term in said.held[-2],
        "earlier": 1 / (len(said.held) - places[-1]) if places else 0.0,
        "first": term in said.held[0],
        "often": len(places) / len(said.held),
        "fresh last": places == [len(said.held) - 1],
        "introduced": any(term in terms for terms in said.introduced),
        "introduced last": term in said.introduced[-1],
        "final": bool(latest) and place == len(latest) - 1,
        "opening": bool(latest) and place == 0,
        "few": 1 / len(latest) if latest else 0.0,
        "after of": bool(latest) and _after_of(history[places[-1]].text, latest[place]),
        "answer": term in said.answer,
        "near": term in said.near,
        "dropped": term in said.gone,
        "old name": candidate.name and not last and term not in said.answer,
        "only specific": bool(places) and said.held[places[-1]] - generic == {term},
    }


def _looks(candidate: Candidate) -> dict[str, float]:
    """What a word shows by itself."""
    return {
        "name": candidate.name,
        "unusual": shipped().rows([candidate.term])[0] == UNKNOWN,
        "manner": bool(_MANNER.search(candidate.word)),
        "plural": candidate.word.endswith("s") and not candidate.word.endswith("ss"),
    }


def _pointed_at(question: str, candidate: Candidate, signs: Mapping[str, float], terms: int) -> dict[str, float]:
    """The other signs of a term where the question points back in some way, 0 where it does not."""
    third, swaps = bool(_THIRDPERSON.search(question)), bool(SWAPS.search(question))
    definite, these = bool(_DEFINITE.search(question)), bool(_THESE.search(question))
    named = any(is_name(question, span) for span in content(question))
    specific = not signs["generic"]
    return {
        "swaps": swaps,
        "swaps near": swaps * signs["last"] * signs["nearest"],
        "swaps name": swaps and named and candidate.name and signs["last"],
        "short last": terms <= 1 and signs["last"],
        "third last own": third * signs["last own"],
        "third last carried": third * signs["last carried"],
        "third name": third * signs["name"],
        "third first": third * signs["first"],
        "plural plural": bool(_PLURAL.search(question)) * signs["plural"],
        "person name": bool(PERSON.search(question)) * signs["name"],
        "definite nearest": definite * signs["nearest"],
        "these last": these * signs["last"],
        "answer third": third * signs["answer"],
        "near definite": definite * signs["near"],
        "specific last own": specific * signs["last own"],
        "specific introduced": specific * signs["introduced"],
        "third specific last": third * specific * signs["last"],
        "third specific first": third * specific * signs["first"],
    }


def _introduced(text: str) -> set[str]:
    found = _DEFINES.search(text)
    return {span.term for span in content(found["what"])} if found else set()


def _after_of(text: str, span: Term) -> bool:
    return bool(
        re.search(r"\b(?:of|in|about|for|by|to|with|from|on)\s+(?:the |an? )?(?:[\w-]+ )?$", text[: span.start], re.I)
    )
