"""Documents and the questions about them -> what the questions lack: places to ask about, and what is asked twice.

Evidence comes first: a passage that no question is about, a sentence of it, a question in the sentence's own words. The
tool is asked each; those that it is least certain of teach most, and come first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, zip_longest

from qa.chunk import passages
from qa.errors import QuestionError
from qa.gold import KINDS, Anchor, GoldItem
from qa.library import Library
from qa.model import Document, Passage
from qa.text import content_terms, terms
from qa.wording import Wording, wording

__all__ = ["Alike", "Coverage", "Proposal", "alike", "coverage", "proposals"]

_LOOKED_AT = 20
_MOST = 10_000
"""Passages that are looked at for each proposal that is wanted, and at most."""
_SAME_WORDS = 0.8
_SAME_PLACES = 0.5
"""Share of their words, or of their evidence, from which two questions may be the same."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place that no question is about, and a question that it answers, None where that is left to a person.

    `confidence` is how sure the tool is of its first quote to the question, `found` whether that quote holds the place.
    """

    place: Anchor
    question: str | None
    kind: str
    answer: str | None
    confidence: float
    found: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many questions there are about each document, those with the fewest first, and of each kind."""

    documents: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """Two questions, by their ids, that want the same; `why` says in which way."""

    first: str
    second: str
    why: str


def coverage(items: Sequence[GoldItem], paths: Sequence[str]) -> Coverage:
    """How far the questions cover the documents at these paths, and the kinds there are."""
    about = Counter(path for item in items for path in {anchor.path for anchor in item.anchors})
    kinds = Counter(item.kind for item in items)
    return Coverage(
        tuple(sorted(((path, about[path]) for path in paths), key=lambda entry: (entry[1], entry[0]))),
        tuple((kind, kinds[kind]) for kind in KINDS),
    )


def alike(items: Sequence[GoldItem]) -> list[Alike]:
    """Pairs of questions of which one may be enough, in the order of the file.

    They have the same words; or the same answer, or kind where no short answer is known, and half of their evidence;
    or nothing answers either, and nearly all their words are the same.
    """
    found = ((pair, _why(*(items[at] for at in pair))) for pair in sorted(_pairs(items)))
    return [Alike(items[first].id, items[second].id, why) for (first, second), why in found if why]


def _pairs(items: Sequence[GoldItem]) -> set[tuple[int, int]]:
    """Those that have a document or all words in common, or that nothing answers."""
    together: dict[object, list[int]] = {}
    for at, item in enumerate(items):
        paths = {anchor.path for anchor in item.anchors}
        for key in (*(paths or [None]), tuple(terms(item.standalone))):
            together.setdefault(key, []).append(at)
    return {pair for members in together.values() for pair in combinations(members, 2)}


def _why(one: GoldItem, other: GoldItem) -> str | None:
    if terms(one.standalone) == terms(other.standalone):
        return "the same words"
    left, right = (set(content_terms(item.standalone)) for item in (one, other))
    if not one.anchors and not other.anchors:
        return "nearly the same words" if len(left & right) >= _SAME_WORDS * len(left | right) else None
    if _shared(one.anchors, other.anchors) < _SAME_PLACES:
        return None
    if one.answer is None and other.answer is None:
        return "the same evidence and kind" if one.kind == other.kind else None
    answers = {frozenset(content_terms(item.answer or "")) for item in (one, other)}
    return "the same evidence and answer" if len(answers) == 1 else None


def _shared(some: Sequence[Anchor], others: Sequence[Anchor]) -> float:
    """Share of the places of two questions that overlap one of the other's."""
    both = ((some, others), (others, some))
    met = sum(any(_overlap(place, other) for other in against) for own, against in both for place in own)
    return met / max(len(some) + len(others), 1)


def _overlap(one: Anchor, other: Anchor) -> bool:
    return one.path == other.path and one.start < other.end and other.start < one.end


def proposals(library: Library, items: Sequence[GoldItem], *, count: int) -> list[Proposal]:
    """Up to `count` questions to confirm, those that the tool is least certain of first.

    They are about passages without evidence, a passage of each document in turn, documents with the fewest questions
    first. At the end are places of which no question could be made. Only so many passages are looked at as the number
    that is wanted asks for.
    """
    taken = {_key(item.standalone, item.kind) for item in items}
    found: list[Proposal] = []
    most = min(_LOOKED_AT * count, _MOST)
    for document, passage in islice(_uncovered(library, items, most), most):
        found.append(_proposal(library, document, passage, taken))
    return sorted(found, key=_uncertain)[:count]


def _uncertain(proposal: Proposal) -> tuple[bool, float]:
    """Orders proposals: those with a question by how far the tool is from not knowing whether it can answer it."""
    return proposal.question is None, abs(proposal.confidence - 0.5)


def _key(question: str, kind: str) -> tuple[str, frozenset[str]]:
    return kind, frozenset(content_terms(question))


def _uncovered(library: Library, items: Sequence[GoldItem], most: int) -> Iterator[tuple[Document, Passage]]:
    """Passages without evidence: the first of each of the `most` documents with the fewest questions, the second …"""
    anchors: dict[str, list[Anchor]] = {}
    for anchor in chain.from_iterable(item.anchors for item in items):
        anchors.setdefault(anchor.path, []).append(anchor)
    paths = [path for path, _ in coverage(items, library.paths).documents[:most]]
    each = (_without_evidence(library.document(path), anchors.get(path, ())) for path in paths)
    for row in zip_longest(*each):
        yield from filter(None, row)


def _without_evidence(document: Document, anchors: Sequence[Anchor]) -> Iterator[tuple[Document, Passage]]:
    for passage in passages(document):
        place = Anchor(document.path, passage.start, passage.end)
        if any(one.kind == "paragraph" for one in passage.sentences) and not any(_overlap(place, a) for a in anchors):
            yield document, passage


def _proposal(
    library: Library, document: Document, passage: Passage, taken: set[tuple[str, frozenset[str]]]
) -> Proposal:
    """The first question that can be made of a passage and is not `taken`, to which it is added, as it is asked."""
    sentences = [one for one in passage.sentences if one.kind == "paragraph"]
    for sentence in sentences:
        text = document.text[sentence.start : sentence.end]
        made = wording(text, document.text[passage.start : passage.end])
        if made and _key(made.question, made.kind) not in taken:
            place = Anchor(document.path, sentence.start, sentence.end)
            if asked := _asked(library, place, made, text):
                taken.add(_key(made.question, made.kind))
                return asked
    first = Anchor(document.path, sentences[0].start, sentences[0].end)
    return Proposal(first, None, "factoid", None, 0.0, found=False)


def _asked(library: Library, place: Anchor, made: Wording, text: str) -> Proposal | None:
    """A question with what the tool makes of it; None for one that cannot be asked."""
    try:
        reply = library.answer(made.question, k=1)
    except QuestionError:  # a word of it reads as a filter
        return None
    quotes = reply.quotes or reply.nearest
    found = any(quote.path == place.path and quote.start <= place.start and place.end <= quote.end for quote in quotes)
    answer = text[slice(*made.answer)] if made.answer else None
    return Proposal(place, made.question, made.kind, answer, reply.confidence, found)
