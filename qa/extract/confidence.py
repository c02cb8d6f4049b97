"""What confidence is judged by: how good the best sentence is, how far ahead, and what of the question it lacks.

A sentence that is found although nothing answers is about the same things and says something else. What tells that is
not how much of the question is found but what is not: a name, the heaviest word, a "not", the kind of answer.
"""

from __future__ import annotations

import re

import numpy as np

from qa.extract.features import FEATURES, Rows
from qa.extract.span import readiness
from qa.index.segment import Array
from qa.languages import ENGLISH
from qa.query import Query
from qa.retrieve import Candidates
from qa.text import spans

__all__ = ["CONFIDENCE_FEATURES", "RIVALS", "chances", "confidence_signs"]

CONFIDENCE_FEATURES = (
    "score",  # of the best sentence
    "per term",  # … by the root of how many terms the question has
    "lead",  # … over the third best sentence of the other passages
    "spread",  # entropy, in nats, of the best sentences' chances: how many could be meant
    "fused",  # score of its passage …
    "bm25",  # … and its signals
    "tfidf",
    "meaning",  # how far its passage is behind the best in what it means …
    "covered",  # … and in what it covers; both are in "fused", too, and take back some of what that says
    "terms",  # of the question, in tens, up to 20 of them
    "rarest",  # idf of its rarest term
    "unknown",  # share of its idf in terms that no passage holds
    "missing",  # terms that neither stand in the sentence nor around it, nor have a word near them there
    "heaviest",  # weight of the heaviest of its terms that is not accounted for
    "absent",  # importance of the terms that the whole passage lacks
    "names",  # of the question that the passage lacks
    "denied",  # the question asks for what is not so, and the sentence says nothing of the kind
    "ready",  # how readily the sentence gives a short answer
    "above",  # features of the sentence
    "pairs",
    "counts",
    "mistype",
)

RIVALS = 12
"""Sentences whose scores say how many could be meant."""
_FOUND = 0.3
"""How far a term is accounted for that is not missing."""
_NO_RIVAL = 6.0
"""The lead over sentences that are not there."""
_MOST_TERMS = 20
"""A longer question is seldom met where confidence is learned, and is no surer for its length."""
_NOT = r"""\b(?:not|never|no(?!\.?\s*\d)|none|nobody|nothing|neither|nor|without|except|cannot|unable|rarely|hardly
             |seldom|least|fewest|(?:less|fewer)\sthan)\b | n['’]t\b"""
_ASKS_WHAT_IS_NOT = re.compile(_NOT, re.IGNORECASE | re.VERBOSE)
_SAYS_WHAT_IS_NOT = re.compile(
    rf"""{_NOT} | \b(?:unless|instead|(?:other|rather)\sthan|den(?:y|ie[ds]|ial)
           |(?:avoid|exclu|exempt|fail|forb[ai]d|lack|omit|prevent|prohibit|refus|reject)\w*)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def chances(scores: Array, order: Array) -> Array:
    """The chance of each of the first RIVALS in order to be the one that answers, if one does: they sum to 1.

    >>> chances(np.array([0.0, 0.0, -50.0]), np.array([0, 1, 2])).round(3).tolist()
    [0.5, 0.5, 0.0]
    """
    first = scores[order[:RIVALS]]
    odds = np.exp(first - first[0])
    shares: Array = odds / odds.sum()
    return shares


def confidence_signs(asked: Query, seen: Rows, scores: Array, order: Array, found: Candidates) -> Array:
    """What confidence is judged by, in the order of CONFIDENCE_FEATURES; something was found, so there are terms."""
    best = int(order[0])
    place = int(np.flatnonzero(found.passages == seen.passages[best])[0])
    likely = chances(scores, order)
    own = dict(zip(FEATURES, seen.values[best].tolist(), strict=True))
    signs = {
        "score": scores[best],
        "per term": scores[best] / np.sqrt(len(asked.terms)),
        "lead": _lead(seen, scores, order),
        "spread": -(likely * np.log(likely + 1e-9)).sum(),
        "fused": found.scores[place],
        "bm25": found.signal("bm25")[place],
        "tfidf": found.signal("tfidf")[place],
        **{name: found.signal(name).max() - found.signal(name)[place] for name in ("meaning", "covered")},
        "denied": _asks_what_is_not(asked) and not _SAYS_WHAT_IS_NOT.search(seen.texts[best]),
        "ready": _ready(asked, seen.texts[best]),
        **_lacking(asked, found, int(seen.sentences[best]), place),
        **{name: own[name] for name in ("above", "pairs", "counts", "mistype")},
    }
    return np.array([signs[name] for name in CONFIDENCE_FEATURES], dtype=np.float64)


def _ready(asked: Query, sentence: str) -> float:
    """How readily a sentence gives a short answer to an English question, 0 for another."""
    if asked.language != ENGLISH:
        return 0.0
    return readiness(sentence, asked.text, asked.rarities)


def _lead(seen: Rows, scores: Array, order: Array) -> float:
    """How far the best sentence is ahead of the third best of other passages."""
    others = scores[order[seen.passages[order] != seen.passages[order[0]]]]
    return float(scores[order[0]] - others[2]) if len(others) > 2 else _NO_RIVAL


def _lacking(asked: Query, found: Candidates, sentence: int, place: int) -> dict[str, float]:
    """What of the question neither a sentence nor its passage, by its place among the candidates, accounts for."""
    evidence = found.evidence
    accounted = np.maximum(evidence.credited, evidence.soft)
    here = accounted[np.flatnonzero(evidence.sentences == sentence)[0]]
    whole = accounted[evidence.owners == place].max(axis=0)
    return {
        "terms": min(len(asked.terms), _MOST_TERMS) / 10,
        "rarest": float(asked.idfs.max()),
        "unknown": float(asked.idfs[asked.frequencies == 0].sum() / max(float(asked.idfs.sum()), 1e-9)),
        "missing": float((here < _FOUND).sum()),
        "heaviest": float(((1 - here) * asked.weights).max()),
        "absent": float(((1 - whole) * asked.importance).sum()),
        "names": float((1 - whole)[_is_name(asked)].sum()),
    }


def _asks_what_is_not(asked: Query) -> bool:
    """Whether an English question asks for what is not so."""
    return asked.language == ENGLISH and bool(_ASKS_WHAT_IS_NOT.search(asked.text))


def _is_name(asked: Query) -> Array:
    """Which terms of an English question have a capital letter that is not that of its first word, shape (terms,)."""
    if asked.language != ENGLISH:
        return np.zeros(len(asked.terms), dtype=bool)
    said = spans(asked.text, asked.language)[1:]
    names = {span.term for span in said if asked.text[span.start].isupper()}
    return np.array([term in names for term in asked.terms], dtype=bool)
