"""What kind of answer a question wants, and what a sentence has to offer.

Both are evidence and never a filter: "who" is answered by a company as often as by a person, and a date can be written
in ways that no pattern knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from qa.text import STOP_TERMS, Term, content_terms, spans
from qa.vectors import rows_of, shipped

__all__ = ["AnswerType", "answer_spans", "counted", "counts", "expected", "offers"]

AnswerType = Literal["person", "date", "place", "number", "reason", "definition", "manner", "list", "other"]

_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    "|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_YEAR = r"(?:1[0-9]\d\d|20\d\d)"
_NUMBER_WORD = """two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen
    |seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|dozens?|hundreds?|thousands?
    |millions?|billions?|half"""
_NAME_WORD = r"[A-Z\u00c0-\u00de][\w’'&.-]*[\w]|[A-Z]\."
_NAME = rf"(?:{_NAME_WORD})(?:\s+(?:(?:of|de|van|von|der|la|the|and|&)\s+)?(?:{_NAME_WORD}))*"


def _compiled(pattern: str, *, any_case: bool = True) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE | (re.IGNORECASE if any_case else 0))


_OFFERS: dict[AnswerType, re.Pattern[str]] = {
    "date": _compiled(
        rf"""(?:(?:early|mid|late)[- ])?
             (?: (?:\d{{1,2}}(?:st|nd|rd|th)?\s+)? {_MONTH}\.? (?:\s+\d{{1,2}}(?:st|nd|rd|th)?)? (?:,?\s+{_YEAR})?\b
                 (?<!\bMay)(?<!\bMarch)
               | \b{_YEAR}s?\b )
           | \b\d{{1,2}}(?:st|nd|rd|th)\s+centur(?:y|ies)\b""",
        any_case=False,
    ),
    "number": _compiled(
        rf"""(?:[$€£¥]\s?)? \b\d[\d,]*(?:\.\d+)?\w* (?:\s?%|\s[a-z]+)?
           | \b(?:{_NUMBER_WORD})\b (?:\s(?:of\s)?[a-z]+)?"""
    ),
    "person": re.compile(_NAME),
    "place": re.compile(rf"(?<=\b(?:in|at)\s)(?:the\s)?{_NAME}|(?<=\b(?:from|near|over)\s)(?:the\s)?{_NAME}"),
    "reason": _compiled(
        r"""\b(?:because|since|so|so\sthat|due\sto|reasons?|in\sorder\sto|as\sa\sresult|therefore|hence
               |caus(?:e|es|ed)|led\sto|thanks\sto|owing\sto)\b"""
    ),
    "manner": _compiled(r"\b(?:by\s\w+ing|using|via|through|by\smeans\sof|with\sthe\shelp\sof)\b"),
}
"""What an answer of each kind looks like in a sentence."""

_IS_A = _compiled(
    r"""["'”’)]*(?:\s\([^)]*\))?
        (?:\s(?:(?:is|was|were)\s(?:an?|the|one|any|short|where|when|what)|are|means?|refers?\sto|stands?\sfor)\b|,\san?\b)"""
)
_APPOSED = _compiled(
    r"""["'”’)]*(?:\s\([^)]{0,100}\))?\s?(?:,|--+|[–—]|\s-|\()\s?
        (?:an?|the|which\s(?:is|are|was|were)\s(?:an?|the)|i\.e\.,?|that\sis,?)\s
      | ["”]\s?(?:--+|[–—]|-|:)\s[a-z]"""
)
"""What follows a name that is explained in passing: "Irmin, a database", "“unikernels” -- small kernels"."""
_OWNER = _compiled(r"(?:['’]s|s['’])\s")
_WHICH = r"\b(?:which|what)\s(?:\w+\s)?"
_ASKS: tuple[tuple[re.Pattern[str], AnswerType], ...] = (
    (
        _compiled(
            rf"""\b(?:who|whom|whose)\b
               | {_WHICH}(?:person|people|man|woman|researchers?|authors?|professor|scientists?|founders?)\b"""
        ),
        "person",
    ),
    (
        _compiled(
            r"\bwhen\b|\b(?:what|which)\s(?:year|date|day|month|decade|century)\b|\bhow\slong\sago\b|\bsince\swhat\b"
        ),
        "date",
    ),
    (
        _compiled(rf"\bwhere\b|{_WHICH}(?:place|country|city|town|state|location|county|region|continent)\b"),
        "place",
    ),
    (
        _compiled(
            r"""\bhow\s(?:many|much|long|far|old|often|large|big|tall|high|deep|wide|fast|heavy|late|early)\b
              | \b(?:what|which)\s(?:percentage|percent|number|amount|proportion|size|pages?|population)\b"""
        ),
        "number",
    ),
    (
        _compiled(
            r"""\bwhy\b|\bhow\scome\b|\bfor\swhat\s(?:reason|purpose)\b|\bwhat\s(?:caused|led|made|prompted)\b
              | \bwhat\s(?:is|was|were|are)\sthe\s(?:\w+\s)?(?:reason|cause|purpose|motivation)s?\b"""
        ),
        "reason",
    ),
    (
        _compiled(
            r"""^\W*(?:what|who)(?:['’]?s|\sis|\sare|\swas|\swere)(?:\san?|\sthe)?
                (?:\s(?!(?:the|of|in|for|at|by|to|from|made|called|used|known|about)\b)[\w’'.+/-]+){1,4}\W*$
              | ^\W*what\s(?:sort|kind|type)\sof\s\w+\s(?:is|are|was|were)\b
              | \bdefine\b|\bmeaning\sof\b|\bwhat\s(?:does|do)\s.{1,80}\s(?:mean|stand\sfor)\b"""
        ),
        "definition",
    ),
    (_compiled(rf"\blist\b|\bname\s(?:the|all|some)\b|{_WHICH}(?:are|were)\b"), "list"),
    (_compiled(r"\bhow\b"), "manner"),
)
"""How each kind of answer is asked for; the first that fits decides, but for a definition, which decides over all."""

_COUNTED = _compiled(
    r"""\bhow\s(?:many|much)\s+((?:[\w'’-]+\s+){1,3}?)
        (?:is|are|was|were|did|does|do|has|have|had|can|could|would|will|should|may|might|in|on|of|to|for|at|by|with
          |from|\w+ed)\b"""
)
_COUNT = _compiled(rf"\b(?:\d[\d,.]*|one|{_NUMBER_WORD})\b")
_UNLIKE = 0.4
"""Cosine up to which what is counted is something else."""
_COUNT_REACH = 3
"""Words after a number among which stands what it counts: "three large French ships"."""

_LONGEST_QUESTION = 400
"""Characters at the end of a question in which it says what it wants; before them stands what it is about."""


def expected(question: str) -> AnswerType:
    """The kind of answer a question wants.

    >>> expected("Who acquired it?"), expected("In which year was that?"), expected("What is a unikernel?")
    ('person', 'date', 'definition')
    """
    question = question[-_LONGEST_QUESTION:]
    found = [kind for pattern, kind in _ASKS if pattern.search(question)]
    if "definition" in found and not re.match(r"\W*who", question, re.I):
        return "definition"
    return found[0] if found else "other"


def counted(question: str) -> str | None:
    """The term of what a question wants counted, None for another question.

    >>> counted("How many large ships were built?"), counted("Who built ships?")
    ('ship', None)
    """
    found = _COUNTED.search(question[-_LONGEST_QUESTION:])
    told = [term.term for term in spans(found[1]) if term.term not in STOP_TERMS] if found else []
    return told[-1] if told else None


def counts(text: str, term: str) -> float:
    """How near a word that follows a number in a text comes to a term, from 0 to 1.

    >>> counts("They built three large ships.", "ship"), counts("The ships left in 1840.", "ship")
    (1.0, 0.0)
    """
    following = {
        near.term
        for match in _COUNT.finditer(text)
        for near in spans(text[match.end() : match.end() + 60])[:_COUNT_REACH]
    }
    if term in following:
        return 1.0
    cosines = shipped().cosines(rows_of([term]), rows_of(sorted(following)))
    return float(max((cosines.max(initial=0.0) - _UNLIKE) / (1 - _UNLIKE), 0.0))


def answer_spans(text: str, wanted: AnswerType, question: str, around: str = "") -> list[tuple[int, int]]:
    """Ranges of a text that could be the short answer: of the wanted kind, and not only words of the question.

    `around` is what the text is taken from, where a word that opens the text may be seen to be a name.

    >>> text = "Docker bought the company in January 2016."
    >>> [text[start:end] for start, end in answer_spans(text, "date", "When was the company bought?")]
    ['January 2016']
    """
    pattern = _OFFERS.get(wanted)
    if pattern is None or wanted in ("reason", "manner"):
        return []
    asked = set(content_terms(question))
    ranges = [match.span() for match in pattern.finditer(text)]
    if wanted == "person":
        ranges = [span for span in ranges if not _only_opens(text, *span, around)]
    return [span for span in ranges if not {term.term for term in spans(text[slice(*span)])} <= asked | STOP_TERMS]


def _only_opens(text: str, start: int, end: int, around: str) -> bool:
    """Whether a word may have its capital letter only because it opens the text: it has none elsewhere but there."""
    word = text[start:end]
    opens = start == 0 and " " not in word and word[1:].islower()
    return opens and not re.search(rf"[\w,;]\s{re.escape(word)}\b", around)


def offers(text: str, wanted: AnswerType, question: str, around: str = "") -> bool:
    """Whether a sentence has something of the wanted kind to offer that the question did not say.

    `around` is what the sentence is taken from.

    >>> offers("A kernel is a program.", "definition", "What is a kernel?")
    True
    >>> offers("A kernel is a program.", "definition", "What are a kernel's advantages?")
    False
    >>> offers("Newton's method is a way to find roots.", "definition", "What is Newton's method?")
    True
    """
    if wanted == "definition":
        return _defines(text, question)
    if wanted in ("reason", "manner"):
        return bool(_OFFERS[wanted].search(text))
    if wanted == "list":
        return text.count(",") >= 2 or text.rstrip().endswith(":")
    return bool(answer_spans(text, wanted, question, around))


def _defines(text: str, question: str) -> bool:
    """Whether a sentence says what the question's subject is: it opens "X is a", or explains it in passing.

    Of what is somebody's it is the thing that must be named: "a kernel is a …" says nothing of the kernel's advantages.
    """
    subject = content_terms(question)
    found = spans(text)
    owners = [*_OWNER.finditer(question)]
    named = set(content_terms(question[owners[-1].end() :]) if owners else subject).intersection(subject) or subject
    opening = (term for term in found[: len(subject) + 3] if term.term in named)
    return any(_IS_A.match(text, term.end) for term in opening) or _explains(text, found, subject)


def _explains(text: str, found: Sequence[Term], subject: Sequence[str]) -> bool:
    """Whether what follows the whole subject somewhere in a text explains it; `found` are the terms of the text."""
    last = [at for at, term in enumerate(found) if subject and term.term == subject[-1] and at + 1 >= len(subject)]
    whole = (at for at in last if [term.term for term in found[at + 1 - len(subject) : at + 1]] == subject)
    return any(_APPOSED.match(text, found[at].end) for at in whole)
