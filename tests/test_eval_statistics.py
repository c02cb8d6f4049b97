"""Is it real? The tests and intervals against enumeration, simulation and the textbook."""

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.statistics import (
    CLUSTERS_NEEDED,
    bootstrap,
    bootstrap_of,
    clustered_bootstrap,
    compare,
    detectable,
    effect_size,
    holm,
    randomisation_test,
)

differences = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]) | st.floats(-1, 1), min_size=1, max_size=9)
ps = st.lists(st.floats(0, 1), max_size=12)


def enumerated(given_differences: list[float]) -> float:
    """The test from its definition: every way of turning signs, how often is the sum as far from 0?"""
    observed = abs(sum(given_differences))
    sums = [
        abs(sum(sign * size for sign, size in zip(signs, given_differences, strict=True)))
        for signs in itertools.product((-1, 1), repeat=len(given_differences))
    ]
    return sum(one >= observed - 1e-9 for one in sums) / len(sums)


@given(differences)
def test_the_randomisation_test_is_that_of_all_ways_to_turn_signs(found: list[float]) -> None:
    exact = enumerated(found)
    error = 5 * math.sqrt(exact * (1 - exact) / 10_000) + 2e-4
    assert randomisation_test(np.array(found)) == pytest.approx(exact, abs=error)


def test_p_is_uniform_when_nothing_differs() -> None:
    random = np.random.default_rng(1)
    found = np.array([randomisation_test(random.normal(size=40), draws=500) for _ in range(600)])
    steps = np.sort(found)
    furthest = np.abs(steps - np.arange(1, 601) / 600).max()
    assert furthest < 1.63 / math.sqrt(600)  # Kolmogorov and Smirnov, 1 %


def test_nothing_is_certain_from_draws_and_no_difference_is_no_finding() -> None:
    assert randomisation_test(np.ones(100)) == 1 / 10_001
    assert randomisation_test(np.zeros(5)) == randomisation_test(np.zeros(0)) == 1.0


@pytest.mark.parametrize("share", [0.3, 0.7])
def test_the_bootstrap_holds_the_truth_in_about_19_of_20_samples(share: float) -> None:
    random = np.random.default_rng(2)
    intervals = [bootstrap((random.random(150) < share).astype(float), draws=1_000) for _ in range(500)]
    assert 0.93 <= np.mean([interval.low <= share <= interval.high for interval in intervals]) <= 0.97


def test_the_bootstrap_by_document_is_wider_when_a_document_answers_all_or_nothing() -> None:
    values = np.repeat(np.arange(40) % 2, 10).astype(float)
    sources = [str(number // 10) for number in range(400)]
    by_question, by_document = bootstrap(values), clustered_bootstrap(values, sources)
    assert by_document is not None
    assert by_document.high - by_document.low > 2.5 * (by_question.high - by_question.low)  # sqrt(10) in theory


def test_too_few_documents_give_no_interval() -> None:
    few = [str(number % (CLUSTERS_NEEDED - 1)) for number in range(100)]
    assert clustered_bootstrap(np.ones(100), few) is None


def test_one_question_a_document_is_the_bootstrap_by_question() -> None:
    values = np.random.default_rng(3).random(200)
    by_document = clustered_bootstrap(values, [str(number) for number in range(200)])
    assert by_document is not None
    assert (by_document.low, by_document.high) == pytest.approx(
        (bootstrap(values).low, bootstrap(values).high), abs=0.004
    )


def test_the_bootstrap_of_any_figure_is_that_of_the_mean_where_it_is_the_mean() -> None:
    values = np.random.default_rng(5).random(300)
    [found] = bootstrap_of(lambda weights: [float(weights @ values / weights.sum())], list(map(str, range(300))))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((bootstrap(values).low, bootstrap(values).high), abs=0.004)


def test_questions_of_one_unit_are_drawn_together_as_by_document() -> None:
    values = np.repeat(np.random.default_rng(6).random(60), 5)
    units = [str(number // 5) for number in range(300)]
    [found] = bootstrap_of(lambda weights: [float(weights @ values / weights.sum())], units)
    by_document = clustered_bootstrap(values, units)
    assert found is not None
    assert by_document is not None
    assert (found.low, found.high) == pytest.approx((by_document.low, by_document.high), abs=0.01)


def test_a_figure_that_no_draw_has_has_no_interval_and_one_that_some_have_has_theirs() -> None:
    def figures(weights: np.ndarray) -> list[float]:
        return [math.nan, 1.0 if weights[0] else math.nan]

    nothing, some = bootstrap_of(figures, ["a", "b"], draws=50)
    assert nothing is None
    assert some is not None
    assert (some.low, some.high) == (1.0, 1.0)


@given(ps)
def test_holm_rejects_what_the_step_down_procedure_rejects(found: list[float]) -> None:
    rejected = set()
    for rank, at in enumerate(sorted(range(len(found)), key=found.__getitem__)):
        if (len(found) - rank) * found[at] > 0.05:
            break
        rejected.add(at)
    assert {at for at, p in enumerate(holm(found)) if p <= 0.05} == rejected


def test_a_detectable_difference_is_found_in_four_of_five_samples() -> None:
    random = np.random.default_rng(4)
    shift = detectable(random.normal(size=20_000)) * math.sqrt(20_000 / 100)
    found = [randomisation_test(random.normal(shift, 1, size=100), draws=400) <= 0.05 for _ in range(400)]
    assert np.mean(found) == pytest.approx(0.8, abs=0.06)


def test_where_nothing_differs_nothing_is_known_of_what_could_be_found() -> None:
    assert math.isnan(detectable(np.zeros(10)))


def test_a_comparison_counts_won_and_lost_questions() -> None:
    found = compare(np.array([1.0, 1.0, 0.0, 0.5]), np.array([0.0, 1.0, 1.0, 0.0]))
    assert (found.difference, found.won, found.lost) == (0.125, 0.5, 0.25)


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), min_size=2, max_size=30))
def test_the_effect_size_is_the_difference_in_standard_deviations(found: list[float]) -> None:
    spread = statistics.stdev(found)
    effect = effect_size(np.array(found))
    assert effect == pytest.approx(statistics.fmean(found) / spread) if spread else math.isnan(effect)
