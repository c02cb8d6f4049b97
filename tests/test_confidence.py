"""What confidence is judged by, and what a quote takes in: each sign moves for the reason that it has its name for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.questions import paragraph_document
from qa.extract import rate
from qa.extract.choose import quoted
from qa.extract.confidence import CONFIDENCE_FEATURES, chances, confidence_signs
from qa.extract.features import rows
from qa.extract.model import model
from qa.index import Index, build
from qa.query import query
from qa.retrieve import retrieve

MILL = "The mill at Harlow was built by Ada Stone. It was never sold. In 1901 it burned."
FERRY = "The ferry of Captain Bell crossed the river twice a day."


@pytest.fixture(scope="module")
def index() -> Index:
    return build([paragraph_document("mill.txt", "", MILL), paragraph_document("ferry.txt", "", FERRY)])


def signs_of(index: Index, question: str) -> dict[str, float]:
    asked = query(index, question)
    found = retrieve(index, asked)
    seen = rows(index, asked, found)
    scores = model().scores(seen.values)
    order = np.argsort(-scores, kind="stable")
    return dict(zip(CONFIDENCE_FEATURES, confidence_signs(asked, seen, scores, order, found).tolist(), strict=True))


@pytest.mark.parametrize(
    ("sign", "less", "more"),
    [
        ("terms", "Who built the mill?", "Who built the mill at Harlow?"),
        ("unknown", "Who built the mill at Harlow?", "Who built the zeppelin at Harlow?"),
        ("missing", "Who built the mill at Harlow?", "Who built the ferry at Harlow?"),
        ("heaviest", "Who built the mill at Harlow?", "Who built the zeppelin at Harlow?"),
        ("elsewhere", "Was the mill at Harlow sold?", "Was the mill at Harlow painted?"),
        ("names", "Who built the mill at Harlow?", "Who built the mill at Epping?"),
        ("denied", "Who built the mill at Harlow?", "Who did not build the mill at Harlow?"),
        ("score", "Who built the zeppelin at Epping?", "Who built the mill at Harlow?"),
        ("mistype", "Who built the mill at Harlow?", "When did Ada Stone build the mill?"),
    ],
)
def test_a_sign_is_greater_where_there_is_more_of_what_it_is_named_for(
    index: Index, sign: str, less: str, more: str
) -> None:
    assert signs_of(index, less)[sign] < signs_of(index, more)[sign]


def test_a_sentence_that_denies_something_may_answer_what_was_denied(index: Index) -> None:
    assert signs_of(index, "What was never sold?")["denied"] == 0
    assert signs_of(index, "Why did the mill fail?")["denied"] == 0  # it is no denial to ask for a failure


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20))
def test_chances_sum_to_1_and_fall_in_order(values: list[float]) -> None:
    scores = np.array(values)
    found = chances(scores, np.argsort(-scores, kind="stable"))
    assert found.sum() == pytest.approx(1)
    assert (np.diff(found) <= 0).all()


def ranges_of(index: Index, question: str, **higher: float) -> list[str]:
    """What is quoted when sentences that begin with some words have such scores, others 0."""
    asked = query(index, question)
    found = retrieve(index, asked)
    seen = rows(index, asked, found)
    scores = np.array([next((v for k, v in higher.items() if text.startswith(k)), 0.0) for text in seen.texts])
    order = np.argsort(-scores, kind="stable")
    made = quoted(index, seen, scores, order, {})
    return [index.document_of(int(seen.passages[row])).text[slice(*place)] for row, place in made]


ROADS = "Roads were bad. Carts sank in the mud. Horses drowned. Bridges fell too. Nobody came."


def test_a_neighbour_that_may_well_answer_is_quoted_too_and_the_likelier_of_two() -> None:
    index = build([paragraph_document("roads.txt", "", ROADS)])
    first, *_ = ranges_of(index, "Why were roads bad?", Horses=5.0, Carts=4.0, Bridges=4.5)
    assert first == "Horses drowned. Bridges fell too."
    assert ranges_of(index, "Why were roads bad?", Horses=9.0, Carts=4.0)[0] == "Horses drowned."  # hardly a rival
    assert ranges_of(index, "Why were roads bad?", Horses=5.0, Roads=4.9)[0] == "Horses drowned."  # no neighbour


def test_a_quote_that_would_run_long_stays_one_sentence() -> None:
    long = "Carts " + "and more carts " * 20 + "sank."
    index = build([paragraph_document("roads.txt", "", f"Roads were bad. {long} Horses drowned.")])
    first, *_ = ranges_of(index, "Why were roads bad?", Horses=5.0, Carts=4.9)
    assert first == "Horses drowned."


def test_a_quote_does_not_reach_into_another_paragraph() -> None:
    index = build([paragraph_document("roads.txt", "", "Roads were bad.\n\nCarts sank in the mud. Horses drowned.")])
    first, *_ = ranges_of(index, "Why were roads bad?", Roads=5.0, Carts=4.9)
    assert first == "Roads were bad."


@given(st.lists(st.floats(0, 6), min_size=5, max_size=5))
def test_quotes_never_overlap_and_leave_no_sentence_out(values: list[float]) -> None:
    index = build([paragraph_document("roads.txt", "", ROADS)])
    names = ("Roads", "Carts", "Horses", "Bridges", "Nobody")
    made = ranges_of(index, "Why were roads bad?", **dict(zip(names, values, strict=True)))
    assert sorted(" ".join(made).split()) == sorted(ROADS.split())


def test_what_is_rated_has_a_probability(index: Index) -> None:
    asked = query(index, "Who built the mill at Harlow?")
    rated = rate(index, asked, retrieve(index, asked), k=1)
    assert rated is not None
    assert 0 < rated.confidence < 1
