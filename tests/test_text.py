"""Words and sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text import content_terms, sentence_spans, spans, terms, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Dr. Olivier lists them, e.g. Unikraft. It is in C.",
            ["Dr. Olivier lists them, e.g. Unikraft.", "It is in C."],
        ),
        ("See pp. 98-105, vol. 11. Then stop.", ["See pp. 98-105, vol. 11.", "Then stop."]),
        ("Version 1.2.3 works! Does it? Yes.", ["Version 1.2.3 works!", "Does it?", "Yes."]),
        ("One line\nwraps here. Another\nbegins.", ["One line\nwraps here.", "Another\nbegins."]),
        ("これは文です。次の文です。", ["これは文です。", "次の文です。"]),
        ("   ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == expected


@given(st.text(max_size=300))
def test_sentences_cover_all_that_is_not_blank_once_and_in_order(text: str) -> None:
    found = sentence_spans(text)
    assert all(left[1] <= right[0] for left, right in pairwise(found))
    covered = {place for start, end in found for place in range(start, end)}
    assert {place for place, char in enumerate(text) if not char.isspace()} <= covered
    assert all(not text[start].isspace() and not text[end - 1].isspace() for start, end in found)


@given(st.text(max_size=300))
def test_spans_and_terms_are_one_analysis(text: str) -> None:
    assert [term.term for term in spans(text)] == terms(text)
    assert all(terms(text[term.start : term.end]) == [term.term] for term in spans(text))


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=300) | st.text("a1.,_ -é", max_size=60))
def test_the_short_way_to_words_finds_what_the_pattern_finds(text: str) -> None:
    assert words(text) == [text[term.start : term.end] for term in spans(text)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Unikernels", "unikernel"),
        ("MERŠINJAK", "mersinjak"),
        ("1,000", "1000"),
        ("compiling", "compiled"),
        ("don't", "DON'T"),
    ],
)
def test_what_a_reader_takes_for_the_same_word_is_the_same_term(left: str, right: str) -> None:
    assert terms(left) == terms(right)


@pytest.mark.parametrize(
    "text", ["111," * 25_000, "255,254,253,252," * 20_000, "!" * 80_000, "![a](" * 20_000, ".)" * 40_000]
)
def test_words_and_sentences_take_time_in_proportion_to_the_text(text: str) -> None:
    """Each of these took from seconds to minutes when a pattern ran over it again and again."""
    assert len(words(text)) <= len(text)
    assert len(sentence_spans(text)) == 1


def test_function_words_count_only_where_there_is_nothing_else() -> None:
    assert content_terms("What is the Alto?") == ["alto"]
    assert content_terms("to be or not to be") == ["to", "be", "or", "not"]


@given(st.text("0123456789.,,.. aZ_-\n", max_size=24) | st.text("12.,aé٣ _", max_size=12) | st.text(max_size=20))
def test_the_short_cuts_to_words_find_what_the_pattern_finds(text: str) -> None:
    assert words(text) == [text[start:end] for _, start, end in spans(text)]
