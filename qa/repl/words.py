"""What the documents lend to the line that is typed: names to complete, and which words they do not hold."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer

from qa.model import heading_text
from qa.present import one_line
from qa.repl.chat import Chat
from qa.repl.commands import COMMANDS
from qa.repl.opening import Opening
from qa.scripts import count_unspaced
from qa.syntax import filters_in
from qa.text import STOP_TERMS, merged, spans, term_of, words

if TYPE_CHECKING:
    from qa.library import Library

__all__ = ["LineCompleter", "LineLexer", "Words", "is_offered", "styled"]

_MOST = 20
"""Completions that are offered."""
_MOST_DOCUMENTS = 300
_MOST_CHARACTERS = 3_000_000
"""Of the documents that words are gathered from; a large corpus has more than anyone completes."""
_SHORTEST = 4


class Words:
    """Paths, headings and words of a chat's documents, gathered when first asked for."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._of: Library | None = None
        self._sorted: list[str] = []
        self._spelt: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._headings: list[str] = []

    @property
    def library(self) -> Library | None:
        """The library; None while it is being opened."""
        source = self._chat.source
        if isinstance(source, Opening):
            return source.get() if source.done and not source.failed else None
        return source

    def lacks(self, word: str) -> bool:
        """Whether no document holds a word."""
        library = self.library
        return library is not None and term_of(word) not in STOP_TERMS and not library.knows(word)

    def paths(self, begun: str) -> list[str]:
        """Folders and documents whose path, or the name at its end, begins so."""
        paths = [path for path in self.library.paths if _can_be_typed(path)] if self.library else []
        folders = dict.fromkeys(path[: match.end()] for path in paths for match in re.finditer("/", path))
        begun = begun.casefold()
        return [
            path
            for path in (*folders, *paths)
            if path.casefold().startswith(begun) or path.rstrip("/").rpartition("/")[2].casefold().startswith(begun)
        ][:_MOST]

    def beginning(self, begun: str) -> list[str]:
        """Words of the documents that begin so, the most frequent first, each as it is mostly spelt."""
        self._gather()
        folded = begun.casefold()
        first = bisect_left(self._sorted, folded)
        found = takewhile(lambda word: word.startswith(folded), self._sorted[first:])
        return [self._spelt[word] for word in sorted(found, key=lambda word: (-self._counts[word], word))[:_MOST]]

    def headings(self, begun: str) -> list[str]:
        """Headings and titles that begin so."""
        self._gather()
        begun = begun.casefold()
        return [heading for heading in self._headings if heading.casefold().startswith(begun)][:_MOST]

    def _gather(self) -> None:
        library = self.library
        if library is None or library is self._of:
            return
        counts: Counter[str] = Counter()
        headings: dict[str, None] = {}
        left = _MOST_CHARACTERS
        for path in library.paths[:_MOST_DOCUMENTS]:
            document = library.document(path)
            headings[document.title] = None
            for block in document.blocks:
                if block.kind == "heading":
                    headings[heading_text(document.text[block.start : block.end])] = None
            counts.update(words(document.text[:left]))
            left -= len(document.text)
            if left <= 0:
                break
        self._spelt, self._counts = {}, Counter()
        for word, count in sorted(counts.items(), key=lambda counted: (-counted[1], counted[0])):
            if _is_worth_it(word):
                self._spelt.setdefault(word.casefold(), word)
                self._counts[word.casefold()] += count
        self._sorted = sorted(self._counts)
        self._headings = sorted(heading for heading in headings if heading and _can_be_typed(heading))
        self._of = library


def _can_be_typed(name: str) -> bool:
    return one_line(name) == name and '"' not in name


def _is_worth_it(word: str) -> bool:
    return (
        len(word) >= _SHORTEST and not word.isdigit() and not count_unspaced(word) and term_of(word) not in STOP_TERMS
    )


_FILTER = re.compile(r"(?:^|\s)(?P<name>in|title):(?P<quote>\"?)(?P<value>[^\"]*)$", re.IGNORECASE)
_OF_PATHS = re.compile(r"^/in\s+(?P<value>.*)$")
_OF_COMMANDS = re.compile(r"^/(?:help\s+/?)?(?P<value>\w*)$")
_OF_SETTINGS = re.compile(r"^/set\s+(?P<value>k?)$")
_OF_FILES = re.compile(r"^/(?:add|export|save)\s+(?P<value>.*)$")


def is_offered(text: str) -> bool:
    """Whether what is typed is completed without being asked; words wait for Tab."""
    return text.startswith("/") or _FILTER.search(text) is not None


class LineCompleter(Completer):
    """Commands and filters are completed as they are typed, words and headings when Tab asks for them."""

    def __init__(self, known: Words) -> None:
        self._known = known
        self._files = PathCompleter(expanduser=True)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        text = document.text_before_cursor
        if found := _OF_COMMANDS.match(text):
            yield from _of_commands(found["value"])
        elif found := _OF_SETTINGS.match(text):
            yield Completion("k ", -len(found["value"]), display_meta="quotes an answer")
        elif found := _OF_FILES.match(text):
            yield from self._files.get_completions(Document(found["value"]), complete_event)
        elif found := _OF_PATHS.match(text):
            yield from (Completion(path, -len(found["value"])) for path in self._known.paths(found["value"]))
        elif found := _FILTER.search(text):
            yield from self._of_filter(found)
        elif complete_event.completion_requested and (begun := document.get_word_before_cursor()):
            yield from self._of_words(begun)

    def _of_filter(self, found: re.Match[str]) -> Iterator[Completion]:
        value = found["value"]
        if not found["quote"] and " " in value:
            return
        offered = self._known.paths(value) if found["name"].lower() == "in" else self._known.headings(value)
        for name in offered:
            quoted = f'"{name}"' if " " in name else name
            yield Completion(quoted, -len(value) - len(found["quote"]), display=name)

    def _of_words(self, begun: str) -> Iterator[Completion]:
        for word in self._known.beginning(begun):
            yield Completion(word, -len(begun))
        for heading in self._known.headings(begun):
            if " " in heading:
                yield Completion(heading, -len(begun), display_meta="heading")


def _of_commands(begun: str) -> Iterator[Completion]:
    for name, each in COMMANDS.items():
        if name.startswith(begun):
            yield Completion(name, -len(begun), display=f"/{name}", display_meta=each.does)


class LineLexer(Lexer):
    """Marks the command, the filters and phrases, and the words that no document holds."""

    def __init__(self, known: Words) -> None:
        self._known = known

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines

        def line(number: int) -> StyleAndTextTuples:
            last = number >= len(lines) - 1
            return styled(lines[number], self._known.lacks, ended=not last) if number < len(lines) else []

        return line

    def invalidation_hash(self) -> Any:
        return self._known.library is None


def styled(line: str, lacks: Callable[[str], bool], *, search: bool = False, ended: bool = False) -> StyleAndTextTuples:
    """A line, or the query of a search, in pieces with their styles. Unless it has `ended`, its last word may go on.

    >>> styled("/more", lambda word: False)
    [('class:command', '/more')]
    >>> styled("a zebra in:b ", lambda word: word == "zebra")
    [('', 'a '), ('class:unknown', 'zebra'), ('', ' '), ('class:filter', 'in:b'), ('', ' ')]
    """
    if line.startswith("/") and not search:
        name, space, rest = line.partition(" ")
        after = styled(rest, lacks, search=True, ended=ended) if name == "/search" else [("", rest)]
        return [piece for piece in (("class:command", name), ("", space), *after) if piece[1]]
    ranges = [(start, end, f"class:{kind}") for start, end, kind in filters_in(line, search=search)]
    unknown = merged(
        (span.start, span.end)
        for span in spans(line)
        if (ended or span.end < len(line))
        and not any(start <= span.start < end for start, end, _ in ranges)
        and lacks(line[span.start : span.end])
    )
    ranges += [(start, end, "class:unknown") for start, end in unknown]
    pieces: StyleAndTextTuples = []
    at = 0
    for start, end, style in sorted(ranges):
        pieces += [("", line[at:start]), (style, line[start:end])]
        at = end
    return [piece for piece in (*pieces, ("", line[at:])) if piece[1]]
