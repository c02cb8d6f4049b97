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
    "EXPLETIVE",
    "NEED",
    "PERSON",
    "SWAPS",
    "TERM",
    "Array",
    "Candidate",
    "Turn",
    "candidates",
    "content",
    "is_bound",
    "is_name",
    "need_signs",
    "term_signs",
]

Array = npt.NDArray[Any]

_THIRDPERSON = re.compile(r"\b(?:it|its|they|them|theirs?|he|him|his|she|hers?)\b", re.IGNORECASE)
PERSON = re.compile(r"\b(?:he|him|his|she|hers?)\b", re.IGNORECASE)
_CLAUSE = r"(?:that\b|to (?!the\b|an?\b|others?\b|[A-Z]))"
EXPLETIVE = re.compile(
    rf"\bit (?:(?:is|was|will be|would be) (?:\w+(?<!ed) )?)?{_CLAUSE}"
    rf"|\b(?:is|was|be) it (?:\w+(?<!ed) )?{_CLAUSE}"
    r"|\bit (?:mean|appear|seem|happen|matter|turn out)(?:s|ed)? that\b"
    r"|\bit (?:dawned on|occurred to)\b"
    r"|\bit (?:take|took|cost)s? (?:\w+ ){0,4}to\b"
)
"""It that stands for nothing said before: it was odd that, it took years to."""
_BOUND = re.compile(r"\b(?:(?P<who>he|she|his|her|(?<=\bon )him)|(?P<one>its)|(?P<many>their))\b", re.IGNORECASE)
_NOUN_PHRASE = re.compile(r"\b(?:the|an?|each|every)\s+(?:[\w-]+\s+){0,3}$", re.IGNORECASE)
_WITHIN_IT = re.compile(r"\s+(?:of|in|for|about|to|on|with|from|by|behind|and|or)\s+")
_INDEFINITE = re.compile(r"\b(?:a|an)\s+(?!lot|bit|few|little)\w", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:\w+[^aeiou\W]ier"
    r"|\w*(?:small|larg|bigg|fast|slow|few|long|short|old|new|young|high|low|cheap|great|strong|weak|safe|hard)e?r"
    r"|better|worse|more|less)\b(?!.*\bthan\b)",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"^\W*(?:and |but |so |or )?(?:(?:in|at|by|for|to|from|since|on|with|of|until|before|after) )?"
    r"(?:who|whom|whose|what|which|when|where|why|how|how long|how many|how much)"
    r"(?:\W*$|\s+(?:in|at|by|for|to|from|since|on|with|of|not|so|such|exactly)\b)",
    re.IGNORECASE,
)
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
_NEXT_CLAUSE = re.compile(
    r"(?:(?<=\w )(?:and|but|or|so|when|while|because|if|before|after|since|until)|[,;])\s+(?:\w+\s+){0,4}$",
    re.IGNORECASE,
)
SWAPS = re.compile(
    r"^\W*(?:and|or|but|(?:and |but |so )?(?:what|how) about)\s+(?:the |an? )?(?P<topic>[^?]+?)\W*$", re.I
)
_JOINED = re.compile(r"^\W*(?:and|but|or|so|ok|okay|oh)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"^\W*(?:and |but |so |or )?(?:(?:in|at|by|for|to|from|since|on|with|of|until|before|after) )?"
    r"(?:who|whom|whose|what|which|when|where|why|how)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"(?:\b(?:do|does|did|can|could|will|would|should|to)\s+(?:(?:the|an?)\s+)?(?:[\w-]+\s+)?|^\W*(?:who|what)\s+)$",
    re.IGNORECASE,
)
"""What stands before a verb: did it, to, who."""
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
    "bound",  # its noun stands before it in the same question: When did OCaml gain its effect system?
    "indefinite",  # a new thing: a joke
    "compares",  # smaller, and not than what
    "fragment",  # Why in such a rush?
    "only definite",  # "the" and a word, and nothing but generic terms beside: In which year is the paper?
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
    pronoun = _pronoun(question)
    third = pronoun is not None
    specific = {span.term for span in said if span.term not in generic or is_name(question, span)}
    defined = _introduced(question) & specific
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
        "generic": _share(own, own - specific),
        "specific": bool(specific),
        "specific fresh": bool(fresh),
        "all fresh": bool(specific) and not specific & every,
        "defines specific": bool(defined) and not third,
        "defines fresh": bool(defined) and not defined & every and not third,
        "within": within,
        "of": any(span.term in specific and _after_of(question, span) for span in said),
        "bare generic": not specific and not third,
        "names a thing": bool(defined) and defined == own and not own & every and not points,
        "bound": is_bound(question, history),
        "indefinite": bool(_INDEFINITE.search(question)),
        "compares": bool(_COMPARES.search(question)),
        "fragment": bool(_FRAGMENT.search(question)),
        "only definite": definite and not name and len(own) <= 2 and len(specific) <= 1,
        "unlike": bool(specific) and not own & every and not points,
    }
    return [float(signs[name]) for name in NEED]


def _pronoun(question: str) -> re.Match[str] | None:
    """The first pronoun that may stand for something said before."""
    empty = EXPLETIVE.search(question)
    outside = (
        found for found in _THIRDPERSON.finditer(question) if not empty or found.start() not in range(*empty.span())
    )
    return next(outside, None)


def is_bound(question: str, history: Sequence[Turn]) -> bool:
    """Whether a pronoun has its noun, new and agreeing, before it in the same question: When did OCaml gain its …"""
    known = {span.term for turn in history for span in content(turn.text)}
    return any(
        _agrees(question, span, pronoun) and not _WITHIN_IT.fullmatch(question, span.end, pronoun.start())
        for pronoun in _BOUND.finditer(question)
        for span in content(question[: pronoun.start()])
        if pronoun["who"] or span.term not in known
    )


def _agrees(question: str, noun: Term, pronoun: re.Match[str]) -> bool:
    """Whether a word may be the noun of a pronoun: a name, or headed by an article, and of its number."""
    named = is_name(question, noun)
    if pronoun["who"]:
        return named
    headed = named or bool(_NOUN_PHRASE.search(question[: noun.start]))
    return headed and _is_plural(question[noun.start : noun.end]) == bool(pronoun["many"])


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith("ss")


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
    "focus",  # the latest question that leant on none before it said it
    "focus third",
    "focus introduced",
    "before focus",  # it was last said before that question
    "before focus third",
    "bare last",  # Why?
    "verb",  # it stands where verbs do
    "verb third",
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
    focus: int
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
        max((at for at, turn in enumerate(history) if not turn.carried), default=0),
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
        signs = {
            "need": need,
            "nearest": nearest,
            "middle": amid,
            "generic": candidate.term in generic and not candidate.name,
        }
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
        "focus": term in said.held[said.focus],
        "focus introduced": term in said.introduced[said.focus],
        "before focus": bool(places) and places[-1] < said.focus,
        "verb": bool(latest) and candidate.word.islower() and _is_verb(history[places[-1]].text, latest[place]),
        "only specific": bool(places) and said.held[places[-1]] - generic == {term},
    }


def _is_verb(text: str, span: Term) -> bool:
    return bool(_VERB.search(text[: span.start]))


def _looks(candidate: Candidate) -> dict[str, float]:
    """What a word shows by itself."""
    return {
        "name": candidate.name,
        "unusual": shipped().rows([candidate.term])[0] == UNKNOWN,
        "manner": bool(_MANNER.search(candidate.word)),
        "plural": _is_plural(candidate.word),
    }


def _pointed_at(question: str, candidate: Candidate, signs: Mapping[str, float], terms: int) -> dict[str, float]:
    """The other signs of a term where the question points back in some way, 0 where it does not."""
    third, swaps = _pronoun(question) is not None, bool(SWAPS.search(question))
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
        "focus third": third * signs["focus"],
        "before focus third": third * signs["before focus"],
        "bare last": terms == 0 and signs["last"],
        "verb third": third * signs["verb"],
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
