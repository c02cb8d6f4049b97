"""Choosing: the best sentences of the best passages become quotes, or the documents do not answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from qa.extract.confidence import RIVALS, chances, confidence_signs
from qa.extract.features import FEATURES, Rows, rows, sentence_text
from qa.extract.model import Model, model
from qa.extract.repeats import of_a_size, repeats, wording
from qa.extract.span import read_ahead, short_answer
from qa.index import Index, ranked
from qa.index.segment import KINDS, Array
from qa.languages import ENGLISH
from qa.model import Document, Quote
from qa.query import Query
from qa.retrieve import Candidates
from qa.text import content_terms, trim

__all__ = ["Rated", "Selection", "quoted", "quotes", "rate", "rerank", "select"]

_MAX_QUOTE_WORDS = 60
_MAX_LIST_WORDS = 200
_PRONOUN = re.compile(
    r"(?:(?:It|That)\b(?! (?:is|was) (?:\w+ ){0,3}that\b)|(?:They|He|She|This|These|Those|Its|Their|His|Her)\b)"
)
_LATER_PRONOUN = re.compile(r" (?:it|they|them|he|him|she|her)\b")
_EMPTY_LINE = re.compile(r"\n\s*\n|\r\s*\r")
_SHORT_SENTENCE = 80
"""Characters."""
_QUOTED = 2
"""Sentences, a quote, that what repeats them is looked for: some stand inside another's quote and make none."""
_JUDGED = 3
"""Quotes whose repeats are no rivals to the first: confidence is the same however many are asked for."""
_MAX_CELL = 40
"""Characters of a cell that is an answer as a whole."""
_JOINED = 0.004
"""The chance to be the one that answers, for each of its words, with which a neighbour joins a quote."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The best quotes, best first, how sure the first is, and whether that is enough to call it an answer."""

    quotes: tuple[Quote, ...]
    confidence: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Rated:
    """The sentences that could be quoted: their scores, their order, best first, and how sure the first is to answer.

    `scores` has shape (sentences,), as `rows`; `signs` are those of `confidence_signs`. What only repeats another is
    not in `order`, but with that in `repeated`: what repeats the best sentence is no rival of it, and what repeats a
    quote would be no other quote.
    """

    rows: Rows
    scores: Array
    order: Array
    repeated: Mapping[int, list[int]]
    signs: Array
    confidence: float


def select(index: Index, asked: Query, found: Candidates, *, k: int, cut: float | None = None) -> Selection:
    """Up to `k` quotes from the candidates. No candidate, no quote. `cut` takes the place of the shipped one."""
    rated = rate(index, asked, found, k=k)
    if rated is None:
        return Selection((), 0.0, False)
    answered = rated.confidence >= (model().cut if cut is None else cut)
    first = tuple(quote for _, quote in zip(range(k), quotes(index, asked, rated), strict=False))
    return Selection(first, rated.confidence, answered)


def rate(index: Index, asked: Query, found: Candidates, *, k: int, weights: Model | None = None) -> Rated | None:
    """The candidates' sentences, rated by the shipped weights or others; None where there is no candidate.

    Repeats are looked for as far as `k` quotes need it.
    """
    if not len(found.passages):
        return None
    weights = weights or model()
    seen = rows(index, asked, found)
    scores = weights.scores(seen.values)
    order = np.argsort(-scores, kind="stable")  # ties stay in the order of the passages
    judged = _repeated(index, seen, order, _JUDGED)
    likely = _distinct(order, judged)
    if asked.language == ENGLISH:
        read_ahead([seen.texts[row] for row in likely[:k].tolist()], asked.text, asked.rarities)
    signs = confidence_signs(asked, seen, scores, likely, found)
    repeated = judged if k <= _JUDGED else _repeated(index, seen, order, k)
    order = _distinct(order, repeated)
    return Rated(seen, scores, order, repeated, signs, weights.probability(signs))


def _distinct(order: Array, repeated: Mapping[int, list[int]]) -> Array:
    """The rows in order without those that only repeat another."""
    return order[~np.isin(order, [row for again in repeated.values() for row in again])]


def rerank(index: Index, found: Candidates, rated: Rated | None) -> Candidates:
    """The candidates in the order of their best sentences: one that answers well lifts its passage.

    Passages whose sentences are not on the shortlist follow in the order that they had.
    """
    if rated is None:
        return found
    best = found.scores - found.scores.max() + rated.scores.min() - 1.0
    places = {int(passage): place for place, passage in enumerate(found.passages)}
    for passage, score in zip(rated.rows.passages.tolist(), rated.scores.tolist(), strict=True):
        best[places[passage]] = max(best[places[passage]], score)
    return found.reordered(ranked(index, found.passages, best), best)


def _repeated(index: Index, seen: Rows, order: Array, k: int) -> dict[int, list[int]]:
    """The rows that say the same as one of the first few in order, by that one.

    Only rows with the same words of the question are compared: one with others says more or less.
    """
    held = seen.values[:, FEATURES.index("inside")].round(6).tolist()
    worded = cache(wording)
    quoted = cache(lambda row: worded(_quoted_text(index, seen, row)))
    found: dict[int, list[int]] = {}
    first: dict[float, list[int]] = {}
    looked_for = 0
    for row in order.tolist():
        near = (other for other in first.get(held[row], ()) if of_a_size(seen.texts[other], seen.texts[row]))
        alike = (other for other in near if repeats(worded(seen.texts[other]), worded(seen.texts[row])))
        same = next((other for other in alike if repeats(quoted(other), quoted(row))), None)
        if same is not None:
            found.setdefault(same, []).append(row)
        elif looked_for < _QUOTED * k:
            first.setdefault(held[row], []).append(row)
            looked_for += 1
    return found


def quotes(index: Index, asked: Query, rated: Rated) -> Iterator[Quote]:
    """The sentences in order as quotes, none inside another, each made when it is asked for."""
    best = float(rated.scores[rated.order[0]])
    for row, (start, end) in quoted(index, rated):
        passage, sentence = int(rated.rows.passages[row]), int(rated.rows.sentences[row])
        sure = _falling_behind(rated.confidence, float(rated.scores[row]) - best)
        again = rated.rows.passages[rated.repeated.get(row, [])]
        also_in = sorted({index.path_of(int(other)) for other in again} - {index.path_of(passage)})
        yield _quote(index, asked, passage, sentence, (start, end), sure, tuple(also_in))


def quoted(index: Index, rated: Rated) -> Iterator[tuple[int, tuple[int, int]]]:
    """The rows in order that make a quote, each with the range that it quotes; no range overlaps one before it.

    A sentence brings those that it needs, and neighbours behind it that may well be the ones that answer; what is
    repeated elsewhere brings none, for it is only the sentence that is known to stand there, too.
    """
    seen, first = rated.rows, rated.order[:RIVALS]
    behind = dict(zip(seen.sentences[first].tolist(), chances(rated.scores, rated.order).tolist(), strict=True))
    chosen: list[tuple[str, int, int]] = []
    for row in rated.order.tolist():
        passage, sentence = int(seen.passages[row]), int(seen.sentences[row])
        behind.pop(sentence, None)
        path = index.path_of(passage)
        needed = _belonging(index, passage, sentence, seen.texts[row])
        wider = needed if row in rated.repeated else _with_neighbours(index, passage, needed, behind)
        for begin, last in (wider, needed, (sentence, sentence)):
            start, end = index.sentence(begin)[0], index.sentence(last)[1]
            if not any(path == other and start < stop and at < end for other, at, stop in chosen):
                chosen.append((path, start, end))
                yield row, (start, end)
                break


def _with_neighbours(
    index: Index, passage: int, needed: tuple[int, int], chance: Mapping[int, float]
) -> tuple[int, int]:
    """The sentences from first to last with those beside them, the likelier first, while they are worth their words.

    `chance` is that of some sentences to be the one that answers.
    """
    first, last = needed
    begin, stop = index.passage_sentences(passage)
    while fit := [
        at
        for at in (last + 1, first - 1)
        if begin <= at < stop
        and chance.get(at, 0.0) >= _JOINED * max(index.sentence(at)[3], 1)
        and _is_enough(index, passage, at, min(first, at), max(last, at))
    ]:
        likelier = max(fit, key=lambda at: chance[at])
        first, last = min(first, likelier), max(last, likelier)
    return first, last


def _is_enough(index: Index, passage: int, sentence: int, first: int, last: int) -> bool:
    """Whether the sentences from first to last are all that one of them needs, and make one short quote."""
    needed = _belonging(index, passage, sentence, sentence_text(index, passage, sentence))
    return first <= needed[0] and needed[1] <= last and _is_short_prose(index, passage, first, last)


def _is_short_prose(index: Index, passage: int, first: int, last: int) -> bool:
    """Whether some sentences are of one paragraph, and no more than a quote should be."""
    kinds, words = zip(*(index.sentence(at)[2:] for at in range(first, last + 1)), strict=True)
    is_one = not any(_is_new_paragraph(index, passage, at) for at in range(first + 1, last + 1))
    return set(kinds) == {KINDS.index("paragraph")} and is_one and sum(words) <= _MAX_QUOTE_WORDS


def _is_new_paragraph(index: Index, passage: int, sentence: int) -> bool:
    """Whether an empty line stands before a sentence that is not the first of its passage."""
    begin = index.passage_range(passage)[0]
    between = slice(index.sentence(sentence - 1)[1] - begin, index.sentence(sentence)[0] - begin)
    return bool(_EMPTY_LINE.search(index.passage_text(passage)[between]))


def _falling_behind(confidence: float, behind: float) -> float:
    """Confidence of a quote whose score is `behind`, 0 or less, the first's: the first's odds times `exp(behind)`."""
    if behind == 0:
        return confidence
    odds = confidence / max(1 - confidence, 1e-9) * float(np.exp(behind))
    return odds / (1 + odds)


def _quoted_text(index: Index, seen: Rows, row: int) -> str:
    """What a quote of a sentence would say: "It was built in 1874." alone may be of anything."""
    passage, sentence, text = int(seen.passages[row]), int(seen.sentences[row]), seen.texts[row]
    first, last = _belonging(index, passage, sentence, text)
    if first == last:
        return text
    start, end = index.sentence(first)[0], index.sentence(last)[1]
    begin = index.passage_range(passage)[0]
    return index.passage_text(passage)[start - begin : end - begin]


def _quote(
    index: Index,
    asked: Query,
    passage: int,
    sentence: int,
    quoted: tuple[int, int],
    confidence: float,
    also_in: tuple[str, ...],
) -> Quote:
    document = index.document_of(passage)
    own = index.sentence(sentence)[:2]
    answer = _short_answer(document, *own, asked)
    if answer is None and own != quoted:
        answer = _short_answer(document, *quoted, asked)
    return document.quote(*quoted, confidence=confidence, answer=answer, also_in=also_in)


def _points_back(text: str) -> bool:
    """Whether a sentence needs the one before: a pronoun opens it, or stands in it and it is short."""
    return bool(_PRONOUN.match(text)) or (len(text) <= _SHORT_SENTENCE and bool(_LATER_PRONOUN.search(text)))


def _belonging(index: Index, passage: int, sentence: int, text: str) -> tuple[int, int]:
    """The sentences that a reader of one, by its number and as it stands in the text, needs.

    Before it when it points back, the items of a list, its block of code.
    """
    first = last = sentence
    begin, stop = index.passage_sentences(passage)
    _, _, kind, words = index.sentence(sentence)
    prose = KINDS.index("paragraph")
    if first > begin and kind == prose and _points_back(text):
        _, _, kind_before, words_before = index.sentence(first - 1)
        if kind_before == prose and words + words_before <= _MAX_QUOTE_WORDS:
            first -= 1
    if text.endswith((":", "：")):
        last = _last_item(index, sentence, stop)
    elif kind == KINDS.index("code"):
        first, last = _code_block(index, passage, sentence)
    return first, last


def _code_block(index: Index, passage: int, line: int) -> tuple[int, int]:
    """The lines that stand with one in its block of code; it alone in plain text, a log perhaps, or when too long."""
    document = index.document_of(passage)
    begin, stop = index.passage_sentences(passage)
    start = index.sentence(line)[0]
    block = document.blocks[document.block_at(start)]
    lines = [at for at in range(begin, stop) if block.start <= index.sentence(at)[0] < block.end]
    words = sum(index.sentence(at)[3] for at in lines)
    return (line, line) if document.format == "text" or words > _MAX_LIST_WORDS else (lines[0], lines[-1])


def _last_item(index: Index, lead_in: int, stop: int) -> int:
    """The last sentence of the list that a lead-in introduces; the lead-in when the list is too long to quote."""
    last, words = lead_in, 0
    while last + 1 < stop:
        _, _, kind, more = index.sentence(last + 1)
        if kind in (KINDS.index("paragraph"), KINDS.index("heading")):
            break
        last, words = last + 1, words + more
    return last if words <= _MAX_LIST_WORDS else lead_in


def _short_answer(document: Document, start: int, end: int, asked: Query) -> tuple[int, int] | None:
    """The range in the quote that answers in a few words; in a table's row a cell, or a part of a long one."""
    if asked.language != ENGLISH:  # all that is learned of is English
        return None
    shares = asked.rarities
    is_row = bool(document.columns(start, end))
    if is_row:
        start, end = _asked_cell(document, start, end, shares)
    found = short_answer(document.text[start:end], asked.text, shares)
    if found is None:
        return None
    first, last = start + found[0], start + found[1]
    return _whole_cell(document.text, first, last, start, end) if is_row else (first, last)


def _asked_cell(document: Document, start: int, end: int, shares: Mapping[str, float]) -> tuple[int, int]:
    """The cell of a row that the question asks for, else the row.

    Its header is named in the question, which says none of its words; where all cells under such headers are told by
    the question ("Which mill is in Harlow?"), the first of the row is asked for.
    """
    cells = _cells(document.text, start, end)
    named = [sum(shares.get(term, 0.0) for term in set(content_terms(name))) for name in document.columns(start, end)]
    told = [any(term in shares for term in content_terms(document.text[first:last])) for first, last in cells]
    asked = [(-weight, at) for at, weight in enumerate(named[: len(cells)]) if weight and not told[at]]
    if asked:
        return cells[min(asked)[1]]
    return cells[0] if any(named) and not told[0] else (start, end)


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The ranges of the cells of a row."""
    edges = [start - 1, *(at for at in range(start, end) if text[at] == "\t"), end]
    return [(before + 1, after) for before, after in pairwise(edges)]


def _whole_cell(text: str, first: int, last: int, start: int, end: int) -> tuple[int, int]:
    """The cell in which a range of a row lies, where it is short; a part of "ISO VG 46" is no answer."""
    cell = next((begin, stop) for begin, stop in _cells(text, start, end) if last <= stop)
    return trim(text, *cell) or cell if cell[1] - cell[0] <= _MAX_CELL else (first, last)
