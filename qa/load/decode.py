"""Bytes -> text: which encoding a file is in, and whether it is text at all."""

from __future__ import annotations

import codecs
import re

from qa.load.protocol import Unreadable

__all__ = ["decode"]

_BINARY = "binary, not text"
_SAMPLE = 1 << 16  # bytes that are looked at to judge a file

# What files that are not text begin with. Text may begin with "PK" or "BM", so only unmistakable ones are here.
_MAGIC = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n",
    b"GIF87a",
    b"GIF89a",
    b"%PDF-",
    b"PK\x03\x04",  # ZIP, and with it DOCX, EPUB, JAR
    b"PK\x05\x06",
    b"\x7fELF",
    b"\x1f\x8b",  # gzip
    b"BZh9",
    b"\xfd7zXZ\x00",
    b"(\xb5/\xfd",  # zstd
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"SQLite format 3\x00",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # the old Office formats
    b"OggS\x00",
    b"fLaC\x00",
    b"ID3\x03",
    b"ID3\x04",
    b"\xca\xfe\xba\xbe",  # Java class, Mach-O
    b"\xcf\xfa\xed\xfe",
    b"\x00asm",
    b"wOFF",
    b"wOF2",
    b"{\\rtf",
)

# The longer mark first: that of UTF-16 LE begins that of UTF-32 LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Control characters that no text needs. Backspace stands in manual pages, escape in coloured logs: not among them.
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\b\t\n\v\f\r\x1b") + b"\x7f"
_DECLARED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_TRUSTED = re.compile(r"(?:iso|latin|windows|cp|koi8|gb|big5|shift|sjis|euc|mac|x-sjis|us-ascii|tis)", re.IGNORECASE)


def decode(data: bytes) -> str:
    r"""The text of a file, line ends untouched, without a byte order mark. Raises Unreadable for what is not text.

    >>> decode(b"\xef\xbb\xbfcaf\xc3\xa9\r\n"), decode(b"caf\xe9"), decode("naïve".encode("utf-16"))
    ('café\r\n', 'café', 'naïve')
    """
    if data.startswith(_MAGIC):
        raise Unreadable(_BINARY)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(encoding, "replace"))
    encoding = _unmarked_utf16(data) if b"\0" in data else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = _guessed(data)
    return _checked(text)


def _checked(text: str) -> str:
    """The text, unless it holds a null or too many control characters or undecodable ones."""
    sample = text[:_SAMPLE].encode("utf-8", "replace")
    strange = len(sample) - len(sample.translate(None, _CONTROL)) + text[:_SAMPLE].count("\ufffd")
    if "\0" in text or strange * 20 > len(sample):
        raise Unreadable(_BINARY)
    return text


def _unmarked_utf16(data: bytes) -> str:
    """Which UTF-16 unmarked bytes clearly are: in most pairs one byte is null, always the same one."""
    sample = data[:_SAMPLE]
    pairs = len(sample) // 2
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    if len(data) % 2 == 0 and second > 0.6 * pairs and first < 0.02 * pairs:
        return "utf-16-le"
    if len(data) % 2 == 0 and first > 0.6 * pairs and second < 0.02 * pairs:
        return "utf-16-be"
    raise Unreadable(_BINARY)


def _guessed(data: bytes) -> str:
    """The text of bytes that are not UTF-8: as declared, as damaged UTF-8, as charset-normalizer finds, or as Latin."""
    sample = data[:_SAMPLE]
    if len(sample) - len(sample.translate(None, _CONTROL)) > 0.05 * len(sample):
        raise Unreadable(_BINARY)
    repaired = data.decode("utf-8", "replace")
    broken = repaired.count("\ufffd")
    if 4 * broken < len(data) - len(repaired):  # characters of several bytes that are whole outweigh the broken ones
        return repaired
    for encoding in _candidates(sample):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _candidates(sample: bytes) -> list[str]:
    """Encodings to try in order, best first."""
    declared = [name.decode("ascii") for name in _DECLARED.findall(sample[:2048])]
    found = [name for name in declared if _TRUSTED.match(name)]
    if sum(byte > 127 for byte in sample) >= 8:  # fewer say nothing, and are most often Western
        from charset_normalizer import from_bytes  # 40 ms to import, and few files need it

        matches = list(from_bytes(sample))
        if not matches and not found:
            raise Unreadable(_BINARY)
        for match in matches:  # best first; among equals it takes the first of the alphabet, cp1250 for Portuguese
            rivals = match.chaos <= matches[0].chaos + 0.05 and match.coherence >= matches[0].coherence - 0.02
            found += ["cp1252"] if match.encoding == "cp1252" and rivals else []
        found += [match.encoding for match in matches[:1]]
    return [*found, "cp1252"]
