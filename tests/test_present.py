"""What a person sees."""

import json
import unicodedata
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from qa.model import Answer, Block, Document, Hit, Skipped, SourceMap
from qa.present import hits_text, json_text, markdown_text, printable, skipped_text, text, unread_text
from qa.present.layout import breakable
from qa.scripts import columns

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


def quoted(body: str) -> str:
    """A quote of a document that is nothing else, as it is shown."""
    document = replace(DOCUMENT, text=body, blocks=(Block(0, len(body), "paragraph"),))
    return text(replace(ANSWER, quotes=(document.quote(0, len(body)),)), width=60)


def test_line_ends_of_windows_and_ends_of_pages_are_line_ends() -> None:
    assert quoted("The bridge was\r\nbuilt in\f1874.").startswith(" 1  The bridge was built in 1874.\n")
    assert quoted("There are:\r\n\r\n- one\r\n- two").startswith(" 1  There are:\n    - one\n    - two\n")


def test_a_tab_parts_cells_and_is_nothing_where_it_indents() -> None:
    assert quoted("ort::\n\tThe bridge\n\twas built.").startswith(" 1  ort:: The bridge was built.\n")
    assert quoted("Ada\t\tStone\t1874").startswith(" 1  Ada | | Stone | 1874\n")


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


def test_a_near_miss_names_the_words_of_the_question_that_it_lacks_and_an_answer_does_not() -> None:
    asked = "Who painted the old brigde of Ada Stone in Leith in 1874 in:a?"
    refused = replace(
        ANSWER,
        question=asked,
        standalone=asked,
        quotes=(),
        nearest=(QUOTE,),
        missing=("Leith", "brigde"),
        read_as=(("brigde", "bridge"),),
    )
    assert text(refused, width=90) == (
        "(read 'brigde' as 'bridge')\n"
        "\n"
        "The documents do not answer this. They never mention: Leith, brigde.\n"
        "\n"
        "Nearest, but not an answer:\n"
        "\n"
        " 1  The old bridge was built in 1874 by Ada Stone.\n"
        "    a/bridge.md:3 · The bridge · almost certain (93%) · without: painted"
    )
    assert "without" not in text(replace(refused, quotes=(QUOTE,), nearest=()))


def test_a_refusal_whose_words_all_stand_somewhere_says_so() -> None:
    refused = replace(ANSWER, quotes=(), nearest=(QUOTE,))
    assert text(refused, width=100).startswith(
        "The documents do not answer this. They hold its words, but no sentence that is likely to answer.\n\nNearest,"
    )
    assert text(replace(refused, nearest=())) == "The documents do not answer this."


def test_a_promise_stands_below_an_answer_and_not_below_a_refusal() -> None:
    promised = replace(ANSWER, promised=0.125)
    assert text(promised).endswith("(93%)\n\n(answered at a promised risk of 12.5 %)")
    assert "promised" not in text(replace(promised, quotes=(), nearest=(QUOTE,)))


def test_words_read_as_others_are_named_before_the_quotes() -> None:
    shown = text(replace(ANSWER, standalone="Who built the brigde in:a?", read_as=(("brigde", "bridge"),)), color=True)
    assert "(read 'brigde' as 'bridge')" in shown
    assert "\x1b[1mbridge\x1b[0m" in shown


def test_lines_keep_to_the_width_even_where_it_is_narrow() -> None:
    for width in (24, 40, 80, 200):
        assert all(len(line) <= width for line in text(ANSWER, width=width).split("\n"))


def test_files_that_were_left_out_because_they_changed_are_named() -> None:
    assert text(replace(ANSWER, changed=("a/bridge.md",))).startswith(
        "Not quoted, for they changed since they were read (ask again, in a chat after\n/reload): a/bridge.md\n\n 1  "
    )


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
    assert hits_text([]) == "No passage is found."


@given(st.text(st.characters(codec=None), max_size=40))
def test_json_steers_no_terminal_and_parses_to_the_same(value: str) -> None:
    steers = "\x7f\x9b\x9d\u202e\u061c\u2028"
    for encoding, added in (("utf-8", steers), ("utf-8", steers + "\ud800"), ("ascii", steers), ("cp1252", steers)):
        hit = Hit(value + added, "a.md", 0, 1, 1, None, 0.5, 0.25, 0.25)
        shown = json_text([hit], encoding=encoding)
        assert json.loads(shown)[0]["text"] == value + added
        shown.encode(encoding)
        steering = {char for char in shown if unicodedata.category(char) in ("Cc", "Cs")} - {"\n"}
        assert steering | {char for char in "\u202e\u061c\u2028" if char in shown} == set()


def test_a_path_keeps_its_white_space_and_its_line() -> None:
    path = "a  folder/the\u00a0old   bridge, second edition.md"
    quote = replace(QUOTE, path=path)
    for width in (24, 60, 100):
        assert f"{path}:{quote.line}" in text(replace(ANSWER, quotes=(quote,)), width=width)
        hit = Hit(BODY, path, 0, len(BODY), 3, "Repairs", 0.5, 0.25, 0.25)
        assert f" 1  {path}:3" in hits_text([hit], width=width)


def test_a_long_reading_and_many_missing_words_keep_to_the_width() -> None:
    words = tuple(f"word{number}" for number in range(30))
    refused = replace(ANSWER, standalone=" ".join(words), quotes=(), nearest=(), missing=(*words, "x" * 100))
    shown = text(refused, width=40)
    assert all(len(line) <= 40 for line in shown.split("\n"))
    assert shown.replace("\n", " ").endswith("word6, word7 and 23 more.")
    assert len(text(replace(refused, missing=("x" * 10_000,), standalone=ANSWER.question))) < 120


def test_what_was_not_read_is_counted_with_an_example() -> None:
    entry = Skipped("a\nb.pdf", "binary, not text")
    assert unread_text(2, entry) == "2 files were not read, e.g. a\ufffdb.pdf: binary, not text"
    assert unread_text(1, entry) == "1 file was not read: a\ufffdb.pdf: binary, not text"
    assert unread_text(0, None) == ""


def test_where_else_a_quote_stands_is_named_after_its_place() -> None:
    quote = replace(QUOTE, also_in=("b/the bridge.md", "c.md", "d\n.md", "e.md", "f.md"))
    also = "also in b/the bridge.md, c.md, d\ufffd.md and 2 more"
    assert text(replace(ANSWER, quotes=(quote,)), width=200).endswith(f"(93%) · {also}")
    assert f"The bridge; {also}; almost certain" in markdown_text([replace(ANSWER, quotes=(quote,))])


def test_lines_are_folded_by_columns_and_break_between_wide_characters() -> None:
    body = "苍鹭桥位于小镇北面的河上，由工程师阿达·斯通于1874年建造，桥长四十米。" * 3
    shown = text(replace(ANSWER, quotes=(replace(QUOTE, text=body, answer_start=None, answer_end=None),)), width=40)
    lines = shown.split("\n")
    quoted = [line for line in lines if "桥" in line]
    assert "".join(line[4:] for line in lines[: len(quoted)]) == body
    assert all(columns(line) <= 42 and line[4] not in "，。" for line in quoted)  # a stop may hang over


def test_the_end_of_a_line_amid_a_word_is_not_shown_as_a_space() -> None:
    quote = replace(QUOTE, text="石\n橋は ada\nstone 川", answer_start=None, answer_end=None)
    assert " 1  石橋は ada stone 川\n" in text(replace(ANSWER, quotes=(quote,)))


def test_pairs_of_letters_that_overlap_are_marked_once() -> None:
    quote = replace(QUOTE, text="他建造石桥。", answer_start=None, answer_end=None)
    shown = text(replace(ANSWER, question="建造石桥", standalone="建造石桥", quotes=(quote,)), color=True)
    assert "他\x1b[1m建造\x1b[0m\x1b[1m石\x1b[0m\x1b[1m桥\x1b[0m。" in shown


def test_text_from_right_to_left_has_no_marks_and_its_place_has_a_line_of_its_own() -> None:
    quote = replace(QUOTE, text="بنته \u200fAda\u200e عام 1874.", answer_start=None, answer_end=None)
    first, second = text(replace(ANSWER, quotes=(quote,))).split("\n")[:2]
    assert first == " 1  بنته Ada عام 1874."
    assert second.startswith(f"    {quote.path}:{quote.line} ·")


def test_a_passage_without_spaces_is_shown_as_far_as_there_is_room() -> None:
    shown = hits_text([Hit("橋" * 500, "a.md", 0, 500, 3, None, 0.5, 0.25, 0.25)], width=40)
    assert shown.count("橋") > 50
    assert shown.endswith(" …")


@given(st.text(st.sampled_from("ab 橋、「」ー\x1b[1m0;\n") | st.characters(), max_size=60))
def test_a_word_is_broken_without_losing_a_character(word: str) -> None:
    assert "".join(breakable(word)) == word
