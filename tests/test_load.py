"""Files are found in a fixed order and read into one shape; what cannot be read is named, and nothing else happens."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.errors import CorpusError, ReadError
from qa.load import LIMIT, Source, find, formats, read
from qa.load.decode import decode
from qa.load.frontmatter import front_matter
from qa.load.plain import parse
from qa.load.protocol import Unreadable
from qa.model import Document, Skipped


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def source_of(path: Path) -> Source:
    status = path.stat()
    return Source(str(path), path.name, status.st_size, status.st_mtime_ns)


def read_as(folder: Path, name: str, content: str | bytes) -> Document:
    write(folder, {name: content})
    return read(source_of(folder / name))


def paths(found: tuple[list[Source], list[Skipped]]) -> list[str]:
    return [source.path for source in found[0]]


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may read whatever it likes; under another name, permissions hold for who runs the tests as root, too."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that somebody else can reach, which `tmp_path` is not."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


# Finding


def test_files_are_found_in_the_order_of_their_paths_and_hidden_ones_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"b.md": "b", "a/c.txt": "c", "a/.x": "x", ".git/a": "a", ".git/b": "b", "B": "B"})
    found = find([tmp_path])
    assert paths(found) == ["B", "a/c.txt", "b.md"]
    assert found[1] == [Skipped(".git/", "hidden"), Skipped("a/.x", "hidden")]
    assert all(source.file.is_absolute() and source.size == 1 for source in found[0])


def test_several_roots_give_their_names_made_unique(tmp_path: Path) -> None:
    write(tmp_path, {"x/notes/a.md": "a", "y/notes/a.md": "b", "z/a.md": "c", "w/a.md": "d"})
    roots = [tmp_path / "x/notes", tmp_path / "y/notes", tmp_path / "z/a.md", tmp_path / "w/a.md", tmp_path / "z/a.md"]
    assert paths(find(roots)) == ["a-2.md", "a.md", "notes-2/a.md", "notes/a.md"]
    assert paths(find(roots[2:3])) == ["a.md"]


def test_a_file_reached_twice_counts_once(tmp_path: Path) -> None:
    write(tmp_path, {"notes/sub/a.md": "a"})
    (tmp_path / "notes/b.md").symlink_to(tmp_path / "notes/sub/a.md")
    assert paths(find([tmp_path / "notes", tmp_path / "notes/sub"])) == ["notes/sub/a.md"]


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    write(tmp_path, {"root/z/a.md": "a", "root/.other/b.md": "b", "root/.lone.md": "c"})
    (tmp_path / "root/a").symlink_to(tmp_path / "root/z")
    (tmp_path / "root/z/up").symlink_to(tmp_path / "root")
    (tmp_path / "root/far").symlink_to(tmp_path / "root/.other")
    (tmp_path / "root/far2").symlink_to(tmp_path / "root/.other")
    (tmp_path / "root/file.md").symlink_to(".lone.md")
    (tmp_path / "root/gone.md").symlink_to(tmp_path / "nowhere")
    found = find([tmp_path / "root"])
    assert len(found[0]) == 3
    assert {"z/a.md", "file.md"} < set(paths(found))
    assert Skipped("gone.md", "broken link") in found[1]


def test_a_link_out_of_all_roots_is_named_and_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"root/a.md": "a", "root-2/b.md": "b", "far/c.md": "c", "d.md": "d"})
    for name, target in {"up": "..", "d.md": "../d.md", "next": "../root-2", "left": "..", "b.md": "next/b.md"}.items():
        (tmp_path / "root" / name).symlink_to(target)
    (tmp_path / "linked").symlink_to("root")
    out = [Skipped(name, "a link that leads out of the corpus") for name in ("b.md", "d.md", "next", "up")]
    assert find([tmp_path / "linked"], exclude=["left/"])[1] == out
    assert paths(find([tmp_path / "linked"])) == ["a.md"]
    both = find([tmp_path / "root", tmp_path / "root-2"], exclude=["left/"])
    assert {source.file.name for source in both[0]} == {"a.md", "b.md"}
    assert [skip.path for skip in both[1]] == ["root/d.md", "root/up"]


def test_deep_folders_are_walked_without_resolving_each_path_from_its_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    depth, asked = 200, []
    write(tmp_path, {"a/" * depth + "b.md": "b"})
    lstat = os.lstat  # what `realpath` asks of each part of a path
    monkeypatch.setattr(os, "lstat", lambda *args, **options: asked.append(args) or lstat(*args, **options))
    assert paths(find([tmp_path])) == ["a/" * depth + "b.md"]
    assert len(asked) < depth


def test_a_file_says_when_it_was_replaced_even_by_one_of_its_size_and_time(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "a"})
    before = find([tmp_path])[0][0]
    assert before.changed == (tmp_path / "a.md").stat().st_ctime_ns
    write(tmp_path, {"new": "b"})
    os.utime(tmp_path / "new", ns=(before.mtime_ns, before.mtime_ns))
    os.replace(tmp_path / "new", tmp_path / "a.md")
    after = find([tmp_path])[0][0]
    assert (after.size, after.mtime_ns) == (before.size, before.mtime_ns)
    assert after.changed != before.changed


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / os.fsdecode(b"bad\xff.md")).write_text("x")
    found = find([tmp_path])
    assert found == ([], [Skipped("bad\\xff.md", "its name is not valid UTF-8"), Skipped("pipe", "not a regular file")])
    with pytest.raises(ReadError, match="not a regular file"):
        read(Source(str(tmp_path / "pipe"), "pipe", 0, 0))


def test_patterns_leave_out_without_a_word(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            ".qaignore": "*.log\nbuild/\n!keep.log\n",
            "a.log": "",
            "keep.log": "",
            "build/x": "",
            "d/a.md": "",
            "b.md": "",
        },
    )
    found = find([tmp_path], exclude=["d/*.md"])
    assert paths(found) == ["b.md", "keep.log"]
    assert not found[1]


@pytest.mark.parametrize("pattern", ["[z-a]", "[a-\\d]", "!"])
def test_a_pattern_that_is_none_is_an_error_that_names_it(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(CorpusError) as caught:
        find([tmp_path], exclude=["*.log", pattern])
    assert str(caught.value).startswith(f"{pattern!r}: not a pattern (")
    write(tmp_path, {".qaignore": pattern + "\n"})
    with pytest.raises(CorpusError, match="not a pattern"):
        find([tmp_path])


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_an_ignore_file_that_is_no_file_is_named(tmp_path: Path, make: Callable[[Path], None]) -> None:
    write(tmp_path, {"a.md": "a"})
    make(tmp_path / ".qaignore")
    found = find([tmp_path])
    assert (paths(found), found[1]) == (["a.md"], [Skipped(".qaignore", "not a regular file")])


def test_an_ignore_file_that_cannot_be_read_is_named(open_folder: Path) -> None:
    write(open_folder, {"a.md": "a", ".qaignore": "*"})
    (open_folder / ".qaignore").chmod(0)
    with as_somebody_else():
        found = find([open_folder])
    assert (paths(found), found[1]) == (["a.md"], [Skipped(".qaignore", "permission denied")])
    (open_folder / ".qaignore").unlink()
    (open_folder / ".qaignore").symlink_to("nowhere")
    assert find([open_folder])[1] == [Skipped(".qaignore", "broken link")]


@pytest.mark.parametrize("mode", [0, stat.S_IROTH, stat.S_IXOTH])
def test_a_root_that_cannot_be_opened_is_an_error_that_names_it(open_folder: Path, mode: int) -> None:
    write(open_folder, {"root/a.md": "a", "root/.qaignore": ""})
    (open_folder / "root").chmod(mode | mode << 6)
    try:
        with as_somebody_else(), pytest.raises(CorpusError, match=r"/root: permission denied$"):
            find([open_folder / "root"])
    finally:
        (open_folder / "root").chmod(0o700)


def test_a_missing_root_is_an_error_that_names_it(tmp_path: Path) -> None:
    for name in ("nowhere", "null\0"):
        with pytest.raises(CorpusError, match=r": no such file or folder"):
            find([tmp_path / name])


@pytest.mark.parametrize("beside", [[], ["other"]])
def test_a_root_whose_name_is_not_utf8_is_an_error_that_can_be_printed(tmp_path: Path, beside: list[str]) -> None:
    folder, file = tmp_path / os.fsdecode(b"a\xff"), tmp_path / os.fsdecode(b"b\xff.md")
    write(tmp_path, {"other/a.md": "a", f"{folder.name}/a.md": "a", file.name: "b"})
    for root in (folder, file):
        with pytest.raises(CorpusError, match=r"\\xff(\.md)?: its name is not valid UTF-8; rename it$") as caught:
            find([root, *(tmp_path / name for name in beside)])
        assert str(caught.value).encode()
    write(folder, {"notes/a.md": "a", "notes/b.md": "b"})
    (source,) = find([folder / "notes"], exclude=["b.md"])[0]  # what stands above a root is shown nowhere
    assert (source.path, read(source).title) == ("a.md", "a")


# Reading


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n", "binary, not text"),
        (b"a\x00b", "binary, not text"),
        (b"PK\x03\x04 docx", "binary, not text"),
        (bytes(range(256)) * 9, "binary, not text"),
        (b"---\na: b\n---\n", "empty"),
        (b"<script>x</script><p></p>", "empty"),
        (b"\xff\xfe", "empty"),
        (b"\x01\x02\x03", "binary, not text"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ReadError) as caught:
        read_as(tmp_path, "a.html" if b"<" in content else "a.txt", content)
    assert caught.value.reason == reason


def test_a_file_that_vanished_or_is_too_large_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^a\.md: no longer there$"):
        read(Source(str(tmp_path / "a.md"), "a.md", 1, 1))
    with open(tmp_path / "big.txt", "wb") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(ReadError, match=r"too large: 67,108,865 bytes, the limit is 67,108,864"):
        read(source_of(tmp_path / "big.txt"))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.mdx", "a.html", "a"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_a_document_or_a_read_error(tmp_path: Path, name: str, content: bytes) -> None:
    write(tmp_path, {name: content})
    try:
        document = read(source_of(tmp_path / name))
    except ReadError as error:
        reason, document = error.reason, None
    assert reason in {"empty", "binary, not text"} if document is None else document.text.strip()
    assert document is None or (document.title and document.blocks)


def test_every_format_is_one_entry_and_takes_suffixes_of_its_own() -> None:
    suffixes = [suffix for reader in formats() for suffix in reader.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert {reader.name for reader in formats()} >= {"text", "markdown", "html"}


def test_html_that_was_saved_as_text_is_read_as_html_and_its_lines_count_from_the_top(tmp_path: Path) -> None:
    content = (
        "---\ntitle: A note\nurl: https://x.org/a\ndate: 2014-01-13T00:00:00-00:00\nauthors:\n- Ann\n- Bob\n---\n\n"
        "<p>See <a href='b'>the\nb</a> of &lt;c.io&gt;.</p>\n<ul><li>In [Mesa](http://x.org/M_(l%29) too.</li></ul>\n"
    )
    document = read_as(tmp_path, "a.txt", content)
    assert document.format == "html"
    assert document.text == "See the b of <c.io>.\n\nIn Mesa too."
    assert (document.title, document.url, document.date) == ("A note", "https://x.org/a", "2014-01-13")
    assert document.author == "Ann, Bob"
    assert [document.line(document.text.index(word)) for word in ("See", "b of", "In")] == [10, 11, 12]


def test_front_matter_is_no_part_of_any_text(tmp_path: Path) -> None:
    for name, body in (("a.txt", "Plain <b>."), ("a.md", "# Plain"), ("a.html", "<p>Plain")):
        document = read_as(tmp_path, name, f"---\nauthor: Ann\n---\n\n{body}\n")
        assert (document.author, document.line(document.text.index("Plain"))) == ("Ann", 5)
        assert "Ann" not in document.text


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        ("my-own_notes.txt", "some text", "my own notes"),
        ("a.md", "## First\n\ntext\n\n# Top", "Top"),
        ("a.md", "text\n\n## Later", "a"),
        ("a.md", "## First\n\ntext", "First"),
        ("a.txt", "First things\n============\ntext", "First things"),
        ("a.html", "<title>T</title><h1>H</h1>", "T"),
    ],
)
def test_the_title_is_what_the_file_says_it_is(tmp_path: Path, name: str, content: str, title: str) -> None:
    assert read_as(tmp_path, name, content).title == title


def test_no_title_holds_half_a_character(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {os.fsdecode(b"a\xff.txt"): "text"})
    assert read(Source(os.path.join(tmp_path, os.fsdecode(b"a\xff.txt")), "a-b.txt", 4, 0)).title == "a b"
    monkeypatch.delattr("yaml.CBaseLoader", raising=False)  # where PyYAML comes without libyaml
    document = read_as(tmp_path, "b.md", '---\ntitle: "a\\ud800"\nauthor: "b\\udc80"\n---\ntext')
    assert (document.title, document.author) == ("a?", "b?")


# Decoding

CYRILLIC = "Все люди рождаются свободными и равными в своём достоинстве."


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("naïve\r\n".encode(), "naïve\r\n"),
        ("naïve".encode("utf-8-sig"), "naïve"),
        ("naïve".encode("utf-16"), "naïve"),
        ("naïve text".encode("utf-16-le"), "naïve text"),
        ("naïve text".encode("utf-16-be"), "naïve text"),
        ("naïve".encode("utf-32"), "naïve"),
        (b"caf\xe9", "café"),
        (b"It\x92s \x80 5", "It\u2019s € 5"),
        ("é è ê ë ".encode() * 9 + b"\xe9", "é è ê ë " * 9 + "\ufffd"),
        ("<meta charset=iso-8859-2>ž".encode("iso-8859-2"), "<meta charset=iso-8859-2>ž"),
        (
            CYRILLIC.encode("cp1251"),
            CYRILLIC,
        ),
        (
            "Não podemos resistir ao desejo: a missão da poesia, a observação, às orações e à nação.".encode("cp1252"),
            "Não podemos resistir ao desejo: a missão da poesia, a observação, às orações e à nação.",
        ),
        (b"\x1b[31mred\x1b[0m and a\x0cpage", "\x1b[31mred\x1b[0m and a\x0cpage"),
    ],
)
def test_text_is_decoded_as_it_was_written(data: bytes, text: str) -> None:
    assert decode(data) == text


@given(st.binary())
def test_any_bytes_decode_or_are_unreadable(data: bytes) -> None:
    try:
        text = decode(data)
    except Unreadable:
        return
    assert text.encode().decode() == text


# Front matter


@pytest.mark.parametrize(
    ("source", "title", "rest"),
    [
        ("---\ntitle: A\n---\nx", "A", "x"),
        ("---\r\ntitle: A\r\n...\r\nx", "A", "x"),
        ("---\ntitle: 'A: b'\n---", "A: b", ""),
        ("---\ntitle: A: b\nother: [\n---\nx", "A: b", "x"),
        ("---\ntitle: 2014\n---\nx", "2014", "x"),
        ("---\ntitle: ~\n---\nx", None, "x"),
        ("---\n- a\n---\nx", None, "---\n- a\n---\nx"),
        ("---\n\n---\nx", None, "---\n\n---\nx"),
        ("---\nJust text: and a\nsecond line.\n---\n", None, "---\nJust text: and a\nsecond line.\n---\n"),
        ("----\ntitle: A\n----\n", None, "----\ntitle: A\n----\n"),
        ("---\ntitle: A\nno end", None, "---\ntitle: A\nno end"),
        (" ---\ntitle: A\n---\n", None, " ---\ntitle: A\n---\n"),
    ],
)
def test_front_matter_is_a_mapping_between_rules_at_the_very_top(source: str, title: str | None, rest: str) -> None:
    front = front_matter(source)
    assert (front.title, source[front.end :]) == (title, rest)


def test_a_yaml_bomb_is_not_expanded() -> None:
    bomb = "---\na: &a [x, x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert front_matter(bomb + "title: A\n---\n").title == "A"
    assert front_matter("---\ntitle: A\nb: " + "[" * 60_000 + "\n---\n").title == "A"
    assert front_matter("---\ntitle: " + "A" * 70_000 + "\n---\n").end == 0


# Plain text


PLAIN = [
    ("a\nb\n\nc", [("paragraph", 0, "a\nb"), ("paragraph", 0, "c")]),
    (
        "Title\n=====\ntext\n\nPart\n----\n",
        [("heading", 1, "Title\n====="), ("paragraph", 0, "text"), ("heading", 2, "Part\n----")],
    ),
    (
        "-----------\n$ make mill\n-----------\ntext",
        [("paragraph", 0, "-----------\n$ make mill\n-----------\ntext")],
    ),
    ("NOTES\n\nOne.\nTwo.", [("heading", 2, "NOTES"), ("paragraph", 0, "One.\nTwo.")]),
    (
        "Ann Lee\n\nBob Ray\n\nwent out",
        [("paragraph", 0, "Ann Lee"), ("paragraph", 0, "Bob Ray"), ("paragraph", 0, "went out")],
    ),
    ("3.2 Configuration\n\nText.", [("heading", 3, "3.2 Configuration"), ("paragraph", 0, "Text.")]),
    ("# Heading\n\nText.", [("heading", 1, "# Heading"), ("paragraph", 0, "Text.")]),
    (
        "#!/bin/sh\n\n# Comment\n\nls",
        [("paragraph", 0, "#!/bin/sh"), ("paragraph", 0, "# Comment"), ("paragraph", 0, "ls")],
    ),
    (
        "See:\n- a\n  b\n  - c\n- d",
        [("paragraph", 0, "See:"), ("item", 1, "- a\n  b"), ("item", 2, "- c"), ("item", 1, "- d")],
    ),
    ("It was late\n- very late\nthen.", [("paragraph", 0, "It was late\n- very late\nthen.")]),
    ("(a) one\n(b) two", [("item", 1, "(a) one"), ("item", 1, "(b) two")]),
    ("a\tb\nc\td", [("header", 0, "a\tb"), ("row", 0, "c\td")]),
    ("Phone: 1\nCode: 2", [("item", 1, "Phone: 1"), ("item", 1, "Code: 2")]),
    ("Run\n\n    x = f(1)\n    y", [("paragraph", 0, "Run"), ("code", 0, "x = f(1)\n    y")]),
    (
        "       The tool reads each file of a folder and writes it\n       out again.",
        [("paragraph", 0, "The tool reads each file of a folder and writes it\n       out again.")],
    ),
    (
        "2024-01-02 03:04:05 up\n2024-01-02 03:04:06 down.",
        [("code", 0, "2024-01-02 03:04:05 up\n2024-01-02 03:04:06 down.")],
    ),
    ("a\u2028b\x0bc\x85d\r\n \r\ne", [("paragraph", 0, "a\u2028b\x0bc\x85d"), ("paragraph", 0, "e")]),
]


@pytest.mark.parametrize(("source", "blocks"), PLAIN)
def test_plain_text_is_divided_by_its_layout(source: str, blocks: list[tuple[str, int, str]]) -> None:
    parsed = parse(source)
    assert parsed.text == source
    assert [(block.kind, block.level, source[block.start : block.end]) for block in parsed.blocks] == blocks


PLAIN_PIECES = st.sampled_from(
    [
        "a",
        "Word",
        "WORD",
        " ",
        "    ",
        "\t",
        "\n",
        "\n\n",
        "\r\n",
        "- ",
        "1. ",
        "* ",
        "===",
        "---",
        "# ",
        "2.1 ",
        ": ",
        ".",
        "|",
        "\u2028",
        "\x85",
        "\x0c",
        "{",
        "}",
        "(",
        ")",
        "2024-01-01 10:00:00 ",
        "...",
        "\x1c",
        "\xa0",
        "é",
    ]
)


@given(st.lists(PLAIN_PIECES, max_size=50).map("".join))
def test_blocks_of_plain_text_cover_it_and_lines_are_those_of_the_file(body: str) -> None:
    head = "---\ntitle: A\n---\n"
    parsed = parse(head + body, len(head))
    assert parsed.text == body
    assert parsed.source_map is not None
    end = 0
    for block in parsed.blocks:
        assert end <= block.start < block.end
        assert not body[end : block.start].strip()
        assert body[block.start : block.end] == body[block.start : block.end].strip()
        assert parsed.source_map.line(block.start) == 4 + body.count("\n", 0, block.start)
        end = block.end
    assert not body[end:].strip()
