"""Where a question's terms stand: in a sentence, and in those beside it that it may speak of."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import eval.background
from eval.questions import paragraph_document
from qa.background import PASSAGES, shares, tempered_idfs
from qa.evidence import Evidence, evidence
from qa.extract import rate
from qa.fusion import shipped_fusion
from qa.index import Index, build, idf
from qa.query import Query, query
from qa.retrieve import retrieve
from qa.vectors import UNKNOWN, fitted, shipped

TAKING_UP = ("It", "They", "These", "His")
OPENINGS = (*TAKING_UP, "Later", "Mostly")
CONSTANTS = shipped_fusion().constants
WORDS = ("heron", "weir", "mill", "barley", "grey")


def seen(question: str, *paragraphs: str) -> tuple[Index, Query, Evidence]:
    index = build([paragraph_document(f"{n}.txt", "", paragraph) for n, paragraph in enumerate(paragraphs)])
    asked = query(index, question)
    return index, asked, evidence(index, asked, index.said(np.arange(index.passage_count)), CONSTANTS)


sentences = st.builds(
    lambda opening, words: f"{opening} saw the {' '.join(words)} there.",
    st.sampled_from(OPENINGS),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
)


@given(st.lists(st.lists(sentences, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=4))
def test_what_stands_near_is_worth_what_a_sentence_may_speak_of_and_never_crosses_a_passage(texts: list[str]) -> None:
    """The slow twin: every sentence against each other one of its passage, by their distance."""
    index, asked, found = seen("heron weir mill", *texts)
    for here in range(len(found.sentences)):
        start, end, _, _ = index.sentence(int(found.sentences[here]))
        document = index.document_of(int(found.owners[here]))
        takes_up = document.text[start:end].startswith(TAKING_UP)
        worth = {1: CONSTANTS.after, -1: CONSTANTS.taken_up if takes_up else CONSTANTS.before}
        expected = np.zeros(len(asked.terms))
        for there in np.flatnonzero(found.owners == found.owners[here]):
            above = CONSTANTS.taken_up_late if takes_up and there < here else 0.0
            expected = np.maximum(expected, max(worth.get(there - here, 0.0), above) * found.inside[there])
        assert found.near[here].tolist() == pytest.approx(expected.tolist())


def test_words_are_compared_by_one_table_and_sums_of_words_by_the_other() -> None:
    _, asked, found = seen("automobile", "The car stopped.")
    words = shipped().similarities(asked.terms, ["car", "stop"])[0]
    assert found.soft.tolist() == [[pytest.approx((words.max() - CONSTANTS.unlike) / (1 - CONSTANTS.unlike), abs=1e-5)]]
    (wanted,), said = (
        vectors / lengths[:, None]
        for vectors, lengths in (fitted().gathered(fitted().rows(terms)) for terms in (asked.terms, ["car", "stop"]))
    )
    meant = said.sum(axis=0)
    assert found.meaning.tolist() == [pytest.approx(wanted @ meant / np.linalg.norm(meant), abs=1e-5)]


def test_a_sentence_that_takes_up_what_was_said_is_chosen_over_one_that_does_not() -> None:
    text = (
        "The mill of Harlow stands on the weir. It was built by Ada Stone. "
        "The church nearby was built by Tom Reed. Its bells are grey."
    )
    index = build([paragraph_document("mill.txt", "", text)])
    asked = query(index, "Who built the mill of Harlow?")
    rated = rate(index, asked, retrieve(index, asked), k=1)
    assert rated is not None
    assert rated.rows.texts[rated.order[0]] == "It was built by Ada Stone."


def test_a_common_word_that_a_small_folder_lacks_does_not_outweigh_a_name_that_it_has() -> None:
    _, asked, _ = seen("Which currency does Bhutan use?", "Bhutan pays in ngultrum, its currency.", "Peru pays in sol.")
    weights = dict(zip(asked.terms, asked.weights.tolist(), strict=True))
    assert asked.missing == ("use",)
    assert weights["use"] < weights["currenc"]
    assert weights["use"] < weights["bhutan"]


def test_the_shares_at_large_are_those_of_the_table_and_say_nothing_beside_a_large_index() -> None:
    assert len(shares()) == len(shipped())
    assert shares().min() >= 0
    assert shares().max() <= 1
    rows = shipped().rows(["use", "heron", "no-such-word"])
    frequencies = np.array([200_000, 40, 3])
    large = tempered_idfs(1_000_000, frequencies, rows)
    assert large.tolist() == pytest.approx([idf(1_000_000, int(own)) for own in frequencies], rel=0.01)


def test_a_term_without_a_row_is_as_rare_at_large_as_a_term_can_be() -> None:
    (unknown,) = tempered_idfs(10, np.array([1]), np.array([UNKNOWN]))
    assert unknown == pytest.approx(idf(10 + PASSAGES, 1))


def test_the_shares_at_large_are_the_mean_over_the_sources_however_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts = ["The heron stood.", "The heron left the weir.", "The mill ground barley.", "A mill."]
    paragraphs = [{"context": context, "qas": []} for context in contexts]
    (tmp_path / "set.json").write_text(json.dumps({"data": [{"title": "Weirs", "paragraphs": paragraphs}]}))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "one.txt").write_text("The mill is old.\n")
    out = tmp_path / "background.npy"
    arguments = ["--squad", tmp_path / "set.json", "--documents", tmp_path / "docs", "--out", out]
    monkeypatch.setattr(sys, "argv", ["eval.background", *map(str, arguments)])
    eval.background.main()
    rows = shipped().rows(["heron", "mill", "barley", "quay"])
    assert np.load(out)[rows].tolist() == [0.25, 0.75, 0.125, 0.0]
