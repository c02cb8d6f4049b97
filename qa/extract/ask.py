"""Question -> what it asks for, as far as that bears on the short answer: question word, noun, neighbours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from qa.extract.tokens import ARTICLES, FUNCTION, PREPOSITIONS, VERBS, Token, tokens_of, word_set
from qa.index.segment import Array
from qa.text import terms
from qa.vectors import rows_of, shipped

__all__ = ["LIKE", "Ask", "ask"]

_WH = re.compile(r"who|whom|whose|when|where|why|how|which|what|whats")
_MEASURES = word_set("""long far old often large big tall high deep wide fast heavy late early few small close""")
_SORTS = word_set("type types kind kinds sort sorts name names form amount part one term title word")
_DEEDS = word_set(
    """began bought broke brought built came drew fell felt flew forms found fought gave gives got grew held hit
    joined keeps kept knew lay leads led left lies lived lost made makes meant met oversaw owns paid plays put
    ran rose runs said sang sat saw says sent shot sold spent spoke stood takes taught thinks told took uses
    went won wore wrote"""
)
"""Verbs that no ending tells, where a noun ends."""
_LONGEST_NOUN = 4
_LEAST_LIKE = 0.25
_LONGEST_QUESTION = 600
"""Characters at its end that are looked at."""

LIKE = {
    "person": "person man woman leader author scientist actor president singer king",
    "place": "country city town state region river location area island continent",
    "time": "year date month day century decade time period era season",
    "number": "number percentage amount population size distance price temperature speed cost",
    "group": "company organization group team agency party university government band church",
    "work": "song book film album magazine newspaper title show novel play",
    "thing": "animal food material substance chemical plant device metal building machine",
    "idea": "theory process method effect reason problem idea law concept system",
}
"""Kinds of thing that a question may name, each by words; how near its noun comes to them speaks for kinds of span."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a question asks for.

    `wanted` is its question word, with "X" when it names what it wants, `shape` whether what is wanted does or suffers
    what the question tells; `focus` the terms of the noun that is wanted, its head last; `likes` how near that comes to
    each of LIKE; `shares` the share of each content term in the question's weight. `hook`, `lead` and `last` are the
    content terms after and before the place of what is wanted, and at the end; `echo` the preposition before the
    question word or at the end; "" for none.
    """

    wanted: str
    shape: str
    focus: tuple[str, ...]
    likes: tuple[tuple[str, float], ...]
    shares: Mapping[str, float]
    hook: str
    lead: str
    last: str
    echo: str


def ask(question: str, weights: Mapping[str, float]) -> Ask:
    """What a question asks for; `weights` are those of its content terms.

    >>> found = ask("Which company acquired Unikernel Systems?", {"compani": 1.0, "acquir": 1.0})
    >>> found.wanted, found.shape, found.focus, found.hook
    ('which X', 'does', ('compani',), 'acquir')
    """
    words = [token for token in tokens_of(question[-_LONGEST_QUESTION:]) if token.text[0].isalnum()]
    total = sum(weights.values()) or 1.0
    shares = {term: weight / total for term, weight in weights.items()}
    content = [token.term for token in words if token.term in shares]
    last = content[-1] if content else ""
    at = next((number for number, token in enumerate(words) if _WH.fullmatch(token.low)), None)
    if at is None:
        return Ask("none", "", (), (), shares, "", last, last, "")
    wanted, focus, rest = _wanted(words, at)
    following = next((token.low for token in words[rest:] if token.low not in ARTICLES), "")
    shape = "suffers" if not following or following in VERBS else "does"
    if not focus and wanted == "what":
        focus = _named(words, rest)
    beside = [token.low for token in (*words[max(at - 1, 0) : at], words[-1])]
    echo = next((word for word in beside if word in PREPOSITIONS), "")
    after = (token.term for token in words[rest:] if token.term in shares and token.term not in focus)
    before = [token.term for token in words[:at] if token.term in shares]
    return Ask(
        wanted, shape, focus, _likes(focus[-2:]), shares, next(after, ""), before[-1] if before else "", last, echo
    )


def _wanted(words: Sequence[Token], at: int) -> tuple[str, tuple[str, ...], int]:
    """The question word with what it counts or names, the noun after it, and where the rest begins."""
    word = {"whats": "what", "whom": "who"}.get(words[at].low, words[at].low)
    rest = at + 1
    after = words[rest].low if rest < len(words) else ""
    if word == "how" and after in ("many", "much"):
        return "how many", *_noun(words, rest + 1)
    if word == "how" and after in _MEASURES:
        return "how long", (), rest + 1
    if word not in ("what", "which", "whose"):
        return word, (), rest
    focus, rest = _noun(words, rest)
    return f"{word} X" if focus else word, focus, rest


def _noun(words: Sequence[Token], start: int) -> tuple[tuple[str, ...], int]:
    """The words up to the next function word as terms, "type of" and the like left out, and where the rest begins."""
    at = start
    while at < len(words) and at - start < _LONGEST_NOUN and words[at].low not in FUNCTION:
        if at > start and (words[at].low in _DEEDS or words[at].low.endswith("ed")):
            break
        at += 1
        if at < len(words) and words[at].low == "of" and words[at - 1].low in _SORTS:
            start = at = at + 1
    return tuple(token.term for token in words[start:at]), at


def _named(words: Sequence[Token], at: int) -> tuple[str, ...]:
    """The noun of "what is the …" when something follows it."""
    if at >= len(words) or words[at].low not in ("is", "are", "was", "were", "'s", "’s"):
        return ()
    at += 1
    at += at < len(words) and words[at].low in ARTICLES
    focus, rest = _noun(words, at)
    return focus if rest < len(words) else ()


@lru_cache(10_000)
def _likes(focus: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """How near the last of some terms comes to each kind of thing."""
    if not focus:
        return ()
    own = rows_of(focus[-1:])
    near = {kind: shipped().cosines(own, rows)[0] for kind, rows in _like_rows().items()}
    best = {kind: float(np.sort(cosines)[-3:].mean()) for kind, cosines in near.items()}
    return tuple((kind, value) for kind, value in best.items() if value > _LEAST_LIKE)


@cache
def _like_rows() -> dict[str, Array]:
    return {kind: rows_of(terms(words)) for kind, words in LIKE.items()}
