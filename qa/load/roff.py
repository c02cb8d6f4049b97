"""What a line of a manual page's source says: its escapes decoded, its macro's arguments told apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from qa.load.protocol import TextBuilder

__all__ = ["Argument", "add_text", "arguments", "pairs", "plain_text"]

_NAME = r"(?:\[[^\]\n]*\]|\([^\n]{2}|[^\n])"
_ESCAPE = re.compile(
    rf"\\(?:(?P<comment>[\"#])|(?P<named>\((?:[^\n]{{2}})|\[[^\]\n]*\]|C'[^'\n]*')|\*(?P<string>{_NAME})"
    rf"|[fFmMgkPYV]{_NAME}|n[+-]?{_NAME}|s[+-]?(?:\[[^\]\n]*\]|\([^\n]{{2}}|'[^'\n]*'|\d)|[hvwlLDXbABHSxRoNZ]'[^'\n]*'"
    r"|(?P<blank>[ ~0t])|(?P<backslash>[e\\])|(?P<itself>[-.'`])|[^\n]|$)"
)


def pairs(text: str) -> dict[str, str]:
    """A table of names and what they stand for, written as words.

    >>> pairs("bu •  em —")
    {'bu': '•', 'em': '—'}
    """
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# Special characters by their names in groff_char(7).
_SPECIAL = pairs(
    r"""
    bu •  em —  en –  hy -  mi −  aq '  dq "  lq “  rq ”  oq ‘  cq ’  ga `  aa ´  ha ^  ti ~  rs \  sl /
    ba |  bv |  or |  co ©  rg ®  tm ™  de °  +- ±  mu ×  di ÷  <= ≤  >= ≥  != ≠  -> →  <- ←  <> ↔  ua ↑
    da ↓  at @  sh #  Do $  Eu €  sc §  lB [  rB ]  lC {  rC }  la ⟨  ra ⟩  Fo «  Fc »  ss ß  ul _  12 ½
    14 ¼  34 ¾  if ∞  *m μ  *p π  fm ′  sd ″  ci ○  sq □
    /o ø  oa å  ae æ
    """
)
_ACCENTS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", ":": "\u0308", ",": "\u0327", "v": "\u030c"}
# Strings that man macros and pod2man define.
_STRINGS = pairs(
    """
    lq “  rq ”  L" “  R" ”  Aq '  R ®  Tm ™  PI π  -- –  C+ C++  Lq “  Rq ”  Ba |  Le ≤  Ge ≥  Ne ≠
    """
)
_UNICODE = re.compile(r"u([0-9A-Fa-f]{4,6})(?:_[0-9A-Fa-f_]*)?")
_ARGUMENT = re.compile(r'[ \t]*+(?:"((?:[^"\n]|"")*+)"?|((?:\\[^\n]|[^ \t\n\\])++))')


class Argument(NamedTuple):
    """A macro's argument and the range of the source where it stands, without its quotation marks."""

    text: str
    start: int
    end: int


def arguments(source: str, start: int, end: int) -> list[Argument]:
    r"""The arguments in the rest of a macro's line, up to a comment.

    >>> [argument.text for argument in arguments('"a b" c\\ d \\" e', 0, 15)]
    ['a b', 'c\\ d']
    """
    found = []
    while match := _ARGUMENT.match(source, start, end):
        if match.group().lstrip().startswith('\\"'):
            break
        group = 1 if match[1] is not None else 2
        found.append(Argument(match[group], *match.span(group)))
        start = match.end()
    return found


def add_text(builder: TextBuilder, source: str, start: int, end: int) -> None:
    """Adds a stretch of one line as a reader sees it."""
    for text, at, decoded in _pieces(source, start, end):
        if decoded:
            builder.add_decoded(text, at)
        else:
            builder.add(text, at)


def plain_text(source: str, start: int, end: int) -> str:
    r"""A stretch of one line as a reader sees it.

    >>> plain_text(r"\fBls\fR \(em list\-all \[u00E9]\('E \" note", 0, 40)
    'ls — list-all éÉ '
    """
    return "".join(text for text, _, _ in _pieces(source, start, end))


def _pieces(source: str, start: int, end: int) -> Iterator[tuple[str, int, bool]]:
    """Texts with their offsets, and whether one is what an escape there stands for."""
    at = start
    for escape in _ESCAPE.finditer(source, start, end):
        yield source[at : escape.start()], at, False
        at = escape.end()
        if escape["comment"]:
            return
        if escape["itself"]:
            yield escape["itself"], escape.start("itself"), False
        else:
            yield _meaning(escape), escape.start(), True
    yield source[at:end], at, False


def _meaning(escape: re.Match[str]) -> str:
    if escape["blank"]:
        return " "
    if escape["backslash"]:
        return "\\"
    if escape["string"]:
        return _STRINGS.get(escape["string"].strip("[(]"), "")
    if not escape["named"]:
        return ""
    name = escape["named"].removeprefix("C").strip("'[]") if len(escape["named"]) != 3 else escape["named"][1:]
    code = _UNICODE.fullmatch(name)
    if code:
        point = int(code[1], 16)
        return chr(point) if point <= 0x10FFFF and not 0xD800 <= point < 0xE000 and point else "\ufffd"
    if len(name) == 2 and name[0] in _ACCENTS and name[1].isalpha():
        return unicodedata.normalize("NFC", name[1] + _ACCENTS[name[0]])
    return _SPECIAL.get(name, "")
