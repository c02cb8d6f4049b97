"""Proposing questions: what a sentence is made to answer, which passages come first, what is asked twice."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.cli import main
from qa.gold import Anchor, GoldItem, read_gold
from qa.library import Library, open_library
from qa.present import coverage_text
from qa.propose import alike, coverage, proposals
from qa.wording import wording

WORDED = [
    ("The old bridge was built in 1874 by Ada Stone.", "When was the old bridge built by Ada Stone?", "1874"),
    ("Tarides was founded by Thomas Gazagnaire.", "By whom was Tarides founded?", "Thomas Gazagnaire"),
    ("The work was put on ice in May 2015, the year of the flood.", "When was the work put on ice?", "May 2015"),
    ("The new mill will be opened in 2031 to the public.", "When will the new mill be opened to the public?", "2031"),
    ("Xen was chosen because it is small.", "Why was Xen chosen?", None),
    ("The wheel has twelve paddles.", "How many paddles does the wheel have?", "twelve"),
    ("Its wheels were large. They had 4 sails.", None, None),
    ("Ada Stone founded the brewery in Leeds.", "Who founded the brewery in Leeds?", "Ada Stone"),
    ("Irmin is a distributed database.", "What is Irmin?", None),
    ("It is a distributed database.", None, None),
    ("The bell that was cast is a heavy one there.", None, None),
    ("Ada Stone followed him.", None, None),
    ("In 1874 the bridge was opened.", None, None),
    ("Boots quickly.", None, None),
]


@pytest.mark.parametrize(("sentence", "question", "answer"), WORDED, ids=[sentence for sentence, *_ in WORDED])
def test_a_sentence_is_turned_round_or_left_to_a_person(
    sentence: str, question: str | None, answer: str | None
) -> None:
    made = wording(sentence, sentence)
    assert (made.question if made else None) == question
    assert (sentence[slice(*made.answer)] if made and made.answer else None) == answer


@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(["The", "was", "is", "in", "by", "1874", "Ada", "Stone", "because", "has", "two", "(", ","])
    ).map(" ".join)
)
def test_any_text_at_all_makes_a_question_or_none(sentence: str) -> None:
    made = wording(sentence, sentence)
    if made:
        assert made.question.endswith("?")
        assert "\n" not in made.question
        assert made.answer is None or 0 <= made.answer[0] < made.answer[1] <= len(sentence)


@pytest.fixture
def library(notes: Path) -> Library:
    return open_library(notes)


def item(
    name: str, question: str, *places: tuple[int, int], kind: str = "person", answer: str | None = None
) -> GoldItem:
    anchors = tuple(Anchor("bridge.md", *place) for place in places)
    return GoldItem(name, question, kind, "test", False, anchors, answer, (), question)


def test_what_is_proposed_is_a_sentence_and_a_question_that_no_item_is_about(library: Library) -> None:
    [bridge, mill] = proposals(library, [], count=9)
    assert {bridge.place.path, mill.place.path} == {"bridge.md", "mill.txt"}
    [bridge] = [one for one in (bridge, mill) if one.place.path == "bridge.md"]
    text = library.document("bridge.md").text
    assert text[bridge.place.start : bridge.place.end] == "The old bridge was built in 1874 by Ada Stone."
    assert (bridge.question, bridge.kind, bridge.answer) == (
        "When was the old bridge built by Ada Stone?",
        "date",
        "1874",
    )
    assert bridge.found


def test_a_passage_with_evidence_is_not_asked_about_again(library: Library) -> None:
    covered = item("g1", "Who built the old bridge?", (20, 30))
    assert {one.place.path for one in proposals(library, [covered], count=9)} == {"mill.txt"}


def test_a_question_that_is_asked_already_is_not_proposed_of_another_place(library: Library) -> None:
    elsewhere = item("g1", "When was the old bridge built by Ada Stone?", kind="date")
    assert all(one.question != elsewhere.question for one in proposals(library, [elsewhere], count=9))


def test_the_least_certain_come_first_and_those_without_a_question_last(bundled: Library) -> None:
    found = proposals(bundled, [], count=40)
    unsure = [abs(one.confidence - 0.5) for one in found if one.question]
    assert unsure == sorted(unsure)
    assert [one.question is None for one in found] == sorted(one.question is None for one in found)
    assert len({(one.kind, one.question) for one in found if one.question}) == len(unsure)


def test_every_document_has_its_turn_before_any_has_two(bundled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.propose._LOOKED_AT", 1)
    found = [one.place.path for one in proposals(bundled, [], count=len(bundled.paths))]
    assert sorted(found) == sorted(bundled.paths)


def test_more_passages_are_looked_at_than_are_proposed(bundled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    of_many = proposals(bundled, [], count=1)
    monkeypatch.setattr("qa.propose._LOOKED_AT", 1)
    of_one = proposals(bundled, [], count=1)
    assert abs(of_many[0].confidence - 0.5) < abs(of_one[0].confidence - 0.5)


def test_coverage_counts_questions_by_document_and_kind(library: Library) -> None:
    found = coverage([item("g1", "Who?", (0, 5), (8, 9)), item("g2", "When?", kind="off-topic")], library.paths)
    assert found.documents == (("mill.txt", 0), ("bridge.md", 1))
    assert {kind: count for kind, count in found.kinds if count} == {"person": 1, "off-topic": 1}
    assert coverage_text(found, []).split("\n")[1] == "1 of 2 documents without a question: mill.txt"


ALIKE = [
    (item("a", "Who built it?", (0, 9)), item("b", "who  built it", (50, 60)), "the same words"),
    (
        item("a", "Who built the bridge?", (0, 9), answer="Ada Stone"),
        item("b", "Whose work is the crossing?", (3, 12), answer="the Ada Stone"),
        "the same evidence and answer",
    ),
    (
        item("a", "Who built the bridge?", (0, 9), answer="Ada Stone"),
        item("b", "When was the bridge built?", (0, 9), answer="1874", kind="date"),
        None,
    ),
    (
        item("a", "Who built the bridge?", (0, 9), answer="Ada Stone"),
        item("b", "Whose is the mill?", (90, 99), answer="Ada Stone"),
        None,
    ),
    (
        item("a", "Why is it closed?", (0, 9), kind="why"),
        item("b", "What keeps people off it?", (0, 9), kind="why"),
        "the same evidence and kind",
    ),
    (item("a", "Why is it closed?", (0, 9), kind="why"), item("b", "How is it closed?", (0, 9), kind="how"), None),
    (
        item("a", "Why is it closed?", (0, 9), (20, 30), (40, 50), (60, 70), kind="why"),
        item("b", "Why?", (0, 9), kind="why"),
        None,
    ),
    (
        item("a", "What do the zebras eat?", kind="off-topic"),
        item("b", "What does a zebra eat?", kind="off-topic"),
        "nearly the same words",
    ),
    (
        item("a", "What does a zebra eat?", kind="off-topic"),
        item("b", "What does a zebra weigh?", kind="off-topic"),
        None,
    ),
]


@pytest.mark.parametrize(
    ("one", "other", "why"), ALIKE, ids=[f"{one.question} {two.question}" for one, two, _ in ALIKE]
)
def test_two_questions_are_one_by_their_words_or_by_what_answers_them(
    one: GoldItem, other: GoldItem, why: str | None
) -> None:
    for pair in ((one, other), (other, one)):
        assert [found.why for found in alike(pair)] == ([why] if why else [])


def test_the_bundled_questions_that_are_nearly_the_same_are_found(bundled: Library) -> None:
    import eval as evaluation

    items = read_gold(Path(evaluation.__file__).parent / "gold.jsonl", bundled.document)
    found = {(pair.first, pair.second) for pair in alike(items)}
    assert {("g128", "g264"), ("g176", "g267"), ("g005", "g275")} <= found
    assert len(found) < len(items) / 10


def test_what_is_printed_is_a_question_file_when_its_questions_are_written(
    notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], library: Library
) -> None:
    file = tmp_path / "mine.jsonl"
    assert main(["gold", "new", str(file), "--corpus", str(notes)]) == 0
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["id"] for line in lines] == ["u001", "u002"]
    assert "qa: 0 questions; none yet: factoid, definition, " in err
    file.write_text("".join(json.dumps({**line, "question": line["question"] or "What?"}) + "\n" for line in lines))
    assert len(read_gold(file, library.document)) == 2
    assert main(["gold", "new", str(file), "--corpus", str(notes)]) == 1
    assert capsys.readouterr().out == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """A person at a terminal who types these lines and then Control-D."""
    import sys

    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)


def test_in_a_terminal_what_is_confirmed_is_kept_and_the_rest_is_not(
    notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, library: Library
) -> None:
    file = tmp_path / "mine.jsonl"
    arguments = ["gold", "new", str(file), "--corpus", str(notes)]
    typed(monkeypatch, "-", "-")
    assert main(arguments) == 0
    assert not file.exists()
    proposed = proposals(library, [], count=2)
    typed(monkeypatch, "", "Why did the river matter?")
    assert main(arguments) == 0
    kept = read_gold(file, library.document)
    first = [one for one in proposed if one.question]
    assert kept[0].question == first[0].question
    assert (kept[-1].question, kept[-1].kind, kept[-1].answer) == ("Why did the river matter?", "why", None)
    assert "Kept: 1 questions in " in capsys.readouterr().out


def test_control_d_ends_the_asking_and_keeps_what_was_confirmed(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: Library
) -> None:
    file = tmp_path / "mine.jsonl"
    typed(monkeypatch, "What stands here?")
    assert main(["gold", "new", str(file), "--corpus", str(notes)]) == 0
    assert [one.question for one in read_gold(file, library.document)] == ["What stands here?"]


@pytest.mark.parametrize("count", ["0", "-3"])
def test_fewer_than_one_proposal_is_wrong_usage(
    notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], count: str
) -> None:
    assert main(["gold", "new", str(tmp_path / "mine.jsonl"), "--corpus", str(notes), "-n", count]) == 2
    assert capsys.readouterr().err == f"qa: -n is {count}: at least one question is proposed\n"


def test_a_wrong_file_is_named_and_not_added_to(
    notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text("{}\n")
    assert main(["gold", "new", str(file), "--corpus", str(notes)]) == 2
    assert capsys.readouterr().err.startswith(f"qa: {file}:1: id: missing")
