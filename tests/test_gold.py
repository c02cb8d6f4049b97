"""Question files: what is refused, and in which words; where evidence stands; what the bundled file promises."""

import json
import os
import stat
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import eval as evaluation
from eval.questions import paragraph_document
from qa.cli import main
from qa.errors import CorpusError, GoldError
from qa.gold import GoldItem, add_item, anchor, places_of, read_gold, recheck
from qa.library import Library, open_library
from qa.model import Document
from qa.repl import Chat
from qa.repl.judge import gold_file
from qa.text import STOP_TERMS, sentence_spans, term_of, terms, words

BRIDGE = "The old bridge was built in 1874\nby Ada Stone. It was closed in 1990. It was closed for ever."
RIGHT = {
    "id": "g1",
    "question": "Who built the old bridge?",
    "kind": "person",
    "split": "tune",
    "paraphrase": False,
    "evidence": [{"document": "bridge.txt", "text": "The old bridge was built in 1874 by Ada Stone."}],
    "answer": "Ada Stone",
}
SMALL_NAMES = {"robur", "multicor"}
"""Names that are written small: the robur cooperative, and the paper "Multiscale not multicore" (as a term)."""


def document(path: str) -> Document:
    if path != "bridge.txt":
        raise CorpusError(f"{path}: no such document in this corpus")
    return paragraph_document(path, "", BRIDGE)


def without(key: str) -> dict[str, object]:
    return {name: value for name, value in RIGHT.items() if name != key}


def place(**changes: object) -> list[dict[str, object]]:
    return [{"document": "bridge.txt", "text": "built in 1874", **changes}]


def read(folder: Path, *lines: str) -> list[GoldItem]:
    file = folder / "gold.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return read_gold(file, document)


def refusal(folder: Path, *lines: str) -> str:
    """The words with which a file of these lines is refused, without the folder."""
    with pytest.raises(GoldError) as error:
        read(folder, *lines)
    return str(error.value).removeprefix(f"{folder}/")


def test_a_right_line_becomes_an_item_whose_anchors_quote_its_evidence(tmp_path: Path) -> None:
    [item] = read(tmp_path, json.dumps(RIGHT))
    assert (item.id, item.question, item.kind, item.split) == ("g1", "Who built the old bridge?", "person", "tune")
    assert (item.paraphrase, item.answer, item.history, item.standalone) == (False, "Ada Stone", (), item.question)
    [found] = item.anchors
    assert BRIDGE[found.start : found.end] == "The old bridge was built in 1874\nby Ada Stone."


def test_a_follow_up_keeps_its_history_and_the_question_that_stands_alone(tmp_path: Path) -> None:
    line = {
        **RIGHT,
        "question": "Who made it?",
        "history": ["How old is the bridge?"],
        "standalone": "Who made it, then?",
    }
    [item] = read(tmp_path, json.dumps(line))
    assert (item.history, item.standalone) == (("How old is the bridge?",), "Who made it, then?")


def test_a_line_may_leave_its_short_answer_out(tmp_path: Path) -> None:
    assert [item.answer for item in read(tmp_path, json.dumps(without("answer")))] == [None]


WRONG = (
    ("{", "not JSON: Expecting property name enclosed in double quotes at column 2"),
    ("[" * 100_000, "not JSON that can be read: nested too deeply"),
    ([1, 2], "expected an object, not [1, 2]"),
    ("null", "expected an object, not null"),
    ({**RIGHT, "id": 6}, "id: expected text, not 6"),
    ({**RIGHT, "question": 5}, "question: expected text, not 5"),
    ({**RIGHT, "question": " "}, 'question: expected text, not " "'),
    (
        {**RIGHT, "kind": "riddle"},
        "kind: expected one of factoid, definition, list, why, how, date, number, person, unanswerable, off-topic, "
        'not "riddle"',
    ),
    ({**RIGHT, "split": "train"}, 'split: expected one of tune, test, not "train"'),
    ({**RIGHT, "split": ["tune"]}, 'split: expected one of tune, test, not ["tune"]'),
    ({**RIGHT, "paraphrase": "no"}, 'paraphrase: expected true or false, not "no"'),
    ({**RIGHT, "paraphrase": 0}, "paraphrase: expected true or false, not 0"),
    ({**RIGHT, "answer": 2015}, "answer: expected text or null, not 2015"),
    ({**RIGHT, "answer": ""}, 'answer: expected text or null, not ""'),
    ({**RIGHT, "history": "Who?"}, 'history: expected a list of texts, not "Who?"'),
    ({**RIGHT, "history": ["Who?", 7]}, 'history: expected a list of texts, not ["Who?", 7]'),
    ({**RIGHT, "history": None}, "history: expected a list of texts, not null"),
    ({**RIGHT, "history": ["Who?"]}, "standalone: missing; a follow-up needs it"),
    ({**RIGHT, "history": ["Who?"], "standalone": {}}, "standalone: expected text, not {}"),
    ({**RIGHT, "evidence": "in the hall"}, 'evidence: expected a list of objects, not "in the hall"'),
    ({**RIGHT, "evidence": {"document": "x"}}, 'evidence: expected a list of objects, not {"document": "x"}'),
    ({**RIGHT, "evidence": ["built in 1874"]}, 'evidence: expected a list of objects, not ["built in 1874"]'),
    ({**RIGHT, "evidence": place(text=7)}, "evidence text: expected text, not 7"),
    ({**RIGHT, "evidence": place(document=None)}, "evidence document: expected text, not null"),
    ({**RIGHT, "evidence": [{"text": "built"}]}, "evidence document: missing; expected text"),
    ({**RIGHT, "evidence": [{"document": "bridge.txt"}]}, "evidence text: missing; expected text"),
    (
        {**RIGHT, "question": ["a long list"] * 9},
        'question: expected text, not ["a long list", "a long list", "a long list", "a long list"…',
    ),
    (without("id"), "id: missing; expected text"),
    (without("question"), "question: missing; expected text"),
    (without("split"), "split: missing; expected one of tune, test"),
    (without("paraphrase"), "paraphrase: missing; expected true or false"),
    (without("evidence"), "evidence: missing; expected a list of objects"),
    (
        {**RIGHT, "evidence": []},
        "kind person with 0 evidence texts: refusals have none, all others at least one",
    ),
    (
        {**RIGHT, "kind": "off-topic"},
        "kind off-topic with 1 evidence texts: refusals have none, all others at least one",
    ),
    (
        {**RIGHT, "kind": "unanswerable", "evidence": []},
        "the answer 'Ada Stone' is not in the first evidence",
    ),
    ({**RIGHT, "answer": "Bob Stone"}, "the answer 'Bob Stone' is not in the first evidence"),
    ({**RIGHT, "evidence": place(document="hall.txt")}, "hall.txt: no such document in this corpus"),
    ({**RIGHT, "evidence": place(text="built in 1875")}, "the evidence 'built in 1875' does not stand in bridge.txt"),
    ({**RIGHT, "evidence": place(text="It was closed")}, "the evidence 'It was closed' stands 2 times in bridge.txt"),
)


@pytest.mark.parametrize(("wrong", "message"), WRONG, ids=[message[:40] for _, message in WRONG])
def test_a_wrong_line_is_refused_by_file_and_number_and_in_words(tmp_path: Path, wrong: object, message: str) -> None:
    line = wrong if isinstance(wrong, str) else json.dumps(wrong)
    right = json.dumps({**RIGHT, "id": "g0"})
    assert refusal(tmp_path, right, "", line) == f"gold.jsonl:3: {message}", "blank lines count, too"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["document", "text", "x"]), inner),
    max_leaves=6,
)


@given(st.sampled_from([*RIGHT, "history", "standalone"]), json_values)
def test_any_value_in_any_field_is_an_item_or_a_gold_error(tmp_path: Path, field: str, value: object) -> None:
    line = {**RIGHT, "history": ["How old is it?"], "standalone": "Who built it?", field: value}
    try:
        items = read(tmp_path, json.dumps(line))
    except GoldError:
        return
    assert len(items) == 1


def test_an_id_is_taken_once(tmp_path: Path) -> None:
    line = json.dumps(RIGHT)
    assert refusal(tmp_path, line, line) == "gold.jsonl:2: id g1 is taken by an earlier line"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes(b'{"id": "\xe9"}')
    reasons = {latin: "not UTF-8", tmp_path / "nowhere.jsonl": "No such file or directory", tmp_path: "Is a directory"}
    for file, reason in reasons.items():
        with pytest.raises(GoldError) as error:
            read_gold(file, document)
        assert str(error.value) == f"{file}: cannot be read: {reason}"


def test_evidence_is_found_whatever_white_space_parts_its_words() -> None:
    found = anchor(document("bridge.txt"), "  built\tin 1874 \n\n by  Ada ")
    assert BRIDGE[found.start : found.end] == "built in 1874\nby Ada"


def test_evidence_is_taken_as_it_is_written_and_not_as_a_pattern() -> None:
    with pytest.raises(ValueError, match=r"the evidence 'Ada S\.one' does not stand in bridge\.txt"):
        anchor(document("bridge.txt"), "Ada S.one")


def test_evidence_of_white_space_alone_stands_nowhere() -> None:
    with pytest.raises(ValueError, match="an evidence text is empty"):
        anchor(document("bridge.txt"), " \n")


@pytest.fixture(scope="module")
def items(bundled: Library) -> list[GoldItem]:
    """The bundled questions. Reading them proves that every line is right and all its evidence stands where it says."""
    return read_gold(Path(evaluation.__file__).parent / "gold.jsonl", bundled.document)


def test_the_bundled_file_holds_as_many_questions_of_each_sort_as_the_figures_need(items: Sequence[GoldItem]) -> None:
    kinds = Counter(item.kind for item in items)
    assert len(items) >= 150
    assert sum(item.paraphrase and not item.history for item in items) >= 40
    assert kinds["unanswerable"] >= 30
    assert kinds["off-topic"] >= 15
    assert sum(bool(item.history) for item in items) >= 40


def test_a_bundled_paraphrase_shares_no_word_but_names_with_its_evidence(
    items: Sequence[GoldItem], bundled: Library
) -> None:
    shared = {item.id: common for item in items if item.paraphrase and (common := _shared(item, bundled))}
    assert shared == {}


def _shared(item: GoldItem, library: Library) -> set[str]:
    asked = [item.question, item.standalone]
    evidence = [library.document(place.path).text[place.start : place.end] for place in item.anchors]
    names = SMALL_NAMES.union(*map(_names, [*asked, *evidence]))
    return _terms(asked) & _terms(evidence) - names


def _terms(texts: Sequence[str]) -> set[str]:
    return {term for text in texts for term in terms(text)} - STOP_TERMS


def _names(text: str) -> set[str]:
    """Terms of the words that are written with a capital, the first of a sentence excepted: that proves nothing."""
    later = [word for start, end in sentence_spans(text) for word in words(text[start:end])[1:]]
    return {term_of(word) for word in later if word[0].isupper()}


def test_a_bundled_dialogue_stays_in_the_split_of_the_question_that_opens_it(items: Sequence[GoldItem]) -> None:
    split = {item.question: item.split for item in items if not item.history}
    assert [item.id for item in items if item.history and item.split != split[item.history[0]]] == []


def test_a_chat_collects_questions_that_the_evaluation_can_read(notes: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine" / "gold.jsonl"
    written: list[str] = []
    library = open_library(notes)
    chat = Chat(library, written.append, gold=file)
    for line in (
        "Who built the old bridge?",
        "/good",
        "When was it built?",
        "/span the old bridge was built in 1874",
        "/span The old bridge was built in 1874",
        "Where is the zebra?",
        "/bad",
    ):
        chat.take(line)
    assert any(line.startswith(f"Noted: bridge.md. 1 question in {file} (python -m eval --gold") for line in written)
    first, second, third = read_gold(file, library.document)
    assert (first.kind, first.answer, first.history) == ("person", "Ada Stone", ())
    assert (
        library.document("bridge.md").text[slice(first.anchors[0].start, first.anchors[0].end)].endswith("Ada Stone.")
    )
    assert (second.kind, second.history) == ("date", ("Who built the old bridge?",))
    assert (third.kind, third.anchors) == ("unanswerable", ())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["gold.jsonl"]


def test_judging_a_question_again_replaces_what_was_said_of_it(notes: Path, tmp_path: Path) -> None:
    file = tmp_path / "gold.jsonl"
    library = open_library(notes)
    chat = Chat(library, lambda _: None, gold=file)
    for line in ("Who built the old bridge?", "/bad", "/answer 1"):
        chat.take(line)
    (item,) = read_gold(file, library.document)
    assert item.kind == "person"


def test_review_offers_what_is_not_judged_the_least_sure_first(notes: Path, tmp_path: Path) -> None:
    written: list[str] = []
    chat = Chat(open_library(notes), written.append, gold=tmp_path / "gold.jsonl")
    for line in ("Who built the old bridge?", "/good", "/new", "Why was the bridge closed?", "What does a zebra eat?"):
        chat.take(line)
    chat.take("/review")
    unsure = sorted(chat.history, key=lambda answer: abs(answer.confidence - 0.5))
    assert [line.split("  ")[1].split(" · ")[0] for line in written[-1].split("\n")[1:]] == [
        answer.standalone for answer in unsure
    ]
    chat.take("/review 1")
    assert chat.shown == unsure[0]
    assert Chat(chat.library, written.append, gold=tmp_path / "gold.jsonl").take("/review")
    assert written[-1] == "Every question that was asked is judged, or none was asked."


def test_review_offers_questions_of_earlier_conversations_and_judges_them_by_what_they_meant(
    bundled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_STATE", str(tmp_path))
    earlier = Chat(bundled, lambda _: None, remember=True)
    for line in ("What is Jitsu?", "Who worked on it?"):
        earlier.take(line)
    assert stat.S_IMODE(earlier.own_file("asked").stat().st_mode) == 0o600
    written: list[str] = []
    chat = Chat(bundled, written.append)
    chat.take("What is Irmin?")
    chat.take("/review")
    offered = written[-1]
    assert all(question in offered for question in ("What is Jitsu?", "Who worked on Jitsu?", "What is Irmin?"))
    number = next(line.split()[0] for line in offered.split("\n") if "Who worked on Jitsu?" in line)
    for line in (f"/review {number}", "/good 1", "/review"):
        chat.take(line)
    assert "Who worked on Jitsu?" not in written[-1]
    (item,) = read_gold(gold_file(chat), bundled.document)
    assert (item.question, item.history) == ("Who worked on Jitsu?", ())
    chat.take("What is Jitsu?")
    assert not Chat(bundled, lambda _: None).own_file("asked").read_text().count("Irmin"), "this one remembers nothing"


@pytest.mark.parametrize("content", [b"", b"\xff\n[]\n3\n{", b'{"question": 3, "confidence": 1}', b"[" * 5_000])
def test_a_damaged_file_of_earlier_questions_offers_none(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setenv("QA_STATE", str(tmp_path))
    written: list[str] = []
    chat = Chat(open_library(notes), written.append)
    file = chat.own_file("asked")
    file.parent.mkdir()
    file.write_bytes(content)
    chat.take("/review")
    assert written == ["Every question that was asked is judged, or none was asked."]


def test_a_gold_file_of_its_own_for_each_corpus_where_none_is_named(notes: Path) -> None:
    chat = Chat(open_library(notes), lambda _: None)
    file = gold_file(chat)
    assert file.is_relative_to(os.environ["QA_STATE"])
    assert file.name.startswith("notes-")


def test_a_gold_file_that_cannot_be_written_is_a_line(notes: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    chat = Chat(open_library(notes), lambda _: None, gold=tmp_path / "file" / "gold.jsonl")
    chat.take("Who built the old bridge?")
    with pytest.raises(GoldError, match=r"gold\.jsonl: cannot be"):
        chat.take("/good")


def test_a_question_is_added_in_place_whatever_the_file_is_and_however_its_lines_are_written(
    notes: Path, tmp_path: Path
) -> None:
    kept, link = tmp_path / "kept.jsonl", tmp_path / "link.jsonl"
    kept.write_text('{"id":"u002","question":"Who?"}\n', encoding="utf-8")  # compact, as other programs write it
    kept.chmod(0o644)
    link.symlink_to(kept)
    chat = Chat(open_library(notes), lambda _: None, gold=link)
    chat.take("Who built the old bridge?")
    chat.take("/good")
    assert [json.loads(line)["id"] for line in kept.read_text(encoding="utf-8").splitlines()] == ["u002", "u003"]
    assert (link.is_symlink(), stat.S_IMODE(kept.stat().st_mode)) == (True, 0o644)
    assert sorted(file.name for file in tmp_path.glob("*.jsonl*")) == ["kept.jsonl", "link.jsonl"]


TWICE = "The lease ends in May.\n\nRooms are let by the month.\n\nThe lease ends in May.\n\nDogs are welcome.\n"
CHANGES = (
    ("A new first paragraph.\n\n" + TWICE, "moved"),
    (TWICE.replace("by the month", "for a year or longer, never for less"), "moved"),
    (TWICE.replace("The lease ends in May.\n\nDogs", "The lease  ends\nin May.\n\nDogs"), "moved"),
    (TWICE, "kept"),
    (TWICE.replace("Dogs are", "Cats are"), "kept"),
    ("Nothing is left.\n", "gone"),
)


@pytest.mark.parametrize(("text", "what"), CHANGES)
def test_evidence_is_found_again_after_its_document_changed(tmp_path: Path, text: str, what: str) -> None:
    folder, file = tmp_path / "docs", tmp_path / "gold.jsonl"
    folder.mkdir()
    (folder / "lease.txt").write_text(TWICE)
    with open_library(folder) as library:
        document = library.document("lease.txt")
        place = places_of(document, "The lease ends in May.")[1]  # the one before the dogs
        add_item(
            file,
            question="When does the lease end?",
            standalone="When does the lease end?",
            history=(),
            kind="date",
            answer=None,
            places=[place],
            document=library.document,
        )
    (folder / "lease.txt").write_text(text)
    with open_library(folder) as library:
        changes = recheck(file, library.document)
        assert ["gone" if change.to is None else "moved" for change in changes] == ([what] if what != "kept" else [])
        assert recheck(file, library.document) == [change for change in changes if change.to is None]
        if what != "gone":
            (item,) = read_gold(file, library.document)
            after = library.document("lease.txt").text[item.anchors[0].end :].split()
            assert after[:3] in (["Dogs", "are", "welcome."], ["Cats", "are", "welcome."])


def test_the_check_is_a_command_that_says_what_is_gone(
    capsys: pytest.CaptureFixture[str], notes: Path, tmp_path: Path
) -> None:
    file = tmp_path / "gold.jsonl"
    chat = Chat(open_library(notes), lambda _: None, gold=file)
    chat.take("Who built the old bridge?")
    chat.take("/good")
    assert main(["gold", "check", str(file), "--corpus", str(notes)]) == 0
    (notes / "bridge.md").write_text("# The bridge\n\nAn older one stood here.\n\nThe old bridge was built in 1874.\n")
    assert main(["gold", "check", str(file), "--corpus", str(notes)]) == 1
    assert f"{file}:1: u001: gone: bridge.md: 'The old bridge was built in 1874" in capsys.readouterr().out
    file.write_text("{}\n")
    assert main(["gold", "check", str(file), "--corpus", str(notes)]) == 2
    assert "gold.jsonl:1: id: missing" in capsys.readouterr().err
