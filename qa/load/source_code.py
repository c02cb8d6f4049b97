"""Source code -> comments and docstrings as prose, what stands between them as code.

A comment that has lines of its own is read as plain text without its marks; one behind code stays in its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from qa.load import plain
from qa.load.protocol import Excerpt, Parsed, joined, verbatim
from qa.model import SourceMap

__all__ = ["parse"]

# What never closes is matched as well, up to where it must end, lest its end is looked for again and again.
_DOUBLE = r'"(?:\\.|[^"\\\n])*+"?'
_SINGLE = r"'(?:\\.|[^'\\\n])*+'?"
_BACK = r"`(?:\\.|[^`\\])*+`?"
_SLASHES = r"(?P<line>//[^\n]*)|(?P<block>/\*.*?(?:\*/|\Z))"
_HASH = r"(?P<line>\#[^\n]*)"
_TRIPLE = r'[rRuUbBfF]{0,2}(?:"""(?P<doc>(?:\\.|[^\\])*?)(?:"""|\Z)|\'\'\'(?P<doc_>(?:\\.|[^\\])*?)(?:\'\'\'|\Z))'


_STARS = r"\*+(?!/)(?=\s|$)"
_C = rf"{_SLASHES}|{_DOUBLE}|{_SINGLE}"
_C_MARK = rf"/\*+!?<?|///*!?<?|{_STARS}"
_BRACKETS = r"(?P<block>--\[\[.*?(?:\]\]|\Z))"

# For each language what its comments and strings look like, and the marks that its comments' lines begin with.
_LANGUAGES = {
    "python": (rf"{_TRIPLE}|{_HASH}|{_DOUBLE}|{_SINGLE}", r"\#+:?"),
    "shell": (rf'(?:(?<=\s)|(?<![\s\S])){_HASH}|"(?:\\.|[^"\\])*+"?|\'[^\']*+\'?|\\.', r"\#+"),
    "ruby": (rf"(?P<block>^=begin\b.*?(?:^=end\b[^\n]*|\Z))|{_HASH}|{_DOUBLE}|{_SINGLE}", r"\#+|=begin\b|=end\b"),
    "perl": (rf"(?P<block>^=[a-z].*?(?:^=cut\b[^\n]*|\Z))|(?<![$\w]){_HASH}|{_DOUBLE}|{_SINGLE}", r"\#+|=[a-z]\w*"),
    "c": (_C, _C_MARK),
    "javascript": (rf"{_C}|{_BACK}", _C_MARK),
    "go": (rf"{_C}|`[^`]*+`?", _C_MARK),
    "rust": (rf"{_SLASHES}|\"(?:\\.|[^\"\\])*+\"?|'(?:\\.|[^'\\\n])'", _C_MARK),
    "ocaml": (rf"(?P<block>\(\*.*?(?:\*\)|\Z))|{_DOUBLE}", r"\(\*+|\*+(?!\))(?=\s|$)"),
    "haskell": (rf"(?P<block>\{{-.*?(?:-\}}|\Z))|(?P<line>--[^\n]*)|{_DOUBLE}", r"(?:\{-|--+)(?:[ ]?[|^](?=\s))?"),
    "sql": (rf"(?P<block>/\*.*?(?:\*/|\Z))|(?P<line>--[^\n]*)|{_DOUBLE}|{_SINGLE}", rf"/\*+|{_STARS}|--+"),
    "lua": (rf"{_BRACKETS}|(?P<line>--[^\n]*)|{_DOUBLE}|{_SINGLE}", r"--\[\[|--+"),
}
_OPEN = tuple("=([{,+%|\\")  # behind these a string is part of what the code says, not about it
_END = re.compile(r"\s*(?:\*+/|\*\)|-\}|\]\])\s*\Z")
_RULE = re.compile(r"[\s*#/=~_+-]*")
_APART = re.compile(r"\n[ \t]*\n(?=\S)")  # a blank line with what is not indented below it


class _Prose(NamedTuple):
    """A comment or a docstring with lines of its own: its range, and that of its text."""

    start: int
    end: int
    first: int
    last: int
    is_comment: bool


def parse(source: str, start: int = 0, *, language: str) -> Parsed:
    r"""Reads a file of source code from `start` on.

    >>> parse("def f():\n    '''Say *so*.'''\n    # Why:\n    # none.\n    return 1  # one\n", language="python").text
    'def f():\n\nSay *so*.\n\nWhy:\nnone.\n\nreturn 1  # one'
    """
    return joined("code", source, _parts(source, start, *_patterns(language)))


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    tokens, mark = _LANGUAGES[language]
    return re.compile(tokens, re.MULTILINE | re.DOTALL), re.compile(rf"[ \t]*(?:{mark})?[ ]?")


def _parts(
    source: str, start: int, tokens: re.Pattern[str], mark: re.Pattern[str]
) -> Iterator[tuple[Parsed, SourceMap]]:
    """Prose and code as they alternate, each with its places."""
    at = start
    prose = Excerpt()
    for found in _comments(source, start, tokens):
        if source[at : found.start].strip() or (not prose.empty and not found.is_comment):
            yield from _read(prose)
            prose = Excerpt()
            yield from _code(source, at, found.start)
        elif not prose.empty:
            prose.add_decoded("\n" * source.count("\n", at, found.start), at)
        _uncomment(prose, source, found.first, found.last, mark if found.is_comment else None)
        at = found.end
        if not found.is_comment:
            yield from _read(prose)
            prose = Excerpt()
    yield from _read(prose)
    yield from _code(source, at, len(source))


def _comments(source: str, start: int, tokens: re.Pattern[str]) -> Iterator[_Prose]:
    """The comments and docstrings with lines of their own."""
    code_end = ""  # the last character of code before
    at = start
    for token in tokens.finditer(source, start):
        between = source[at : token.start()].rstrip()
        code_end = between[-1] if between else code_end
        at = token.end()
        line = source.rfind("\n", start, token.start()) + 1 or start
        groups = token.groupdict()
        alone = not source[line : token.start()].strip() and not source[at : _line_end(source, at)].strip()
        shebang = token.start() == 0 and source.startswith("#!")
        if alone and not shebang and (groups.get("line") or groups.get("block")):
            yield _Prose(*token.span(), *token.span(), True)
        elif alone and code_end not in _OPEN and (name := next((n for n in ("doc", "doc_") if groups.get(n)), None)):
            yield _Prose(*token.span(), *token.span(name), False)
        elif not (groups.get("line") or groups.get("block")):
            code_end = source[at - 1]


def _line_end(source: str, at: int) -> int:
    end = source.find("\n", at)
    return len(source) if end < 0 else end


def _uncomment(prose: Excerpt, source: str, start: int, end: int, mark: re.Pattern[str] | None) -> None:
    """Adds the lines of a comment without its marks, or those of a docstring without their indentation."""
    closing = _END.search(source, max(start, end - 200), end) if mark else None
    stop = closing.start() if closing else end
    lines = source[start:stop].split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    least = min(indents, default=0)
    at = start
    for number, line in enumerate(lines):
        cut = _marked(line, mark) if mark else min(len(line) - len(line.lstrip()), least if number else len(line))
        if number:
            prose.add_decoded("\n", at - 1)
        if not (mark and _RULE.fullmatch(line[cut:])):
            prose.add(line[cut:].rstrip("\r"), at + cut)
        at += len(line) + 1


def _marked(line: str, mark: re.Pattern[str]) -> int:
    found = mark.match(line)
    return found.end() if found else 0


def _read(prose: Excerpt) -> Iterator[tuple[Parsed, SourceMap]]:
    text = prose.text
    if text.strip():
        yield plain.parse(text), prose.places


def _code(source: str, start: int, end: int) -> Iterator[tuple[Parsed, SourceMap]]:
    """A stretch of code, a block for each of its parts that a blank line sets apart at the margin."""
    edges = [start, *(gap.end() for gap in _APART.finditer(source, start, end)), end]
    for first, last in pairwise(edges):
        yield verbatim(source[first:last]), SourceMap((0,), (first,), ())
