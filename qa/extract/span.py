"""Sentence -> the short answer inside: ranges that could be it, what speaks for each, and the choice.

No parser: rules say where a range may begin and end, and a learned linear score chooses. Most of it is a sum over a
range's first token, its last and those between, so that little is worked out once a range; what is named by classes
alone is added up once and remembered (`Weights`).

    ... was | founded in Paris by | the engineer | Ada Stone | , who ...
              asked, weighs on the left           first last   after
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, chain, pairwise

import numpy as np

from qa.extract.ask import Ask, ask
from qa.extract.tokens import ABOUT, ARTICLES, FUNCTION, NUMERAL, POSSESSIVE, VERBS, Token, tokens_of, word_set
from qa.index.segment import Array
from qa.scripts import is_beyond_latin
from qa.vectors import rows_of, shipped

__all__ = ["Reading", "Weights", "best", "read", "read_ahead", "readiness", "short_answer", "weights"]

_LONGEST = 10
"""Words of a range; a longer one must fill its clause."""
_LONGEST_CLAUSE = 24
_SIZES = (*map(str, range(4)), *["4-5"] * 2, *["6-8"] * 3, *["9-12"] * 4, *["13+"] * (_LONGEST_CLAUSE - 12))
"""What a range is called by its number of words."""
_MOST_RANGES = 600
_FADE = 0.8
"""What a term of the question weighs one token further off."""
_CLOSE = math.exp(-1 / 3)
"""How close a term is one token further off."""
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
_HOPELESS = 8.0
"""How far behind the best score a range is that has no chance: one in 90,000."""
_WHOLE = 0.5
"""What it is worth to be the whole answer, beside sharing words with it."""
_NOT_READY = -9.0
"""Of a text in which nothing could be the short answer."""
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


def read(texts: Sequence[str], asked: Ask) -> list[Reading]:
    """The ranges of some texts that could answer a question, with what is weighed of them.

    >>> from qa.extract.ask import ask
    >>> text = "That was in late 1901."
    >>> (found,) = read([text], ask("When was the mill built?", {"mill": 1.0, "built": 1.0}))
    >>> [text[slice(*found.place(number))] for number in range(len(found.first))]
    ['in late', 'in late 1901', 'late', 'late 1901', '1901']
    """
    every = [tokens_of(text) for text in texts]
    near, alike = _nearness([*chain.from_iterable(every)], asked)
    ends = [*accumulate(map(len, every))]
    parts = zip(texts, every, np.split(near, ends[:-1]), np.split(alike, ends[:-1]), strict=True)
    return [_reading(*part, asked) for part in parts]


def _reading(text: str, tokens: list[Token], near: Array, alike: Array, asked: Ask) -> Reading:
    """One text; `near` and `alike` are what `_nearness` tells of its tokens."""
    known = [token.term in asked.shares and token.low not in FUNCTION for token in tokens]
    classes = [
        "ASKED" if here else "ALIKE" if like else token.kind
        for token, here, like in zip(tokens, known, alike.tolist(), strict=True)
    ]
    ranges = list(_ranges(tokens, known, _apart(text, tokens)))
    first = np.array([each[0] for each in ranges], dtype=np.int64)
    last = np.array([each[1] for each in ranges], dtype=np.int64)
    padded = ["^", "^", *classes, "^", "^"]
    places = [asked.shares[token.term] if here else 0.0 for token, here in zip(tokens, known, strict=True)]
    total = np.array([*accumulate(places, initial=0.0)])
    before, upto = total[first], total[last + 1]
    orders = _orders(before > 0, total[-1] - upto > 1e-9)
    at_first, at_last = _at_ends(tokens, asked, near.tolist(), places, total)
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
    others = [term for term in asked.shares if term not in asked.focus]
    wanted = [*asked.focus[-1:], *others]
    if not wanted or not tokens:
        return np.zeros(len(tokens)), np.zeros(len(tokens), dtype=bool)
    cosines = shipped().cosines(rows_of(token.term for token in tokens), rows_of(wanted))
    alike: Array = np.any(cosines[:, len(wanted) - len(others) :] >= _ALIKE, axis=1)
    if not asked.focus:
        return np.zeros(len(tokens)), alike
    same = np.array([token.term in asked.focus for token in tokens])
    return np.where(same, 1.0, np.maximum(cosines[:, 0], 0.0)), alike


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
    """The kind of a range: `held` are the flags of its tokens, `first` and `last` the classes of those at its ends.

    `about` says whether the first is a word like "nearly", `more` how many tokens follow the first.
    """
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


def _at_ends(
    tokens: Sequence[Token], asked: Ask, near: Sequence[float], places: Sequence[float], total: Array
) -> tuple[Array, Array]:
    """The numbers AT_FIRST of a range that begins with each token, and AT_LAST of one that ends with it.

    `places` is the weight of the question's term that each token is, `total` that of all before it, and of all. Shapes:
    (AT_FIRST, tokens) and (AT_LAST, tokens).
    """
    terms = [token.term for token in tokens]
    wanted = (asked.hook, asked.lead, asked.last)
    left, right = _fading(places), _fading(places[::-1])[::-1]
    behind = [_closeness(terms, term) for term in wanted]
    ahead = [_closeness(terms[::-1], term)[::-1] for term in wanted]
    leads, follows = [0.0, *near[:-1]][: len(terms)], [*near[1:], 0.0][: len(terms)]
    place = [at / len(terms) for at in range(len(terms))]
    first = [left, total[:-1].tolist(), *behind, leads, place, _echoes(tokens, asked.echo), _aside(tokens)]
    return np.array(first), np.array([right, (total[-1] - total[1:]).tolist(), *ahead, near, follows])


def _most(near: Array, first: Array, last: Array) -> Array:
    """The highest value of each range of tokens, shape (ranges,)."""
    if not near.any():
        return np.zeros(len(first))
    found: Array = np.maximum.reduceat(np.append(near, 0.0), np.stack([first, last + 1], axis=1).ravel())[::2]
    return found


def _fading(places: Sequence[float]) -> list[float]:
    """The weight of the terms before each token, those that are far off worth less."""
    return [*accumulate(places, lambda far, weight: (far + weight) * _FADE, initial=0.0)][:-1]


def _closeness(terms: Sequence[str], wanted: str) -> list[float]:
    """How close before each of some terms the last wanted one stands: 0 for none.

    >>> [round(value, 2) for value in _closeness(["a", "mill", "in", "1901"], "mill")]
    [0.0, 0.0, 0.72, 0.51]
    """
    if not wanted or wanted not in terms:
        return [0.0] * len(terms)
    passed = accumulate(terms, lambda far, term: (1.0 if term == wanted else far) * _CLOSE, initial=0.0)
    return [*passed][:-1]


def _echoes(tokens: Sequence[Token], echo: str) -> list[float]:
    """Whether a range that begins with each token comes right after a word."""
    if not echo:
        return [0.0] * len(tokens)
    found = [0.0]
    for token in tokens[:-1]:
        found.append(float(token.low == echo or (token.low in ARTICLES and found[-1] > 0)))
    return found[: len(tokens)]


def _aside(tokens: Sequence[Token]) -> list[float]:
    """Whether each token stands in parentheses."""
    depths = accumulate((token.text == "(") - (token.text == ")") for token in tokens)
    return [float(depth > 0) for depth in depths]


@dataclass(frozen=True, slots=True)
class Weights:
    """Learned weights by name, and sums of those that a few classes name, remembered."""

    by_name: Mapping[str, float]
    _sums: dict[tuple[str, ...], dict[tuple[str, ...], float]] = field(default_factory=dict, repr=False)

    def scores(self, readings: Sequence[Reading], asked: Ask) -> list[Array]:
        """The score of each range of some texts, each of shape (ranges,): the sum of its features' weights.

        To the bit the same for a text whichever others are beside it.
        """
        own = asked.wanted, asked.shape
        inside = [[self.by_name.get(f"in {kind}", 0.0) for kind in reading.inside] for reading in readings]
        sums = [[*accumulate(values, initial=0.0)] for values in inside]
        begins = self._summed(_of_first, own, [key for reading in readings for key in reading.opens])
        begins += self._measured(AT_FIRST, own, [reading.at_first for reading in readings])
        begins -= [value for values in sums for value in values[:-1]]
        ends = self._summed(_of_last, own[:1], [key for reading in readings for key in reading.closes])
        ends += self._measured(AT_LAST, own, [reading.at_last for reading in readings])
        ends += [value for values in sums for value in values[1:]]
        found = self._summed(_of_whole, own, [key for reading in readings for key in reading.wholes])
        found += self._summed(_of_sides, (), [key for reading in readings for key in reading.sides])
        found += self._measured(THROUGHOUT, own, [reading.throughout for reading in readings])
        if asked.likes:
            found += self._liked([key[0] for reading in readings for key in reading.wholes], asked)
        before = [0, *accumulate(len(reading.tokens) for reading in readings)]
        places = [
            (reading.first + start, reading.last + start) for start, reading in zip(before, readings, strict=False)
        ]
        first, last = (np.concatenate(numbers) for numbers in zip(*places, strict=True))
        return np.split(begins[first] + ends[last] + found, [*accumulate(len(pair[0]) for pair in places)][:-1])

    def _measured(self, names: Sequence[str], own: tuple[str, ...], numbers: Sequence[Array]) -> Array:
        """The sum of some numbers of all readings, each times its weight, in order, for a product has its own."""
        weights = self._summed(_of_number, own, [(name,) for name in names])
        found: Array = np.add.accumulate(weights[:, None] * np.concatenate(numbers, axis=1), axis=0)[-1]
        return found

    def _liked(self, kinds: Sequence[str], asked: Ask) -> Array:
        """What speaks for ranges of some kinds where a question names a kind of thing, shape (ranges,)."""
        likes = {
            kind: sum(value * self.by_name.get(f"like {like} {kind}", 0.0) for like, value in asked.likes)
            for kind in set(kinds)
        }
        return np.array([likes[kind] for kind in kinds])

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
    if not _wants_one(question):
        return None
    asked = _Asked.of(question, shares)
    reading, scores = asked.told(text)
    chosen = best(reading, scores)
    return None if chosen is None or not _suits(reading, asked.ask, chosen) else reading.place(chosen)


def _wants_one(question: str) -> bool:
    """Whether a question wants a short answer beside yes and no, and is of letters that anything was learned of."""
    return not (_WANTS_YES_OR_NO.match(question) or is_beyond_latin(question))


def readiness(text: str, question: str, shares: Mapping[str, float]) -> float:
    """How readily a text gives a short answer to a question: the logarithm of its ranges' mean odds to be one.

    >>> shares = {"built": 1.0, "mill": 1.0}
    >>> told, untold = "The mill was built by Ada Stone.", "The mill was built and sold."
    >>> readiness(told, "Who built the mill?", shares) > readiness(untold, "Who built the mill?", shares)
    True
    """
    _, scores = _Asked.of(question, shares).told(text)
    if not len(scores):
        return _NOT_READY
    highest = scores.max()
    return float(highest + np.log(np.exp(scores - highest).mean()))


def read_ahead(texts: Sequence[str], question: str, shares: Mapping[str, float]) -> None:
    """Read some texts at once, which takes less than one after the other, for `short_answer` to be asked of them."""
    if _wants_one(question):
        _Asked.of(question, shares).read(texts)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and what was read for it: a text is asked for its short answer, and for how readily it gives one.

    Threads may share one: what is read twice is the same. Readings are kept as long as the question.
    """

    ask: Ask
    _told: dict[str, tuple[Reading, Array]]

    @classmethod
    def of(cls, question: str, shares: Mapping[str, float]) -> _Asked:
        """The question with what was read for it, if it is one of the last."""
        return _asked(question, tuple(shares.items()))

    def told(self, text: str) -> tuple[Reading, Array]:
        """A text as the question sees it, and the score of each range."""
        if text not in self._told:
            self.read([text])
        return self._told[text]

    def read(self, texts: Sequence[str]) -> None:
        """Read those of some texts that were not read yet."""
        new = [text for text in dict.fromkeys(texts) if text not in self._told]
        if new:
            readings = read(new, self.ask)
            scores = weights().scores(readings, self.ask)
            self._told.update(zip(new, zip(readings, scores, strict=True), strict=True))


@lru_cache(16)
def _asked(question: str, shares: tuple[tuple[str, float], ...]) -> _Asked:
    """The question of that text, remembered by what can be: `shares` as pairs."""
    return _Asked(ask(question, dict(shares)), {})


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
    likely = np.flatnonzero(scores > scores.max() - _HOPELESS)
    chances = np.exp((scores[likely] - scores.max()) / _TEMPERATURE)
    words = (token.text[0].isalnum() and token.low not in ARTICLES for token in reading.tokens)
    total = np.array([*accumulate(words, initial=0)], dtype=float)
    start, end = total[reading.first[likely]], total[reading.last[likely] + 1]
    shared = np.minimum.outer(end, end) - np.maximum.outer(start, start)
    length = np.maximum(end - start, 1e-9)
    expected = (2 * np.maximum(shared, 0) / np.add.outer(length, length)) @ chances + _WHOLE * chances
    return int(likely[np.argmax(expected)])
