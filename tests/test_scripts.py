"""Scripts: marks, pairs of letters, columns."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.dialogue import standalone
from qa.scripts import MARK_OR_UNSPACED, UNSPACED, columns, count_unspaced, marks, pairs

BRIDGES = {
    "zh.md": """# 苍鹭桥

苍鹭桥位于小镇北面的河上。1874年，工程师阿达·斯通建造了这座石桥。桥长四十米，由花岗岩砌成。
""",
    "ja.txt": """ヘロン橋は川に架かる石橋である。橋の長さは40メートルで、花崗岩で造ら
れている。東京タワーは1958年に完成した。
""",
    "th.txt": """สะพานเฮรอนเป็นสะพานหินทางเหนือของเมือง
กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย มีประชากรประมาณแปดล้านคน
""",
    "ar.txt": "جسر هيرون جسر حجري يقع شمال البلدة. القاهرة هي عاصمة مصر وتقع على نهر النيل.",
}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("谁建造了石桥？", "1874年，工程师阿达·斯通建造了这座石桥。"),
        ("桥由什么砌成", "桥长四十米，由花岗岩砌成。"),
        ("橋の長さは?", "橋の長さは40メートルで、花崗岩で造ら\nれている。"),
        ("東京タワーはいつ完成しましたか", "東京タワーは1958年に完成した。"),
        ("เมืองหลวงของประเทศไทย", "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย"),
        ("عاصمة مصر؟", "القاهرة هي عاصمة مصر وتقع على نهر النيل."),
    ],
)
def test_a_question_finds_its_sentence_in_its_own_script(
    tmp_path_factory: pytest.TempPathFactory, question: str, said: str
) -> None:
    root = tmp_path_factory.mktemp("bridges")
    for name, text in BRIDGES.items():
        (root / name).write_text(text, encoding="utf-8")
    reply = qa.answer(question, corpus=root)
    assert said in (reply.quotes or reply.nearest)[0].text
    assert qa.answer("量子力学", corpus=root).missing == ("量子力学",)


def test_a_question_of_another_script_is_left_alone_after_others() -> None:
    assert standalone("它有多长？", ["谁建造了石桥？"]) == "它有多长？"
    assert standalone("Какова длина?", ["Кто построил мост?"]) == "Какова длина?"


@given(st.text())
def test_the_quick_look_misses_no_mark_and_no_unspaced_letter(text: str) -> None:
    special = count_unspaced(text) or any(unicodedata.category(char).startswith("M") for char in text)
    assert not special or MARK_OR_UNSPACED.search(text)


def test_marks_and_unspaced_letters_are_what_their_names_say() -> None:
    letters = [chr(code) for code in range(0x300, 0x20000) if count_unspaced(chr(code))]
    assert not set(letters) & set(marks())
    kinds = {unicodedata.category(char) for char in letters}
    assert kinds <= {"Lo", "Lm", "Nl", "Cn"}, "a digit or a full stop among the letters"
    assert count_unspaced("é한हعA1。") == 0
    assert "]" not in UNSPACED


@given(st.text("橋川石の", min_size=1, max_size=20))
def test_pairs_overlap_by_a_letter_and_cover_the_run(run: str) -> None:
    found = list(pairs(run, 0, len(run)))
    expected = [run] if len(run) == 1 else ["".join(pair) for pair in pairwise(run)]
    assert [run[start:end] for start, end in found] == expected


@given(st.text())
def test_columns_are_two_at_most_for_a_character(text: str) -> None:
    assert columns(text) == sum(map(columns, text)) <= 2 * len(text)
