"""Sentence -> the short answer inside: ranges that could be it, what speaks for each, and the choice.

No parser: rules say where a range may begin and end, and a learned linear score chooses. Most of it is a sum over a
range's first token, its last and those between, so that little is worked out once a range; what is named by classes
alone is added up once and remembered (`Weights`).

    ... was | founded in Paris by | the engineer | Ada Stone | , who ...
              asked, weighs on the left           first last   after
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, pairwise

import numpy as np

from qa.extract.ask import Ask, ask
from qa.extract.tokens import ABOUT, ARTICLES, FUNCTION, NUMERAL, POSSESSIVE, VERBS, Token, tokens_of, word_set
from qa.index.segment import Array
from qa.scripts import is_beyond_latin
from qa.vectors import rows_of, shipped

__all__ = ["Reading", "Weights", "best", "read", "short_answer", "weights"]

_LONGEST = 10
"""Words of a range; a longer one must fill its clause."""
_LONGEST_CLAUSE = 24
_SIZES = (*map(str, range(4)), *["4-5"] * 2, *["6-8"] * 3, *["9-12"] * 4, *["13+"] * (_LONGEST_CLAUSE - 12))
"""What a range is called by its number of words."""
_MOST_RANGES = 600
_FADE = 0.8
"""What a term of the question weighs one token further off."""
_ALIKE = 0.6
"""Cosine from which a word is taken for one of the question's."""

_REMEMBERED = 10_000
"""Sums of weights that are kept, for questions of a kind."""

_OPENING, _CLOSING, _STOPS = frozenset("([{“‘«"), frozenset(")]}”»"), frozenset(".;:?!—…")
_QUOTES = frozenset(("'", '"', "“", "‘"))
_CONJOINED = word_set("""and or but nor if where while although though whether that which who whom whose so then""")
_NO_START = ARTICLES | VERBS | POSSESSIVE | _CONJOINED | word_set("of there also than as")
_NO_END = (FUNCTION | POSSESSIVE) - word_set("it them him her us me up out off down over this there both")

AT_FIRST = (
    "left",  # weight of the question's terms before, fading
    "before",  # … anywhere before
    "hook behind",  # the question's term after the place of what is wanted: close before the range
    "lead behind",
    "last behind",
    "leads",  # how near the word before comes to the noun that is wanted
    "place",  # how far into the text
    "echo",  # the word before, or that before its article, is the preposition that the question has by what it wants
    "aside",  # stands in parentheses
)
"""What is measured of a range at its first token."""
AT_LAST = (
    "right",  # weight of the question's terms after, fading
    "beyond",  # … anywhere after
    "hook ahead",  # the question's term after the place of what is wanted: close after the range
    "lead ahead",
    "last ahead",
    "head",  # how near the last word comes to the noun that is wanted
    "follows",  # … the word after
)
"""What is measured at its last token."""
THROUGHOUT = (
    "asked",  # weight of the question's terms inside
    "holds",  # how near any word inside comes to the noun that is wanted
)
"""What is measured of all its tokens. Each of these numbers is weighed alone, by question word and by shape."""

_TEMPERATURE = 0.7
"""By what scores are divided before they are made probabilities."""
_WHOLE = 0.5
"""What it is worth to be the whole answer, beside sharing words with it."""
_WANTS_YES_OR_NO = re.compile(
    r"\W*(?:is|are|was|were|am|do|does|did|can|could|may|might|must|shall|should|will|would|have|has|had)\b", re.I
)
_TELLS = {
    "why": word_set("because to for due since so as by from of through"),
    "how": word_set("by using through via with from to as in"),
}
"""Words before or at the start of a cause and of a means."""

_FLAGS = {name: 1 << number for number, name in enumerate(("name", "date", "number", "money", "verb", "join", "small"))}


def _flag(token: Token) -> int:
    kind = token.kind
    if kind == "NAME":
        return _FLAGS["name"]
    if kind in ("YEAR", "MONTH"):
        return _FLAGS["date"]
    if kind in NUMERAL:
        return _FLAGS["number"]
    if kind in ("MONEY", "PERCENT"):
        return _FLAGS["money"]
    if token.low in VERBS:
        return _FLAGS["verb"]
    if token.low in (",", "and", "or"):
        return _FLAGS["join"]
    return _FLAGS["small"] if token.low in FUNCTION else 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as a question sees it, and the ranges that could answer.

    `first` and `last` number the tokens at the ends of each range, shape (ranges,). `opens`, `closes` and `inside` hold
    for each token, `sides` and `wholes` for each range, the classes by which weights are named: those of a range that
    begins with the token, ends with it, holds it. `at_first` are the numbers AT_FIRST of a range that begins with each
    token, shape (AT_FIRST, tokens), `at_last` those AT_LAST of one that ends with it, shape (AT_LAST, tokens), and
    `throughout` those of each range THROUGHOUT, shape (THROUGHOUT, ranges).
    """

    tokens: list[Token]
    first: Array
    last: Array
    opens: list[tuple[str, ...]]
    closes: list[tuple[str, ...]]
    inside: list[str]
    sides: list[tuple[str, ...]]
    wholes: list[tuple[str, ...]]
    at_first: Array
    at_last: Array
    throughout: Array

    def place(self, number: int) -> tuple[int, int]:
        """A range's place in the text."""
        return self.tokens[self.first[number]].start, self.tokens[self.last[number]].end

    def features(self, asked: Ask, number: int) -> Iterator[tuple[str, float]]:
        """All that is weighed of one range, by name: what a model is trained on."""
        first, last = int(self.first[number]), int(self.last[number])
        names = [*_of_first(asked.wanted, asked.shape, *self.opens[first]), *_of_last(asked.wanted, *self.closes[last])]
        names += [*_of_sides(*self.sides[number]), *_of_whole(asked.wanted, asked.shape, *self.wholes[number])]
        names += [f"in {kind}" for kind in self.inside[first : last + 1] if kind]
        yield from ((name, 1.0) for name in names)
        yield from ((f"like {like} {self.wholes[number][0]}", value) for like, value in asked.likes)
        measured = (*self.at_first[:, first], *self.at_last[:, last], *self.throughout[:, number])
        for name, value in zip((*AT_FIRST, *AT_LAST, *THROUGHOUT), map(float, measured), strict=True):
            yield from ((key, value) for key in _of_number(asked.wanted, asked.shape, name))


def _of_first(wanted: str, shape: str, second: str, before: str, first: str, opens: str) -> list[str]:
    found = [f"before {before}", f"{wanted}|before {before}", f"before {second} {before}", f"first {first}"]
    found += [f"{wanted}|first {first}", f"before {before} first {first}"]
    if before in ARTICLES:
        found += [f"before {second} the", f"{wanted}|before {second} the"]
    return [*found, f"{wanted}|opens", f"{shape}|opens"] if opens else found


def _of_last(wanted: str, last: str, after: str, second: str) -> list[str]:
    found = [f"after {after}", f"{wanted}|after {after}", f"after {after} {second}", f"last {last}"]
    return [*found, f"{wanted}|last {last}", f"last {last} after {after}"]


def _of_sides(before: str, after: str) -> list[str]:
    return [f"around {before} {after}"]


def _of_whole(wanted: str, shape: str, kind: str, size: str, order: str) -> list[str]:
    found = [f"kind {kind}", f"{wanted}|kind {kind}", f"size {size}", f"{wanted}|size {size}", f"kind {kind} {size}"]
    return [*found, f"{wanted}|{order}", f"{shape}|{order}"]


def _of_number(wanted: str, shape: str, name: str) -> tuple[str, str, str]:
    return f"# {name}", f"{wanted}|# {name}", f"{shape}|# {name}"


def read(text: str, asked: Ask) -> Reading:
    """The ranges of a text that could answer a question, with what is weighed of them.

    >>> from qa.extract.ask import ask
    >>> text = "That was in late 1901."
    >>> found = read(text, ask("When was the mill built?", {"mill": 1.0, "built": 1.0}))
    >>> [text[slice(*found.place(number))] for number in range(len(found.first))]
    ['in late', 'in late 1901', 'late', 'late 1901', '1901']
    """
    tokens = tokens_of(text)
    near, alike = _nearness(tokens, asked)
    known = [token.term in asked.shares and token.low not in FUNCTION for token in tokens]
    classes = [
        "ASKED" if here else "ALIKE" if like else token.kind
        for token, here, like in zip(tokens, known, alike, strict=True)
    ]
    ranges = list(_ranges(tokens, known, _apart(text, tokens)))
    first = np.array([each[0] for each in ranges], dtype=np.int64)
    last = np.array([each[1] for each in ranges], dtype=np.int64)
    padded = ["^", "^", *classes, "^", "^"]
    places = np.array([asked.shares[token.term] if here else 0.0 for token, here in zip(tokens, known, strict=True)])
    total = np.concatenate([[0.0], np.cumsum(places)])
    before, upto = total[first], total[last + 1]
    orders = _orders(before > 0, total[-1] - upto > 1e-9)
    at_first, at_last = _at_ends(tokens, asked, near, places, total)
    return Reading(
        tokens=tokens,
        first=first,
        last=last,
        opens=[
            (padded[at], padded[at + 1], padded[at + 2], "opens" if _opens(tokens, at) else "")
            for at in range(len(tokens))
        ],
        closes=[(padded[at + 2], padded[at + 3], padded[at + 4]) for at in range(len(tokens))],
        inside=[_inside(token, kind, asked) for token, kind in zip(tokens, classes, strict=True)],
        sides=[(padded[begin + 1], padded[end + 3]) for begin, end, _, _ in ranges],
        wholes=[(kind, size, order) for (_, _, kind, size), order in zip(ranges, orders, strict=True)],
        at_first=at_first,
        at_last=at_last,
        throughout=np.stack([upto - before, _most(near, first, last)]),
    )


def _opens(tokens: Sequence[Token], at: int) -> bool:
    return at == 0 or (at == 1 and tokens[0].low in ARTICLES)


def _inside(token: Token, kind: str, asked: Ask) -> str:
    """What a token is to a range that it stands in; "" for a word that says something new."""
    if kind in ("ASKED", "ALIKE"):
        return "FOCUS" if token.term in asked.focus else kind
    return token.low if token.low in FUNCTION or not token.text[0].isalnum() else "NEW"


def _nearness(tokens: Sequence[Token], asked: Ask) -> tuple[Array, Array]:
    """How near each token comes to the noun that is wanted, and whether it is like another term of the question."""
    others = tuple(term for term in asked.shares if term not in asked.focus)
    if not tokens or not (others or asked.focus):
        return np.zeros(len(tokens)), np.zeros(len(tokens), dtype=bool)
    wanted = _gathered((*asked.focus[-1:], *others))
    cosines = shipped().cosines_to(rows_of(token.term for token in tokens), wanted)
    alike: Array = np.any(cosines[:, cosines.shape[1] - len(others) :] >= _ALIKE, axis=1)
    if not asked.focus:
        return np.zeros(len(tokens)), alike
    same = np.array([token.term in asked.focus for token in tokens])
    return np.where(same, 1.0, np.maximum(cosines[:, 0], 0.0)), alike


@lru_cache(16)
def _gathered(terms: tuple[str, ...]) -> tuple[Array, Array]:
    """The word vectors of a question's terms, looked up once for all of its quotes."""
    return shipped().gathered(rows_of(terms))


def _apart(text: str, tokens: Sequence[Token]) -> list[bool]:
    """Whether each token stands in another cell or paragraph than the one before."""
    gaps = (text[one.end : other.start] for one, other in pairwise(tokens))
    return [False, *(("\t" in gap and "\n" not in gap) or gap.count("\n") > 1 for gap in gaps)]


def _ranges(
    tokens: Sequence[Token], known: Sequence[bool], apart: Sequence[bool]
) -> Iterator[tuple[int, int, str, str]]:
    """First and last token, kind and size of the ranges that rules allow, the first 600 of a long text."""
    flags = [_flag(token) for token in tokens]
    kinds = [token.kind for token in tokens]
    wordy = [token.text[0].isalnum() or len(token.text) > 1 for token in tokens]
    starts = [word and token.low not in _NO_START for word, token in zip(wordy, tokens, strict=True)]
    ends = [word and token.low not in _NO_END for word, token in zip(wordy, tokens, strict=True)]
    news = [not here and token.low not in FUNCTION for here, token in zip(known, tokens, strict=True)]
    stops = _stops(tokens, apart)
    count = 0
    for first, may_start in enumerate(starts):
        if not may_start:
            continue
        fills = not first or not wordy[first - 1] or tokens[first - 1].low in FUNCTION
        quoted = first > 0 and kinds[first - 1] in _QUOTES
        about = tokens[first].low in ABOUT
        words = depth = held = 0
        new = False
        for last in range(first, stops[first]):
            held |= flags[last]
            if not wordy[last]:
                mark = tokens[last].text
                depth += (mark in _OPENING) - (mark in _CLOSING)
                if depth < 0:
                    break
                continue
            words += 1
            new = new or news[last]
            if words > _LONGEST_CLAUSE:
                break
            if depth or not new or not ends[last]:
                continue
            if words > _LONGEST and not (fills and (last + 1 == len(tokens) or not wordy[last + 1])):
                continue
            if quoted and last + 1 < len(kinds) and _closes(kinds[first - 1], kinds[last + 1]):
                kind = "quoted"
            else:
                kind = _kind_of(held, kinds[first], kinds[last], about, last - first)
            yield first, last, kind, _SIZES[words]
            count += 1
            if count == _MOST_RANGES:
                return


def _closes(before: str, after: str) -> bool:
    """Whether the mark after a range ends what the quotation mark before it opens."""
    return after in ('"', "'", ",", ".") and after != before + "s"


def _stops(tokens: Sequence[Token], apart: Sequence[bool]) -> list[int]:
    """For each token the next one that no range goes beyond: a full stop, or one that stands apart."""
    stop = len(tokens)
    found = []
    for at in range(len(tokens) - 1, -1, -1):
        found.append(stop)
        if apart[at] or tokens[at].text in _STOPS:
            stop = at
    return found[::-1]


@cache
def _kind_of(held: int, first: str, last: str, about: bool, more: int) -> str:
    """The kind of a range, from what its tokens are, taken together, from its ends, and its tokens beside the first."""
    has = {name for name, flag in _FLAGS.items() if held & flag}
    if "date" in has:
        if not has - {"date", "number", "join", "small"} and last in ("YEAR", "MONTH", "NUMBER"):
            return "date" if more else "year" if first == "YEAR" else "month"
        return "with date" if more > 3 or first not in ("WORD", "LY", "ED", "in", "since") else "date with word"
    if "money" in has:
        return "money" if more < 4 else "with money"
    if first in NUMERAL or (about and "number" in has):
        if more == 0 or (last in NUMERAL and "join" not in has):
            return "number"
        return "quantity" if more < 3 and "name" not in has else "with number"
    if "verb" in has:
        return "clause"
    if "name" in has and first == last == "NAME":
        if "join" in has:
            return "names"
        return "long name" if "small" in has else "name"
    shape = "list" if "join" in has else "phrase" if "small" in has else "noun" if more else "word"
    return f"{shape} with name" if "name" in has else shape


def _orders(before: Array, after: Array) -> list[str]:
    """On which sides of each range the question's terms stand; `before` and `after` say so, of shape (ranges,)."""
    return [("alone", "last", "first", "amid")[sides] for sides in (before + 2 * after).tolist()]


def _at_ends(tokens: Sequence[Token], asked: Ask, near: Array, places: Array, total: Array) -> tuple[Array, Array]:
    """The numbers AT_FIRST of a range that begins with each token, and AT_LAST of one that ends with it.

    `places` is the weight of the question's term that each token is, `total` that of all before it, and of all. Shapes:
    (AT_FIRST, tokens) and (AT_LAST, tokens).
    """
    wanted = (asked.hook, asked.lead, asked.last)
    held = np.array([[bool(term) and term == token.term for token in tokens] for term in wanted])
    left, right = _fading(places.tolist()), _fading(places[::-1].tolist())[::-1]
    behind, ahead = np.exp(-_since(held) / 3), np.exp(-_since(held[:, ::-1]) / 3)[:, ::-1]
    leads, follows = np.append(0.0, near)[:-1], np.append(near, 0.0)[1:]
    place = np.arange(len(tokens)) / max(len(tokens), 1)
    first = [left, total[:-1], *behind, leads, place, _echoes(tokens, asked.echo), _aside(tokens)]
    return np.stack(first), np.stack([right, total[-1] - total[1:], *ahead, near, follows])


def _most(near: Array, first: Array, last: Array) -> Array:
    """The highest value of each range of tokens, shape (ranges,)."""
    if not len(first):
        return np.zeros(0)
    found: Array = np.maximum.reduceat(np.append(near, 0.0), np.stack([first, last + 1], axis=1).ravel())[::2]
    return found


def _fading(places: Sequence[float]) -> Array:
    """The weight of the terms before each token, those that are far off worth less."""
    faded = accumulate(places, lambda far, weight: (far + weight) * _FADE, initial=0.0)
    return np.array([*faded][:-1])


def _echoes(tokens: Sequence[Token], echo: str) -> Array:
    """Whether a range that begins with each token comes right after a word, shape (tokens,)."""
    found = np.zeros(len(tokens) + 1)
    for at, token in enumerate(tokens if echo else ()):
        found[at + 1] = token.low == echo or (token.low in ARTICLES and found[at] > 0)
    return found[:-1]


def _aside(tokens: Sequence[Token]) -> Array:
    """Whether each token stands in parentheses, shape (tokens,)."""
    depths = np.cumsum([(token.text == "(") - (token.text == ")") for token in tokens])
    found: Array = (depths > 0).astype(float)
    return found


def _since(marked: Array) -> Array:
    """Tokens back to the last marked one before each, 99 and more for none; both of shape (marks, tokens).

    >>> _since(np.array([[False, True, False, False]])).tolist()
    [[99.0, 100.0, 1.0, 2.0]]
    """
    places = np.arange(marked.shape[1], dtype=np.float64)
    last = np.full(marked.shape, -99.0)
    last[:, 1:] = np.where(marked, places, -99.0)[:, :-1]
    found: Array = places - np.maximum.accumulate(last, axis=1)
    return found


@dataclass(frozen=True, slots=True)
class Weights:
    """Learned weights by name, and sums of those that a few classes name, remembered."""

    by_name: Mapping[str, float]
    _sums: dict[tuple[str, ...], dict[tuple[str, ...], float]] = field(default_factory=dict, repr=False)

    def scores(self, reading: Reading, asked: Ask) -> Array:
        """The score of each range, shape (ranges,): the sum of its features' weights."""
        if not len(reading.first):
            return np.zeros(0)
        get, own = self.by_name.get, (asked.wanted, asked.shape)
        opens = self._summed(_of_first, own, reading.opens)
        closes = self._summed(_of_last, own[:1], reading.closes)
        wholes = self._summed(_of_whole, own, reading.wholes) + self._summed(_of_sides, (), reading.sides)
        inside = np.cumsum([0.0, *(get(f"in {kind}", 0.0) for kind in reading.inside)])
        likes = {
            kind: sum(value * get(f"like {like} {kind}", 0.0) for like, value in asked.likes)
            for kind in {key[0] for key in reading.wholes}
        }
        liked = np.array([likes[key[0]] for key in reading.wholes])
        begins = opens - inside[:-1] + self._measured(AT_FIRST, own) @ reading.at_first
        ends = closes + inside[1:] + self._measured(AT_LAST, own) @ reading.at_last
        throughout = self._measured(THROUGHOUT, own) @ reading.throughout
        found: Array = begins[reading.first] + ends[reading.last] + throughout + wholes + liked
        return found

    def _measured(self, names: Sequence[str], own: tuple[str, ...]) -> Array:
        """The weights of some numbers, shape (numbers,)."""
        return self._summed(_of_number, own, [(name,) for name in names])

    def _summed(
        self, names: Callable[..., Sequence[str]], own: tuple[str, ...], keys: Sequence[tuple[str, ...]]
    ) -> Array:
        """The weights that a question's kind and some classes name together, each sum remembered, shape (keys,)."""
        known = self._sums.setdefault((names.__name__, *own), {})
        if len(known) > _REMEMBERED:
            known = self._sums[names.__name__, *own] = {}
        try:
            return np.array([known[key] for key in keys])
        except KeyError:
            new = set(keys) - known.keys()
            known.update((key, sum(self.by_name.get(name, 0.0) for name in names(*own, *key))) for key in new)
            return np.array([known[key] for key in keys])


@cache
def weights() -> Weights:
    """The weights that ship with the package; `python -m eval.train_spans` makes them."""
    return Weights(json.loads(files("qa.extract").joinpath("spans.json").read_text()))


def short_answer(text: str, question: str, shares: Mapping[str, float]) -> tuple[int, int] | None:
    """The place in a text of the short answer to a question; None when there is none or the question wants none.

    `shares` are the weights of the question's content terms.

    >>> text = "The mill was built by Ada Stone in 1901."
    >>> text[slice(*short_answer(text, "Who built the mill?", {"built": 1.0, "mill": 1.0}))]
    'Ada Stone'
    """
    if _WANTS_YES_OR_NO.match(question) or is_beyond_latin(question):  # all that is learned of is English
        return None
    asked = _asked(question, tuple(shares.items()))
    reading = read(text, asked)
    chosen = best(reading, weights().scores(reading, asked))
    return None if chosen is None or not _suits(reading, asked, chosen) else reading.place(chosen)


@lru_cache(16)
def _asked(question: str, shares: tuple[tuple[str, float], ...]) -> Ask:
    """What a question asks for, worked out once for all of its quotes."""
    return ask(question, dict(shares))


def _suits(reading: Reading, asked: Ask, chosen: int) -> bool:
    """Whether a range answers a question of its kind: why and how want a cause or a means, which a few words tell."""
    told = _TELLS.get(asked.wanted)
    first = int(reading.first[chosen])
    return told is None or any(token.low in told for token in reading.tokens[max(first - 2, 0) : first + 1])


def best(reading: Reading, scores: Array) -> int | None:
    """The range that may be expected to be, or to share most with, the answer; None when there is no range.

    As in SQuAD's F1, ranges share words; each range is the answer with the probability that its score says.
    """
    if not len(scores):
        return None
    chances = np.exp((scores - scores.max()) / _TEMPERATURE)
    words = np.array([token.text[0].isalnum() and token.low not in ARTICLES for token in reading.tokens], dtype=float)
    total = np.concatenate([[0.0], np.cumsum(words)])
    start, end = total[reading.first], total[reading.last + 1]
    shared = np.minimum.outer(end, end) - np.maximum.outer(start, start)
    length = np.maximum(end - start, 1e-9)
    expected = (2 * np.maximum(shared, 0) / np.add.outer(length, length)) @ chances + _WHOLE * chances
    return int(np.argmax(expected))
