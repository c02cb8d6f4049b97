"""Answer -> text for a terminal: its quotes with their places, or why there are none."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.languages import ENGLISH
from qa.model import Answer, Document, Quote
from qa.present.layout import BOLD, RESET, STRONG, dim, wrap
from qa.present.notes import read_as_text
from qa.present.quoted import kept_cells, quote_lines
from qa.present.shared import above, confidence_word, headed, listed, place, printable, some_paths
from qa.scripts import is_unspaced
from qa.syntax import parse
from qa.text import content_terms, spans, spelt, stop_terms, terms

if TYPE_CHECKING:
    from qa.agreement import Said

__all__ = ["Link", "agreement_text", "context_text", "text"]

_LONGEST_WORD = 200
_UNBROKEN = re.compile(rf"[^\s\x1b]{{{_LONGEST_WORD + 1},}}")
_ALIKE = 0.5
"""Share of their content terms from which two quotes with the same short answer say the same."""
_AROUND = 2
"""Blocks before and after a quote that are its context."""
_MOST_LACKING = 4
_CHANGED = "Not quoted, for they changed since they were read (ask again, in a chat after /reload):"
Link = Callable[[Quote], str | None]
"""Quote -> the address of its place in the file, for terminals that make text a link."""


@dataclass(frozen=True, slots=True)
class _View:
    """How an answer is laid out: `fold` is the most lines of a quote that are shown, None for all.

    Words are compared in the `language` of the question.
    """

    width: int
    color: bool
    fold: int | None = None
    link: Link | None = None
    language: str = ENGLISH


def text(
    answer: Answer,
    *,
    width: int = 80,
    color: bool = False,
    first: int = 1,
    fold: int | None = None,
    link: Link | None = None,
    grouped: bool = False,
) -> str:
    """An Answer for a person to read; quotes are numbered from `first`.

    `fold` lines of a long quote are shown; `link` makes its place a hyperlink; `grouped` names quotes that say the same
    as an earlier one below that by their place alone.
    """
    view = _View(width, color, fold, link, answer.language)
    parts = [] if answer.standalone == answer.question else [_aside(f"reading: {answer.standalone}", width, color)]
    if answer.read_as:
        parts.append(_aside(read_as_text(answer.read_as), width, color))
    if answer.changed:
        parts.append("\n".join(wrap([*_CHANGED.split(), *some_paths(answer.changed)], width)))
    if answer.answered:
        promised = [] if answer.promised is None else [_aside(_at_risk(answer.promised), width, color)]
        if first == 1 and (said := agreement_text(answer.agreement)):  # later quotes are less sure than the first
            parts.append("\n".join(wrap(said.split(), width)))
        return "\n\n".join([*parts, *_quotes(answer, answer.quotes, view, first, grouped), *promised])
    parts.append("\n".join(wrap(f"The documents do not answer this. {_why_not(answer)}".split(), width)))
    if answer.nearest:
        parts.append("Nearest, but not an answer:")
        parts += _quotes(answer, answer.nearest, view, first, grouped)
    return "\n\n".join(parts)


def agreement_text(groups: Sequence[Said]) -> str:
    """What the quotes agree on, or how they differ, with the numbers of the quotes.

    >>> from qa.agreement import Said
    >>> agreement_text([Said("2016", (0, 1, 3)), Said("2015", (2,))])
    'The passages differ: 3 say 2016 (1, 2, 4), 1 says 2015 (3).'
    >>> agreement_text([Said("Ada Stone", (0, 2))])
    '2 passages say Ada Stone (1, 3).'
    """
    told = []
    for said in groups:
        count = str(len(said.quotes)) if len(groups) > 1 else f"{len(said.quotes)} passages"
        verb = "say" if len(said.quotes) > 1 else "says"
        places = ", ".join(str(1 + place) for place in said.quotes)
        told.append(f"{count} {verb} {printable(said.text)} ({places})")
    return ("The passages differ: " if len(groups) > 1 else "") + ", ".join(told) + "." if told else ""


def _at_risk(risk: float) -> str:
    return f"answered at a promised risk of {100 * risk:g} %"


def _aside(remark: str, width: int, color: bool) -> str:
    return "\n".join(dim(line, color) for line in wrap(f"({printable(remark)})".split(), width))


def _why_not(answer: Answer) -> str:
    if answer.missing:
        return f"They never mention: {listed(answer.missing)}."
    return "They hold its words, but no sentence that is likely to answer." if answer.nearest else ""


def _asked(answer: Answer) -> str:
    return " ".join([parse(answer.standalone).text, *(read for _, read in answer.read_as)])


def _quotes(answer: Answer, quotes: Sequence[Quote], view: _View, first: int, grouped: bool) -> list[str]:
    """The quotes with their places; a near miss with the words of the question that it lacks, too."""
    asked = _asked(answer)
    language = answer.language
    wanted = set(content_terms(asked, language)) - stop_terms(language)
    unread = set(terms(" ".join((*answer.missing, *(word for word, _ in answer.read_as))), language))
    shown = []
    for leader, *others in _agreeing(quotes) if grouped else [[at] for at in range(len(quotes))]:
        lacking = () if answer.answered else _lacking(quotes[leader], asked, wanted - unread, language)
        lines = [_quote(quotes[leader], first + leader, wanted, lacking, view)]
        for at in others:
            words = [f"also ({first + at})", *_beside(quotes[at], (), view)]
            lines += ["    " + dim(line, view.color) for line in wrap(words, view.width - 4)]
        shown.append("\n".join(lines))
    return shown


def _lacking(quote: Quote, asked: str, wanted: set[str], language: str) -> tuple[str, ...]:
    """The wanted words, as asked, that stand neither in a quote nor above it."""
    known = "\n".join((quote.text, above(quote), *quote.columns))
    return spelt(asked, wanted - set(terms(known, language)), language)


def _agreeing(quotes: Sequence[Quote]) -> list[list[int]]:
    """The quotes by their numbers, those together that say the same, each group where its first stands."""
    groups: list[list[int]] = []
    for at, quote in enumerate(quotes):
        for group in groups:
            if _agree(quotes[group[0]], quote):
                group.append(at)
                break
        else:
            groups.append([at])
    return groups


def _agree(quote: Quote, other: Quote) -> bool:
    """Whether two quotes state the same: mostly the same words, and the same short answer where they have one."""
    left, right = set(content_terms(quote.text)), set(content_terms(other.text))
    if len(left & right) < _ALIKE * len(left | right):
        return False
    return left == right or (content_terms(quote.answer or "") == content_terms(other.answer or ""))


def _quote(quote: Quote, number: int, wanted: set[str], lacking: Sequence[str], view: _View) -> str:
    """A quote with its place below it."""
    margin = f"{number:>2}  "
    shown = _emphasised(quote, wanted, view.language) if view.color else printable(quote.text)
    shown = headed(shown, quote.columns, kept=kept_cells(quote, wanted, view.language))
    if view.fold is not None:
        shown = _UNBROKEN.sub(_without_end, shown)
    body = quote_lines(shown, quote, view.width - len(margin))
    if view.fold is not None and len(body) > view.fold:
        hidden = len(body) - view.fold + 1
        body = [*body[: view.fold - 1], dim(f"… {hidden} more lines: /context {number}", view.color)]
    below = wrap(_beside(quote, lacking, view), view.width - len(margin))
    lines = [*body, *(dim(line, view.color) for line in below)]
    return "\n".join((margin if at == 0 else " " * len(margin)) + line for at, line in enumerate(lines))


def _beside(quote: Quote, lacking: Sequence[str], view: _View) -> list[str]:
    """The words below a quote: its place, what stands above it, how sure it is, what it lacks."""
    sure = f"{confidence_word(quote.confidence)} ({quote.confidence:.0%})"
    without = f"without: {listed(lacking, _MOST_LACKING)}" if lacking else ""
    words = "".join(f"· {part} " for part in (printable(above(quote)), sure, without) if part)
    where, address = place(quote), view.link(quote) if view.link else None
    also = ["·", "also", "in", *some_paths(quote.also_in)] if quote.also_in else []
    return [f"\x1b]8;;{address}\x1b\\{where}\x1b]8;;\x1b\\" if address else where, *words.split(), *also]


def _emphasised(quote: Quote, wanted: set[str], language: str) -> str:
    """The quote with the question's words bold and the short answer stronger, each word marked by itself."""
    pieces, at = [], 0
    for term in spans(quote.text, language):
        inside = quote.answer_start is not None and quote.answer_start <= term.start < (quote.answer_end or 0)
        style = STRONG if inside else BOLD if term.term in wanted else ""
        if style:
            start = max(term.start, at)  # pairs of letters overlap
            between, word = quote.text[at:start], quote.text[start : term.end]
            pieces += [printable(between), style, printable(word), RESET]
            at = term.end
    return "".join([*pieces, printable(quote.text[at:])])


def _without_end(word: re.Match[str]) -> str:
    """A word that is longer than any, cut; text without spaces is none."""
    return word[0] if is_unspaced(word[0]) else f"{word[0][:_LONGEST_WORD]}…"


def context_text(document: Document, quote: Quote, *, width: int = 80, color: bool = False) -> str:
    """What stands around a quote in its document, the lines of its own blocks marked."""
    touched = [at for at, block in enumerate(document.blocks) if block.start < quote.end and quote.start < block.end]
    first, last = (touched[0], touched[-1]) if touched else (0, -1)
    shown = []
    for at in range(max(first - _AROUND, 0), min(last + _AROUND + 1, len(document.blocks))):
        block = document.blocks[at]
        mark = "> " if first <= at <= last else "  "
        body = printable(document.text[block.start : block.end])
        style = BOLD if color and mark != "  " else ""
        parts = body.split("\n") if block.kind in ("code", "row", "header") else [body]
        lines = [line for part in parts for line in wrap(part.split(), width - 2)]
        shown.append("\n".join(f"{mark}{style}{line}{RESET if style else ''}" for line in lines))
    below = [place(quote), *"".join(f"· {part} " for part in (printable(above(quote)),) if part).split()]
    return "\n\n".join([*shown, "\n".join(dim(line, color) for line in wrap(below, width))])
