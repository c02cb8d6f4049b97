"""Explanations: additive, exact, of the right sentence, and readable."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.cli import main
from qa.extract.features import rows
from qa.extract.model import model
from qa.library import Library, open_library
from qa.model import Block, Document, SourceMap
from qa.present import explanation_text
from qa.query import query
from qa.retrieve import retrieve
from qa.text import content_terms

GOLD = Path(__file__).resolve().parent.parent / "eval" / "gold.jsonl"
QUESTIONS = [json.loads(line)["question"] for line in GOLD.read_text(encoding="utf-8").splitlines()[::6]]
WORDS = st.sampled_from(
    ["who", "what", "when", "unikernel", "Mirage", "Docker", "was", "boot", "OSDI", "libOS", "zebra"]
)


def sums_up(reason: qa.Reason) -> bool:
    return sum(part.amount for part in reason.contributions) == pytest.approx(reason.score, abs=1e-9) and sum(
        reason.groups.values()
    ) == pytest.approx(reason.score, abs=1e-9)


def check_explained(library: Library, question: str, k: int) -> None:
    reply = library.answer(question, k=k)
    why = library.explain(reply)
    shown = reply.quotes or reply.nearest
    assert tuple(reason.quote for reason in why.reasons) == shown
    assert (why.answered, why.confidence, why.question) == (reply.answered, reply.confidence, reply.standalone)
    everyone = [*why.reasons, *filter(None, [why.runner_up])]
    assert all(sums_up(reason) for reason in everyone)
    assert all(sum(found.share for found in reason.words) == pytest.approx(1) for reason in everyone)
    for reason in everyone:
        said = set(content_terms(reason.quote.text))
        assert all(found.place != "missing" or not set(content_terms(found.word)) & said for found in reason.words)
    if why.runner_up:
        assert why.runner_up.quote.start != shown[0].start or why.runner_up.quote.path != shown[0].path
        gap = why.reasons[0].score - why.runner_up.score
        assert sum(why.decided.values()) == pytest.approx(gap, abs=1e-9)


@pytest.mark.parametrize("question", QUESTIONS)
def test_contributions_add_up_to_the_score_and_what_decided_to_the_lead(bundled: Library, question: str) -> None:
    check_explained(bundled, question, 3)


@given(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), st.integers(1, 5))
def test_any_answer_can_be_explained(bundled: Library, question: str, k: int) -> None:
    check_explained(bundled, question, k)


def test_the_scores_are_those_by_which_quotes_are_chosen(bundled: Library) -> None:
    question = "Who acquired Unikernel Systems?"
    asked = query(bundled._index, question)
    scores = model().scores(rows(bundled._index, asked, retrieve(bundled._index, asked)).values)
    why = bundled.explain(bundled.answer(question))
    assert all(reason.score in scores for reason in why.reasons)


def test_a_sentence_that_is_quoted_with_a_repeat_is_explained_by_itself(tmp_path: Path) -> None:
    built = "The heron mill was built in 1874 by Ada Stone."
    (tmp_path / "a.txt").write_text(built)
    (tmp_path / "b.txt").write_text(f"{built} It was sold to Tom Reed, who owned a weir.")
    with open_library(tmp_path) as library:
        reply = library.answer("Who built the heron mill?")
        first, second = library.explain(reply).reasons
    assert (first.quote.also_in, second.quote.text.startswith(built)) == (("b.txt",), True)
    assert {found.place for found in first.words} == {"inside"}
    assert {found.place for found in second.words} == {"beside"}
    assert second.score < first.score - 1


def test_an_answer_is_explained_by_its_standalone_question_alone(bundled: Library) -> None:
    first = bundled.answer("Who acquired Unikernel Systems?")
    follow_up = bundled.answer("When was it?", history=[first])
    why = bundled.explain(replace(follow_up, question="something else"))
    assert why.question == follow_up.standalone
    assert tuple(reason.quote for reason in why.reasons) == (follow_up.quotes or follow_up.nearest)


def test_an_answer_of_other_documents_is_not_explained(notes: Path, bundled: Library) -> None:
    reply = qa.answer("Who built the old bridge?", corpus=notes)
    with pytest.raises(qa.QuestionError, match="ask again"):
        bundled.explain(reply)
    text = (notes / "bridge.md").read_text()
    (notes / "bridge.md").write_text(text + "\nIt was painted red in 2001.\n")
    with open_library(notes) as library, pytest.raises(qa.QuestionError, match="ask again"):
        library.explain(reply)


def test_an_answer_that_found_nothing_has_nothing_to_explain(bundled: Library) -> None:
    why = bundled.explain(bundled.answer("zzzqqq xxyyzz"))
    assert (why.reasons, why.runner_up, why.decided) == ((), None, {})


BODY = "The old bridge was built in 1874 by Ada Stone."
DOCUMENT = Document(
    "a/bridge.md", BODY, "The bridge", "text", "", (Block(0, 46, "paragraph"),), SourceMap((0,), (0,), (0,))
)
FIRST = qa.Reason(
    DOCUMENT.quote(0, len(BODY)),
    3.0,
    (
        qa.WordFound("built", "inside", 0.5),
        qa.WordFound("bridge", "inside", 0.25),
        qa.WordFound("county", "above", 0.15),
        qa.WordFound("zebra", "missing", 0.1),
    ),
    (
        qa.Contribution("inside", "words", 0.75, 4.0),
        qa.Contribution("above", "words", 0.15, 2.0),
        qa.Contribution("passage bm25", "retrieval", -1.0, 0.3),
        qa.Contribution("code", "shape", 0.0, -1.0),
    ),
)
SECOND = replace(
    FIRST,
    quote=DOCUMENT.quote(4, 14),
    score=1.0,
    contributions=(qa.Contribution("inside", "words", 0.25, 4.0), *FIRST.contributions[3:]),
)
WHY = qa.Explanation("Who built the bridge?", True, 0.93, 0.34, (FIRST,), SECOND)


def test_an_explanation_is_a_table_of_words_and_of_signed_contributions() -> None:
    assert explanation_text(WHY, width=60) == (
        "It answers: 93% sure, and 34% is enough.\n"
        "\n"
        " 1  a/bridge.md:1 · +3.00\n"
        "    in the sentence  built 50%, bridge 25%\n"
        "    above it         county 15%\n"
        "    not there        zebra 10%\n"
        "    words            +3.30 (inside +3.00, above +0.30)\n"
        "    retrieval        -0.30 (passage bm25 -0.30)\n"
        "\n"
        "1 is +2.00 ahead of a/bridge.md:1 (+1.00): words +2.30,\n"
        "retrieval -0.30"
    )
    refused = replace(WHY, answered=False, confidence=0.1, reasons=(), runner_up=None)
    assert explanation_text(refused) == "It does not answer: 10% sure, and it takes 34%."


def test_an_explanation_keeps_to_the_width_and_steers_no_terminal() -> None:
    words = tuple(qa.WordFound(f"wo\x1brd{number}", "inside", 0.02) for number in range(40))
    why = replace(WHY, reasons=(replace(FIRST, words=words),))
    for width in (40, 80):
        shown = explanation_text(why, width=width)
        assert all(len(line) <= width for line in shown.split("\n"))
        assert "\x1b" not in shown


def test_explain_follows_the_answer_as_text_and_stands_inside_it_as_json(
    capsys: pytest.CaptureFixture[str], notes: Path
) -> None:
    ask = ["ask", "Who built the old bridge?", "--corpus", str(notes), "-k", "1"]
    main(ask)
    plain = capsys.readouterr().out
    assert main([*ask, "--explain"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{plain}\nIt answers: ")
    assert "\n 1  bridge.md:3 · " in shown
    assert "in the sentence" in shown
    main([*ask, "--json"])
    without = json.loads(capsys.readouterr().out)
    main([*ask, "--json", "--explain"])
    explained = json.loads(capsys.readouterr().out)
    why = explained.pop("explanation")
    assert explained == without
    (reason,) = why["reasons"]
    assert sum(part["amount"] for part in reason["contributions"]) == pytest.approx(reason["score"], abs=1e-9)
    assert [found["word"] for found in reason["words"]] == ["built", "old", "bridge"]
    assert sum(why["decided"].values()) == pytest.approx(reason["score"] - why["runner_up"]["score"], abs=1e-9)


def test_an_explanation_is_plain_json() -> None:
    assert json.loads(json.dumps(WHY.to_dict())) == WHY.to_dict()
