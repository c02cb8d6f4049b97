"""What is typed and how it is taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.syntax import Typed, parse

ASKED = {
    "What is Jitsu?": Typed("What is Jitsu?"),
    "What is it in:jitsu.md?": Typed("What is it?", in_paths=("jitsu.md",), filters=("in:jitsu.md",)),
    "in:a/b Who wrote in:*.md it": Typed("Who wrote it", in_paths=("a/b", "*.md"), filters=("in:a/b", "in:*.md")),
    'Who? in:"my notes/a.md"': Typed("Who?", in_paths=("my notes/a.md",), filters=('in:"my notes/a.md"',)),
    "Who? title:“library operating”, then": Typed(
        "Who?, then", titles=("library operating",), filters=("title:“library operating”",)
    ),
    "TITLE:Irmin In:Papers who": Typed(
        "who", in_paths=("Papers",), titles=("Irmin",), filters=("TITLE:Irmin", "In:Papers")
    ),
    "in:a.md": Typed("", in_paths=("a.md",), filters=("in:a.md",)),
    "in:[ who": Typed("who", in_paths=("[",), filters=("in:[",)),
    "in:_ who in:-/": Typed("who", in_paths=("_", "-/"), filters=("in:_", "in:-/")),
    "in:* who": Typed("who", in_paths=("*",), filters=("in:*",)),
    'the "boot time" of “a unikernel”': Typed('the "boot time" of “a unikernel”', phrases=("boot time", "a unikernel")),
    'what says "see in:a.md there"': Typed('what says "see in:a.md there"', phrases=("see in:a.md there",)),
}
"""Filters, and the text that is left."""

NO_FILTERS = [
    "in: the beginning",
    "in:",
    "in:?!",
    'in:""',
    'in:" "',
    'title:"…"',
    'in:"my notes',
    "login:root",
    "who is at https://example.org/in:x",
    "a -5 degree day",
    "xen -docker",
    "state-of-the-art",
    "- an item",
    'a 5" disk and a 6" disk',
    'unbalanced " mark',
    '""',
    '" "',
    "it's 'single'",
    "  spaces  stay ",
]
"""What only looks like a filter is text like any other."""

SEARCHED = {
    "xen -docker": Typed("xen", excluded=("docker",), filters=("-docker",)),
    "-docker": Typed("", excluded=("docker",), filters=("-docker",)),
    'xen -"boot time" -a-b': Typed("xen", excluded=("boot time", "a-b"), filters=('-"boot time"', "-a-b")),
    '"boot time" in:a': Typed('"boot time"', in_paths=("a",), phrases=("boot time",), filters=("in:a",)),
    "state-of-the-art - -5 --flag -": Typed("state-of-the-art - -5 --flag -"),
    '"well -known"': Typed('"well -known"', phrases=("well -known",)),
}


@pytest.mark.parametrize("text", ASKED)
def test_filters_are_taken_out_of_a_question(text: str) -> None:
    assert parse(text) == ASKED[text]


@pytest.mark.parametrize("text", NO_FILTERS)
def test_what_only_looks_like_a_filter_stays(text: str) -> None:
    assert parse(text) == Typed(text)


@pytest.mark.parametrize("text", SEARCHED)
def test_a_search_can_exclude(text: str) -> None:
    assert parse(text, search=True) == SEARCHED[text]


PIECES = st.sampled_from(
    ['"', "“", "”", "-", ":", "in:", "title:", " ", "a", "b.md", "*", "?", "5", "ä", "\n", "(", "["]
)


def assert_nothing_is_lost(text: str, typed: Typed) -> None:
    """No character but those of filters and space."""
    kept = "".join((typed.text + "".join(typed.filters)).split())
    assert sorted(kept) == sorted("".join(text.split()))
    assert bool(typed.filters) == bool(typed.in_paths + typed.titles + typed.excluded)
    if not typed.filters:
        assert typed.text == text


@given(st.lists(PIECES, max_size=30).map("".join), st.booleans())
def test_no_character_is_lost_but_those_of_filters_and_space(text: str, search: bool) -> None:
    assert_nothing_is_lost(text, parse(text, search=search))


@pytest.mark.usefixtures("no_hang")
@pytest.mark.parametrize("piece", ['"', "“", 'in:"', "in:“", "-“", " in:", "in:a?", "-a ", "?"])
def test_thousands_of_marks_take_no_time(piece: str) -> None:
    searched, asked = piece * 50_000, "in:a" + piece * 50_000
    assert_nothing_is_lost(searched, parse(searched, search=True))
    assert_nothing_is_lost(asked, parse(asked))
