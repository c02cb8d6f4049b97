"""What a person sees."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qa.model import Answer, Block, Document, Hit, Skipped, SourceMap
from qa.present import hits_text, printable, skipped_text, text

BODY = "The old bridge was built in 1874 by Ada Stone."
DOCUMENT = Document(
    "a/bridge.md",
    BODY,
    "The bridge",
    "markdown",
    "",
    (Block(0, len(BODY), "paragraph"),),
    SourceMap((0,), (40,), (0, 10, 20)),
)
QUOTE = DOCUMENT.quote(0, len(BODY), confidence=0.93, answer=(36, 45))
ANSWER = Answer("Who built the bridge?", "Who built the bridge?", (QUOTE,), (), 0.93)


def test_a_quote_stands_above_its_place_title_and_confidence() -> None:
    assert text(ANSWER, width=60) == (
        " 1  The old bridge was built in 1874 by Ada Stone.\n    a/bridge.md:3 · The bridge · almost certain (93%)"
    )


def test_in_colour_the_matched_words_are_bold_and_the_short_answer_strong() -> None:
    shown = text(ANSWER, color=True)
    assert "\x1b[1mbridge\x1b[0m" in shown
    assert "\x1b[1;4mAda\x1b[0m \x1b[1;4mStone\x1b[0m" in shown


def test_a_refusal_names_the_words_that_never_occur_and_marks_what_is_near() -> None:
    refused = replace(
        ANSWER, standalone="Who painted the bridge?", quotes=(), nearest=(QUOTE,), confidence=0.1, missing=("painted",)
    )
    shown = text(refused)
    assert shown.startswith(
        "(reading: Who painted the bridge?)\n\nThe documents do not answer this. They never mention: painted."
    )
    assert "Nearest, but not an answer:\n\n 1  The old bridge" in shown


def test_lines_keep_to_the_width_even_where_it_is_narrow() -> None:
    for width in (24, 40, 80, 200):
        assert all(len(line) <= width for line in text(ANSWER, width=width).split("\n"))


@given(st.text(max_size=80))
def test_no_control_character_reaches_the_terminal(value: str) -> None:
    shown = printable(value)
    assert not any((ord(char) < 32 and char not in "\t\n") or 127 <= ord(char) < 160 for char in shown)
    entry = skipped_text([Skipped(value, value)])
    assert "\x1b" not in entry
    assert "\n" not in entry


def test_hits_show_place_heading_and_score() -> None:
    hit = Hit(BODY, "a.md", 0, len(BODY), 3, "Repairs", 0.5, 0.25, 0.25)
    assert hits_text([hit]) == f" 1  a.md:3 · Repairs · 0.500\n    {BODY}"
    assert hits_text([]) == "No passage holds any of these words."
