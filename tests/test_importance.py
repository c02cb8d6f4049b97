"""How much each term of a question matters: what is looked at, and that it is learned from what passages hold."""

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from eval.train_importance import Terms, learned
from qa.fusion import Constants, shipped_fusion
from qa.importance import SIGNS, Importance, importance, shipped_importance, signs
from qa.retrieve import SIGNALS
from qa.text import content_terms
from qa.vectors import shipped


def weighed(question: str, of: Importance | None = None) -> dict[str, float]:
    """Each term's importance, all terms being equally rare."""
    terms = tuple(content_terms(question))
    return dict(
        zip(terms, importance(question, terms, np.full(len(terms), 4.0), shipped().rows(terms), of), strict=True)
    )


def test_what_a_question_asks_for_matters_less_than_what_it_is_about() -> None:
    found = weighed("Which country was worried about an invasion?")
    assert found["countri"] < found["invas"]


def test_a_name_matters_more_than_the_same_word_in_lower_case() -> None:
    assert weighed("Who looked after Rivers?")["river"] > weighed("Who looked after rivers?")["river"]


@given(st.text(max_size=60))
def test_the_importance_of_any_term_of_any_text_is_a_probability(question: str) -> None:
    assert all(0 < value < 1 for value in weighed(question).values())


def test_signs_tell_the_place_and_the_form_of_a_word() -> None:
    terms = ("bridg", "build", "1874")
    known, vectors = signs(
        "Which Bridges were building in 1874?", terms, np.array([1.0, 4.0, 2.0]), np.array([3, -1, -1])
    )
    found = {term: {SIGNS[column] for column in np.flatnonzero(known[row])} for row, term in enumerate(terms)}
    always = {"constant", "rare", "very rare", "rarest", "alone"}
    assert found["bridg"] - always == {"capital", "asked for", "-s", "first"}
    assert found["build"] - always == {"-ing", "unknown"}
    assert found["1874"] - always == {"digit", "last", "unknown"}
    assert known[:, SIGNS.index("rarest")].tolist() == [0.25, 1.0, 0.5]
    assert np.abs(vectors).sum(axis=1).astype(bool).tolist() == [True, False, False]


def test_a_sign_of_terms_that_passages_lack_is_learned_to_count_against_them() -> None:
    rare, vector = SIGNS.index("rare"), np.zeros(len(shipped_importance().vector))
    known = np.zeros((2, len(SIGNS) + len(vector)))
    known[1, rare] = 1.0
    sets = [[Terms(known, np.array([0.9, 0.1]))] * 50, [Terms(known, np.array([0.8, 0.2]))]]
    assert learned(sets).signs[rare] < 0
    assert not learned(sets).vector.any()


def test_each_set_teaches_as_much_however_many_questions_it_has() -> None:
    known = np.zeros((1, len(SIGNS) + 2))
    known[0, 0] = 1.0
    held, lacked = Terms(known, np.ones(1)), Terms(known, np.zeros(1))
    assert learned([[held] * 90, [lacked] * 3]).signs[0] == 0


def test_what_ships_names_every_signal_and_constant() -> None:
    fusion = shipped_fusion()
    assert tuple(fusion.weights) == SIGNALS
    assert all(getattr(fusion.constants, field.name) >= 0 for field in fields(Constants))
