"""Compressed files are read as what they hold, archives as folders, and neither may be a bomb."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.load import LIMIT, find, read
from qa.load.archive import expanded, members
from qa.load.protocol import Unreadable

WEIR = "The weir was closed in 1990 because of the flood.\n"


def packed(path: Path, files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def reasons(root: Path) -> dict[str, str]:
    return {entry.path: entry.reason for entry in qa.open(root).skipped}


def test_a_compressed_file_is_read_as_what_it_holds_and_hashed_as_it_lies_there(tmp_path: Path) -> None:
    (tmp_path / "notes.md.gz").write_bytes(gzip.compress(f"# River\n\n*{WEIR.strip()}*\n".encode()))
    quote = qa.open(tmp_path).answer("Why was the weir closed?").quotes[0]
    assert (quote.text, quote.path, quote.line, quote.title) == (WEIR.strip(), "notes.md.gz", 3, "River")
    assert quote.sha256 == hashlib.sha256((tmp_path / "notes.md.gz").read_bytes()).hexdigest()


def test_the_members_of_an_archive_are_documents_of_their_own(tmp_path: Path) -> None:
    packed(
        tmp_path / "a.zip", {"docs/river.md": WEIR.encode(), "mill.txt.gz": gzip.compress(b"The mill ground barley.\n")}
    )
    library = qa.open(tmp_path)
    assert library.paths == ("a.zip/docs/river.md", "a.zip/mill.txt.gz")
    quote = library.answer("Why was the weir closed?").quotes[0]
    assert (quote.path, quote.line) == ("a.zip/docs/river.md", 1)
    assert quote.sha256 == hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest()
    assert library.file(quote.path) == tmp_path / "a.zip"


def test_an_archive_may_be_the_corpus(tmp_path: Path) -> None:
    assert qa.open(packed(tmp_path / "a.zip", {"river.md": WEIR.encode()})).paths == ("a.zip/river.md",)


def test_a_changed_archive_is_read_again_and_its_quotes_are_marked(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"river.md": WEIR.encode(), "mill.md": b"The mill ground barley.\n"})
    library = qa.open(tmp_path)
    packed(file, {"river.md": WEIR.replace("1990", "1991").encode(), "new.md": b"Its wheel has twelve paddles.\n"})
    os.utime(file, (1, 1))
    assert library.answer("Why was the weir closed?").changed == ("a.zip/river.md",)
    library.refresh()
    assert library.paths == ("a.zip/new.md", "a.zip/river.md")
    assert "1991" in library.answer("Why was the weir closed?").quotes[0].text


def test_what_to_leave_out_holds_inside_of_archives(tmp_path: Path) -> None:
    packed(tmp_path / "a.zip", {"river.md": WEIR.encode(), "x.log": b"Logged.\n"})
    assert qa.open(tmp_path, exclude=["*.log"]).paths == ("a.zip/river.md",)


def test_each_member_that_is_not_read_is_named_with_the_reason(tmp_path: Path) -> None:
    files = {
        "../up.txt": b"x",
        "/etc/x": b"x",
        "in.zip": b"PK",
        ".git/x": b"x",
        "a.png": b"\x89PNG\r\n\x1a\n",
        "e.txt": b"",
    }
    packed(tmp_path / "a.zip", {"river.md": WEIR.encode()} | files)
    assert reasons(tmp_path) == {
        "a.zip/../up.txt": "its path leads out of the archive",
        "a.zip//etc/x": "its path leads out of the archive",
        "a.zip/in.zip": "an archive in an archive",
        "a.zip/.git/x": "hidden",
        "a.zip/a.png": "binary, not text",
        "a.zip/e.txt": "empty",
    }


def test_what_is_damaged_or_too_large_is_named_and_the_rest_is_served(tmp_path: Path) -> None:
    (tmp_path / "river.md").write_text(WEIR)
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 no")
    (tmp_path / "bad.gz").write_bytes(b"\x1f\x8b\x08 no")
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(b"x" * 1000)[:-10])
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"x" * (LIMIT + 1)))
    (tmp_path / "src.tar.gz").write_bytes(gzip.compress(b"x"))
    packed(tmp_path / "bomb.zip", {"x.txt": b"x" * (40 << 20)})
    packed(tmp_path / "none.zip", {})
    found = reasons(tmp_path)
    assert {path: reason.split(" (")[0] for path, reason in found.items() if path != "bomb.zip"} == {
        "bad.zip": "a damaged archive",
        "bad.gz": "damaged gzip",
        "cut.txt.gz": "damaged gzip",
        "bomb.txt.gz": f"too large: expands to more than {LIMIT:,} bytes",
        "src.tar.gz": "a tar archive; unpack it",
        "none.zip": "empty",
    }
    assert found["bomb.zip"].startswith("an archive that expands from ")


def test_an_encrypted_member_is_reported_as_such(tmp_path: Path) -> None:
    data = bytearray(packed(tmp_path / "a.zip", {"river.md": WEIR.encode()}).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1  # the flag in the directory
    (tmp_path / "a.zip").write_bytes(data)
    assert [reason for _, _, reason in members(str(tmp_path / "a.zip"))] == [
        "encrypted; unpack the archive with its password"
    ]


def test_a_member_that_lies_about_its_size_is_cut_off(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {"x.txt": b"x" * (LIMIT + 10)})
    data = file.read_bytes()
    size = (LIMIT + 10).to_bytes(4, "little")
    file.write_bytes(data.replace(size, (100).to_bytes(4, "little")))
    sources, _ = find([tmp_path])
    with pytest.raises(qa.ReadError, match=r"damaged in its archive|too large"):
        read(sources[0])


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    file = packed(tmp_path / "a.zip", {f"{number}.txt": b"x" for number in range(10_001)}, method=zipfile.ZIP_STORED)
    with pytest.raises(Unreadable, match="10,001 files, the limit is 10,000"):
        list(members(str(file)))


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=12), st.integers(0, 10_000))
def test_any_damage_to_an_archive_costs_no_more_than_it(
    tmp_path: Path, changes: list[tuple[int, int]], cut: int
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("river.md", WEIR)
        archive.writestr("more/mill.txt", "The mill ground barley. " * 20)
    data = bytearray(buffer.getvalue())
    for at, byte in changes:
        data[at % len(data)] = byte
    (tmp_path / "a.zip").write_bytes(data[: len(data) - cut % 50])
    sources, skipped = find([tmp_path])
    assert sources or skipped
    for source in sources:
        try:
            assert read(source).text
        except qa.ReadError:
            continue


@given(st.binary(max_size=60), st.integers(0, 60), st.integers(0, 255))
def test_any_damage_to_a_compressed_file_is_a_reason_or_costs_nothing(data: bytes, at: int, byte: int) -> None:
    damaged = bytearray(gzip.compress(data))
    damaged[at % len(damaged)] = byte
    with suppress(Unreadable):
        assert expanded(bytes(damaged), "x.gz")[0] == data
