"""E-mail -> who wrote what to whom: headers, the text of each message and of its attachments, and their names.

Lines are those of the file, also where a part is encoded: base64 is as exact as its lines are.
"""

from __future__ import annotations

import codecs
import re
from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import HeaderParser
from email.utils import parsedate_to_datetime

from qa.load import html, plain, reply
from qa.load.decode import decode
from qa.load.protocol import Excerpt, Parsed, TextBuilder, Unreadable, joined
from qa.model import BlockKind, SourceMap

__all__ = ["parse", "parse_mailbox"]

_DEEPEST = 20
_SHOWN = ("from", "to", "cc", "date", "subject")
_HEADER = re.compile(r"([!-9;-~]+)[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t]+[^\r\n]+)*)\r?\n?")
_ENCODED = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=(?:\s+=\?[^?\s]+\?[bBqQ]\?[^?\s]*\?=)*")
_MESSAGE = re.compile(r"^From [^\r\n]*\d{4}[^\r\n]*\r?\n", re.MULTILINE)
_CODE = re.compile(r"=([0-9A-Fa-f]{2})")
_ATTACHED = 3
"""Level of an attachment's name, above what it says and below a mailbox's subjects."""
_HOLDERS = ("mail", "mailbox")
_ARCHIVES = (".gz", ".zip")
_HERE = SourceMap((0,), (0,), ())

Part = tuple[Parsed, SourceMap]


@dataclass(frozen=True, slots=True)
class _Entity:
    """A message or a part of one: its headers, where each value stands, and the range of its body."""

    message: Message
    values: dict[str, tuple[int, int]]
    start: int
    end: int


def parse(data: bytes) -> Parsed:
    r"""Reads one message; as plain text where it has no headers.

    >>> mail = parse(b"From: Ann <a@b.c>\nSubject: =?utf-8?Q?Caf=C3=A9?=\n\nOne li=\nne.\n")
    >>> mail.text, mail.title
    ('From: Ann <a@b.c>\nSubject: Café\n\nOne li=\nne.', 'Café')
    """
    source = data.decode("latin-1")  # a character a byte: each part says itself what its bytes mean
    entity = _entity(source, 0, len(source))
    if not entity.values:
        return replace(plain.parse(decode(data)), format="mail")
    parsed = joined("mail", source, _message(source, entity, 0))
    return replace(
        parsed,
        title=_decoded(entity.message.get("subject")),
        author=_decoded(entity.message.get("from")),
        date=_date(entity.message.get("date")),
    )


def parse_mailbox(data: bytes) -> Parsed:
    """Reads a file of messages one after the other (mbox); the subject of each is a heading."""
    source = data.decode("latin-1")
    begins = list(_MESSAGE.finditer(source))
    if not begins:
        raise Unreadable("not a mailbox: no line begins with 'From ' and has a year")
    edges = [*(found.start() for found in begins[1:]), len(source)]
    parts: list[Part] = []
    for found, end in zip(begins, edges, strict=True):
        entity = _entity(source, found.end(), end)
        parts += _headings(source, entity)
        parts += _message(source, entity, 0)
    return joined("mailbox", source, parts)


def _entity(source: str, start: int, end: int) -> _Entity:
    at = start
    values: dict[str, tuple[int, int]] = {}
    while header := _HEADER.match(source, at, end):
        values.setdefault(header[1].lower(), header.span(2))
        at = header.end()
    message = HeaderParser().parsestr(source[start:at])
    line_end = re.compile(r"[ \t]*\r?\n").match(source, at, end)
    return _Entity(message, values, line_end.end() if line_end else at, end)


def _headings(source: str, entity: _Entity) -> Iterator[Part]:
    builder = TextBuilder(source)
    builder.begin("heading", 2)
    if "subject" in entity.values:
        _add_value(builder, source, *entity.values["subject"])
    yield builder.finish("mail"), _HERE


def _message(source: str, entity: _Entity, depth: int) -> Iterator[Part]:
    """The headers of a message and its text."""
    builder = TextBuilder(source)
    for name, (start, end) in entity.values.items():
        if name in _SHOWN and source[start:end].strip():
            builder.begin("item", 1)
            colon = source.rindex(":", 0, start)
            builder.add(source[colon - len(name) : colon + 1].strip(), colon - len(name))
            builder.space()
            _add_value(builder, source, start, end)
    yield builder.finish("mail"), _HERE
    yield from _content(source, entity, depth)


def _content(source: str, entity: _Entity, depth: int) -> Iterator[Part]:
    """The text of a message or a part, and the names of what is left out."""
    message, kind = entity.message, entity.message.get_content_type()
    attached = message.get_content_disposition() == "attachment" or message.get_filename()
    if depth > _DEEPEST:
        raise Unreadable(f"its parts are nested deeper than {_DEEPEST}")
    if message.get_content_maintype() == "multipart" and message.get_boundary():
        parts = [_entity(source, *part) for part in _parts(source, entity)]
        for part in _preferred(parts) if kind == "multipart/alternative" else parts:
            yield from _content(source, part, depth + 1)
    elif kind == "message/rfc822":
        yield from _name(source, entity, "item")
        yield from _message(source, _entity(source, entity.start, entity.end), depth + 1)
    elif attached or not kind.startswith("text/"):
        content = _attachment(source, entity)
        yield from _name(source, entity, "heading" if content else "item")
        yield from content
    elif kind == "text/html":
        excerpt = _text(source, entity)
        yield html.parse(excerpt.text), excerpt.places
    else:
        excerpt = _text(source, entity)
        yield from reply.parts(excerpt.text, excerpt.places)


def _parts(source: str, entity: _Entity) -> Iterator[tuple[int, int]]:
    """The ranges between the boundaries."""
    boundary = re.escape(str(entity.message.get_boundary()))
    lines = re.compile(rf"^--{boundary}(--)?[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
    start = None
    for line in lines.finditer(source, entity.start, entity.end):
        if start is not None:
            yield start, line.start()
        start = None if line[1] else line.end()
    if start is not None:  # cut off
        yield start, entity.end


def _preferred(parts: list[_Entity]) -> list[_Entity]:
    """The one of several alternatives that is plain text; else HTML; else the last."""
    for kind in ("text/plain", "text/html"):
        for part in parts:
            if part.message.get_content_type() == kind:
                return [part]
    return parts[-1:]


def _attachment(source: str, entity: _Entity) -> list[Part]:
    """What an attachment says, if it is text that there is a reader for.

    Of PDF and what else is read without lines only the name is told: a mail's quotes lead to its lines. So is it of
    messages and archives within it.
    """
    from qa.load.formats import reader_for  # late: it lists this reader, too

    name = entity.message.get_filename() or ""
    reader = reader_for(name)
    is_text = reader.name != "text" or entity.message.get_content_maintype() == "text"
    if not is_text or reader.packed or reader.name in _HOLDERS or name.lower().endswith(_ARCHIVES):
        return []
    whole, excerpt = _text(source, entity), Excerpt()
    excerpt.add_excerpt(whole.text, whole.places, int(whole.text.startswith("\ufeff")), len(whole.text))
    try:
        parsed = reader.parse(excerpt.text.encode())
    except Unreadable:
        return []
    blocks = (replace(b, level=min(b.level + _ATTACHED, 6)) if b.kind == "heading" else b for b in parsed.blocks)
    return [(replace(parsed, blocks=tuple(blocks)), excerpt.places)]


def _name(source: str, entity: _Entity, kind: BlockKind) -> Iterator[Part]:
    """An attachment's name."""
    name = entity.message.get_filename()
    header = next((h for h in ("content-disposition", "content-type") if h in entity.values), None)
    if name is None or header is None:
        return
    start, end = entity.values[header]
    builder = TextBuilder(source)
    builder.begin(kind, _ATTACHED if kind == "heading" else 1)
    word = re.compile(r"[^;\s]+").match(source, start, end)
    if word:
        builder.add(word.group(), start)
        builder.space()
    at = source.find(name, start, end)
    if at >= 0:
        builder.add(name, at)
    else:
        builder.add_decoded(_clean(name), start)
    yield builder.finish("mail"), _HERE


# Decoding


def _add_value(builder: TextBuilder, source: str, start: int, end: int) -> None:
    """Adds a header's value, its encoded words decoded."""
    at = start
    for word in _ENCODED.finditer(source, start, end):
        _add_raw(builder, source, at, word.start())
        builder.add_decoded(_decoded(word.group()) or "", word.start())
        at = word.end()
    _add_raw(builder, source, at, end)


def _add_raw(builder: TextBuilder, source: str, start: int, end: int) -> None:
    text = source[start:end]
    if text.isascii():
        builder.add(text, start)
    else:
        builder.add_decoded(_clean(text), start)


def _decoded(value: object) -> str | None:
    """A header's value as text."""
    if value is None:
        return None
    found = []
    try:
        parts = decode_header(str(value))
    except (HeaderParseError, ValueError):  # what is wrongly encoded is shown as it stands
        return _clean(str(value))
    for part, charset in parts:
        found.append(part if isinstance(part, str) else part.decode(_codec(charset), "replace"))
    return _clean("".join(found)).strip() or None


def _clean(text: str) -> str:
    """Text of a header: one line, UTF-8 where its bytes are."""
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode("utf-8")
    return " ".join(text.split()).encode("utf-8", "replace").decode()


def _date(value: object) -> str | None:
    try:
        return parsedate_to_datetime(str(value)).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _codec(charset: str | None) -> str:
    """The charset, if text can be in it."""
    try:
        b"x".decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return "latin-1"
    return charset or "utf-8"


def _text(source: str, entity: _Entity) -> Excerpt:
    """What a part's body says."""
    encoding = str(entity.message.get("content-transfer-encoding", "")).strip().lower()
    charset = _codec(entity.message.get_content_charset())
    if encoding not in ("base64", "quoted-printable"):
        try:
            source[entity.start : entity.end].encode("latin-1").decode(charset)
        except UnicodeError:
            charset = "cp1252"
    try:
        decoder = codecs.getincrementaldecoder(charset)("replace")
    except LookupError:  # a rare one that cannot go on from line to line
        decoder = codecs.getincrementaldecoder("latin-1")("replace")
    excerpt = Excerpt()
    read = {"base64": _base64, "quoted-printable": _quoted_printable}.get(encoding, _lines)
    for piece, at in read(source, entity.start, entity.end):
        said = decoder.decode(piece)
        excerpt.add(said.encode("utf-8", "replace").decode(), at)  # without halves of characters
    return excerpt


def _lines(source: str, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    at = start
    while at < end:
        stop = (source.find("\n", at, end) + 1) or end
        yield source[at:stop].encode("latin-1"), at
        at = stop


def _quoted_printable(source: str, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    r"""The pieces of a body in which `=C3` is a byte, and `=` at the end of a line goes on with the next."""
    for raw, line_start in _lines(source, start, end):
        line = raw.decode("latin-1")
        body = line.rstrip()
        soft = body.endswith("=")
        at = 0
        for code in _CODE.finditer(body):
            yield body[at : code.start()].encode("latin-1"), line_start + at
            yield bytes([int(code[1], 16)]), line_start + code.start()
            at = code.end()
        yield body[at : len(body) - soft].encode("latin-1"), line_start + at
        if not soft and line.endswith("\n"):
            yield b"\n", line_start + len(line) - 1


def _base64(source: str, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    rest = ""
    for line, at in _lines(source, start, end):
        rest += re.sub(r"[^A-Za-z0-9+/]", "", line.decode("latin-1"))
        whole = len(rest) // 4 * 4
        yield a2b_base64(rest[:whole]), at
        rest = rest[whole:]
    try:
        yield a2b_base64(rest + "=" * (-len(rest) % 4)), end
    except Base64Error:
        return
