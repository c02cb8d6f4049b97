"""The evaluation: measures against slow twins, question sets, and what `python -m eval` returns."""

import json
import math
import re
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from eval.__main__ import main
from eval.metrics import (
    auroc,
    average_precision,
    brier,
    calibration_error,
    exact_match,
    f1,
    judged,
    mean,
    ndcg,
    normalised,
    precision,
    recall,
    reciprocal_rank,
    risk_coverage_area,
    share,
)
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
    found = auroc(np.array([*positive, *negative]), np.array(labels, dtype=bool))
    assert found == pytest.approx(roc_auc_score(labels, [*positive, *negative]))


def test_figures_of_nothing_are_not_numbers() -> None:
    nothing, none, one = np.zeros(0), np.zeros(0, dtype=bool), np.array([0.5])
    assert all(map(math.isnan, (mean([]), auroc(one, np.array([True])), auroc(one, np.array([False])))))
    measures = (brier, calibration_error, risk_coverage_area)
    assert all(math.isnan(measure(nothing, none)) for measure in measures)
    assert math.isnan(share(none))


@given(st.sets(st.integers(1, 20)), st.integers(0, 3))
def test_precision_and_average_precision_are_those_of_trec_eval(places: set[int], unfound: int) -> None:
    ranking = [f"d{rank}" for rank in range(1, 21)]
    relevant = {f"d{rank}": 1 for rank in places} | {f"u{number}": 1 for number in range(unfound)}
    if relevant:
        found = judged({"q": relevant}, {"q": ranking}, {"P@5": "P@5", "MAP": "AP"})
        assert precision(places, 5) == pytest.approx(found["P@5"]["q"])
        assert average_precision(places, len(relevant)) == pytest.approx(found["MAP"]["q"])


def test_graded_judgements_are_measured_as_trec_eval_measures_them() -> None:
    """By hand: d2 (grade 1) first, d1 (grade 2) second, of d1, d2 and d9 (grade 1), which is not found."""
    qrels = {"q": {"d1": 2, "d2": 1, "d3": 0, "d9": 1}, "silent": {"d1": 1}}
    found = judged(
        qrels,
        {"q": ["d2", "d1", "d3", "d4"]},
        {"nDCG@10": "nDCG@10", "R@1": "R@1", "MAP": "AP", "MRR": "RR@10", "P@10": "P@10"},
    )
    gained = 1 + 2 / math.log2(3)
    best = 2 + 1 / math.log2(3) + 1 / math.log2(4)
    by_hand = {"nDCG@10": gained / best, "R@1": 1 / 3, "MAP": 2 / 3, "MRR": 1.0, "P@10": 0.2}
    assert {name: of["q"] for name, of in found.items()} == pytest.approx(by_hand)
    assert {of["silent"] for of in found.values()} == {0.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Beatles", "beatles"),
        ("an  apple,\ta day", "apple day"),
        ("U.S.", "us"),
        ("theatre", "theatre"),
        ("1,000", "1000"),
        ("state-of-the-art", "stateoftheart"),
        ("“quoted”", "“quoted”"),
        ("A", ""),
    ],
)
def test_answers_are_normalised_as_squads_script_does(text: str, expected: str) -> None:
    assert normalised(text) == expected


@pytest.mark.parametrize(
    ("given_answer", "answers", "exact", "overlap"),
    [
        ("Ada Stone", ["Ada Stone"], 1.0, 1.0),
        ("the Ada  Stone!", ["ada stone"], 1.0, 1.0),
        ("by Ada Stone", ["Ada Stone", "Stone"], 0.0, 0.8),
        ("granite", ["Ada Stone"], 0.0, 0.0),
        ("", ["Ada Stone"], 0.0, 0.0),
        ("", [], 1.0, 1.0),
        ("granite", [], 0.0, 0.0),
        ("the the stone stone", ["stone"], 0.0, 2 / 3),
    ],
)
def test_exact_match_and_f1_are_those_of_squads_script(
    given_answer: str, answers: list[str], exact: float, overlap: float
) -> None:
    assert exact_match(given_answer, answers) == exact
    assert f1(given_answer, answers) == pytest.approx(overlap)


judgements = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.5, 1.0]) | st.floats(0, 1), st.booleans()), min_size=1, max_size=40
)


@given(judgements)
def test_the_calibration_error_is_the_weighted_gap_of_each_bin(judged_answers: list[tuple[float, bool]]) -> None:
    total = 0.0
    for low in range(10):
        members = [
            (sure, right) for sure, right in judged_answers if low < sure * 10 <= low + 1 or (low == 0 and sure == 0)
        ]
        if members:
            gap = statistics.fmean(sure for sure, _ in members) - statistics.fmean(right for _, right in members)
            total += len(members) / len(judged_answers) * abs(gap)
    sure, right = (np.array(column) for column in zip(*judged_answers, strict=True))
    assert calibration_error(sure, right) == pytest.approx(total)


@given(judgements)
def test_the_brier_score_is_that_of_scikit_learn(judged_answers: list[tuple[float, bool]]) -> None:
    sure, right = (np.array(column) for column in zip(*judged_answers, strict=True))
    assert brier(sure, right) == pytest.approx(brier_score_loss(right, sure, labels=[False, True]))


@given(judgements)
def test_the_area_of_risk_and_coverage_is_the_mean_risk_of_every_coverage(
    judged_answers: list[tuple[float, bool]],
) -> None:
    """Of equally sure answers, every order is as likely: the mean over all orders of the tied, counted one by one."""
    areas = []
    for n in range(1, len(judged_answers) + 1):
        by_sureness = sorted(judged_answers, key=lambda answer: -answer[0])
        last = by_sureness[n - 1][0]
        surer = [right for sure, right in by_sureness if sure > last]
        tied = [right for sure, right in by_sureness if sure == last]
        wrong = surer.count(False) + (n - len(surer)) * tied.count(False) / len(tied)
        areas.append(wrong / n)
    sure, right = (np.array(column) for column in zip(*judged_answers, strict=True))
    assert risk_coverage_area(sure, right) == pytest.approx(statistics.fmean(areas))


@given(st.lists(st.tuples(judgements.map(lambda found: found[0]), st.integers(0, 3)), min_size=1, max_size=30))
def test_a_question_that_weighs_twice_counts_as_if_it_had_been_asked_twice(
    weighed: list[tuple[tuple[float, bool], int]],
) -> None:
    sure, right = (np.array(column) for column in zip(*(answer for answer, _ in weighed), strict=True))
    weights = np.array([weight for _, weight in weighed])
    again = np.repeat(np.arange(len(sure)), weights)
    for measure in (auroc, brier, calibration_error, risk_coverage_area):
        found = measure(sure, right, weights.astype(float))
        assert found == pytest.approx(measure(sure[again], right[again]), nan_ok=True), measure.__name__
    assert share(right, weights.astype(float)) == pytest.approx(share(right[again]), nan_ok=True)


@given(judgements, st.randoms(use_true_random=False))
def test_the_area_of_risk_and_coverage_does_not_depend_on_the_order_of_questions(
    judged_answers: list[tuple[float, bool]], random: Any
) -> None:
    def area(pairs: list[tuple[float, bool]]) -> float:
        sure, right = (np.array(column) for column in zip(*pairs, strict=True))
        return risk_coverage_area(sure, right)

    assert area(random.sample(judged_answers, len(judged_answers))) == pytest.approx(area(judged_answers))


def test_the_area_is_least_when_the_surest_are_right() -> None:
    sure = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([True, True, False, False])
    assert risk_coverage_area(sure, right) == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)
    assert risk_coverage_area(sure, ~right) == pytest.approx((1 + 1 + 2 / 3 + 2 / 4) / 4)


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
    assert re.search(r"\nms a question, p50 and p95 +retrieve +select +spans +all\nbm25( +\d+\.\d){2}\n", out)
    assert err == ""


def test_a_set_of_refusals_alone_is_reported_too(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "gold.jsonl", ZEBRA)
    assert main(arguments) == 0
    assert "off-topic" in capsys.readouterr().out


def test_a_run_passes_the_baseline_that_was_written_from_it(arguments: list[str], baseline: Path) -> None:
    assert json.loads(baseline.read_text(encoding="utf-8"))["figures"]["refused (off-topic)"] == 1.0
    assert main([*arguments, "--baseline", str(baseline)]) == 0


def test_a_question_that_is_no_longer_asked_is_a_failure_that_names_it(
    tmp_path: Path, arguments: list[str], baseline: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "gold.jsonl", BUILT)
    assert main([*arguments, "--baseline", str(baseline)]) == 1
    err = capsys.readouterr().err
    assert "no longer asked: g2\n" in err
    assert "no longer measured: fused refused of g2\n" in err


def test_a_baseline_is_made_only_where_it_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "--update-baseline"]) == 2
    assert capsys.readouterr().err.startswith("eval: --update-baseline needs --baseline FILE")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--topics", "x"],
        ["--own-sentences"],
        ["--limit", "0"],
        ["--gold", "x", "--squad", "y"],
        ["--qrels", "x"],
        ["--masked", "--beir", "x"],
        ["--masked", "--by-document"],
        ["--masked", "--squad", "x", "--given-paragraph"],
        ["--masked", "--sentences", "x", "--own-sentences"],
    ],
    ids=" ".join,
)
def test_options_that_do_not_go_together_are_wrong_usage(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(wrong)
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "no baseline: Expecting property name"),
        ([0.5], "no baseline of this format; --update-baseline writes one"),
        ({"refused (off-topic)": 0.5}, "no baseline of this format; --update-baseline writes one"),
        ({"set": "", "figures": {}, "measures": ["x"], "questions": {"a": [1, 2]}}, "no baseline of this format"),
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
