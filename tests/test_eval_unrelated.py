"""`python -m eval.unrelated`: what is asked twice, what counts as worse, and its exit codes."""

import json
from pathlib import Path

import pytest

from eval import unrelated
from eval.questions import from_gold

ASKED = (
    ("a", "Who built the old bridge?", "bridge.md", "built in 1874 by Ada Stone"),
    ("b", "What did the mill grind?", "mill.txt", "The mill ground barley"),
    ("c", "How many paddles has the wheel of the mill?", "mill.txt", "twelve paddles"),
)


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    file = tmp_path / "gold.jsonl"
    rows = (
        {
            "id": name,
            "question": asked,
            "kind": "factoid",
            "split": "test",
            "paraphrase": False,
            "evidence": [{"document": path, "text": text}],
        }
        for name, asked, path, text in ASKED
    )
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return file


def test_a_question_is_asked_after_questions_about_other_documents_only(
    notes: Path, gold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, set[str]]] = []

    def standalone(question: str, history: list[unrelated.Answer], **_: object) -> str:
        seen.append((question, {earlier.question for earlier in history}))
        return question

    questions = from_gold(gold, notes)
    monkeypatch.setattr("qa.dialogue.standalone", standalone)
    found = unrelated.pairs(questions, draws=2)
    bridge, grind, wheel = (asked for _, asked, _, _ in ASKED)
    late = [entry for entry in seen if entry[1]]
    assert late == 2 * [(bridge, {grind, wheel}), (grind, {bridge}), (wheel, {bridge})]
    assert not any(pair.read_otherwise or pair.quotes_otherwise for pair in found)
    assert set(unrelated.compared(found).values()) == {(0, 0)}


def test_an_answer_that_got_worse_is_counted_shown_and_fails(
    notes: Path, gold: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--gold", str(gold), "--corpus", str(notes), "--draws", "1"]
    assert unrelated.main(arguments) == 0
    assert "read otherwise                 0" in capsys.readouterr().out
    monkeypatch.setattr("qa.dialogue.standalone", lambda question, history, **_: "barley" if history else question)
    assert unrelated.main(arguments) == 1
    out = capsys.readouterr().out
    assert "read otherwise                 3" in out
    assert "a: barley" in out


@pytest.mark.parametrize("name", ["nowhere.jsonl", "one.jsonl"])
def test_what_cannot_be_asked_is_said_in_one_line(
    name: str, notes: Path, gold: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = gold.with_name(name)
    if name == "one.jsonl":
        file.write_text(gold.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    assert unrelated.main(["--gold", str(file), "--corpus", str(notes)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err.startswith("eval.unrelated: ")) == ("", 1, True)
