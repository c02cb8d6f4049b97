"""Answer -> text for a terminal, and JSON.

Everything here returns strings. Control characters of documents and file names never reach the terminal.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from qa.model import Answer, Hit, Quote, Skipped
from qa.syntax import parse
from qa.text import STOP_TERMS, content_terms, spans

__all__ = [
    "confidence_word",
    "hits_text",
    "json_text",
    "one_line",
    "place",
    "printable",
    "read_as_text",
    "skipped_text",
    "text",
    "unread_text",
]

_BOLD, _STRONG, _DIM, _RESET = "\x1b[1m", "\x1b[1;4m", "\x1b[2m", "\x1b[0m"
_DIRECTION = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_DIRECTION}]")
_RAW_IN_JSON = re.compile(rf"[\x7f-\x9f{_DIRECTION}\u2028\u2029\ud800-\udfff]")
_WORDS = ((0.9, "almost certain"), (0.7, "likely"), (0.5, "rather likely"), (0.25, "doubtful"), (0.0, "unlikely"))
_MIN_WIDTH = 16
_MOST_MISSING = 8
_LONGEST_MISSING = 40


def confidence_word(confidence: float) -> str:
    """A probability in a word.

    >>> confidence_word(0.95), confidence_word(0.3)
    ('almost certain', 'doubtful')
    """
    return next(word for least, word in _WORDS if confidence >= least)


def printable(value: str) -> str:
    r"""The text without what could steer a terminal: control and direction characters become U+FFFD.

    >>> printable("a\x1b[2Jb")
    'a\ufffd[2Jb'
    """
    return _CONTROL.sub("\ufffd", value).encode("utf-8", "replace").decode()


def one_line(value: str) -> str:
    """A name or a message as it can be printed on one line; its spaces stay."""
    return printable(value).replace("\n", "\ufffd")


def json_text(value: Answer | Sequence[Hit], *, encoding: str = "utf-8") -> str:
    """An Answer, or a list of Hits, as JSON that steers no terminal and that `encoding` can write; it parses the same.

    What `json` leaves raw is escaped: DEL and C1, direction characters, lone surrogates, what the encoding lacks.
    """
    plain: Any = value.to_dict() if isinstance(value, Answer) else [hit.to_dict() for hit in value]
    raw = _RAW_IN_JSON.sub(_escaped, json.dumps(plain, ensure_ascii=False, indent=2))
    try:
        raw.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(plain, indent=2).replace("\x7f", "\\u007f")
    return raw


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def text(answer: Answer, *, width: int = 80, color: bool = False, first: int = 1) -> str:
    """An Answer for a person to read; quotes are numbered from `first`."""
    parts = [] if answer.standalone == answer.question else [_aside(f"reading: {answer.standalone}", width, color)]
    if answer.read_as:
        parts.append(_aside(read_as_text(answer.read_as), width, color))
    if answer.changed:
        words = ["Changed", "since", "it", "was", "read;", "start", "again:", *map(one_line, answer.changed)]
        parts.append("\n".join(_wrap(words, width)))
    if answer.answered:
        return "\n\n".join([*parts, *_quotes(answer, answer.quotes, width, color, first)])
    refusal = f"The documents do not answer this. {_never_mentioned(answer.missing)}"
    parts.append("\n".join(_wrap(refusal.split(), width)))
    if answer.nearest:
        parts.append("Nearest, but not an answer:")
        parts += _quotes(answer, answer.nearest, width, color, first)
    return "\n\n".join(parts)


def read_as_text(read_as: Iterable[tuple[str, str]]) -> str:
    """Which words were taken for misspelt.

    >>> read_as_text([("unikernal", "unikernel"), ("Dcoker", "Docker")])
    "read 'unikernal' as 'unikernel', 'Dcoker' as 'Docker'"
    """
    return "read " + ", ".join(f"'{word}' as '{read}'" for word, read in read_as)


def _aside(remark: str, width: int, color: bool) -> str:
    return "\n".join(_dim(line, color) for line in _wrap(f"({printable(remark)})".split(), width))


def _never_mentioned(words: Sequence[str]) -> str:
    if not words:
        return ""
    shown = ", ".join(_cut(printable(word), _LONGEST_MISSING) for word in words[:_MOST_MISSING])
    more = f" and {len(words) - _MOST_MISSING} more" if len(words) > _MOST_MISSING else ""
    return f"They never mention: {shown}{more}."


def _quotes(answer: Answer, quotes: Iterable[Quote], width: int, color: bool, first: int) -> list[str]:
    asked = " ".join([parse(answer.standalone).text, *(read for _, read in answer.read_as)])
    wanted = set(content_terms(asked)) - STOP_TERMS
    return [_quote(quote, number, wanted, width, color) for number, quote in enumerate(quotes, first)]


def _quote(quote: Quote, number: int, wanted: set[str], width: int, color: bool) -> str:
    """A quote with its place below it."""
    margin = f"{number:>2}  "
    shown = _emphasised(quote, wanted) if color else printable(quote.text)
    body = [line for part in _parts(shown) for line in _wrap(part.split(), width - len(margin))]
    sure = f"{confidence_word(quote.confidence)} ({quote.confidence:.0%})"
    beside = "".join(f"· {part} " for part in (printable(_above(quote)), sure) if part)
    below = _wrap([place(quote), *beside.split()], width - len(margin))
    lines = [*body, *(_dim(line, color) for line in below)]
    return "\n".join((margin if at == 0 else " " * len(margin)) + line for at, line in enumerate(lines))


def _parts(text: str) -> list[str]:
    """What stands on lines of its own: each paragraph of a quote and, after the first, each item, row or line."""
    first, *others = text.replace("\t", " | ").split("\n\n")
    return [first, *(line for part in others for line in part.split("\n"))]


def place(quote: Quote) -> str:
    """Where a quote stands: `path:line`, or the path and the page.

    A line is what editors and terminals understand, so it is joined as they write it.
    """
    where = f":{quote.line}" if quote.line is not None else f", page {quote.page}" if quote.page is not None else ""
    return one_line(quote.path) + where


def _above(quote: Quote) -> str:
    return f"{quote.title} › {quote.heading}" if quote.heading else quote.title


def _emphasised(quote: Quote, wanted: set[str]) -> str:
    """The quote with the question's words bold and the short answer stronger, each word marked by itself."""
    pieces, at = [], 0
    for term in spans(quote.text):
        inside = quote.answer_start is not None and quote.answer_start <= term.start < (quote.answer_end or 0)
        style = _STRONG if inside else _BOLD if term.term in wanted else ""
        if style:
            pieces += [
                printable(quote.text[at : term.start]),
                style,
                printable(quote.text[term.start : term.end]),
                _RESET,
            ]
            at = term.end
    return "".join([*pieces, printable(quote.text[at:])])


def _wrap(words: Iterable[str], width: int) -> list[str]:
    """The words in lines of at most `width` columns, escape sequences counting nothing; no word is broken."""
    lines, line, used = [], "", 0
    for word in words:
        size = len(re.sub(r"\x1b\[[\d;]*m", "", word))
        if line and used + 1 + size > max(width, _MIN_WIDTH):
            lines.append(line)
            line, used = word, size
        else:
            line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    return [*lines, line] if line else lines


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1]}…"


def _dim(value: str, color: bool) -> str:
    return f"{_DIM}{value}{_RESET}" if color else value


def hits_text(hits: Sequence[Hit], *, width: int = 80) -> str:
    """Passages for a person to read, best first."""
    if not hits:
        return "No passage is found."
    parts = []
    for number, hit in enumerate(hits, 1):
        where = one_line(hit.path) + (f":{hit.line}" if hit.line is not None else "")
        beside = (f"· {printable(hit.heading)} " if hit.heading else "") + f"· {hit.score:.3f}"
        body = textwrap.shorten(printable(hit.text), 3 * width, placeholder=" …")
        lines = [*_wrap([where, *beside.split()], width - 4), *_wrap(body.split(), width - 4)]
        parts.append("\n".join((f"{number:>2}  " if at == 0 else "    ") + line for at, line in enumerate(lines)))
    return "\n\n".join(parts)


def skipped_text(skipped: Sequence[Skipped]) -> str:
    """What could not be read and why, a line each."""
    return "\n".join(one_line(f"{entry.path}: {entry.reason}") for entry in skipped)


def unread_text(count: int, first: Skipped | None) -> str:
    """How many files an answer does not rest on, with one of them and why."""
    if first is None:
        return ""
    shown = one_line(f"{first.path}: {first.reason}")
    return f"{count} files were not read, e.g. {shown}" if count > 1 else f"1 file was not read: {shown}"
