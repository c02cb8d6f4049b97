"""Whatever bytes stand in a file of any textual format, a reader gives a document whose parts fit, or says why not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.load.decode import decode
from qa.load.formats import reader_for
from qa.load.protocol import Parsed, Unreadable
from tests.snippets import SNIPPETS

DECODES = ("html", "md", "mdx", "1", "8", "json", "jsonl", "ipynb", "eml", "mbox", "adoc")
"""Suffixes of formats in which a character may be written as a code for it."""

WRITTEN = """
" ' \\ { } [ ] * ` | :: .. . /* */ \"\"\" # -- = ==== ---- +--+ : , < > &# &lt; \\( \\f[ T{ .TS .de .if \\{
|=== [source] <<a,b>> term:: ++++ -- \n** File: Node: * Menu: \x1f wrote: <dl><dt><dd> <a href=x>
=?utf-8?B? --XX =C3 !!! > - 1. -- (* {- =begin <table> <pre> </p> \x00 \x1b \u2028 é \U0001f600
"""
MARKS = WRITTEN.split()
ODD = st.sampled_from([*MARKS, *(f"\n{mark}\n" for mark in MARKS), "\n", "\n\n", "\t", "  ", "\r", "\xa0"]) | st.text(
    max_size=4
)


@st.composite
def mutated(draw: st.DrawFn, name: str) -> bytes:
    """A snippet after some cuts, repeats, moves and strange insertions."""
    text = SNIPPETS[name]
    for _ in range(draw(st.integers(0, 8))):
        first, last = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        kind = draw(st.sampled_from(["cut", "repeat", "insert", "move"]))
        last = min(last, first + 60)
        piece = text[first:last]
        if kind == "insert":
            text = text[:first] + draw(ODD) + text[first:]
        elif kind == "repeat":
            text = text[:last] + piece * draw(st.integers(1, 4)) + text[last:]
        else:
            rest = text[:first] + text[last:]
            at = draw(st.integers(0, len(rest)))
            text = rest[:at] + piece * (kind == "move") + rest[at:]
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "latin-1", "utf-16"])), "replace")


def assert_fits(parsed: Parsed) -> None:
    """Blocks are in order and cover all that is not blank; every place is one of the source, on one of its lines."""
    end = 0
    for block in parsed.blocks:
        assert end <= block.start < block.end <= len(parsed.text)
        assert not parsed.text[end : block.start].strip()
        body = parsed.text[block.start : block.end]
        assert body == body.strip()
        end = block.end
    assert not parsed.text[end:].strip()
    assert parsed.source_map is not None
    lines = len(parsed.source_map.line_starts)
    for offset in range(0, len(parsed.text), 7):
        assert 1 <= parsed.source_map.line(offset) <= lines
    parsed.text.encode()
    for value in (parsed.title, parsed.author, parsed.date, parsed.url):
        assert value is None or value.encode() == value.encode("utf-8", "replace")


def assert_word_for_word(parsed: Parsed, source: str) -> None:
    """Every character that is not blank stands in the source where the map says."""
    assert parsed.source_map is not None
    for offset, character in enumerate(parsed.text):
        assert character.isspace() or source[parsed.source_map.source_offset(offset)] == character


@given(st.data())
def test_any_mutation_of_a_document_is_read_or_refused_with_a_reason(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SNIPPETS)))
    source = data.draw(mutated(name))
    try:
        parsed = reader_for(name).parse(source)
        assert_fits(parsed)
        if name.rpartition(".")[2] not in DECODES:
            assert_word_for_word(parsed, decode(source))
    except Unreadable as refused:
        reasons = str(refused)
    else:
        reasons = "none"
    assert reasons


@given(st.sampled_from(sorted(SNIPPETS)), st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused(name: str, source: bytes) -> None:
    try:
        assert_fits(reader_for(name).parse(source))
    except Unreadable as refused:
        reasons = str(refused)
    else:
        reasons = "none"
    assert reasons
