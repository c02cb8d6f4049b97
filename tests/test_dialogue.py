"""Follow-ups: what they take from their history, and that a question of its own takes nothing."""

from pathlib import Path

import pytest

from eval import unrelated
from eval.options import GOLD
from eval.questions import from_gold
from eval.train_dialogue import Exchange, learned
from qa.dialogue import standalone
from qa.dialogue.model import Model, shipped_model
from qa.dialogue.signs import NEED, TERM, Turn, need_signs
from qa.library import Library, open_library
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
    (["Who founded OCLC?"], "And who wrote the paper?", "And who wrote the paper? (OCLC)"),
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


def test_a_topic_that_was_swapped_away_does_not_come_back(bundled: Library) -> None:
    history: list[Answer] = []
    for question in ("What is Jitsu?", "Who worked on it?", "And Irmin?"):
        history.append(bundled.answer(question, history=history))
    assert "Jitsu" not in standalone("When did Tezos adopt it?", history)
    assert "Irmin" in standalone("When did Tezos adopt it?", history)


def test_no_answer_to_a_question_of_its_own_gets_worse_after_ten_turns_about_other_documents() -> None:
    found = unrelated.pairs(from_gold(GOLD, None), draws=1)
    assert {worse for _, worse in unrelated.compared(found).values()} == {0}
    assert sum(pair.read_otherwise for pair in found) <= len(found) / 100


def test_a_doubtful_reading_is_taken_only_when_the_documents_answer_it_better() -> None:
    history, question = ["What is cohttp?", "Who founded OCLC?"], "When did they pause Kadupul?"
    assert standalone(question, history) != question
    assert standalone(question, history, sure=lambda text: float(text == question)) == question
    assert standalone(question, history, sure=lambda text: float(text != question)) != question
    assert standalone("Who worked on it?", history, sure=lambda text: 0.0) != "Who worked on it?"


PROSE = """# The lighthouse

The lighthouse was designed by Clara Penhallow. She was born in Truro. It was built in 1871 on the northern reef.
Its lamp was replaced in 1923 because the old one could not be seen in fog. The keeper, Amos Trewin, kept bees.

# Kestrels

The kestrel is a small falcon. Kestrels eat voles and beetles. They nest in old crow nests.
Merlins eat larks. Kestrels declined because farms left less rough grass.

# Bridges

The Halden bridge was opened in 1902 by Queen Ingrid. The Sorby viaduct was opened in 1911, and cost 40,000 crowns.
The Halden bridge was closed in 1987 because its cables had rusted.
"""
TALK = (
    ("Who designed the lighthouse?", "Who designed the lighthouse?"),
    ("Where was she born?", "Where was Clara Penhallow born?"),
    ("Why was its lamp replaced?", "Why was its lamp replaced?"),
    ("What do kestrels eat?", "What do kestrels eat?"),
    ("What about merlins?", "What about merlins? (eat)"),
    ("Why did kestrels decline?", "Why did kestrels decline?"),
    ("When was the Halden bridge opened?", "When was the Halden bridge opened?"),
    ("By whom?", "By whom? (Halden bridge)"),
    ("When was it closed?", "When was it closed? (Halden bridge)"),
    ("Why?", "Why? (Halden bridge)"),
    ("And the Sorby viaduct?", "Why? (Sorby viaduct bridge)"),
    ("How much did it cost?", "How much did it cost? (Sorby Bridges)"),
    ("Who was the keeper of the lighthouse?", "Who was the keeper of the lighthouse?"),
    ("What did he keep?", "What did Amos Trewin keep?"),
)


def test_a_conversation_is_understood_turn_by_turn_and_topics_come_and_go(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text(PROSE, encoding="utf-8")
    history: list[Answer] = []
    with open_library(tmp_path) as library:
        for question, _ in TALK:
            history.append(library.answer(question, history=history))
    assert [(each.question, each.standalone) for each in history] == list(TALK)


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
