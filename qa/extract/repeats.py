"""Sentences that only repeat another, as those of many versions of one manual do: which may stand for which.

To leave a sentence out because another says the same is safe only when nothing is lost, so likeness of wording is not
enough: "enabled" and "disabled" are one word apart. A repeat has the other's content words in the same order; the
longer of the two may add a few, but no number, no name, and nothing that limits or denies. In letters beyond those of
English any word may deny.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.text import STOP_TERMS, term_of, words

__all__ = ["Wording", "of_a_size", "repeats", "wording"]

Wording = tuple[tuple[str, str], ...]
"""The content words of a sentence in order, each as its term and as it stands."""

_LIMITING_WORDS = """
    not no nor never none neither without t cannot only just except unless until but if before after less more
    most few rather hardly barely almost other than
    nicht kein keine nie ohne nur ne pas jamais sans sin nunca non mai senza niet geen inte ikke nao sem
"""
_LIMITS = frozenset(map(term_of, _LIMITING_WORDS.split()))
_UNCOMPARED = STOP_TERMS - _LIMITS
_LEAST_WORDS = 4
"""Of all kinds, from which a sentence says what it says by itself: "Default: 80" depends on what stands above it."""
_MOST_ADDED = 1 / 3
"""Content words that the longer may add, of those of the shorter."""


def wording(sentence: str) -> Wording:
    """What a sentence is compared by; empty for one that is too short to be a repeat.

    >>> wording("The default ports are not 8080.")
    (('default', 'default'), ('port', 'ports'), ('not', 'not'), ('8080', '8080'))
    """
    found = words(sentence)
    if len(found) < _LEAST_WORDS:
        return ()
    return tuple([(term, word) for word in found if (term := term_of(word)) not in _UNCOMPARED])


def of_a_size(one: str, other: str) -> bool:
    """Whether two sentences may be repeats by their length: to tell takes no time, and most are not.

    >>> of_a_size("The default port is 8080.", "It is."), of_a_size("The default port is 8080.", "The port is 8080.")
    (False, True)
    """
    return len(one) <= 2 * len(other) and len(other) <= 2 * len(one)


def repeats(one: Wording, other: Wording) -> bool:
    """Whether two sentences say the same.

    >>> first = wording("The default port is 8080.")
    >>> repeats(first, wording("In this release, the default port was 8080.")), repeats(first, wording("port 8080"))
    (True, False)
    >>> repeats(first, wording("The default port is not 8080.")), repeats(first, wording("The port 8080 is default."))
    (False, False)
    """
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    if not shorter or len(longer) - len(shorter) > _MOST_ADDED * len(shorter):
        return False
    added = _added(shorter, longer)
    return added is not None and all(_adds_nothing(term, word) for term, word in added)


def _added(shorter: Wording, longer: Wording) -> Sequence[tuple[str, str]] | None:
    """The words that the longer has beside those of the shorter, which it has in the same order; None if it has not."""
    added, at = [], 0
    for term, word in longer:
        if at < len(shorter) and shorter[at][0] == term:
            at += 1
        else:
            added.append((term, word))
    return added if at == len(shorter) else None


def _adds_nothing(term: str, word: str) -> bool:
    return term not in _LIMITS and word.isascii() and word.isalpha() and word.islower()
