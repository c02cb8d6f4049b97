"""Short answers -> which of them say the same, so that a conflict between passages is shown and not decided.

Dates, amounts and names are compared as what they mean, as far as a few rules can tell; what cannot be compared is left
out. It is told what the passages say, never which of them is right.

    >>> agreement(["January 2016", "2015", "2016", None, "4 GB"])
    (Said(text='January 2016', quotes=(0, 2)), Said(text='2015', quotes=(1,)))
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["Amount", "Date", "Meaning", "Name", "Phrase", "Said", "agreement", "alike", "comparable", "meaning"]


@dataclass(frozen=True, slots=True)
class Said:
    """What some quotes say alike, as the first of them puts it, and their places among the quotes, from 0."""

    text: str
    quotes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as it is said: the first and last year that it may be in, month, day."""

    years: tuple[int, int] | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of something; of nothing is ""."""

    value: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a name, without titles and articles."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of anything else."""

    words: tuple[str, ...]


Meaning = Date | Amount | Name | Phrase

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[0-9]{3}|20[0-9]{2})"
_IN = "(?:in |on |since |by |around |circa )?"
_PART = "(?:in |since |by |around |circa |early |mid-?|late |the )*"
_DATES = (
    rf"{_IN}(?:{_DAY} (?:of )?)?{_MONTH}(?:,? {_YEAR})?",
    rf"{_IN}{_MONTH} {_DAY}(?:,? {_YEAR})?",
    rf"{_YEAR}-(?P<number>[01][0-9])(?:-(?P<day>[0-3][0-9]))?",
    rf"{_PART}{_YEAR}(?P<decade>s)?",
    rf"{_PART}(?P<century>[12]?[0-9])(?:st|nd|rd|th) century",
)
_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve"
    " thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_NUMBERS = {word: value for value, word in enumerate(_ONES.split())}
_NUMBERS |= {word: 10 * tens for tens, word in enumerate(_TENS.split(), 2)}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT_SCALES = {"k": 10**3, "bn": 10**9}
_UNITS = {
    short: unit
    for unit, shorts in {
        "percent": "%",
        "dollar": "$ usd",
        "euro": "€ eur",
        "pound": "£ gbp",
        "yen": "¥ jpy",
        "kilobyte": "kb",
        "megabyte": "mb",
        "gigabyte": "gb",
        "terabyte": "tb",
        "microsecond": "µs us μs",
        "millisecond": "ms msec",
        "second": "s sec",
        "minute": "min",
        "hour": "h hr",
        "kilometre": "km kilometer",
        "metre": "m meter",
        "kilogram": "kg",
    }.items()
    for short in shorts.split()
}
_AMOUNT = r"(?P<sign>[$€£¥])? ?(?P<digits>[0-9][0-9,]*(?:\.[0-9]+)?)(?P<rest>.*)"
_ABOUT = (
    r"(?:about|around|approximately|roughly|nearly|almost|over|under|(?:more|less) than|at (?:least|most)|up to) |~ ?"
)
_TITLES = frozenset(["the", "a", "an", "mr", "mrs", "ms", "dr", "prof", "professor", "sir"])
_PARTICLES = frozenset(["of", "de", "van", "von", "der", "la", "le", "the", "and", "&"])


def agreement(answers: Sequence[str | None]) -> tuple[Said, ...]:
    """What is said, most often first, by those answers that compare with the first; () when fewer than two do."""
    given = [(place, answer) for place, answer in enumerate(answers) if answer and answer.strip()]
    if len(given) < 2:
        return ()
    meanings = [(place, answer, meaning(answer)) for place, answer in given]
    compared = [entry for entry in meanings if comparable(entry[2], meanings[0][2])]
    if len(compared) < 2:
        return ()
    groups: list[list[tuple[int, str, Meaning]]] = []
    for entry in compared:
        group = next((found for found in groups if all(alike(entry[2], other) for _, _, other in found)), None)
        if group is None:
            groups.append([entry])
        else:
            group.append(entry)
    groups.sort(key=lambda group: -len(group))  # ties stay in the order of the quotes
    return tuple(Said(group[0][1], tuple(place for place, _, _ in group)) for group in groups)


def comparable(one: Meaning, other: Meaning) -> bool:
    """Whether two answers could contradict each other, or say the same: 4 GB and 2016 can do neither.

    Phrases that differ may both be right, so that only equal ones compare.
    """
    if isinstance(one, Phrase) or isinstance(other, Phrase):
        return one == other
    if isinstance(one, Amount) and isinstance(other, Amount):
        return one.unit == other.unit
    return type(one) is type(other)


def alike(one: Meaning, other: Meaning) -> bool:
    """Whether two answers say the same, as far as both say it.

    >>> alike(meaning("January 2016"), meaning("in 2016")), alike(meaning("$4.5 million"), meaning("4,500,000 dollars"))
    (True, True)
    >>> alike(meaning("Dr. Ada Stone"), meaning("Stone")), alike(meaning("Ada Stone"), meaning("Ben Stone"))
    (True, False)
    """
    if isinstance(one, Date) and isinstance(other, Date):
        pairs = ((one.month, other.month), (one.day, other.day))
        return _nested(one.years, other.years) and all(None in pair or pair[0] == pair[1] for pair in pairs)
    if isinstance(one, Name) and isinstance(other, Name):
        return set(one.words) <= set(other.words) or set(one.words) >= set(other.words)
    return one == other


def _nested(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    if one is None or other is None:
        return True
    return one[0] <= other[0] <= other[1] <= one[1] or other[0] <= one[0] <= one[1] <= other[1]


def meaning(answer: str) -> Meaning:
    """What an answer says, for comparison.

    >>> meaning("5th May 1995")
    Date(years=(1995, 1995), month=5, day=5)
    >>> meaning("about twenty-five MB")
    Amount(value=Fraction(25, 1), unit='megabyte')
    >>> meaning("The University of Cambridge").words
    ('university', 'of', 'cambridge')
    >>> meaning("written in a hurry")
    Phrase(words=('written', 'in', 'hurry'))
    """
    text = " ".join(unicodedata.normalize("NFKC", answer).split()).strip(" .,;:!?()\"'“”‘’")
    low = text.casefold()
    return _date(low) or _amount(low) or _words(text)


def _date(text: str) -> Date | None:
    found = next((match for pattern in _DATES if (match := re.fullmatch(pattern, text))), None)
    if found is None:
        return None
    said = found.groupdict()
    years = None
    if said.get("year"):
        year = int(said["year"])
        years = (year, year + 9 if said.get("decade") else year)
    elif said.get("century"):
        last = 100 * int(said["century"])
        years = (last - 99, last)
    month = _MONTHS.index(said["month"][:3]) + 1 if said.get("month") else int(said.get("number") or 0) or None
    return Date(years, month, int(said.get("day") or 0) or None)


def _amount(text: str) -> Amount | None:
    """An amount in digits or in words."""
    text = text.removeprefix(about[0]) if (about := re.match(_ABOUT, text)) else text
    found = re.fullmatch(_AMOUNT, text, re.DOTALL)
    if not found:
        value, words = _in_words(text.replace("-", " ").split())
        return None if value is None else Amount(value, _unit(words))
    value, words = Fraction(found["digits"].replace(",", "")), found["rest"].replace("-", " ").split()
    while words and (scale := _SCALES.get(words[0].rstrip("s")) or _SHORT_SCALES.get(words[0])):
        value, words = value * scale, words[1:]
    return Amount(value, _unit([*filter(None, [found["sign"]]), *words]))


def _in_words(words: list[str]) -> tuple[Fraction | None, list[str]]:
    """The number that some words begin with, if any, and the words after it.

    >>> _in_words("two hundred fifty bridges".split())
    (Fraction(250, 1), ['bridges'])
    """
    value = None
    for at, word in enumerate(words):
        if word in _NUMBERS:
            value = (value or Fraction(0)) + _NUMBERS[word]
        elif word.rstrip("s") in _SCALES:
            value = (value or Fraction(1)) * _SCALES[word.rstrip("s")]
        elif not (word == "a" and at == 0):
            return value, words[at:]
    return value, []


def _unit(words: Sequence[str]) -> str:
    """What an amount is of: its first word that says so, in the singular.

    >>> _unit(["of", "bytes"]), _unit(["%"]), _unit([])
    ('byte', 'percent', '')
    """
    word = next((word for word in words if word not in ("of", "the", "and", "a")), "").strip(".,;:()")
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return _UNITS.get(word, word)


def _words(text: str) -> Name | Phrase:
    """A name when every word but particles has a capital letter or a digit, else a phrase."""
    words = re.findall(r"[^\W_]+", re.sub(r"(?<=\b\w)\.(?=\w\b)", "", text))  # U.S. is US
    low = [word.casefold() for word in words]
    named = any(word[0].isupper() for word in words) and all(
        word[0].isupper() or word[0].isdigit() or word in _PARTICLES for word in words
    )
    kept = tuple(word for word in low if word not in _TITLES) or tuple(low) or (text,)
    return Name(kept) if named else Phrase(kept)
