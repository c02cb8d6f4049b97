"""Agreement: which short answers say the same, and how a conflict is shown."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.agreement import Amount, Date, Name, Phrase, agreement, alike, comparable, meaning
from qa.model import Answer, Block, Document
from qa.present import agreement_text, text


@pytest.mark.parametrize(
    "same",
    [
        ("January 2016", "Jan. 2016", "in 2016", "2016-01", "January"),
        ("5 May 1995", "May 5th, 1995", "1995-05-05", "the 1990s"),
        ("19th century", "1874", "the 1870s"),
        ("$4.5 million", "4,500,000 USD", "about $4,500,000"),
        ("four hours", "4 h", "4 hours", "at least four hours"),
        ("45 %", "45 percent", "forty-five percent"),
        ("128k bytes", "128,000 bytes"),
        ("two hundred", "200"),
        ("Dr. Ada Stone", "Ada Stone", "Stone"),
        ("the U.S. Navy", "US Navy"),
        ("Łódź", "ŁÓDŹ"),
        ("because the river rose", "because the river rose."),
    ],
    ids=lambda same: same[0],
)
def test_these_say_the_same(same: tuple[str, ...]) -> None:
    first, *others = (meaning(answer) for answer in same)
    assert all(comparable(first, other) and alike(first, other) for other in others)


@pytest.mark.parametrize(
    ("one", "other", "compare"),
    [
        ("2016", "2015", True),
        ("January 2016", "March 2016", True),
        ("the 1990s", "1985", True),
        ("4 GB", "8 GB", True),
        ("$4 million", "$4 billion", True),
        ("Ada Stone", "Ben Stone", True),
        ("4 GB", "2016", False),
        ("4 GB", "4 minutes", False),
        ("60 seconds", "1 minute", False),  # nothing is converted: no conflict is better than a false one
        ("Ada Stone", "1874", False),
        ("because it rained", "because of the war", False),  # both may be right
    ],
)
def test_these_do_not_and_may_or_may_not_contradict_each_other(one: str, other: str, compare: bool) -> None:
    assert not alike(meaning(one), meaning(other))
    assert comparable(meaning(one), meaning(other)) is compare


def test_what_an_answer_means_depends_on_how_it_is_written() -> None:
    kinds = {"2016": Date, "5 May": Date, "2,016": Amount, "2016 bridges": Amount, "Docker": Name, "in OCaml": Phrase}
    assert {answer: type(meaning(answer)) for answer in kinds} == kinds


ANSWERS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(["2016", "in 2016", "May 2016", "2015", "4 GB", "5 GB", "Ada Stone", "Stone", "so it was"]),
)


@given(st.lists(ANSWERS, max_size=6))
def test_groups_share_out_what_compares_with_the_first_and_members_say_the_same(answers: list[str | None]) -> None:
    groups = agreement(answers)
    places = [place for said in groups for place in said.quotes]
    assert len(places) == len(set(places)) != 1
    assert [len(said.quotes) for said in groups] == sorted((len(said.quotes) for said in groups), reverse=True)
    for said in groups:
        assert said.text == answers[said.quotes[0]]
        members = [meaning(answers[place] or "") for place in said.quotes]
        assert all(alike(one, other) for one in members for other in members)


@given(st.text(max_size=30), st.text(max_size=30))
def test_saying_the_same_goes_both_ways_and_any_text_means_something(one: str, other: str) -> None:
    first, second = meaning(one), meaning(other)
    assert alike(first, first)
    assert comparable(first, second) == comparable(second, first)
    assert alike(first, second) == alike(second, first)


BODY = "It was built in 1874. It was built in 1875. The year was 1874. It opened in 1990."
DOCUMENT = Document("bridge.txt", BODY, "The bridge", "text", "", (Block(0, len(BODY), "paragraph"),))
STARTS = (0, 22, 44, 63)
QUOTES = tuple(
    DOCUMENT.quote(start, BODY.index(".", start) + 1, confidence=sure, answer=(at, at + 4))
    for start, sure in zip(STARTS, (0.9, 0.8, 0.7, 0.1), strict=True)
    for at in [BODY.index(".", start) - 4]
)
ANSWER = Answer("When was it built?", "When was it built?", QUOTES, (), 0.9)


def test_a_conflict_is_told_before_the_quotes_without_those_hardly_as_sure() -> None:
    assert text(ANSWER).startswith(
        "The passages differ: 2 say 1874 (1, 3), 1 says 1875 (2).\n\n 1  It was built in 1874.\n"
    )
    assert ANSWER.to_dict()["agreement"] == [{"answer": "1874", "quotes": [0, 2]}, {"answer": "1875", "quotes": [1]}]
    assert text(ANSWER, first=4).startswith(" 4  It was built in 1874.\n")  # later ones are less sure than the first


def test_agreement_is_told_and_a_single_answer_or_a_refusal_is_not() -> None:
    agreed = replace(ANSWER, quotes=(QUOTES[0], QUOTES[2]))
    assert text(agreed).startswith("2 passages say 1874 (1, 2).\n\n 1  ")
    assert replace(ANSWER, quotes=QUOTES[:1]).agreement == ()
    assert replace(ANSWER, quotes=(QUOTES[0], QUOTES[3])).agreement == ()
    refused = replace(ANSWER, quotes=(), nearest=QUOTES)
    assert refused.agreement == ()
    assert agreement_text(()) == ""
    assert text(refused).startswith("The documents do not answer this.")


def test_two_documents_that_contradict_each_other_are_both_quoted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The heron weir was raised in 1874.\n")
    (tmp_path / "b.txt").write_text("The heron weir was raised in 1875.\n")
    with qa.open(tmp_path) as library:
        library.promise = qa.Promise(risk=0.9, sure=0.95, cut=1e-9, asked=1, shown=1, wrong=0)  # so that it answers
        reply = library.answer("When was the heron weir raised?")
    groups = json.loads(json.dumps(reply.to_dict()))["agreement"]
    assert {said["answer"]: len(said["quotes"]) for said in groups} == {"1874": 1, "1875": 1}
