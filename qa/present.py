"""Answer -> text for a terminal, and JSON.

Everything here returns strings. Control characters of documents and file names never reach the terminal.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING, Any

from qa.model import HEADING_SEPARATOR, Answer, Document, Explanation, Hit, Promise, Quote, Reason, Skipped
from qa.scripts import WIDE, columns, is_unspaced
from qa.syntax import parse
from qa.text import STOP_TERMS, content_terms, spans, spelt, terms

if TYPE_CHECKING:
    from qa.agreement import Said
    from qa.calibrate import Calibration
    from qa.propose import Alike, Coverage, Proposal
    from qa.receipt import Check

__all__ = [
    "Link",
    "above",
    "agreement_text",
    "calibration_text",
    "checks_text",
    "confidence_word",
    "context_text",
    "counted",
    "coverage_text",
    "explanation_text",
    "hits_text",
    "json_text",
    "markdown_text",
    "one_line",
    "place",
    "printable",
    "promise_text",
    "proposal_text",
    "read_as_text",
    "skipped_text",
    "text",
    "unread_text",
]

_BOLD, _STRONG, _DIM, _RESET = "\x1b[1m", "\x1b[1;4m", "\x1b[2m", "\x1b[0m"
_IMPLICIT = re.compile("[\u061c\u200e\u200f]")
_DIRECTION = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_CONTROL = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{_DIRECTION}]")
_BREAKS = re.compile(r"\r\n|\f")
_SHOWN_ENDS = re.compile(r"\r\n|[\n\f]")  # what `printable` shows as the end of a line
_LINE_ENDS = re.compile(r"[\n\u2028\u2029]")
_TAGS = re.compile(r"<(?=[\w/!?])")
_RAW_IN_JSON = re.compile(rf"[\x7f-\x9f{_DIRECTION}\u2028\u2029\ud800-\udfff]")
_WORDS = ((0.9, "almost certain"), (0.7, "likely"), (0.5, "rather likely"), (0.25, "doubtful"), (0.0, "unlikely"))
_ESCAPES = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;;[^\x1b]*\x1b\\")
_LONGEST_WORD = 200
_OWN_END = "\x1e"
"""Stands for a line end that is kept while the others are not; nothing printable."""
_CELLS = re.compile(r"(?<=\S)[ \t]*\t[ \t]*")
"""What parts the cells of a row, not what indents a line."""
_UNBROKEN = re.compile(rf"[^\s\x1b]{{{_LONGEST_WORD + 1},}}")
_STYLED = re.compile(r"\x1b\[[\d;]*m")
# What clings to the wide character after it, and what to the one before: no line ends between them.
_OPENING, _CLOSING = "「『（【《〈〔［｛“‘", "」』）】》〉〕］｝”’、。，．！？：；・…ーっッゃゅょャュョ"
_MIN_WIDTH = 16
_ALIKE = 0.5
"""Share of their content terms from which two quotes with the same short answer say the same."""
_AROUND = 2
"""Blocks before and after a quote that are its context."""

_MOST_CELLS = 12
"""Cells of a row that are all shown; of more only those that the question is about."""
_MOST_MISSING = 8
_MOST_LACKING = 4
_MOST_PATHS = 3
_CHANGED = "Not quoted, for they changed since they were read (ask again, in a chat after /reload):"
_LONGEST_MISSING = 40
_NAME_WIDTH = 17
_LEAST_SEEN = 0.005
_STATUS_WIDTH = 9

Link = Callable[[Quote], str | None]
"""Quote -> the address of its place in the file, for terminals that make text a link."""


@dataclass(frozen=True, slots=True)
class _View:
    """How an answer is laid out: `fold` is the most lines of a quote that are shown, None for all."""

    width: int
    color: bool
    fold: int | None = None
    link: Link | None = None


def confidence_word(confidence: float) -> str:
    """A probability in a word.

    >>> confidence_word(0.95), confidence_word(0.3)
    ('almost certain', 'doubtful')
    """
    return next(word for least, word in _WORDS if confidence >= least)


def printable(value: str) -> str:
    r"""The text without what could steer a terminal: control and direction characters become U+FFFD.

    Marks that only lean on the direction of what they stand beside, usual where Arabic or Hebrew meets Latin, are left
    out. The line ends of Windows and the ends of pages are line ends.

    >>> printable("a\x1b[2Jb"), printable("one\r\ntwo\fthree")
    ('a\ufffd[2Jb', 'one\ntwo\nthree')
    """
    breaks = _BREAKS.sub("\n", _IMPLICIT.sub("", value))
    return _CONTROL.sub("\ufffd", breaks).encode("utf-8", "replace").decode()


def one_line(value: str) -> str:
    """A name or a message as it can be printed on one line; its spaces stay."""
    return _LINE_ENDS.sub("\ufffd", printable(_IMPLICIT.sub("\ufffd", value)))


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "quote"), counted(1200, "quote")
    ('1 quote', '1200 quotes')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def json_text(
    value: Answer | Sequence[Answer | Hit | Check] | Mapping[str, Any],
    *,
    explanation: Explanation | None = None,
    indent: int | None = 2,
    encoding: str = "utf-8",
) -> str:
    """Answers, Hits or Checks, or names and values, as JSON that steers no terminal and that `encoding` can write.

    It parses the same: what `json` leaves raw is escaped, DEL and C1, direction characters, lone surrogates, what the
    encoding lacks. An Answer's explanation goes inside it. Without `indent` it is one line, for JSON Lines.
    """
    plain: Any = value
    if isinstance(value, Answer):
        plain = value.to_dict() | ({"explanation": explanation.to_dict()} if explanation else {})
    elif not isinstance(value, Mapping):
        plain = [entry.to_dict() for entry in value]
    raw = _RAW_IN_JSON.sub(_escaped, json.dumps(plain, ensure_ascii=False, indent=indent))
    try:
        raw.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(plain, indent=indent).replace("\x7f", "\\u007f")
    return raw


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


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
    view = _View(width, color, fold, link)
    parts = [] if answer.standalone == answer.question else [_aside(f"reading: {answer.standalone}", width, color)]
    if answer.read_as:
        parts.append(_aside(read_as_text(answer.read_as), width, color))
    if answer.changed:
        parts.append("\n".join(_wrap([*_CHANGED.split(), *_paths(answer.changed)], width)))
    if answer.answered:
        promised = [] if answer.promised is None else [_aside(_at_risk(answer.promised), width, color)]
        if said := agreement_text(answer.agreement, first=first):
            parts.append("\n".join(_wrap(said.split(), width)))
        return "\n\n".join([*parts, *_quotes(answer, answer.quotes, view, first, grouped), *promised])
    parts.append("\n".join(_wrap(f"The documents do not answer this. {_why_not(answer)}".split(), width)))
    if answer.nearest:
        parts.append("Nearest, but not an answer:")
        parts += _quotes(answer, answer.nearest, view, first, grouped)
    return "\n\n".join(parts)


def agreement_text(groups: Sequence[Said], *, first: int = 1) -> str:
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
        places = ", ".join(str(first + place) for place in said.quotes)
        told.append(f"{count} {verb} {printable(said.text)} ({places})")
    return ("The passages differ: " if len(groups) > 1 else "") + ", ".join(told) + "." if told else ""


def coverage_text(covered: Coverage, doubled: Sequence[Alike]) -> str:
    """What there is of questions by kind and document, and which may be the same, a line each."""
    total = sum(count for _, count in covered.kinds)
    kinds = ", ".join(f"{count} {kind}" for kind, count in covered.kinds if count)
    lacking = ", ".join(kind for kind, count in covered.kinds if not count)
    lines = [
        counted(total, "question") + (f": {kinds}" if kinds else "") + (f"; none yet: {lacking}" if lacking else "")
    ]
    without = [path for path, count in covered.documents if not count]
    if without:
        lines.append(f"{len(without)} of {len(covered.documents)} documents without a question: {_listed(without)}")
    else:
        fewest = ", ".join(f"{count} about {one_line(path)}" for path, count in covered.documents[:_MOST_LACKING])
        lines.append(f"every document has a question; the fewest: {fewest}")
    lines += [f"{pair.first} and {pair.second} may be one question: {pair.why}" for pair in doubled]
    return "\n".join(map(one_line, lines))


def proposal_text(proposal: Proposal, quote: Quote, *, width: int = 80) -> str:
    """A place to ask about, and the question that is proposed for it."""
    where = _wrap([place(quote), "·", *printable(above(quote)).split()], width)
    body = _lines(printable(quote.text), quote, width - 2)
    asked = "No question can be made of it: what does it answer?"
    if proposal.question is not None:
        short = f", in short: {proposal.answer}" if proposal.answer else ""
        quoted = "" if proposal.found else ", and quotes something else"
        asked = f"{proposal.question} ({proposal.kind}{short}; the tool is {proposal.confidence:.0%} sure{quoted})"
    return "\n".join([*where, *(f"  {line}" for line in body), *_wrap(printable(asked).split(), width)])


def _at_risk(risk: float) -> str:
    return f"answered at a promised risk of {100 * risk:g} %"


def promise_text(promise: Promise) -> str:
    """What is promised, in a sentence.

    >>> promise_text(Promise(risk=0.1, sure=0.95, cut=0.45, asked=100, shown=63, wrong=2))
    'Of the answers shown at most 10 % are wrong (95 % sure), 63 % of questions are answered.'
    """
    return (
        f"Of the answers shown at most {100 * promise.risk:g} % are wrong ({100 * promise.sure:g} % sure), "
        f"{100 * promise.shown / promise.asked:.0f} % of questions are answered."
    )


def calibration_text(found: Calibration) -> str:
    """What can be promised, or why nothing can be."""
    if found.promise:
        made = found.promise
        counts = f"{made.wrong} of {made.shown} wrong from a confidence of {made.cut:.0%} on, {made.asked} questions"
        return f"{promise_text(made)} ({counts})"
    nothing = f"No promise of {100 * found.risk:g} % can be made"
    if not found.tested:
        return f"{nothing}: it takes {found.needed} answers, all right; {found.asked} questions got {found.most}."
    surest = found.tested[0]
    return f"{nothing}: of the {surest.shown} surest answers {surest.wrong} are wrong, and that takes {found.needed}."


def read_as_text(read_as: Iterable[tuple[str, str]]) -> str:
    """Which words were taken for misspelt.

    >>> read_as_text([("unikernal", "unikernel"), ("Dcoker", "Docker")])
    "read 'unikernal' as 'unikernel', 'Dcoker' as 'Docker'"
    """
    return "read " + ", ".join(f"'{word}' as '{read}'" for word, read in read_as)


def _aside(remark: str, width: int, color: bool) -> str:
    return "\n".join(_dim(line, color) for line in _wrap(f"({printable(remark)})".split(), width))


def _why_not(answer: Answer) -> str:
    if answer.missing:
        return f"They never mention: {_listed(answer.missing)}."
    return "They hold its words, but no sentence that is likely to answer." if answer.nearest else ""


def _listed(words: Sequence[str], most: int = _MOST_MISSING) -> str:
    shown = ", ".join(_cut(printable(word), _LONGEST_MISSING) for word in words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown


def _paths(paths: Sequence[str], most: int = _MOST_PATHS) -> list[str]:
    """Some paths, each unbroken, with commas between them."""
    more = f" and {len(paths) - most} more".split() if len(paths) > most else []
    shown = [one_line(path) for path in paths[:most]]
    return [*(f"{path}," for path in shown[:-1]), *shown[-1:], *more]


def _asked(answer: Answer) -> str:
    return " ".join([parse(answer.standalone).text, *(read for _, read in answer.read_as)])


def _quotes(answer: Answer, quotes: Sequence[Quote], view: _View, first: int, grouped: bool) -> list[str]:
    """The quotes with their places; a near miss with the words of the question that it lacks, too."""
    asked = _asked(answer)
    wanted = set(content_terms(asked)) - STOP_TERMS
    unread = set(terms(" ".join((*answer.missing, *(word for word, _ in answer.read_as)))))
    shown = []
    for leader, *others in _agreeing(quotes) if grouped else [[at] for at in range(len(quotes))]:
        lacking = () if answer.answered else _lacking(quotes[leader], asked, wanted - unread)
        lines = [_quote(quotes[leader], first + leader, wanted, lacking, view)]
        for at in others:
            words = [f"also ({first + at})", *_beside(quotes[at], (), view)]
            lines += ["    " + _dim(line, view.color) for line in _wrap(words, view.width - 4)]
        shown.append("\n".join(lines))
    return shown


def _lacking(quote: Quote, asked: str, wanted: set[str]) -> tuple[str, ...]:
    """The wanted words, as asked, that stand neither in a quote nor above it."""
    known = "\n".join((quote.text, above(quote), *quote.columns))
    return spelt(asked, wanted - set(terms(known)))


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
    shown = _emphasised(quote, wanted) if view.color else printable(quote.text)
    shown = _headed(shown, quote.columns, kept=_kept_cells(quote, wanted))
    if view.fold is not None:
        shown = _UNBROKEN.sub(_without_end, shown)
    body = _lines(shown, quote, view.width - len(margin))
    if view.fold is not None and len(body) > view.fold:
        hidden = len(body) - view.fold + 1
        body = [*body[: view.fold - 1], _dim(f"… {hidden} more lines: /context {number}", view.color)]
    below = _wrap(_beside(quote, lacking, view), view.width - len(margin))
    lines = [*body, *(_dim(line, view.color) for line in below)]
    return "\n".join((margin if at == 0 else " " * len(margin)) + line for at, line in enumerate(lines))


def _beside(quote: Quote, lacking: Sequence[str], view: _View) -> list[str]:
    """The words below a quote: its place, what stands above it, how sure it is, what it lacks."""
    sure = f"{confidence_word(quote.confidence)} ({quote.confidence:.0%})"
    without = f"without: {_listed(lacking, _MOST_LACKING)}" if lacking else ""
    words = "".join(f"· {part} " for part in (printable(above(quote)), sure, without) if part)
    where, address = place(quote), view.link(quote) if view.link else None
    also = ["·", "also", "in", *_paths(quote.also_in)] if quote.also_in else []
    return [f"\x1b]8;;{address}\x1b\\{where}\x1b]8;;\x1b\\" if address else where, *words.split(), *also]


def context_text(document: Document, quote: Quote, *, width: int = 80, color: bool = False) -> str:
    """What stands around a quote in its document, the lines of its own blocks marked."""
    touched = [at for at, block in enumerate(document.blocks) if block.start < quote.end and quote.start < block.end]
    first, last = (touched[0], touched[-1]) if touched else (0, -1)
    shown = []
    for at in range(max(first - _AROUND, 0), min(last + _AROUND + 1, len(document.blocks))):
        block = document.blocks[at]
        mark = "> " if first <= at <= last else "  "
        body = printable(document.text[block.start : block.end])
        style = _BOLD if color and mark != "  " else ""
        parts = body.split("\n") if block.kind in ("code", "row", "header") else [body]
        lines = [line for part in parts for line in _wrap(part.split(), width - 2)]
        shown.append("\n".join(f"{mark}{style}{line}{_RESET if style else ''}" for line in lines))
    below = [place(quote), *"".join(f"· {part} " for part in (printable(above(quote)),) if part).split()]
    return "\n\n".join([*shown, "\n".join(_dim(line, color) for line in _wrap(below, width))])


def markdown_text(answers: Sequence[Answer]) -> str:
    """A conversation as Markdown: each question, its quotes as block quotations, and where they stand.

    What would be a tag of HTML to whoever renders it is written as text.
    """
    parts = []
    for answer in answers:
        parts.append(f"## {one_line(answer.question)}")
        if answer.standalone != answer.question:
            parts.append(f"*Read as: {one_line(answer.standalone)}*")
        if not answer.answered:
            parts.append("The documents do not answer this." + (" Nearest:" if answer.nearest else ""))
        for quote in answer.quotes or answer.nearest:
            shown = _headed(printable(quote.text), quote.columns)
            body = "\n".join(f"> {line}".rstrip() for line in shown.split("\n"))
            sure = f"{confidence_word(quote.confidence)} ({quote.confidence:.0%})"
            receipt = f"{quote.start}–{quote.end}, sha256 {quote.sha256[:16]}"
            also = f"; also in {' '.join(_paths(quote.also_in))}" if quote.also_in else ""
            parts.append(f"{body}\n>\n> — {place(quote)}, {one_line(above(quote))}{also}; {sure}; {receipt}")
    return _TAGS.sub("&lt;", "\n\n".join(parts)) + "\n"


def _headed(text: str, columns: Sequence[str], *, kept: Container[int] | None = None) -> str:
    """A table's row with each cell behind its column's header, of a long one those cells that are kept; any other
    text as it is.

    >>> _headed("Irmin\\t\\tMIT", ["Name", "Since", "Licence"])
    'Name: Irmin | Licence: MIT'
    >>> _headed("Irmin\\t2014\\tyes\\tMIT", ["Name", "Since", "Used", "Licence"], kept={0, 3})
    'Name: Irmin | … | Licence: MIT'
    """
    if not columns:
        return text
    shown: list[str] = []
    for number, (name, cell) in enumerate(zip_longest(map(printable, columns), text.split("\t"), fillvalue="")):
        if kept is not None and number not in kept:
            shown += ["…"] if shown[-1:] != ["…"] else []
        elif cell.strip():
            shown.append(f"{name}: {cell}" if name else cell)
    return " | ".join(shown)


def _kept_cells(quote: Quote, wanted: set[str]) -> set[int] | None:
    """The cells of a long row that are shown: the first, which names it, and those that the question is about.

    A word that most headers share tells no cell. None means all of them: the row is short, or no cell is told.
    """
    cells = quote.text.split("\t")
    if not quote.columns or len(cells) <= _MOST_CELLS:
        return None
    starts = [0, *accumulate(len(cell) + 1 for cell in cells)]
    said = [
        set(content_terms(" ".join(pair))) for pair in zip_longest(cells, quote.columns[: len(cells)], fillvalue="")
    ]
    telling = {term for term in wanted if 2 * sum(term in words for words in said) <= len(said)}
    asked = {number for number, words in enumerate(said) if telling & words}
    if quote.answer_start is not None:
        asked.add(bisect_right(starts, quote.answer_start) - 1)
    return asked | {0} if asked else None


def _lines(shown: str, quote: Quote, width: int) -> list[str]:
    """A quote as it is shown, in lines: those that are its own are kept, as they stand where there is room."""
    lines = []
    for part in _parts(shown, quote):
        kept = part.expandtabs(4).rstrip()
        if "\n" not in kept and columns(_ESCAPES.sub("", kept)) <= width:
            lines += [kept] if kept.strip() else []
            continue
        indent = " " * min(len(kept) - len(kept.lstrip()), width // 2)
        lines += [indent + line for line in _wrap(part.split(), width - len(indent))]
    return lines


def _parts(shown: str, quote: Quote) -> list[str]:
    """What stands on lines of its own in a quote as it is shown."""
    ends = (end.span() for end in _SHOWN_ENDS.finditer(quote.text))
    is_own = iter([quote.text.find("\n", *end) in quote.breaks for end in ends])
    marked = re.sub("\n", lambda end: _OWN_END if next(is_own, False) else end[0], shown)
    return _CELLS.sub(_between, _without_wide_breaks(marked)).split(_OWN_END)


def _without_wide_breaks(text: str) -> str:
    """The text without the ends of lines between wide characters, which divide no words.

    >>> _without_wide_breaks("東\\n京 a\\nb")
    '東京 a\\nb'
    """
    return text if text.isascii() else _wide_break().sub(r"\1", text)


@cache
def _wide_break() -> re.Pattern[str]:
    styled = f"(?:{_STYLED.pattern})*"
    return re.compile(rf"([{WIDE}]{styled})[ \r]*\n[ \r]*(?={styled}[{WIDE}])")


def _without_end(word: re.Match[str]) -> str:
    """A word that is longer than any, cut; text without spaces is none."""
    return word[0] if is_unspaced(word[0]) else f"{word[0][:_LONGEST_WORD]}…"


def _between(found: re.Match[str]) -> str:
    """A bar for each tab: empty cells keep their places."""
    return " |" * found[0].count("\t") + " "


def place(quote: Quote) -> str:
    """Where a quote stands: `path:line`, or the path and the page.

    A line is what editors and terminals understand, so it is joined as they write it.
    """
    return _at(quote.path, quote.line, quote.page)


def _at(path: str, line: int | None, page: int | None) -> str:
    return one_line(path) + (f":{line}" if line is not None else f", page {page}" if page is not None else "")


def above(quote: Quote) -> str:
    """The title of a quote's document, and the headings that it stands below."""
    return f"{quote.title}{HEADING_SEPARATOR}{quote.heading}" if quote.heading else quote.title


def _emphasised(quote: Quote, wanted: set[str]) -> str:
    """The quote with the question's words bold and the short answer stronger, each word marked by itself."""
    pieces, at = [], 0
    for term in spans(quote.text):
        inside = quote.answer_start is not None and quote.answer_start <= term.start < (quote.answer_end or 0)
        style = _STRONG if inside else _BOLD if term.term in wanted else ""
        if style:
            start = max(term.start, at)  # pairs of letters overlap
            between, word = quote.text[at:start], quote.text[start : term.end]
            pieces += [printable(between), style, printable(word), _RESET]
            at = term.end
    return "".join([*pieces, printable(quote.text[at:])])


def _wrap(words: Iterable[str], width: int) -> list[str]:
    """The words in lines of at most `width` columns, escape sequences counting nothing.

    No word is broken but those of wide characters, which break between any two.
    """
    lines, line, used = [], "", 0
    for word in words:
        space = " " if line else ""
        for piece in _breakable(word):
            size = columns(_ESCAPES.sub("", piece))
            if line and used + len(space) + size > max(width, _MIN_WIDTH):
                lines.append(line)
                line, used = piece, size
            else:
                line, used = f"{line}{space}{piece}", used + len(space) + size
            space = ""
    return [*lines, line] if line else lines


def _breakable(word: str) -> list[str]:
    """A word in the pieces that a line may end between; a link is one.

    >>> _breakable("「東京」です。"), _breakable("bridge")
    (['「東', '京」', 'で', 'す。'], ['bridge'])
    """
    return [word] if word.isascii() or "\x1b]" in word else list(filter(None, _piece().findall(word)))


@cache
def _piece() -> re.Pattern[str]:
    """What a line may be broken before: a wide character with what clings to it, or all up to the next one."""
    before, inside = rf"(?:[{_OPENING}]|\x1b\[[1-9][\d;]*m)*", rf"(?:[{WIDE}]|(?:(?!\x1b\[[1-9])[^{WIDE}])+)?"
    return re.compile(rf"{before}{inside}(?:[{_CLOSING}]|\x1b\[0m)*", re.DOTALL)


def _shortened(text: str, most: int) -> str:
    """The text on one line of at most `most` columns, cut between words."""
    lines = _wrap(text.split(), most)
    if len(lines) > 1:
        lines = [f"{_wrap(text.split(), most - 2)[0]} …"]
    return _cut("".join(lines), most)


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[: most - 1]}…"


def _dim(value: str, color: bool) -> str:
    return f"{_DIM}{value}{_RESET}" if color else value


_PLACES = {
    "inside": "in the sentence",
    "above": "above it",
    "beside": "beside it",
    "around": "in its passage",
    "alike": "a like word",
    "missing": "not there",
}


def explanation_text(why: Explanation, *, width: int = 80, first: int = 1) -> str:
    """Why each quote won, for a person to read: where the question's words stand, and what adds up to its score."""
    enough = f"and {why.cut:.0%} is enough" if why.answered else f"and it takes {why.cut:.0%}"
    verdict = f"{'It answers' if why.answered else 'It does not answer'}: {why.confidence:.0%} sure, {enough}."
    parts = ["\n".join(_wrap(verdict.split(), width))]
    parts += [_reason(reason, number, width) for number, reason in enumerate(why.reasons, first)]
    if why.runner_up:
        second = why.runner_up
        by = f"{first} is {why.reasons[0].score - second.score:+.2f} ahead of".split()
        ahead = ", ".join(f"{group} {amount:+.2f}" for group, amount in why.decided.items() if _is_seen(amount))
        told = f"({second.score:+.2f}): {ahead or 'a tie'}".split()
        parts.append("\n".join(_wrap([*by, place(second.quote), *told], width)))
    return "\n\n".join(parts)


def _reason(reason: Reason, number: int, width: int) -> str:
    """The place and score of a quote above a table: words by where they stand, then groups of contributions."""
    margin, table = f"{number:>2}  ", []
    for at, name in _PLACES.items():
        words = [found for found in reason.words if found.place == at]
        if words:
            shown = (f"{_cut(one_line(found.word), _LONGEST_MISSING)} {found.share:.0%}" for found in words)
            table.append((name, ", ".join(shown)))
    for group, amount in reason.groups.items():
        parts = [part for part in reason.contributions if part.group == group and _is_seen(part.amount)]
        if parts:
            table.append((group, f"{amount:+.2f} ({', '.join(f'{part.name} {part.amount:+.2f}' for part in parts)})"))
    lines = _wrap([place(reason.quote), "·", f"{reason.score:+.2f}"], width - len(margin))
    for name, value in table:
        body = _wrap(value.split(), width - len(margin) - _NAME_WIDTH)
        lines += [f"{name if at == 0 else '':<{_NAME_WIDTH}}{line}" for at, line in enumerate(body)]
    return "\n".join((margin if at == 0 else " " * len(margin)) + line for at, line in enumerate(lines))


def _is_seen(amount: float) -> bool:
    """Whether an amount is more than nothing when written with two digits."""
    return abs(amount) >= _LEAST_SEEN


def hits_text(hits: Sequence[Hit], *, width: int = 80) -> str:
    """Passages for a person to read, best first."""
    if not hits:
        return "No passage is found."
    parts = []
    for number, hit in enumerate(hits, 1):
        where = _at(hit.path, hit.line, None)
        beside = (f"· {printable(hit.heading)} " if hit.heading else "") + f"· {hit.score:.3f}"
        body = _shortened(printable(hit.text), 3 * width)
        lines = [*_wrap([where, *beside.split()], width - 4), *_wrap(body.split(), width - 4)]
        parts.append("\n".join((f"{number:>2}  " if at == 0 else "    ") + line for at, line in enumerate(lines)))
    return "\n\n".join(parts)


def checks_text(checks: Sequence[Check], *, width: int = 80) -> str:
    """What became of each quote of a transcript, the changed ones as a diff, and how many are what."""
    counts = Counter(check.status for check in checks)
    told = ", ".join(
        f"{counts[status]} {status}" for status in ("intact", "moved", "changed", "gone") if counts[status]
    )
    total = counted(len(checks), "quote")
    return "\n".join([*(_check(check, width) for check in checks), ": ".join(filter(None, [total, told]))])


def _check(check: Check, width: int) -> str:
    """A line about a quote, and a diff where it no longer stands."""
    claim = check.claim
    was, now = (_at(claim.path, at.line, at.page) for at in (claim, check))
    first = f"{check.status:<{_STATUS_WIDTH}}{was}"
    if check.start is not None and check.status != "intact":
        first += f" -> {now} ({check.start}:{check.end})"
    first += f": {one_line(check.reason)}" if check.reason else ""
    if check.status in ("intact", "moved"):
        return f"{first}  {_shortened(printable(claim.text), width)}"
    both = (("- ", claim.text), ("+ ", check.now or ""))
    return "\n".join([first, *(_marked(mark, text, width) for mark, text in both if text)])


def _marked(mark: str, text: str, width: int) -> str:
    """A text in lines that begin with a mark."""
    lines = _wrap(printable(text).split(), width - _STATUS_WIDTH - len(mark))
    return "\n".join(f"{'':<{_STATUS_WIDTH}}{mark}{line}" for line in lines)


def skipped_text(skipped: Sequence[Skipped]) -> str:
    """What could not be read and why, a line each."""
    return "\n".join(one_line(f"{entry.path}: {entry.reason}") for entry in skipped)


def unread_text(count: int, first: Skipped | None) -> str:
    """How many files an answer does not rest on, with one of them and why."""
    if first is None:
        return ""
    shown = one_line(f"{first.path}: {first.reason}")
    return f"{count} files were not read, e.g. {shown}" if count > 1 else f"1 file was not read: {shown}"
