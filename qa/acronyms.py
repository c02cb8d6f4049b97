"""Where a text says what an acronym stands for: "library operating system (libOS)", "libOS (library operating system)".

The algorithm of Schwartz and Hearst (2003), "A simple algorithm for identifying abbreviation definitions in biomedical
text": each letter of the short form, from the last to the first, stands in the long form in that order, and the first
one begins a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.languages import ENGLISH
from qa.text import stop_terms, term_of, words

__all__ = ["Definition", "definitions"]

Definition = tuple[tuple[str, ...], tuple[str, ...]]
"""The words of the short form and those of the long one, function words left out."""

_BRACKETED = re.compile(r"\((?<=\s.)([^()\n]{2,200})\)")  # begins with a character: that is found fast
_CAPITALS = re.compile(r"[A-Z][^A-Z]*[A-Z]")
_AROUND = 12
"""Characters on either side of an opening bracket in which a short form's capitals stand; most have none."""
_SHORT = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[^\W_][\w./&+-]{1,9}")
"""Two to ten characters with two capitals: one of them, or none, is how names and remarks in brackets are written."""
_LONGEST_SHORT = 10
_LONGEST_BEFORE = 200
_PLURAL = re.compile(r"(?<=[A-Z])s$")


def definitions(sentence: str, language: str = ENGLISH) -> Iterator[Definition]:
    """What a sentence defines, in its order; a plural gives its singular, too.

    >>> list(definitions("A library operating system (libOS) runs on virtual machines (VMs)."))
    [(('libOS',), ('library', 'operating', 'system')), (('VMs',), ('virtual', 'machines')), \
(('VM',), ('virtual', 'machines'))]
    """
    for match in _BRACKETED.finditer(sentence):
        bracket = match.start()
        if not _CAPITALS.search(sentence, max(bracket - _AROUND, 0), bracket + _AROUND):
            continue
        before = sentence[max(bracket - _LONGEST_BEFORE, 0) : bracket]
        short, long = _pair(before, re.split(r"[;,]", match[1])[0].strip(), match[1])
        if long:
            for form in dict.fromkeys((short, _PLURAL.sub("", short))):
                yield from _matched(form, long, language)


def _pair(before: str, first: str, bracketed: str) -> tuple[str, str | None]:
    """The short form and the long form, None where nothing is defined, for some brackets and what stands before."""
    if _SHORT.fullmatch(first):
        return first, _long_form(first, _nearest_words(before, first))
    for word in before.rstrip()[-_LONGEST_SHORT:].split()[-1:]:
        if _SHORT.fullmatch(word):
            long = _long_form(word, bracketed)
            return word, long if long and bracketed.startswith(long) else None
    return first, None


def _nearest_words(before: str, short: str) -> str:
    """As many words as a long form may have: five more than the short form has letters, or twice as many."""
    return " ".join(before.split()[-min(len(short) + 5, 2 * len(short)) :])


def _long_form(short: str, text: str) -> str | None:
    """The shortest end of a text that holds the letters of the short form in order, the first at a word's beginning."""
    letters = [char for char in short.lower() if char.isalnum()]
    lowered = text.lower()
    at = len(text) if len(lowered) == len(text) else 0
    for number, letter in reversed(list(enumerate(letters))):
        at = lowered.rfind(letter, 0, at)
        while at > 0 and number == 0 and lowered[at - 1].isalnum():
            at = lowered.rfind(letter, 0, at)
        if at < 0:
            return None
    return text[at:]


def _matched(short: str, long: str, language: str) -> Iterator[Definition]:
    """The definition in words, unless a form is nothing but function words ("IT") or part of the other."""
    stops = stop_terms(language)
    one, other = (
        [(word, term) for word in words(form) if (term := term_of(word, language)) not in stops]
        for form in (short, long)
    )
    if one and other and not {term for _, term in one} <= {term for _, term in other}:
        yield tuple(word for word, _ in one), tuple(word for word, _ in other)
