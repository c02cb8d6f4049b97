"""Transcript -> which of its quotes still stand where they stood: proving answers again, whoever gave them.

    {"corpus": ["/home/ada/notes"], "quotes": [{"path": "mill.txt", "text": "…", "start": 0, "end": 39, …}], …}

A transcript is `Answer.to_dict()` as JSON: one, a list of them, or one after the other. Nothing in it is trusted. Only
files below its `corpus` are read, and no hidden ones; of a quote, `path` and `text` are needed, and
whatever else it says of its place (`start`, `end`, `line`, `page`, `columns`) must be true, too.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nlargest
from pathlib import Path
from typing import Any, Literal

from qa.errors import QAError, ReadError, seen
from qa.gold import Anchor, places_of
from qa.load import locate, read
from qa.model import Block, Document
from qa.text import sentence_spans, terms

__all__ = ["Check", "Claim", "Status", "claims_in", "prove"]

Status = Literal["intact", "moved", "changed", "gone"]

_NO_CORPUS = "no corpus is named; --corpus PATH names one"
_NO_BLANK = re.compile(r"\S")
_OPEN_DOCUMENTS = 8
_MOST_PLACES = 1_000
"""Places of one text that are looked at; a letter has more than anybody cites."""
_LOOKED_AT = 8
"""Blocks of a document among which what a quote has become is looked for."""
_LEAST_LIKE = 0.4
"""How much like a quote its document must still hold something for it to have changed and not to be gone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a transcript says of a quote. `wrong` is what is the matter with it already, before any file is read."""

    roots: tuple[Path, ...]
    path: str
    text: str
    start: int | None = None
    end: int | None = None
    line: int | None = None
    page: int | None = None
    columns: Sequence[str] = ()
    sha256: str | None = None
    before: str = ""
    after: str = ""
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What became of a quote.

    `start`, `end`, `line` and `page` say where it stands now or, when it has changed, where `now` does, which stands in
    its place; None where nothing does. `reason` is for the reader, in words; it may be empty.
    """

    claim: Claim
    status: Status
    reason: str = ""
    now: str | None = None
    start: int | None = None
    end: int | None = None
    line: int | None = None
    page: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        names = ("status", "reason", "now", "start", "end", "line", "page")
        said = {"path": self.claim.path, "text": self.claim.text}
        return said | {name: getattr(self, name) for name in names}


def claims_in(transcript: str, *, corpus: Sequence[str] | None = None) -> list[Claim]:
    """The quotes, and near misses, of the answers in a transcript. `corpus` takes the place of what these name.

    Raises QAError for a text that is no transcript.
    """
    answers = list(_answers(transcript))
    if not answers:
        raise QAError("it holds no answers, so there is nothing to verify")
    return [
        _claim(quote, corpus if corpus is not None else answer.get("corpus"))
        for answer in answers
        for quote in _quotes(answer)
    ]


def _answers(transcript: str) -> Iterator[dict[str, Any]]:
    """The objects in a text of JSON values, one after the other, lists of them taken apart."""
    decoder, at = json.JSONDecoder(), _NO_BLANK.search(transcript)
    if at is None:
        raise QAError("it is empty")
    while at:
        try:
            value, end = decoder.raw_decode(transcript, at.start())
        except json.JSONDecodeError as error:
            raise QAError(f"line {error.lineno}: not JSON: {error.msg}") from None
        except (ValueError, RecursionError):  # a number of thousands of digits, or brackets in brackets
            raise QAError("not JSON that can be read: nested too deeply, or a number too long") from None
        for answer in value if isinstance(value, list) else [value]:
            if not isinstance(answer, dict):
                raise QAError(f"no transcript: expected answers, not {seen(answer)}")
            yield answer
        at = _NO_BLANK.search(transcript, end)


def _quotes(answer: Mapping[str, Any]) -> list[Any]:
    """The quotes and near misses of an answer; none where a question of a batch could not be asked."""
    named = [answer[name] for name in ("quotes", "nearest") if answer.get(name) is not None]
    if not named and "error" not in answer:
        raise QAError(f"no transcript: an answer without quotes, {seen(answer)}")
    for quotes in named:
        if not isinstance(quotes, list):
            raise QAError(f"no transcript: quotes are a list, not {seen(quotes)}")
    return [quote for quotes in named for quote in quotes]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


_FIELDS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "path": (_is_text, "text"),
    "text": (_is_text, "text"),
    "start": (_is_number, "a whole number"),
    "end": (_is_number, "a whole number"),
    "line": (_is_number, "a whole number"),
    "page": (_is_number, "a whole number"),
    "columns": (_is_texts, "a list of texts"),
    "sha256": (_is_text, "text"),
    "before": (_is_text, "text"),
    "after": (_is_text, "text"),
    "answer": (_is_text, "text"),
}


def _claim(quote: object, corpus: object) -> Claim:
    """A quote of a transcript as what can be checked, with what is wrong with it."""
    said = quote if isinstance(quote, dict) else {}
    kept = {name: said[name] for name, (fits, _) in _FIELDS.items() if name in said and fits(said[name])}
    roots = _roots(corpus)
    wrong = f"no quote but {seen(quote)}" if quote is not said else _wrong(said) or ("" if roots else _NO_CORPUS)
    kept.pop("answer", None)
    return Claim(**{"roots": roots, "path": "", "text": "", **kept}, wrong=wrong or None)


def _wrong(said: Mapping[str, Any]) -> str:
    """What is the matter with a quote by itself: a field that is missing or no such thing, an answer from elsewhere."""
    for name, (fits, expected) in _FIELDS.items():
        if said.get(name) is not None and not fits(said[name]):
            return f"its {name} is {seen(said[name])}, not {expected}"
    for name in ("path", "text"):
        if not (said.get(name) or "").strip():
            return f"it has no {name}"
    answer = said.get("answer")
    return f"its short answer {seen(answer)} is not in it" if answer and answer not in said["text"] else ""


def _roots(corpus: object) -> tuple[Path, ...]:
    """The folders and files of a corpus; what is no path is left out."""
    named = [corpus] if isinstance(corpus, str) else corpus if isinstance(corpus, list | tuple) else []
    return tuple(Path(os.path.abspath(root)) for root in named if isinstance(root, str) and root)


def prove(claims: Sequence[Claim]) -> list[Check]:
    """What became of each quote. Files that cannot be read count as gone; none is read for a claim that is wrong."""
    remembered = lru_cache(_OPEN_DOCUMENTS)(_document)
    return [_check(claim, remembered) for claim in claims]


def _document(roots: tuple[Path, ...], path: str) -> Document | str:
    """The document at a path; where there is none, why."""
    try:
        return read(locate(roots, path))
    except ReadError as error:
        return error.reason


def _check(claim: Claim, document: Callable[[tuple[Path, ...], str], Document | str]) -> Check:
    if claim.wrong:
        return Check(claim, "gone", claim.wrong)
    found = document(claim.roots, claim.path)
    if isinstance(found, str):
        return Check(claim, "gone", found)
    places = _places(found, claim.text)
    here = [place for place in places if _is_where_claimed(found, place, claim)]
    if here:
        edited = claim.sha256 is not None and claim.sha256 != found.sha256
        return _found(found, here[0], Check(claim, "intact", "the file has changed elsewhere" if edited else ""))
    fitting = places if len(places) == 1 else [place for place in places if _fits(found, place, claim)]
    if len(fitting) == 1:
        return _found(found, fitting[0], Check(claim, "moved"))
    return _changed(found, claim, places)


def _places(document: Document, text: str) -> list[Anchor]:
    """Where a text stands in a document, word for word; if nowhere, where it does but for its white space."""
    found, at = list[Anchor](), document.text.find(text)
    while at >= 0 and len(found) < _MOST_PLACES:
        found.append(Anchor(document.path, at, at + len(text)))
        at = document.text.find(text, at + 1)
    return found or places_of(document, text)[:_MOST_PLACES]


def _is_where_claimed(document: Document, place: Anchor, claim: Claim) -> bool:
    """Whether all that a claim says of its place is true of one. A range is one of characters: its text is exact."""
    return (
        claim.start in (None, place.start)
        and claim.end in (None, place.end)
        and claim.line in (None, document.line(place.start))
        and claim.page in (None, document.page(place.start))
    )


def _fits(document: Document, place: Anchor, claim: Claim) -> bool:
    """Whether the same text surrounds a place as surrounded the quote."""
    before, after = document.around(place.start, place.end)
    return bool(claim.before or claim.after) and before.endswith(claim.before) and after.startswith(claim.after)


def _found(document: Document, place: Anchor, check: Check) -> Check:
    """The check of a text that stands at a place; a row below other column headers says something else."""
    columns = document.columns(place.start, place.end)
    if check.claim.columns and columns != tuple(check.claim.columns):
        shown = ", ".join(columns) if any(columns) else "none"
        check = replace(check, status="changed", reason=f"its column headers are other ones: {shown}")
    return _at(document, place, check)


def _at(document: Document, place: Anchor, check: Check, now: str | None = None) -> Check:
    """The check with a place in the document."""
    line, page = document.line(place.start), document.page(place.start)
    return replace(check, start=place.start, end=place.end, line=line, page=page, now=now)


def _changed(document: Document, claim: Claim, places: Sequence[Anchor]) -> Check:
    """A quote that no single place is that of: what stands there instead, if anything is like it."""
    if places:
        return Check(claim, "changed", f"stands elsewhere, {len(places)} times, and none can be told to be it")
    same = "; the file is the same, so it never held it" if claim.sha256 == document.sha256 else ""
    place = _nearest(document, claim.text)
    if place is None:
        return Check(claim, "gone", f"the file holds nothing like it{same}")
    reason = same.removeprefix("; ")
    return _at(document, place, Check(claim, "changed", reason), document.text[place.start : place.end])


def _nearest(document: Document, text: str) -> Anchor | None:
    """The sentences that are most like a text; None where nothing is much like it."""
    wanted = Counter(terms(text))

    def like(start: int, end: int) -> float:
        return _likeness(wanted, Counter(terms(document.text[start:end])))

    def shared(block: Block) -> int:
        return (wanted & Counter(terms(document.text[block.start : block.end]))).total()

    blocks = sorted(nlargest(_LOOKED_AT, document.blocks, key=shared), key=lambda block: block.start)
    sentences = [sentence for block in blocks for sentence in _sentences(document, block)]
    if not sentences:
        return None
    first = last = max(range(len(sentences)), key=lambda at: like(*sentences[at]))
    best = like(*sentences[first])
    for _ in sentences:  # grows by the sentence before or after as long as that makes it more like the text
        wider = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last + 1 < len(sentences))
        scored = [(like(sentences[left][0], sentences[right][1]), left, right) for left, right in wider]
        if not scored or max(scored)[0] <= best:
            break
        best, first, last = max(scored)
    return Anchor(document.path, sentences[first][0], sentences[last][1]) if best >= _LEAST_LIKE else None


def _sentences(document: Document, block: Block) -> list[tuple[int, int]]:
    """The sentences of a block, or its lines where it is code."""
    body = document.text[block.start : block.end]
    if block.kind != "code":
        return [(block.start + start, block.start + end) for start, end in sentence_spans(body)]
    return [(block.start + line.start(), block.start + line.end()) for line in re.finditer(r"\S.*", body)]


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Dice's coefficient of two bags of words."""
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)
