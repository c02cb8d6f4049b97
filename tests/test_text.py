"""Words and sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text import (
    STOP_TERMS,
    content_terms,
    joined_words,
    merged,
    sentence_spans,
    spans,
    spelt,
    term_of,
    terms,
    terms_of,
    word_count,
    words,
)

SCRIPTS = st.text(
    "谁建造桥的了橋をがカー\nヶ々ที่นี้เมืองລາວក្រុងမြန်မာहिन्दी한국어عَرَبِيּa1.,\u0301\ufe0f 。؟-\u00ad\U00020000", max_size=60
)
"""Letters of many scripts, with and without spaces and marks."""

# fmt: off
_PIECES = (
    "1.5", "929,170", "1,2", "python3.11", "v1.2.3", "1.5kg", "1.5é", "é1.5", "x1,234,567.8", "1,234,", "0.5,",
    "٣.٥", "2²,3", "é", "Éa", "a", "B", "_", "-", "’", "“", "🔬", "东京", "タワー", "\u0301", "ß", "İ", "ﬁ", "½", "Ⅷ",
    "①", "₂", "\ufe0f", "·", "l·l", "ไทย", "мост", "\u200d", "\u200b", "\u00ad", "\u2010", "-\n", "-\r\n", "\u00ad\n",
    "\u2010\n", "\0", "\1", "\2", " ", "\n", ",", ".",
)
# fmt: on
PIECES = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)
"""Where words begin and end in ways of their own: numbers, divided words, symbols, marks, control characters."""


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
        ("「はい。」と答えた。次は？！そう。", ["「はい。」と答えた。", "次は？！", "そう。"]),
        ("什么是Xen 4.17?不知道!“你好。”他走了", ["什么是Xen 4.17?", "不知道!", "“你好。”", "他走了"]),
        ("版本３．１已旧．新版来了", ["版本３．１已旧．", "新版来了"]),
        ("هل بنته؟ نعم. انتهى", ["هل بنته؟", "نعم.", "انتهى"]),
        ("یہ پل ہے۔ وہ نہر ہے۔", ["یہ پل ہے۔", "وہ نہر ہے۔"]),
        ("यह पुल है। वह नहर है।", ["यह पुल है।", "वह नहर है।"]),
        ("สร้างเมื่อ พ.ศ. 2417 โดย ดร. เอดา", ["สร้างเมื่อ พ.ศ. 2417 โดย ดร. เอดา"]),
        (f"{'กข' * 30} คง {'กข' * 30} คง", ["กข" * 30, f"คง {'กข' * 30}", "คง"]),
        ("橋" * 1200 + "。川。", ["橋" * 1200 + "。", "川。"]),
        ("   ", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == expected


@given(st.text(max_size=300) | SCRIPTS)
def test_sentences_cover_all_that_is_not_blank_once_and_in_order(text: str) -> None:
    found = sentence_spans(text)
    assert all(left[1] <= right[0] for left, right in pairwise(found))
    covered = {place for start, end in found for place in range(start, end)}
    assert {place for place, char in enumerate(text) if not char.isspace()} <= covered
    assert all(not text[start].isspace() and not text[end - 1].isspace() for start, end in found)


@given(st.text(max_size=300) | SCRIPTS)
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
        ("cafe\u0301s", "CAFÉS"),
        ("ﾊﾞｽ", "バス"),
        ("한국", "한국"),
        ("كِتَابٌ", "كتاب"),
        ("мост", "Мостами"),
        ("γέφυρες", "ΓΈΦΥΡΑ"),
        ("الجسر", "جسر"),
        ("पुलों", "पुल"),
        ("石\n橋", "石橋"),
        ("バ\r\nス", "バス"),
    ],
)
def test_what_a_reader_takes_for_the_same_word_is_the_same_term(left: str, right: str) -> None:
    assert terms(left) == terms(right)


@given(st.lists(st.text(max_size=30) | PIECES | SCRIPTS | st.text("0123456789.,. aZ_-\n", max_size=24), max_size=5))
def test_the_words_of_many_texts_at_once_are_those_of_each(texts: list[str]) -> None:
    found = [[word.decode() for word in part.split()] for part in joined_words(texts).split(b"\0")]
    expected = [words(text) for text in texts] or [[]]
    assert found == [["".join(c.lower() if c.isascii() else c for c in word) for word in each] for each in expected]
    assert [list(map(term_of, each)) for each in found] == [list(map(term_of, each)) for each in expected]


@given(st.lists(st.text(max_size=30) | PIECES | SCRIPTS, max_size=5))
def test_the_terms_of_many_words_at_once_are_those_of_each(texts: list[str]) -> None:
    every = [word for text in texts for word in words(text)]
    assert [term.decode() for term in terms_of([word.encode() for word in every])] == list(map(term_of, every))


@pytest.mark.parametrize(
    "text",
    [
        "111," * 25_000,
        "1.1" * 30_000,
        "1" * 80_000 + ".1",
        "255,254,253,252," * 20_000,
        "!" * 80_000,
        "![a](" * 20_000,
        ".)" * 40_000,
        "。" * 40_000 + "」と",
    ],
)
def test_words_and_sentences_take_time_in_proportion_to_the_text(text: str) -> None:
    """Each of these took from seconds to minutes when a pattern ran over it again and again."""
    assert len(words(text)) <= len(text)
    assert len(joined_words([text])) <= 2 * len(text)
    assert len(sentence_spans(text)) == 1


def test_function_words_count_only_where_there_is_nothing_else() -> None:
    assert content_terms("What is the Alto?") == ["alto"]
    assert content_terms("to be or not to be") == ["to", "be", "or", "not"]


@given(st.text("0123456789.,,.. aZ_-\n", max_size=24) | st.text("12.,aé٣ _", max_size=12) | st.text(max_size=20))
def test_the_short_cuts_to_words_find_what_the_pattern_finds(text: str) -> None:
    assert words(text) == [text[start:end] for _, start, end in spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("库操作系统", ["库操", "操作", "作系", "系统"]),
        ("谁建造了这座石桥", ["谁", "建造", "了", "这", "座石", "石桥"]),
        ("什么时候建造", ["什", "么", "时候", "建造"]),
        ("橋を建てたタワー", ["橋", "を", "建", "てた", "タワ", "ワー"]),
        ("使用Xen编程3年", ["使用", "xen", "编程", "3", "年"]),
        ("ที่นี่", ["ที่นี่"]),
        ("เมือง 12", ["เมื", "มือ", "อง", "12"]),
        ("한국의 다리", ["한국의", "다리"]),
        ("हिन्दी", ["हिन्द"]),
    ],
)
def test_scripts_without_spaces_are_read_in_pairs_of_letters_and_others_in_words(
    text: str, expected: list[str]
) -> None:
    assert terms(text) == expected


@given(SCRIPTS)
def test_every_letter_of_every_script_is_in_a_word(text: str) -> None:
    inside = {place for span in spans(text) for place in range(span.start, span.end)}
    assert {place for place, char in enumerate(text) if char.isalnum()} <= inside


def test_voiced_kana_and_tones_are_letters_of_their_own() -> None:
    assert terms("バス") != terms("ハス")
    assert terms("ข้าว") != terms("ขาว")


def test_function_words_are_named_as_the_analysis_makes_them() -> None:
    """Another spelling would never be met."""
    pairs = [word for word in STOP_TERMS if word > "\u0e00"]
    assert [term for word in pairs for term in terms(word)] == pairs
    assert content_terms("谁建造了石桥？") == ["建造", "石桥"]
    assert content_terms("Кто и когда построил мост?") == terms("построил мост")
    assert content_terms("पुल की लंबाई कितनी है") == terms("पुल लंबाई")
    assert content_terms("什么是什么") == ["什", "么", "是"]


def test_words_of_a_question_that_overlap_are_named_as_one() -> None:
    assert spelt("量子计算机 and 量子", {"量子", "子计", "计算"}) == ("量子计算", "量子")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)).map(lambda at: (at[0], at[0] + at[1]))).map(sorted))
def test_merged_ranges_cover_the_same_and_do_not_overlap(ranges: list[tuple[int, int]]) -> None:
    found = merged(ranges)
    assert all(left[1] <= right[0] for left, right in pairwise(found))
    assert {at for start, end in found for at in range(start, end)} == {
        at for start, end in ranges for at in range(start, end)
    }


def test_a_text_without_spaces_has_a_word_for_two_letters() -> None:
    assert word_count("Ada built the bridge – in 1874.") == 7
    assert word_count("橋" * 200) == 101
