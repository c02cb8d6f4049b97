"""The search for constants: what it takes, what it leaves, and that it writes what the package reads."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from made import squad

from eval import tune
from eval.fuse import Task, task
from eval.questions import from_squad
from qa.fusion import Constants, shipped_fusion
from qa.index.segment import Array
from qa.retrieve import SIGNALS

PRESENT = shipped_fusion().constants


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Twenty documents, each with a question that its words answer."""
    names = [f"{first}{second}" for first in ("red", "blue", "green", "grey") for second in "abcde"]
    texts = {
        name: f"The {name} bridge was built by {name.title()} Stone. It stands on piers of {name}." for name in names
    }
    asked = [(name, name, f"Who built the {name} bridge?", f"{name.title()} Stone") for name in names]
    return squad(tmp_path / "set.json", texts, asked)


def searched(monkeypatch: pytest.MonkeyPatch, gain: float, questions: int) -> Constants:
    """The constants after a search in which nothing but a higher `before` gains anything."""

    def worth(tasks: list[Task], constants: Constants) -> list[Array]:
        return [np.full(questions, 0.5 + gain * (constants.before > PRESENT.before))]

    monkeypatch.setattr(tune, "worth", worth)
    return tune.searched([None], PRESENT)  # type: ignore[list-item]


def test_a_value_that_is_better_beyond_chance_is_taken_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    found = searched(monkeypatch, 0.1, 200)
    assert found == replace(PRESENT, before=max(tune.GRID["before"]))


@pytest.mark.parametrize(("gain", "questions"), [(0.1, 8), (0.0, 200), (-0.1, 200)])
def test_what_may_be_chance_or_is_worse_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, gain: float, questions: int
) -> None:
    assert searched(monkeypatch, gain, questions) == PRESENT


def test_questions_about_one_document_are_never_on_both_sides(file: Path) -> None:
    given = task(from_squad(file))
    twice = Task(given.index, given.asked * 2)
    folds = tune.folds_of(twice)
    assert folds[: len(given.asked)].tolist() == folds[len(given.asked) :].tolist()
    assert set(folds.tolist()) == set(range(tune.FOLDS))


def test_the_command_prints_each_trial_and_writes_what_the_package_reads(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "fusion.json"
    monkeypatch.setattr(tune, "GRID", {"before": (PRESENT.before, 0.9)})
    monkeypatch.setattr("sys.argv", ["tune", "--squad", str(file), "--out", str(out)])
    tune.main()
    rows = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows[1:]] == ["as", "before"]
    kept = json.loads(out.read_text(encoding="utf-8"))
    assert set(kept["weights"]) == set(SIGNALS)
    assert kept["constants"] == asdict(PRESENT)
