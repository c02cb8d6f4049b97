"""The promise: its statistics against a reference and in simulation, and what a stored one changes."""

import json
import random
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.calibrate import CUTS, SURE, Judged, calibrate, chance_of_so_few, descend, fewest, upper_bound
from qa.cli import main
from qa.gold import read_gold
from qa.state import state_folder

MADE = qa.Promise(risk=0.1, sure=0.95, cut=0.5, asked=100, shown=63, wrong=2)
RISKS = st.floats(0.001, 0.999)


@given(st.integers(0, 60), st.integers(1, 3_000), RISKS)
def test_the_binomial_is_that_of_scipy(wrong: int, shown: int, risk: float) -> None:
    stats = pytest.importorskip("scipy.stats")  # comes with scikit-learn
    assert chance_of_so_few(wrong, shown, risk) == pytest.approx(stats.binom.cdf(wrong, shown, risk), abs=1e-9)


@given(st.integers(0, 60), st.integers(1, 3_000))
def test_the_bound_is_that_of_clopper_and_pearson(wrong: int, shown: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = stats.beta.ppf(SURE, wrong + 1, shown - wrong) if wrong < shown else 1.0
    assert upper_bound(wrong, shown) == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 20), st.integers(1, 400), st.sampled_from([0.01, 0.05, 0.1, 0.2, 0.5]))
def test_the_test_passes_exactly_where_the_bound_keeps_to_the_risk(wrong: int, shown: int, risk: float) -> None:
    passes = chance_of_so_few(wrong, shown, risk) <= 1 - SURE
    assert passes == (upper_bound(wrong, shown) <= risk)
    assert passes == (shown >= fewest(risk, wrong))


def test_29_right_answers_are_the_least_for_10_percent() -> None:
    assert [fewest(0.10, wrong) for wrong in range(3)] == [29, 46, 61]
    assert [fewest(risk) for risk in (0.01, 0.05, 0.2, 0.999)] == [299, 59, 14, 1]
    assert not descend([Judged(0.99, True)] * 28, risk=0.10)
    assert all(tested.holds for tested in descend([Judged(0.99, True)] * 29, risk=0.10))


Population = tuple[Sequence[float], Sequence[float]]
"""How often each confidence comes, from just above the strictest cut down, and how often it is wrong."""

POPULATIONS: dict[str, Population] = {
    "each answer a little worse than promised": ([1.0] * len(CUTS), [0.1001] * len(CUTS)),
    "calibrated": ([1.0] * len(CUTS), [1 - cut for cut in CUTS]),
    "good down to the middle, then useless": ([1.0] * len(CUTS), [0.02] * 9 + [0.9] * 10),
    "hardly any sure ones, all of them worse": ([0.1] * 6 + [1.0] * 13, [0.11] * 6 + [0.4] * 13),
    "many sure ones, just good enough, the rest just not": ([9.0] + [0.5] * 18, [0.09] + [0.2] * 18),
}


def gold_set(population: Population, size: int, rng: random.Random) -> list[Judged]:
    chosen = rng.choices(range(len(CUTS)), population[0], k=size)
    return [Judged(CUTS[at] + 0.001, rng.random() >= population[1][at]) for at in chosen]


def true_risk(population: Population, cut: float) -> float:
    weights, wrong = (values[: CUTS.index(cut) + 1] for values in population)
    return sum(weight * share for weight, share in zip(weights, wrong, strict=True)) / sum(weights)


def broken(population: Population, choose: Callable[[list[Judged]], float | None], sets: int) -> float:
    """Share of simulated gold sets after which a promise is made that the population does not keep."""
    rng = random.Random(20_250)
    cuts = [choose(gold_set(population, rng.choice((60, 150, 300)), rng)) for _ in range(sets)]
    return sum(cut is not None and true_risk(population, cut) > 0.10 for cut in cuts) / sets


def promised_cut(judged: list[Judged]) -> float | None:
    return next((tested.cut for tested in reversed(descend(judged, risk=0.10)) if tested.holds), None)


def loosest_that_passes(judged: list[Judged]) -> float | None:
    """What must not be done: test all cuts, and take the loosest that happens to pass."""
    for cut in reversed(CUTS):
        shown = [one for one in judged if one.confidence >= cut]
        if chance_of_so_few(sum(not one.right for one in shown), len(shown), 0.10) <= 1 - SURE:
            return cut
    return None


@pytest.mark.parametrize("name", POPULATIONS)
def test_a_promise_is_broken_for_at_most_one_gold_set_in_twenty(name: str) -> None:
    assert broken(POPULATIONS[name], promised_cut, 600) <= 1 - SURE


def test_choosing_among_all_cuts_would_break_it_more_often() -> None:
    worse = POPULATIONS["each answer a little worse than promised"]
    assert broken(worse, loosest_that_passes, 300) > 1 - SURE


def test_beginning_later_makes_more_promises_where_answers_are_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """One wrong answer among the first 29 ends the sequence, and one in fifty is wrong here."""

    def promised() -> float:
        rng = random.Random(1)
        good = POPULATIONS["good down to the middle, then useless"]
        return sum(promised_cut(gold_set(good, 300, rng)) is not None for _ in range(400)) / 400

    begun_here = promised()
    monkeypatch.setattr("qa.calibrate._FIRST_SHARE", 0.0)
    begun_at_29 = promised()
    assert (begun_at_29 < 0.6, begun_here > 0.7) == (True, True)


@given(st.lists(st.builds(Judged, st.floats(0, 1), st.booleans()), max_size=120), st.floats(0.05, 0.95))
def test_only_the_last_cut_may_fail_and_cuts_only_fall(judged: list[Judged], risk: float) -> None:
    tested = descend(judged, risk=risk)
    assert all(one.holds for one in tested[:-1])
    assert [one.cut for one in tested] == list(CUTS[CUTS.index(tested[0].cut) :][: len(tested)]) if tested else True
    assert [one.shown for one in tested] == sorted(one.shown for one in tested)


@pytest.fixture
def bridges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sixty bridges, each with its builder, and a tool that is sure of what stands in `sure` of them."""
    monkeypatch.setenv("QA_STATE", str(tmp_path / "state"))
    folder = tmp_path / "bridges"
    folder.mkdir()
    for number in range(60):
        text = f"The bridge of Town{number:02} was built by Builder{number:02}.\n"
        (folder / f"{number:02}.txt").write_text(text, encoding="utf-8")
    sure_of("Town", monkeypatch)
    return folder


def sure_of(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let confidence be 0.8 for questions with these words and 0.2 for others, whatever the weights say."""
    from qa.extract import select

    def selected(index, asked, found, *, k, cut=None):  # type: ignore[no-untyped-def]
        confidence = 0.8 if words in asked.text else 0.2
        answered = confidence >= (0.9 if cut is None else cut)
        return replace(select(index, asked, found, k=k), confidence=confidence, answered=answered)

    monkeypatch.setattr("qa.extract.select", selected)


def gold_file(folder: Path, right: range, wrong: range = range(0)) -> Path:
    """Questions about some bridges; for the wrong ones the evidence is another bridge's."""
    lines = []
    for number in (*right, *wrong):
        place = number if number in right else (number + 1) % 60
        lines.append(
            {
                "id": f"b{number}",
                "question": f"Who built the bridge of Town{number:02}?",
                "kind": "person",
                "split": "test",
                "paraphrase": False,
                "evidence": [{"document": f"{place:02}.txt", "text": f"Builder{place:02}"}],
            }
        )
    file = folder.parent / "gold.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return file


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(list(map(str, arguments)))
    return code, *capsys.readouterr()


def test_a_promise_is_said_in_a_sentence_and_decides_what_is_answered(
    capsys: pytest.CaptureFixture[str], bridges: Path
) -> None:
    ask = ("ask", "Who built the bridge of Town07?", "--corpus", bridges, "-k", 1)
    assert run(capsys, *ask)[0] == 1  # refused by the cut that ships
    assert run(capsys, "calibrate", gold_file(bridges, range(40)), "--corpus", bridges) == (
        0,
        "Of the answers shown at most 10 % are wrong (95 % sure), 100 % of questions are answered. "
        "(0 of 40 wrong from a confidence of 5% on, 40 questions)\n",
        "",
    )
    code, out, _ = run(capsys, *ask)
    assert (code, out.endswith("\n\n(answered at a promised risk of 10 %)\n")) == (0, True)
    assert json.loads(run(capsys, *ask, "--json")[1])["promised"] == 0.1
    run(capsys, "cache", "clean")
    assert run(capsys, *ask)[0] == 0
    forget = ("calibrate", "--forget", "--corpus", bridges)
    assert run(capsys, *forget) == (0, "The promise is dropped.\n", "")
    assert run(capsys, *forget) == (0, "There is no promise.\n", "")
    assert run(capsys, *ask)[0] == 1


def test_the_cut_stays_above_what_is_wrong(
    capsys: pytest.CaptureFixture[str], bridges: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure_of("of Town0", monkeypatch)
    gold = gold_file(bridges, range(10), range(10, 40))
    with qa.open(bridges) as library:
        found = calibrate(library, read_gold(gold, library.document), risk=0.5)
    assert [(one.cut, one.shown, one.wrong, one.holds) for one in found.tested] == [
        *((round(0.8 - 0.05 * step, 2), 10, 0, True) for step in range(12)),
        (0.2, 40, 30, False),
    ]
    assert found.promise == qa.Promise(risk=0.5, sure=SURE, cut=0.25, asked=40, shown=10, wrong=0)


def test_without_a_promise_the_exit_code_is_1_and_what_is_missing_is_said(
    capsys: pytest.CaptureFixture[str], bridges: Path
) -> None:
    few = run(capsys, "calibrate", gold_file(bridges, range(20)), "--corpus", bridges)
    assert few == (1, "No promise of 10 % can be made: it takes 29 answers, all right; 20 questions got 20.\n", "")
    bad = run(capsys, "calibrate", gold_file(bridges, range(40), range(40, 44)), "--corpus", bridges)
    assert bad == (
        1,
        "No promise of 10 % can be made: of the 44 surest answers 4 are wrong, and that takes 89.\n",
        "",
    )
    with qa.open(bridges) as library:
        assert library.promise is None
        library.keep_promise(MADE)
    assert run(capsys, "calibrate", gold_file(bridges, range(20)), "--corpus", bridges)[2] == (
        "qa: the earlier promise of 10 % stays; --forget drops it\n"
    )


@pytest.mark.parametrize("arguments", [[], ["gold.jsonl", "--forget"], ["gold.jsonl", "--risk", "1"], ["gone.jsonl"]])
def test_wrong_usage_is_one_line_and_2(capsys: pytest.CaptureFixture[str], bridges: Path, arguments: list[str]) -> None:
    code, out, err = run(capsys, "calibrate", *arguments, "--corpus", bridges)
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_question_that_comes_twice_counts_once(bridges: Path) -> None:
    with qa.open(bridges) as library:
        items = read_gold(gold_file(bridges, range(20)), library.document)
        found = calibrate(library, [*items, *items])
    assert (found.asked, found.promise) == (20, None)


def test_a_promise_is_for_one_corpus_and_for_its_user_alone(bridges: Path, notes: Path) -> None:
    with qa.open(bridges) as library, qa.open(notes) as other:
        library.keep_promise(MADE)
        other.refresh()
        assert (library.promise, other.promise) == (MADE, None)
    with qa.open(bridges, exclude=["0*"]) as part:
        assert part.promise is None
    (file,) = (state_folder() / "promises").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_promise_of_other_weights_is_ignored_with_a_word(bridges: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with qa.open(bridges) as library:
        library.keep_promise(MADE)
    monkeypatch.setattr("qa.promise.model_identity", lambda: "other")
    with qa.open(bridges) as library:
        assert library.promise is None
        assert "made with other weights and is ignored; calibrate again" in str(library.notice)


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"model": 1}', "[" * 100_000])
def test_a_damaged_promise_is_ignored_with_a_word(bridges: Path, damage: str) -> None:
    with qa.open(bridges) as library:
        library.keep_promise(MADE)
    (file,) = (state_folder() / "promises").iterdir()
    file.write_text(damage)
    with qa.open(bridges) as library:
        assert library.promise is None
        assert "damaged and is ignored" in str(library.notice)


@pytest.mark.parametrize("field", [{"cut": 0}, {"cut": "0.5"}, {"risk": 2.0}, {"shown": 1.5}, {"cut": float("nan")}])
def test_a_promise_with_impossible_numbers_is_ignored(bridges: Path, field: dict[str, object]) -> None:
    with qa.open(bridges) as library:
        library.keep_promise(replace(MADE, **field))  # type: ignore[arg-type]
        library.refresh()
        assert library.promise is None
        assert library.notice


def test_a_state_folder_that_cannot_be_used_is_a_cache_error(bridges: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bridges / "00.txt").write_text("a file where the folder should be")
    monkeypatch.setenv("QA_STATE", str(bridges / "00.txt"))
    with qa.open(bridges) as library, pytest.raises(qa.CacheError, match="QA_STATE"):
        library.keep_promise(MADE)
