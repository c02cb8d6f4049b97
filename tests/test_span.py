"""The short answer inside a sentence: what is chosen, what can never be chosen, and that training is what ships."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.train_spans import example, fitted, learned, matrix
from qa.extract.ask import ask
from qa.extract.span import Weights, best, read, read_ahead, readiness, short_answer, weights
from qa.text import content_terms

CASES = [
    ("Who built the mill?", "The mill was built by Ada Stone in 1901.", "Ada Stone"),
    ("When was the mill built?", "The mill was built by Ada Stone in 1901.", "1901"),
    ("When did the ferry first sail?", "The ferry first sailed on 3 May 1923.", "3 May 1923"),
    ("Where was the keeper born?", "The keeper was born in Harlow Bay.", "Harlow Bay"),
    ("How many paddles does the wheel have?", "The wheel of the mill has twelve paddles.", "twelve"),
    ("Which company bought the brewery?", "In 1988 Northern Ales bought the brewery.", "Northern Ales"),
    ("What is the bridge made of?", "The bridge is made of granite.", "granite"),
    ("What percentage of the tolls goes to the town?", "The town receives 15% of the tolls.", "15%"),
]

WORDS = [*" ".join(text for _, text, _ in CASES).split(), "(", ")", ",", "1874", "$5", "Ada's", "of", "and"]


def weighed(question: str) -> dict[str, float]:
    return dict.fromkeys(content_terms(question), 1.0)


def answered(question: str, text: str) -> str | None:
    found = short_answer(text, question, weighed(question))
    return text[slice(*found)] if found else None


@pytest.mark.parametrize(("question", "text", "expected"), CASES)
def test_the_words_that_answer_are_chosen(question: str, text: str, expected: str) -> None:
    assert answered(question, text) == expected


@pytest.mark.parametrize("question", [question.lower() for question, _, _ in CASES])
def test_how_a_question_is_capitalised_does_not_matter(question: str) -> None:
    text, expected = next((text, words) for asked, text, words in CASES if asked.lower() == question)
    assert answered(question, text) == expected


@pytest.mark.parametrize("question", ["Is the mill still running?", "Did Ada Stone build it?", "has the mill a wheel"])
def test_a_question_for_yes_or_no_has_no_short_answer(question: str) -> None:
    assert answered(question, "The mill was built by Ada Stone in 1901.") is None


def test_why_and_how_want_a_cause_and_a_means_or_nothing() -> None:
    assert answered("Why was it closed?", "It was closed because the river had washed out its pier.") is not None
    assert answered("Why was it closed?", "Visitors like the closed bridge.") is None
    assert answered("How was the bell cast?", "The bell weighs two tons.") is None


@pytest.mark.parametrize("gap", ["\t", "\n\n", "\r\n\r\n"])
def test_no_answer_goes_from_one_cell_or_paragraph_to_the_next(gap: str) -> None:
    text = f"Ada{gap}Stone{gap}in{gap}1901"
    (reading,) = read([text], ask("Who built the mill?", weighed("Who built the mill?")))
    assert {text[slice(*reading.place(number))] for number in range(len(reading.first))} == {"Ada", "Stone", "1901"}


@given(st.text(), st.text())
def test_any_text_has_a_trimmed_answer_inside_it_or_none(question: str, text: str) -> None:
    found = short_answer(text, question, weighed(question))
    if found is not None:
        start, end = found
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip() != ""


@given(st.text("abc ABC019.,-'()\"\u2014$", max_size=300))
def test_a_long_text_has_no_more_ranges_than_can_be_afforded(text: str) -> None:
    (reading,) = read([text * 20], ask("Who did it?", {}))
    assert len(reading.first) <= 600


@pytest.mark.parametrize(("question", "text", "expected"), CASES)
def test_what_is_added_up_at_once_is_the_sum_of_what_is_named(question: str, text: str, expected: str) -> None:
    """Training weighs features by name, answering adds up by token: both must be the same score."""
    asked = ask(question, weighed(question))
    (reading,) = read([text], asked)
    by_name = weights().by_name
    slow = [
        sum(by_name.get(name, 0.0) * value for name, value in reading.features(asked, number))
        for number in range(len(reading.first))
    ]
    assert np.allclose(weights().scores([reading], asked), slow, atol=1e-6)


@given(st.sampled_from([question for question, _, _ in CASES]), st.data())
def test_texts_that_are_read_at_once_are_read_as_each_alone(question: str, data: st.DataObject) -> None:
    asked = ask(question, weighed(question))
    words = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)
    texts = ["", *data.draw(st.lists(words, max_size=6))]
    at_once = weights().scores(read(texts, asked), asked)
    alone = [weights().scores(read([text], asked), asked)[0] for text in texts]
    assert all(map(np.array_equal, at_once, alone))


TELLING = "red blue green grey pink brown white black gold lime teal"
"""Words that are all new, and none an article, so that what two ranges share is what their places share."""


@given(st.data())
def test_chosen_is_the_range_that_may_be_expected_to_share_most_with_the_answer(data: st.DataObject) -> None:
    (reading,) = read([TELLING], ask("Who built the mill?", weighed("Who built the mill?")))
    count = len(reading.first)
    scores = np.array(data.draw(st.lists(st.floats(-9, 9), min_size=count, max_size=count)))
    chosen = best(reading, scores)
    assert chosen is not None
    said = [set(range(one, other + 1)) for one, other in zip(reading.first, reading.last, strict=True)]
    shared = [[2 * len(one & other) / (len(one) + len(other)) for other in said] for one in said]
    chances = np.exp((scores - scores.max()) / 0.7)
    worth = np.array(shared) @ chances + 0.5 * chances
    assert worth[chosen] >= worth.max() - 1e-3


def test_how_readily_a_text_answers_is_the_mean_of_its_ranges_odds() -> None:
    question, text = "Who built the mill?", "The mill was built by Ada Stone in 1901."
    asked = ask(question, weighed(question))
    (scores,) = weights().scores(read([text], asked), asked)
    assert readiness(text, question, weighed(question)) == pytest.approx(np.log(np.exp(scores).mean()))
    assert readiness("?!", question, weighed(question)) < readiness("It fell.", question, weighed(question))


def test_reading_ahead_changes_no_answer() -> None:
    for question, text, expected in CASES:
        read_ahead([text, "Nobody knows.", text], f"{question} ", weighed(question))
        found = short_answer(text, f"{question} ", weighed(question))
        assert found is not None
        assert text[slice(*found)] == expected


def test_what_ships_scores_as_scikit_learn_predicts() -> None:
    examples = [example(text, question, weighed(question), [expected]) for question, text, expected in CASES * 3]
    model, names = fitted(examples)
    exported = Weights(learned(examples))
    own = [
        exported.scores(read([text], asked), asked)[0]
        for question, text, _ in CASES
        for asked in [ask(question, weighed(question))]
    ]
    predicted = model.decision_function(matrix(examples[: len(CASES)], names)) - model.intercept_[0]
    assert np.allclose(np.concatenate(own), predicted, atol=1e-6)


def test_training_learns_what_it_is_shown() -> None:
    """Weights learned of some examples choose the answers of these."""
    examples = [example(text, question, weighed(question), [expected]) for question, text, expected in CASES * 3]
    found = Weights(learned(examples))
    for question, text, expected in CASES:
        asked = ask(question, weighed(question))
        (reading,) = read([text], asked)
        chosen = best(reading, *found.scores([reading], asked))
        assert chosen is not None
        assert text[slice(*reading.place(chosen))] == expected
