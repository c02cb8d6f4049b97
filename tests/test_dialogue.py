"""Follow-ups: what they take from their history, and that a question of its own takes nothing."""

import random

import pytest

from eval.train_dialogue import Exchange, learned
from qa.dialogue import standalone
from qa.dialogue.model import Model, shipped_model
from qa.dialogue.signs import NEED, TERM, Turn, need_signs
from qa.library import Library
from qa.model import Answer, Block, Document

READINGS = (
    (["What is Jitsu?"], "Who worked on it?", "Who worked on Jitsu?"),
    (["What is Jitsu?", "Who worked on it?"], "And Irmin?", "Who worked on Irmin?"),
    (["What is ensemble?", "Where was it developed?"], "And FoxNet?", "Where was FoxNet developed?"),
    (["Who founded OCLC?", "And Tarides?"], "When?", "When? (founded Tarides)"),
    (["when is the dust clouds paper from?"], "and Unclouded vision?", "when is the Unclouded vision paper from?"),
    (["Tell me about lung cancer."], "What are its symptoms?", "What are lung cancer's symptoms?"),
    (["is IncludeOS still around?"], "What about Zededa?", "is Zededa still around?"),
    (["What is a unikernel?"], "What are its advantages? in:papers", "What are unikernel's advantages? in:papers"),
    (["What is cassoulet?"], "What is mortadella and where is it from?", "What is mortadella and where is it from?"),
    (["What is a unikernel?"], "Which conference published the FLICK paper?", None),
    (["Who founded OCLC?"], "And who wrote the paper?", "And who wrote the paper? (founded OCLC)"),
    ([], "And Irmin?", None),
)


@pytest.mark.parametrize(("history", "question", "reading"), READINGS, ids=[row[1] for row in READINGS])
def test_a_follow_up_is_read_with_what_came_before(history: list[str], question: str, reading: str | None) -> None:
    assert standalone(question, history) == (reading or question)


def test_earlier_answers_count_as_they_were_understood_and_lend_their_short_answer() -> None:
    body = "Jitsu was written by Magnus Skjegstad."
    document = Document("a.md", body, "Jitsu", "markdown", "", (Block(0, len(body), "paragraph"),))
    quote = document.quote(0, len(body), answer=(21, 37))
    earlier = Answer("Who wrote it?", "Who wrote Jitsu?", (quote,), (), 0.9)
    assert standalone("Where does he live?", [earlier]) == "Where does Magnus Skjegstad live?"
    assert "Jitsu" in standalone("When?", [earlier])


def test_a_question_of_its_own_is_hardly_ever_changed_by_ten_others_and_finds_no_less(bundled: Library) -> None:
    """Ten turns about other things; the questions are self-contained, so history can only do harm."""
    asked = [
        "What is a unikernel?",
        "Who acquired Unikernel Systems?",
        "In which year did the ASPLOS paper on unikernels appear?",
        "What is the capital of Australia?",
        "Which conference published the FLICK paper?",
        "How many bytes of memory did the Alto have?",
        "Who founded Tarides?",
        "What language is Barrelfish written in?",
        "Why did OSDI reject the paper?",
        "Which blockchain uses Irmin?",
        "Where was Ensemble developed?",
        "What is a functor?",
        "Who wrote cohttp?",
    ]
    draw = random.Random(7)
    for question in asked:
        history = draw.sample([other for other in asked if other != question], 10)
        assert standalone(question, history) == question
        alone, late = bundled.answer(question), bundled.answer(question, history=history)
        assert (late.quotes, late.nearest, late.confidence) == (alone.quotes, alone.nearest, alone.confidence)


def test_history_may_be_anything_and_of_any_length() -> None:
    odd = ["", "   ", "?!", "in:papers", "\ud800", "Who? " * 300, "What about "]
    for question in (*odd, "And that?", "its"):
        assert isinstance(standalone(question, [*odd, *odd, "What is Jitsu?"]), str)


def test_the_shipped_model_has_a_weight_for_every_sign() -> None:
    model = shipped_model()
    assert Model.from_json(model.to_json()).to_json() == model.to_json()
    assert len(model.need) == len(NEED) + 1
    assert len(model.term) == len(TERM) + 1
    assert len(need_signs("And that?", [Turn("What is Jitsu?")], model.generic)) == len(NEED)


def test_a_model_learned_from_conversations_tells_a_pronoun_from_a_new_topic() -> None:
    things = ("granite", "cancer", "blockchain", "cassoulet", "yoga", "helium", "jazz", "coral")
    talks = [
        [
            Exchange(f"What is {thing}?", f"What is {thing}?"),
            Exchange("Where does it come from?", f"Where does {thing} come from?"),
            Exchange(f"Tell me about {other}.", f"Tell me about {other}."),
            Exchange("What are its uses?", f"What are the uses of {other}?"),
        ]
        for thing, other in zip(things, reversed(things), strict=True)
    ]
    model = learned(talks, frozenset({"use", "come"}))
    history = ["What is marble?"]
    assert standalone("What are its uses?", history, model=model) == "What are marble's uses?"
    assert standalone("Tell me about basalt.", history, model=model) == "Tell me about basalt."
