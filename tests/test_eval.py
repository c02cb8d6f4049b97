"""The evaluation: measures against slow twins, question sets, and what `python -m eval` returns."""

import json
import math
import statistics
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from eval.__main__ import main
from eval.metrics import auroc, mean, ndcg, recall, reciprocal_rank
from eval.questions import from_squad
from qa.errors import GoldError

ranks = st.none() | st.integers(1, 30)
depths = st.integers(1, 20)
scores = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9]) | st.floats(0, 1), min_size=1, max_size=30)


def gains(rank: int | None) -> list[int]:
    """A ranking of 30 places as gains: 1 where the answer stands."""
    return [int(place == rank) for place in range(1, 31)]


@given(ranks, depths)
def test_recall_is_whether_the_first_k_places_hold_the_answer(rank: int | None, k: int) -> None:
    assert recall(rank, k) == float(any(gains(rank)[:k]))


@given(ranks)
def test_reciprocal_rank_is_one_through_the_place_of_the_answer(rank: int | None) -> None:
    assert reciprocal_rank(rank) == sum(gain / place for place, gain in enumerate(gains(rank), 1))


@given(ranks, depths)
def test_ndcg_is_the_discounted_gain_over_that_of_the_best_ranking(rank: int | None, k: int) -> None:
    def dcg(ranking: list[int]) -> float:
        return sum(gain / math.log2(place + 1) for place, gain in enumerate(ranking[:k], 1))

    assert ndcg(rank, k) == pytest.approx(dcg(gains(rank)) / dcg(gains(1)))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_the_mean_is_that_of_the_standard_library(values: list[float]) -> None:
    assert mean(values) == pytest.approx(statistics.fmean(values), abs=1e-6)


@given(scores, scores)
def test_auroc_equals_that_of_scikit_learn_ties_and_all(positive: list[float], negative: list[float]) -> None:
    labels = [1] * len(positive) + [0] * len(negative)
    assert auroc(positive, negative) == pytest.approx(roc_auc_score(labels, [*positive, *negative]))


def test_figures_of_nothing_are_not_numbers() -> None:
    assert all(map(math.isnan, (mean([]), auroc([], [0.5]), auroc([0.5], []))))


CONTEXT = "  The mill ground barley. The mill was sold in 1901."
SQUAD = {
    "data": [
        {
            "title": "Old_mill",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "a",
                            "question": "When was it sold?",
                            "answers": [{"text": "1901", "answer_start": 47}] * 2
                            + [{"text": "in 1901", "answer_start": 44}],
                        },
                        {
                            "id": "b",
                            "question": "Who bought it?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "barley", "answer_start": 18}],
                        },
                    ],
                }
            ],
        }
    ]
}


def written(folder: Path, name: str, content: object) -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


def test_a_squad_paragraph_is_a_document_and_its_answers_stand_at_their_offsets(tmp_path: Path) -> None:
    found = from_squad(written(tmp_path, "squad.json", SQUAD))
    [document] = found.documents
    assert (found.name, document.path, document.title) == ("squad.json", "Old_mill/0000.txt", "Old mill")
    sold, bought = found.questions
    assert [document.text[place.start : place.end] for place in sold.anchors] == ["1901", "in 1901"]
    assert (sold.id, sold.group, sold.source, sold.answers) == ("a", "answerable", "Old_mill", ("1901", "in 1901"))
    assert (bought.group, bought.answerable, bought.answers) == ("adversarial", False, ())


def test_a_limit_takes_the_first_questions_and_every_document(tmp_path: Path) -> None:
    found = from_squad(written(tmp_path, "squad.json", SQUAD), limit=1)
    assert ([question.id for question in found.questions], len(found.documents)) == (["a"], 1)


def squad(**paragraph: object) -> dict[str, Any]:
    return {"data": [{"title": "T", "paragraphs": [{"context": "Text.", "qas": [], **paragraph}]}]}


NOT_SQUAD = (
    "{",
    "[]",
    "{}",
    {"data": 5},
    {"data": ["article"]},
    {"data": [{"title": "T"}]},
    {"data": [{"title": "T", "paragraphs": [{"qas": []}]}]},
    squad(qas=None),
    squad(qas=[{"id": "a", "question": "Who?"}]),
    squad(qas=[{"id": "a", "question": "Who?", "answers": [{"text": "x"}]}]),
    squad(qas=[{"id": "a", "question": "Who?", "answers": [{"text": "x", "answer_start": "first"}]}]),
)


@pytest.mark.parametrize("content", NOT_SQUAD, ids=repr)
def test_a_file_of_another_layout_is_named_and_refused(tmp_path: Path, content: object) -> None:
    file = written(tmp_path, "wrong.json", content)
    with pytest.raises(GoldError) as error:
        from_squad(file)
    assert str(error.value).startswith(f"{file}: not SQuAD JSON: ")


BUILT = {
    "id": "g1",
    "question": "Who built the old bridge?",
    "kind": "person",
    "split": "tune",
    "paraphrase": False,
    "evidence": [{"document": "bridge.md", "text": "The old bridge was built in 1874 by Ada Stone."}],
    "answer": "Ada Stone",
}
ZEBRA = {
    "id": "g2",
    "question": "What does a zebra eat?",
    "kind": "off-topic",
    "split": "tune",
    "paraphrase": False,
    "evidence": [],
}


@pytest.fixture
def arguments(tmp_path: Path, notes: Path) -> list[str]:
    """Two questions, both of the split "tune", about the small corpus."""
    gold = written(tmp_path, "gold.jsonl", f"{json.dumps(BUILT)}\n{json.dumps(ZEBRA)}\n")
    return ["--gold", str(gold), "--corpus", str(notes)]


@pytest.fixture
def baseline(tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> Path:
    """The figures of those questions, as `--update-baseline` writes them."""
    file = tmp_path / "baseline.json"
    assert main([*arguments, "--baseline", str(file), "--update-baseline"]) == 0
    capsys.readouterr()
    return file


def test_a_question_set_is_reported_and_passes_without_a_baseline(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.startswith("gold.jsonl: 2 documents, 2 questions\n\nretrieval")
    assert "one answer: " in out
    assert err == ""


def test_a_set_of_refusals_alone_is_reported_too(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "gold.jsonl", ZEBRA)
    assert main(arguments) == 0
    assert "off-topic" in capsys.readouterr().out


def test_figures_pass_the_baseline_that_was_written_from_them(arguments: list[str], baseline: Path) -> None:
    assert json.loads(baseline.read_text(encoding="utf-8"))["refused (off-topic)"] == 1.0
    assert main([*arguments, "--baseline", str(baseline)]) == 0


@pytest.mark.parametrize(("above", "code"), [(0.004, 0), (0.006, 1)])
def test_a_figure_may_fall_by_no_more_than_the_tolerance(
    arguments: list[str], baseline: Path, capsys: pytest.CaptureFixture[str], above: float, code: int
) -> None:
    kept = json.loads(baseline.read_text(encoding="utf-8"))
    baseline.write_text(json.dumps({**kept, "refused (off-topic)": 1 + above}), encoding="utf-8")
    assert main([*arguments, "--baseline", str(baseline)]) == code
    fallen = f"below the baseline: refused (off-topic) is 1.0000, was {1 + above:.4f}\n"
    assert capsys.readouterr().err == (fallen if code else "")


def test_a_figure_that_the_report_no_longer_has_is_below_its_baseline(arguments: list[str], baseline: Path) -> None:
    written(baseline.parent, baseline.name, {"refused (riddles)": 0.5})
    assert main([*arguments, "--baseline", str(baseline)]) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "no baseline: Expecting property name"),
        ([0.5], "no baseline: expected an object of numbers"),
        ({"refused (off-topic)": "high"}, "no baseline: expected an object of numbers"),
        ({"refused (off-topic)": None}, "no baseline: expected an object of numbers"),
    ],
    ids=repr,
)
def test_a_wrong_baseline_is_one_line_and_2(
    arguments: list[str], baseline: Path, capsys: pytest.CaptureFixture[str], content: object, message: str
) -> None:
    written(baseline.parent, baseline.name, content)
    assert main([*arguments, "--baseline", str(baseline)]) == 2
    err = capsys.readouterr().err
    assert err.startswith(f"eval: {baseline}: {message}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({**BUILT, "answer": 1874}, "gold.jsonl:1: answer: expected text or null, not 1874"),
        ({**BUILT, "kind": "off-topic"}, "gold.jsonl:1: kind off-topic with 1 evidence texts"),
        ("", "no questions"),
    ],
    ids=["wrong type", "wrong kind", "empty"],
)
def test_a_wrong_or_empty_gold_file_is_one_line_and_2(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], content: object, message: str
) -> None:
    written(tmp_path, "gold.jsonl", content)
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("eval: ")
    assert message in err
    assert err.count("\n") == 1


def test_a_split_without_questions_is_one_line_and_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "--split", "tune"]) == 0
    capsys.readouterr()
    assert main([*arguments, "--split", "test"]) == 2
    assert capsys.readouterr().err == "eval: no questions: the set, or the split asked for, is empty\n"


def test_a_missing_file_is_one_line_and_2(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere")
    wrong = (["--squad", nowhere], ["--gold", nowhere], [*arguments, "--baseline", nowhere])
    for given_arguments in (*wrong, [*arguments[:2], "--corpus", nowhere]):
        assert main(given_arguments) == 2
        err = capsys.readouterr().err
        assert (err.startswith(f"eval: {nowhere}: "), err.count("\n")) == (True, 1), given_arguments


def test_a_squad_file_is_asked_of_its_own_paragraphs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--squad", str(written(tmp_path, "squad.json", SQUAD)), "--misses"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("squad.json: 1 documents, 2 questions\n")
    assert "adversarial" in out
