"""Runs: systems side by side, saved and compared, exported and read back, and held to a baseline."""

import json
import random
import re
import string
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytrec_eval
from made import squad

from eval.__main__ import main
from eval.blame import stage
from eval.gate import Baseline, held_to, load, write
from eval.judge import Results
from eval.metrics import judged
from eval.questions import QuestionSet, from_squad
from eval.run import Choice, NotVerbatim, Outcome, label, run
from eval.systems import NAMES, OUTSIDE, system
from qa.errors import QAError
from qa.extract import select
from qa.extract.explain import GROUPS
from qa.index import build
from qa.query import query
from qa.retrieve import CANDIDATES, SIGNALS, retrieve

TOPICS = {
    "Bridge": "The old bridge was built in 1874 by Ada Stone. It is made of granite and stands on five piers.",
    "Mill": "The mill ground barley for the brewery. Its wheel was made by Jonas Wheeler in 1801.",
    "Ferry": "The ferry crosses the river every hour. Its captain is Mary Rivers, who was born in Leeds.",
    "Tower": "The tower holds four bells. The largest bell was cast in 1650 and weighs two tons.",
}
ASKED = [
    ("b1", "Bridge", "Who built the old bridge?", "Ada Stone"),
    ("b2", "Bridge", "How many piers does the bridge stand on?", "five"),
    ("m1", "Mill", "Who made the wheel of the mill?", "Jonas Wheeler"),
    ("f1", "Ferry", "Who is the captain of the ferry?", "Mary Rivers"),
    ("t1", "Tower", "When was the largest bell cast?", "1650"),
    ("t2", "Tower", "What does a zebra eat?", None),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return squad(tmp_path / "set.json", TOPICS, ASKED)


@pytest.fixture
def questions(file: Path) -> QuestionSet:
    return from_squad(file)


@pytest.mark.parametrize("name", NAMES)
def test_every_named_system_finds_the_paragraph_that_says_it(name: str, questions: QuestionSet) -> None:
    pytest.importorskip(dict(OUTSIDE.values()).get(name, "numpy"))
    [outcome] = run(questions, questions.questions[:1], systems=[name])
    assert outcome.rankings[name].labels[0] == label("Bridge/0000.txt", 0, len(TOPICS["Bridge"]))


def test_there_is_a_system_without_each_signal_and_it_finds_and_answers(questions: QuestionSet) -> None:
    names = [f"fused-without-{signal}" for signal in SIGNALS]
    [outcome] = run(questions, questions.questions[:1], systems=names)
    assert list(outcome.choices) == names
    scores = {name: ranking.scores[0] for name, ranking in outcome.rankings.items()}
    assert len(set(scores.values())) == len(names)


def test_there_is_a_system_without_each_group_of_features_and_it_finds_and_answers(questions: QuestionSet) -> None:
    names = ["answer", *(f"answer-without-{group.replace(' ', '-')}" for group in GROUPS)]
    outcomes = run(questions, systems=names)
    assert list(outcomes[0].choices) == names
    scores = {name: [tuple(outcome.rankings[name].scores) for outcome in outcomes] for name in names}
    assert all(scores[name] != scores["answer"] for name in names[1:])


def test_a_system_chooses_the_quotes_that_the_tool_shows(questions: QuestionSet) -> None:
    index = build(questions.documents)
    for question in questions.questions:
        asked = query(index, question.text)
        expected = select(index, asked, retrieve(index, asked), k=10)
        for name in ("fused", "answer"):
            assert system(name)(index, question.text, CANDIDATES).selection == expected


def test_the_order_of_answer_is_that_of_the_quotes(questions: QuestionSet) -> None:
    [outcome] = run(questions, questions.questions[2:3], systems=["answer", "fused"])
    ranking, choice = outcome.rankings["answer"], outcome.choices["fused"]
    quoted = list(dict.fromkeys(quote.path for quote in choice.quotes))
    ranked = [place.rpartition(":")[0] for place in ranking.labels]
    assert ranked[: len(quoted)] == quoted
    assert sorted(ranking.labels) == sorted(outcome.rankings["fused"].labels)


def test_a_comparison_that_was_planned_is_not_corrected_for_others(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--squad", str(file), "--system", "bm25", "--system", "tfidf"]) == 0
    assert "Holm-corrected for 4 tests\n" in capsys.readouterr().out
    assert main(["--squad", str(file), "--system", "bm25", "--system", "tfidf", "--planned", "nDCG@10"]) == 0
    out = capsys.readouterr().out
    assert "Holm-corrected for 1 test, in the one measure that was planned, nDCG@10" in out
    assert re.search(r"^nDCG@10 +bm25 ", out, re.MULTILINE)
    assert not re.search(r"^MRR +bm25 ", out, re.MULTILINE)


def test_a_measure_that_these_systems_are_not_compared_in_is_refused(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--squad", str(file), "--system", "bm25", "--planned", "shown@1"]) == 2
    message = "eval: shown@1: these systems are not compared in it, but in R@1, R@5, MRR, nDCG@10"
    assert message in capsys.readouterr().err


def test_an_unknown_system_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(QAError, match="bm26: no such system; there are bm25, tfidf, fused"):
        system("bm26")


def test_a_system_whose_package_is_missing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.systems.find_spec", lambda _: None)
    for name, (_, package) in OUTSIDE.items():
        with pytest.raises(QAError, match=f"needs the package {package}: install the extra bench"):
            system(name)


def test_outcomes_are_the_same_and_in_order_whatever_the_number_of_processes(questions: QuestionSet) -> None:
    many = replace(questions, questions=questions.questions * 20)
    alone, shared = (run(many, processes=number) for number in (1, 2))
    assert [outcome.question.id for outcome in shared] == [question.id for question in many.questions]
    for one, other in zip(alone, shared, strict=True):
        assert one.choices == other.choices
        assert {name: found.labels for name, found in one.rankings.items()} == {
            name: found.labels for name, found in other.rankings.items()
        }


def test_progress_is_told_up_to_the_last_question(questions: QuestionSet) -> None:
    told: list[tuple[int, int]] = []
    run(questions, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)


def test_a_quote_that_is_not_in_its_document_fails_the_run(
    questions: QuestionSet, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from eval import systems

    def forged(*given: Any) -> Any:
        return (replace(quote, text=quote.text + "!") for quote in quotes(*given))

    quotes = systems.quotes
    monkeypatch.setattr("eval.systems.quotes", forged)
    with pytest.raises(NotVerbatim, match=r"b1: the quote of Bridge/0000\.txt at 0:46 is not what stands there"):
        run(questions)
    assert main(["--squad", str(file)]) == 1
    assert capsys.readouterr().err.startswith("eval: b1: the quote of ")


def test_a_row_is_asked_of_its_own_sentences_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.jsonl"
    texts = {name: re.split(r"(?<=\.) ", text) for name, text in TOPICS.items()}
    asked = [("Mill", [0, 1]), ("Ferry", [0, 0])]
    rows.write_text(
        "".join(
            json.dumps({"question": "Who made it in 1801?", "sentences": texts[name], "labels": labels}) + "\n"
            for name, labels in asked
        )
    )
    assert main(["--sentences", str(rows), "--own-sentences", "--save", str(tmp_path / "run")]) == 0
    assert "unanswerable" in capsys.readouterr().out
    records = [json.loads(line) for line in (tmp_path / "run" / "questions.jsonl").read_text().splitlines()]
    paths = [{quote["path"] for quote in record["chosen"]["fused"]["quotes"]} for record in records]
    assert paths[0] == {"text/00000.txt"}
    assert paths[1] <= {"text/00001.txt"}


def test_a_saved_run_is_the_same_bytes_again_but_for_its_timings(file: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["--squad", str(file), "--save", str(tmp_path / name)]) == 0
    for name in ("manifest.json", "questions.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    timed = json.loads((tmp_path / "one" / "timings.jsonl").read_text().splitlines()[0])
    assert set(timed["seconds"]["fused"]) == {"retrieve", "select", "spans"}


def test_a_run_against_a_saved_one_names_what_was_won_and_the_stage_to_blame(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "run"
    assert main(["--squad", str(file), "--save", str(saved)]) == 0
    kept = [json.loads(line) for line in (saved / "questions.jsonl").read_text().splitlines()]
    for record in kept:
        if record["id"] == "b1":
            record["chosen"]["fused"] |= {"stage": "retrieved but not selected", "quotes": []}
            record["values"]["fused sentence@1"] = 0.0
    (saved / "questions.jsonl").write_text("".join(json.dumps(record) + "\n" for record in kept))
    capsys.readouterr()
    assert main(["--squad", str(file), "--compare", str(saved)]) == 0
    out = capsys.readouterr().out
    assert "lost: 0\nwon: 1 (1 answerable)\n  b1 [answerable] Who built the old bridge?\n" in out
    assert "    then retrieved but not selected (" in out
    assert re.search(r"    now  right \(\d+%\): 'The old bridge was built in 1874 by Ada Stone\.'", out)
    assert re.search(r"fused sentence@1 +\S+ +\S+ +\+0\.200 +20\.0% +0\.0%", out)
    assert "are not the same" not in out


def test_a_run_against_one_of_other_questions_says_what_differs(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "run"
    assert main(["--squad", str(file), "--save", str(saved)]) == 0
    assert main(["--squad", str(file), "--limit", "3", "--compare", str(saved)]) == 0
    out = capsys.readouterr().out
    assert (
        "3 questions asked in both\nnote: the questions are not the same\nnote: the settings are not the same\n" in out
    )
    assert main(["--squad", str(file), "--compare", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"eval: {tmp_path}: no saved run: No such file or directory; --save DIR writes one\n")


def test_one_question_is_shown_with_all_that_is_known_of_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--squad", str(file), "--show", "t1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("t1 [answerable] When was the largest bell cast?\n")
    for part in ("short answers: 1650", "Tower/0000.txt:1 '1650'", "\nfused  R@1 1.000", "short answer '1650'"):
        assert part in out
    assert main(["--squad", str(file), "--show", "t9"]) == 2
    assert capsys.readouterr().err == "eval: t9: no question of set.json has this id\n"


def outcome_of(questions: QuestionSet, name: str) -> Outcome:
    return next(outcome for outcome in run(questions, systems=["fused"]) if outcome.question.id == name)


def changed(outcome: Outcome, **changes: Any) -> Outcome:
    return replace(outcome, choices={"fused": replace(outcome.choices["fused"], **changes)})


def test_the_first_stage_that_went_wrong_is_to_blame(questions: QuestionSet) -> None:
    right = changed(outcome_of(questions, "b1"), answered=True)
    choice = right.choices["fused"]
    other = replace(choice.quotes[0], answer="1874")
    cases: dict[str, Callable[[Outcome], Outcome]] = {
        "right": lambda outcome: outcome,
        "wrong span": lambda outcome: changed(outcome, quotes=(other, *choice.quotes[1:])),
        "selected but refused": lambda outcome: changed(outcome, answered=False),
        "retrieved but not selected": lambda outcome: changed(outcome, held=(frozenset(), *choice.held)),
        "not retrieved": lambda outcome: replace(outcome, relevant={"elsewhere": 1}),
    }
    assert {name: stage(make(right), "fused") for name, make in cases.items()} == {name: name for name in cases}
    nothing = outcome_of(questions, "t2")
    assert stage(changed(nothing, answered=False), "fused") == "right"
    assert stage(changed(nothing, answered=True), "fused") == "answered, though nothing answers"


def test_an_exported_run_read_back_has_the_same_figures(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported = ["--export-run", str(tmp_path / "run.trec"), "--export-qrels", str(tmp_path / "qrels")]
    for unit in ([], ["--by-document"]):
        assert main(["--squad", str(file), "--system", "bm25", *unit, *exported]) == 0
        again = (tmp_path / "run.trec").read_text().replace(" bm25\n", " theirs\n")
        (tmp_path / "theirs.trec").write_text(again)
        capsys.readouterr()
        theirs = ["--run", str(tmp_path / "theirs.trec"), "--save", str(tmp_path / "saved")]
        assert main(["--squad", str(file), "--system", "bm25", *unit, *theirs]) == 0
        for line in (tmp_path / "saved" / "questions.jsonl").read_text().splitlines():
            values = json.loads(line)["values"]
            ours = {name: value for name, value in values.items() if name.startswith("bm25 ")}
            assert ours == {name.replace("theirs ", "bm25 "): v for name, v in values.items() if "theirs " in name}


def test_an_exported_run_is_sorted_by_trec_eval_as_it_was_ranked_here(questions: QuestionSet, tmp_path: Path) -> None:
    from eval.trec_files import export_run

    [outcome] = run(questions, questions.questions[:1], systems=["bm25"])
    ranking = outcome.rankings["bm25"]
    tied = replace(outcome, rankings={"bm25": replace(ranking, scores=np.full(len(ranking.labels), 0.1))})
    export_run([tied], tmp_path / "run.trec")
    rows = [line.split() for line in (tmp_path / "run.trec").read_text().splitlines()]
    by_score = sorted(rows, key=lambda row: (np.float32(row[4]), row[2]), reverse=True)
    assert [row[2] for row in by_score] == list(ranking.labels)
    assert len({np.float32(row[4]) for row in rows}) == len(rows)


def test_each_of_several_systems_is_exported_to_a_file_of_its_own(file: Path, tmp_path: Path) -> None:
    assert main(["--squad", str(file), "--export-run", str(tmp_path / "run.trec")]) == 0
    assert {path.name for path in tmp_path.glob("run*")} == {f"run.{name}.trec" for name in ("bm25", "tfidf", "fused")}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("b1 Q0 x 1 0.5\n", "run:1: expected question, Q0, document, rank, score and system, not 5 fields"),
        ("b1 Q0 x 1 high them\n", "run:1: expected a score that is a number, not 'high'"),
        ("b1 Q0 x 1 2 them\nb1 Q0 x 2 1 them\n", "run:2: x is ranked twice for question b1"),
        ("b1 Q0 x 1 2 them\n", "run: ranks nothing that is relevant to any question"),
        ("", "run: ranks nothing that is relevant to any question"),
    ],
)
def test_a_wrong_run_file_is_named(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    (tmp_path / "run").write_text(content)
    assert main(["--squad", str(file), "--run", str(tmp_path / "run")]) == 2
    assert f"{tmp_path}/{message}" in capsys.readouterr().err


def test_predictions_are_a_short_answer_each_and_empty_for_a_refusal(file: Path, tmp_path: Path) -> None:
    assert main(["--squad", str(file), "--export-squad", str(tmp_path / "predictions.json")]) == 0
    found = json.loads((tmp_path / "predictions.json").read_text())
    assert list(found) == [name for name, *_ in ASKED]
    assert (found["b1"], found["t2"]) == ("Ada Stone", "")


def squad_script(data: Any, predictions: dict[str, str]) -> dict[str, float]:
    """What the official script of SQuAD 2.0 computes, written from its definition: EM and F1 over all questions."""

    def plain(text: str) -> list[str]:
        kept = "".join(character for character in text.lower() if character not in string.punctuation)
        return [word for word in re.split(r"\W+", kept) if word not in ("", "a", "an", "the")]

    def overlap(gold: list[str], given: list[str]) -> float:
        if not gold or not given:
            return float(gold == given)
        shared = sum(min(gold.count(word), given.count(word)) for word in set(gold))
        return 2 * shared / (len(gold) + len(given))

    exact, f1 = [], []
    for entry in (qa for article in data for paragraph in article["paragraphs"] for qa in paragraph["qas"]):
        answers = [plain(answer["text"]) for answer in entry["answers"]] or [[]]
        given = plain(predictions[entry["id"]])
        exact.append(float(given in answers))
        f1.append(max(overlap(answer, given) for answer in answers))
    return {"exact": float(np.mean(exact)), "f1": float(np.mean(f1))}


def test_exported_predictions_score_in_squads_script_as_they_do_here(file: Path, tmp_path: Path) -> None:
    file.write_text(file.read_text().replace('"text": "Jonas Wheeler"', '"text": "Jonas Wheeler in 1801"'))
    folder, predictions = tmp_path / "run", tmp_path / "predictions.json"
    assert main(["--squad", str(file), "--export-squad", str(predictions), "--save", str(folder)]) == 0
    theirs = squad_script(json.loads(file.read_text())["data"], json.loads(predictions.read_text()))
    values = [json.loads(line)["values"] for line in (folder / "questions.jsonl").read_text().splitlines()]
    for measure, name in (("exact", "fused EM"), ("f1", "fused F1")):
        ours = [found[name] if name in found else found["fused refused"] for found in values]
        assert theirs[measure] == pytest.approx(np.mean(ours), abs=1e-6)
    assert 0 < theirs["exact"] < theirs["f1"] < 1


@pytest.mark.parametrize("unit", [[], ["--by-document"]], ids=["passages", "documents"])
def test_trec_eval_finds_in_the_exported_files_what_is_reported_here(
    file: Path, tmp_path: Path, unit: list[str]
) -> None:
    files = {"run": tmp_path / "run.trec", "qrels": tmp_path / "qrels", "saved": tmp_path / "saved"}
    exported = ["--export-run", str(files["run"]), "--export-qrels", str(files["qrels"]), "--save", str(files["saved"])]
    assert main(["--squad", str(file), "--system", "tfidf", *unit, *exported]) == 0
    with files["qrels"].open() as qrels, files["run"].open() as ranked:
        judge = pytrec_eval.RelevanceEvaluator(pytrec_eval.parse_qrel(qrels), {"recip_rank", "map", "ndcg_cut"})
        found = judge.evaluate(pytrec_eval.parse_run(ranked))
    records = [json.loads(line) for line in (files["saved"] / "questions.jsonl").read_text().splitlines()]
    assert set(found) == {record["id"] for record in records if record["answerable"]}
    for record in records:
        for theirs, ours in (("recip_rank", "MRR"), ("map", "MAP"), ("ndcg_cut_10", "nDCG@10")):
            if record["answerable"]:
                assert found[record["id"]][theirs] == pytest.approx(record["values"][f"tfidf {ours}"], abs=1e-6)


def test_judged_documents_stand_where_the_best_of_their_passages_does(questions: QuestionSet) -> None:
    from eval.questions import by_document

    outcomes = run(by_document(questions), systems=["bm25"])
    rankings = {outcome.question.id: outcome.rankings["bm25"].labels for outcome in outcomes}
    assert rankings["m1"][0] == "Mill/0000.txt"
    results = Results(outcomes)
    expected = judged({"m1": {"Mill/0000.txt": 1}}, {"m1": rankings["m1"]}, {"MAP": "AP"})
    at = [outcome.question.id for outcome in outcomes].index("m1")
    assert results.values["bm25 MAP"][at] == expected["MAP"]["m1"]
    assert results.answering == ()


def measured(name: str, values: dict[str, float]) -> Baseline:
    return Baseline("set", {}, {name: values})


def scores(rights: int, wrongs: int) -> dict[str, float]:
    return {f"q{number:03}": float(number < rights) for number in range(rights + wrongs)}


def test_a_real_drop_fails_and_names_the_questions() -> None:
    verdict = held_to(measured("sentence@1", scores(60, 20)), measured("sentence@1", scores(50, 30)))
    [failure] = verdict.failures
    assert failure.startswith("below the baseline: sentence@1 is 0.6250, was 0.7500 (p 0.00")
    assert failure.endswith("lost: " + ", ".join(f"q{number:03}" for number in range(50, 60)) + "; won: none")


def test_noise_passes_however_it_falls() -> None:
    before = scores(60, 20)
    dice = random.Random(5)
    for _ in range(20):
        after = dict(before)
        for name in dice.sample(sorted(before), 4):
            after[name] = 1 - after[name]
        assert held_to(measured("x", before), measured("x", after)).failures == ()


def test_a_drop_beyond_the_tolerance_fails_where_there_are_enough_questions() -> None:
    def lost(count: int, of: int) -> tuple[str, ...]:
        return held_to(measured("x", scores(of, 0)), measured("x", scores(of - count, count))).failures

    assert (len(lost(3, 120)), len(lost(2, 120)), len(lost(3, 90))) == (1, 0, 0)


def test_a_change_too_small_to_matter_is_not_spoken_of_however_sure() -> None:
    before = {f"q{number}": 0.5 for number in range(50)}
    slightly, more = ({name: value - fall for name, value in before.items()} for fall in (0.0009, 0.002))
    assert held_to(measured("x", before), measured("x", slightly)).failures == ()
    assert len(held_to(measured("x", before), measured("x", more)).failures) == 1


def test_a_rise_is_told_and_does_not_fail() -> None:
    verdict = held_to(measured("x", scores(50, 30)), measured("x", scores(60, 20)))
    assert verdict.failures == ()
    assert verdict.notices[0].startswith("above the baseline: x is 0.7500, was 0.6250 (p 0.00")


def test_more_measures_ask_for_more_evidence() -> None:
    before, after = scores(60, 20), scores(53, 27)
    alone = held_to(measured("x", before), measured("x", after))
    many = {"x": before} | {f"y{number}": before for number in range(9)}
    among = held_to(Baseline("set", {}, many), Baseline("set", {}, {**many, "x": after}))
    assert (len(alone.failures), len(among.failures)) == (1, 0)


def test_a_question_or_measure_that_is_gone_fails_and_a_new_one_is_told() -> None:
    verdict = held_to(
        Baseline("set", {}, {"x": {"a": 1.0, "b": 1.0}, "gone": {"a": 1.0}}),
        Baseline("set", {}, {"x": {"b": 1.0, "c": 1.0}}),
    )
    assert verdict.failures == (
        "no longer asked: a",
        "no longer measured: x of a",
        "no longer measured: gone of a",
    )
    assert verdict.notices == ("not in the baseline: c",)


def test_a_baseline_is_read_as_it_was_written(tmp_path: Path) -> None:
    kept = Baseline("set", {"x": 0.5}, {"x": {"a": 1.0, "b": 0.6309}, "y": {"c": 0.0}})
    write(kept, tmp_path / "baseline.json")
    assert load(tmp_path / "baseline.json") == kept


def test_nothing_quoted_is_never_held_against_a_ranking(questions: QuestionSet) -> None:
    outcomes = [
        replace(outcome, choices={"fused": Choice((), (), 0.0, False)}) for outcome in run(questions, systems=["fused"])
    ]
    results = Results(outcomes)
    assert results.mean("fused sentence@1", results.mask(lambda outcome: outcome.question.answerable)) == 0.0
    assert results.mean("fused R@1", results.mask(lambda outcome: outcome.question.answerable)) > 0.5
