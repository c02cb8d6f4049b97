"""A corpus of nasty files: `python scripts/nasty.py FOLDER` makes it, to be read with `qa index FOLDER`.

Names that steer terminals or are no text, contents that are cut short, nested, repeated or not what their name says,
and things that are no files. None takes much room on the disk, though one says it has 100 GB.
"""

from __future__ import annotations

import gzip
import io
import os
import socket
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

STEERING = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\u2066\u200f\x08\x7f"
HERON = "The heron stood in the weir."


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A ZIP file."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def nested_zip(depth: int) -> bytes:
    """A ZIP in a ZIP in a ZIP."""
    data = zipped({"a.txt": HERON.encode()})
    for _ in range(depth):
        data = zipped({"a.zip": data})
    return data


def tarred() -> bytes:
    """A tar file whose member would leave the folder."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../escaped.txt"))
    return stream.getvalue()


def squeezed(data: bytes, times: int) -> bytes:
    """A gzip file of some data many times over, made a piece at a time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(data) for _ in range(times)), packer.flush()])


DOCUMENT = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "{}"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "{}">'
DOCUMENT += '<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&b;&c;&x;</d>'
BOMB = DOCUMENT.format("ha" * 1000, "&b;" * 1000).encode()

CONTENTS: Mapping[str, Callable[[], bytes]] = {
    "empty.txt": lambda: b"",
    "blank.md": lambda: b" \n\t\r\n\x0c" * 1000,
    "steering.txt": lambda: f"{HERON} {STEERING}\nSecond line {STEERING}".encode(),
    "steering.md": lambda: f"# Title {STEERING}\n\n{HERON} {STEERING}\n\n- item {STEERING}\n".encode(),
    "steering.html": lambda: f"<title>{STEERING}</title><h1>&#27;[2J</h1><p>{HERON} &#x9b;2J &#8238;x</p>".encode(),
    "script.md": lambda: (
        f"# <script>alert(1)</script>\n\n{HERON} <img src=x onerror=alert(1)> [a](javascript:b)".encode()
    ),
    "script.txt": lambda: f"<b>{HERON} <img src=x onerror=alert(1)> </b><!-- a --> 3 < 4".encode(),
    "nulls.txt": lambda: b"heron\0heron\0" * 100,
    "elf.txt": lambda: b"\x7fELF" + bytes(range(256)) * 8,
    "noise.bin": lambda: bytes(number * number % 251 for number in range(20_000)),
    "latin.txt": lambda: "Der Müller über der Brücke, naïve façade.".encode("latin-1"),
    "utf16.txt": lambda: HERON.encode("utf-16"),
    "utf16-cut.txt": lambda: HERON.encode("utf-16")[:-1],
    "utf16-unmarked.txt": lambda: HERON.encode("utf-16-le"),
    "overlong.txt": lambda: b"The heron \xc0\xaf \xed\xa0\x80 \xf8\x88\x80\x80\x80 stood.",
    "cut-character.txt": lambda: f"{HERON} Łódź"[:-1].encode()[:-1] + b"\xc5",
    "returns.txt": lambda: b"The heron\rstood\r\nin\n\rthe weir.\r" * 50,
    "separators.txt": lambda: "The heron\u2028stood\u2029in\x85the\x0bweir\x0c.".encode(),
    "zalgo.txt": lambda: ("h" + "\u0301" * 5000 + "eron stood.").encode(),
    "one-word.txt": lambda: b"a" * 1_000_000,
    "one-line.txt": lambda: b"heron weir " * 100_000,
    "dots.txt": lambda: b"." * 200_000,
    "dashes.txt": lambda: b"- " * 100_000,
    "brackets.md": lambda: b"[" * 50_000,
    "stars.md": lambda: b"*a **b " * 20_000,
    "quotes.md": lambda: b"> " * 5_000 + b"heron",
    "lists.md": lambda: b"".join(b"  " * depth + b"- heron\n" for depth in range(400)),
    "ticks.md": lambda: b"`" * 30_000 + b"\nheron",
    "table.md": lambda: b"|a" * 5_000 + b"|\n" + b"|-" * 5_000 + b"|\n" + b"|heron" * 5_000 + b"|\n",
    "links.md": lambda: b"[a](" * 10_000,
    "alias.md": lambda: (
        b"---\na: &a [x,x,x,x,x,x,x,x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c + 1, c + 1, b",".join([b"*%c" % c] * 8)) for c in range(97, 112))
        + b"title: *p\n---\nThe heron.\n"
    ),
    "front.md": lambda: b"---\n!!python/object/apply:os.system ['touch owned']\n---\nThe heron.\n",
    "deep.html": lambda: b"<div>" * 50_000 + HERON.encode(),
    "unclosed.html": lambda: b"<![x<!--<p heron='<script>" + HERON.encode(),
    "entities.html": lambda: b"&#99999999999999;&#xD800;&notanentity;&" * 5_000 + HERON.encode(),
    "attributes.html": lambda: b"<p " + b"a='b' " * 50_000 + b">heron</p>",
    "bomb.xml": lambda: BOMB,
    "bomb.html": lambda: BOMB,
    "deep.json": lambda: b"[" * 100_000,
    "number.json": lambda: b'{"text": ' + b"9" * 10_000 + b"}",
    "keys.jsonl": lambda: b'{"text": "The heron stood."}\n{"text": \n\xff\n[]\n5\n' * 20,
    "wide.csv": lambda: b",".join([b"heron"] * 20_000) + b'\n"unclosed',
    "field.csv": lambda: b'a,b\n"' + b"heron\n" * 50_000,
    "notebook.ipynb": lambda: b'{"cells": [{"cell_type": 5, "source": {"a": [1]}}, null], "nbformat": "x"}',
    "mail.eml": lambda: b"From: heron\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 2_000,
    "code.py": lambda: b"(" * 20_000 + b"# The heron stood in the weir.",
    "page.1": lambda: b".de x\n.x\n..\n.x\n.so /etc/passwd\n.SH HERON\n\\*(\\n[\\f(\n",
    "index.rst": lambda: b"=\n" * 5_000 + b".. include:: /etc/passwd\n\n.. raw:: html\n\n   <script>\n",
    "cut.pdf": lambda: b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\n",
    "loop.pdf": lambda: b"%PDF-1.4\n1 0 obj<</Type/Pages/Kids[1 0 R]/Count 9999999>>endobj\ntrailer<</Root 1 0 R>>",
    "cut.docx": lambda: zipped({"word/document.xml": b"<w:document"})[:-10],
    "bomb.docx": lambda: zipped({"word/document.xml": BOMB, "[Content_Types].xml": b"<Types/>"}),
    "huge.docx": lambda: zipped({"word/document.xml": b"<a>" * 1_000_000}),
    "bomb.epub": lambda: zipped({"META-INF/container.xml": BOMB, "mimetype": b"application/epub+zip"}),
    "nested.zip": lambda: nested_zip(20),
    "escape.zip": lambda: zipped(
        {"../../escaped.txt": b"heron", "/etc/escaped": b"heron", "a\x1b[2J.txt": b"The heron."}
    ),
    "names.zip": lambda: zipped({f"{number}.txt": b"The heron." for number in range(3_000)}),
    "bomb.zip": lambda: zipped({"a.txt": b"\n" * 50_000_000}),
    "bomb.txt.gz": lambda: squeezed(b"heron " * 100_000, 200),
    "cut.txt.gz": lambda: gzip.compress(HERON.encode() * 100)[:-20],
    "escape.tar": tarred,
    "not-what-it-says.pdf": lambda: HERON.encode(),
    "not-what-it-says.docx": lambda: HERON.encode(),
    "not-what-it-says.md": lambda: zipped({"a": b"b"}),
}

NAMES: tuple[bytes, ...] = (
    b"new\nline.txt",
    b"return\rqa: all is well.txt",
    f"steering {STEERING}.txt".encode(),
    "\u202etxt.exe".encode(),
    b"not utf-8 \xff\xfe.txt",
    b"  spaces  .txt",
    b"tab\t.txt",
    b"-rf.txt",
    b"--help",
    b"$(touch owned).txt",
    b"`touch owned`.txt",
    b"quote'\".txt",
    b"in:x title:y.txt",
    b"..txt..",
    "e\u0301 and é.txt".encode(),
    b"line\xe2\x80\xa8separator.txt",
    b"x" * 250 + b".txt",
)


def make(folder: Path) -> None:
    """Fill a folder, which is made. What the system here does not allow is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "good.txt").write_text("The good document says that otters live in the reeds.\n")
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content())
    for encoded in NAMES:
        with suppress(OSError):
            (folder / os.fsdecode(encoded)).write_text(f"{HERON} {len(encoded)}\n")
    _no_files(folder)
    _deep(folder / "deep")


def _no_files(folder: Path) -> None:
    """Links in a ring, links out, a pipe, a socket, a file without permission, a file that seems huge."""
    links = {"ring-a": "ring-b", "ring-b": "ring-a", "self": "self", "up": "..", "zero.txt": "/dev/zero"}
    links |= {"passwd.txt": "/etc/passwd", "root": "/", "nowhere.txt": "nowhere", "loop/loop": ".."}
    (folder / "loop").mkdir(exist_ok=True)
    for name, target in links.items():
        with suppress(FileExistsError):
            (folder / name).symlink_to(target)
    with suppress(FileExistsError):
        os.mkfifo(folder / "pipe.txt")
    with suppress(OSError), socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket.txt"))
    (folder / "locked.txt").write_text(HERON)
    (folder / "locked.txt").chmod(0)
    with (folder / "huge.txt").open("wb") as file, suppress(OSError):
        file.truncate(100 << 30)


def _deep(folder: Path) -> None:
    """Folders in folders, as far as a path may be long."""
    with suppress(OSError):
        for _ in range(200):
            folder.mkdir(exist_ok=True)
            folder /= "deeper and deeper"
    with suppress(OSError):
        (folder.parent / "bottom.txt").write_text(HERON)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("usage: python scripts/nasty.py FOLDER")
    make(Path(sys.argv[1]))
