"""Question sets: every format is read as it is described, and every wrong entry is named by its place."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.__main__ import main
from eval.questions import (
    QuestionSet,
    Wrong,
    by_document,
    followed,
    from_beir,
    from_gold,
    from_sentences,
    from_squad,
    from_trec,
)
from qa.errors import GoldError


def lines(*entries: object) -> str:
    return "".join(f"{entry if isinstance(entry, str) else json.dumps(entry)}\n" for entry in entries)


def folder_of(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


CORPUS = lines({"_id": "a", "title": "Bridges", "text": "Ada built it."}, {"_id": "b", "text": "The mill."})
QUERIES = lines({"_id": "1", "text": "Who built it?"}, {"_id": "2", "text": "Unjudged?"})
QRELS = "query-id\tcorpus-id\tscore\n1\ta\t2\n1\tb\t0\n"


def beir(folder: Path, corpus: str = CORPUS, queries: str = QUERIES, qrels: str = QRELS) -> Path:
    folder_of(folder, **{"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels__test.tsv": qrels})
    return folder


def test_a_beir_folder_is_documents_and_the_questions_that_are_judged(tmp_path: Path) -> None:
    found = from_beir(beir(tmp_path))
    assert [document.text for document in found.documents] == ["Bridges\n\nAda built it.", "The mill."]
    [question] = found.questions
    assert [(of.path, of.grade) for of in question.judgements] == [("a", 2), ("b", 0)]
    assert (question.id, question.answerable, found.judged) == ("1", True, True)


def test_the_test_judgements_are_preferred_and_the_name_says_which_were_taken(tmp_path: Path) -> None:
    folder_of(beir(tmp_path), **{"qrels__dev.tsv": QRELS.replace("1\ta", "1\tb")})
    assert from_beir(tmp_path).name == f"{tmp_path.name} (test)"
    (tmp_path / "qrels" / "test.tsv").unlink()
    assert from_beir(tmp_path).name == f"{tmp_path.name} (dev)"


def test_relevant_documents_that_the_corpus_lacks_are_told_of_and_still_count(tmp_path: Path) -> None:
    found = from_beir(beir(tmp_path, qrels=QRELS + "1\tgone\t1\n"))
    assert found.notes == ("1 relevant documents are not in the corpus and count as not found",)
    assert len(found.questions[0].judgements) == 3


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"corpus": CORPUS + "{\n"}, "corpus.jsonl:3: not JSON: "),
        ({"corpus": CORPUS + "[]\n"}, "corpus.jsonl:3: expected an object, not []"),
        ({"corpus": CORPUS + lines({"_id": "a", "text": ""})}, "corpus.jsonl:3: _id a is taken by an earlier document"),
        ({"corpus": lines({"text": "x"})}, "corpus.jsonl:1: _id: missing; expected text"),
        ({"corpus": lines({"_id": "c", "text": 5})}, "corpus.jsonl:1: title, text: expected text"),
        ({"corpus": '{"_id": "c", "text": "\\ud800"}\n'}, "corpus.jsonl:1: 'utf-8' codec can't encode"),
        ({"queries": QUERIES + lines({"_id": "1", "text": "x"})}, "queries.jsonl:3: _id 1 is taken"),
        ({"queries": lines({"_id": "1"})}, "queries.jsonl:1: text: missing; expected text"),
        ({"qrels": QRELS + "1 a 1\n"}, "test.tsv:4: expected question, document and grade between tabs, not 1 fields"),
        ({"qrels": QRELS + "9\ta\t1\n"}, "test.tsv:4: question 9 is not in queries.jsonl"),
        ({"qrels": QRELS + "1\ta\thigh\n"}, "test.tsv:4: expected a grade that is a whole number, not 'high'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_line_of_a_beir_folder_is_named(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(GoldError) as error:
        from_beir(beir(tmp_path, **files))
    assert str(error.value).startswith(str(tmp_path))
    assert message in str(error.value)


def test_a_folder_without_judgements_or_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match=r"corpus\.jsonl: cannot be read"):
        from_beir(tmp_path)
    (beir(tmp_path) / "qrels" / "test.tsv").unlink()
    with pytest.raises(GoldError, match=r"no qrels/\*\.tsv"):
        from_beir(tmp_path)


TOPICS = "<top>\n<num> Number: 7\n<title> who built\nthe bridge?\n<desc> x\n</top>\n<top><num>8<title>mills</top>\n"


def trec(folder: Path, notes: Path, topics: str = TOPICS, qrels: str = "7 0 bridge 1\n8 0 mill.txt 2\n") -> QuestionSet:
    folder_of(folder, topics=topics, qrels=qrels)
    return from_trec(folder / "topics", folder / "qrels", notes)


@pytest.mark.parametrize("topics", [TOPICS, "7\twho built the bridge?\n8\tmills\n"])
def test_topics_are_entries_or_lines_and_documents_go_by_path_or_stem(tmp_path: Path, notes: Path, topics: str) -> None:
    found = trec(tmp_path, notes, topics)
    assert [(question.id, question.text) for question in found.questions] == [
        ("7", "who built the bridge?"),
        ("8", "mills"),
    ]
    assert [of.path for question in found.questions for of in question.judgements] == ["bridge.md", "mill.txt"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"topics": TOPICS + "<top><title>nameless</top>\n"}, "topics:8: expected a topic with <num> and <title>"),
        ({"topics": TOPICS + "<top><num>8<title>again</top>\n"}, "topics:8: topic 8 is taken by an earlier one"),
        ({"topics": "7\tone\nno tab\n"}, "topics:2: expected a topic's id, a tab and its question"),
        ({"qrels": "7 0 bridge\n"}, "qrels:1: expected topic, 0, document and grade, not 3 fields"),
        ({"qrels": "7 0 bridge 0.5\n"}, "qrels:1: expected a grade that is a whole number"),
        ({"qrels": "7 0 nowhere 1\n"}, "qrels: no judgement of these topics names a document of the corpus"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_line_of_topics_or_judgements_is_named(
    tmp_path: Path, notes: Path, files: dict[str, str], message: str
) -> None:
    with pytest.raises(GoldError) as error:
        trec(tmp_path, notes, **files)
    assert message in str(error.value)


ROW = {
    "question": "Who built it?",
    "sentences": ["It is old. ", "Ada built it.", ""],
    "labels": [0, 1, 0],
    "title": "B",
}


def test_a_row_of_sentences_is_a_document_and_its_labels_are_places_in_it(tmp_path: Path) -> None:
    second = {**ROW, "question": "Who else?", "labels": [0, 0, 0], "qid": "q2"}
    found = from_sentences(folder_of(tmp_path, rows=lines(ROW, second)) / "rows")
    [document] = found.documents
    first, none = found.questions
    assert [document.text[place.start : place.end] for place in first.anchors] == ["Ada built it."]
    assert (first.id, none.id, none.group, first.asked_of) == ("1", "q2", "unanswerable", None)


def test_rows_may_be_asked_of_their_own_sentences(tmp_path: Path) -> None:
    found = from_sentences(folder_of(tmp_path, rows=lines(ROW)) / "rows", own=True)
    assert found.questions[0].asked_of == found.documents[0].path


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**ROW, "sentences": "It is old."}, "sentences: expected a list of texts"),
        ({**ROW, "sentences": []}, "sentences: expected a list of texts"),
        ({**ROW, "labels": [0, 1]}, "labels: expected 3 of them, one a sentence, not 2"),
        ({**ROW, "labels": [0, "yes", 0]}, 'labels: expected a list of 0 and 1, not [0, "yes", 0]'),
        ({**ROW, "labels": [0, 0, 1]}, "labels: a sentence without text is said to answer"),
        ({**ROW, "question": " "}, 'question: expected text, not " "'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_row_of_sentences_is_named(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    file = folder_of(tmp_path, rows=lines(ROW, "", row)) / "rows"
    with pytest.raises(GoldError) as error:
        from_sentences(file)
    assert str(error.value) == f"{file}:3: {message}"


def squad(*entries: dict[str, Any]) -> str:
    return json.dumps({"data": [{"title": "T", "paragraphs": [{"context": "Ada built it.", "qas": entries}]}]})


RIGHT = {"id": "a", "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({**RIGHT, "answers": [{"text": "Ada", "answer_start": 4}]}, "expected 'Ada' at 4 of the context, where 'bui'"),
        ({**RIGHT, "answers": [{"text": "Ada", "answer_start": -1}]}, "answer_start: expected a whole number from 0"),
        ({**RIGHT, "question": None}, "question: expected text, not null"),
        (RIGHT, "id a is taken by an earlier question"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_squad_question_is_named_by_its_place(tmp_path: Path, entry: dict[str, Any], message: str) -> None:
    file = folder_of(tmp_path, set=squad(RIGHT, entry)) / "set"
    with pytest.raises(GoldError) as error:
        from_squad(file)
    assert str(error.value).startswith(f"{file}: not SQuAD JSON: data[0].paragraphs[0].qas[1]: ")
    assert message in str(error.value)


GOLD = {"id": "g1", "question": "Who?", "kind": "person", "split": "tune", "paraphrase": False}
BUILT = {"evidence": [{"document": "bridge.md", "text": "built in 1874 by Ada Stone"}]}


def skipping(tmp_path: Path, notes: Path) -> dict[str, Callable[[Wrong], QuestionSet]]:
    gold = folder_of(tmp_path, gold=lines({**GOLD, **BUILT}, {**GOLD, **BUILT}, {**GOLD, "id": "g2"})) / "gold"
    rows = folder_of(tmp_path, rows=lines(ROW, "{", {**ROW, "labels": []})) / "rows"
    wrong = [RIGHT, {**RIGHT, "id": "b", "answers": None}, {**RIGHT, "id": "c", "question": ""}]
    paragraphs = folder_of(tmp_path, squad=squad(*wrong)) / "squad"
    folder = beir(tmp_path / "beir", queries=QUERIES + "5\n", qrels=QRELS + "9\ta\t1\n")
    return {
        "gold": lambda wrong: from_gold(gold, notes, wrong),
        "sentences": lambda wrong: from_sentences(rows, wrong=wrong),
        "squad": lambda wrong: from_squad(paragraphs, wrong=wrong),
        "beir": lambda wrong: from_beir(folder, wrong),
    }


@pytest.mark.parametrize("name", ["gold", "sentences", "squad", "beir"])
def test_wrong_entries_are_left_out_and_counted_when_that_is_asked_for(tmp_path: Path, notes: Path, name: str) -> None:
    wrong = Wrong(skip=True)
    found = skipping(tmp_path, notes)[name](wrong)
    assert (len(found.questions), len(wrong.places)) == (1, 2)
    assert found.notes[0].startswith("2 wrong entries left out, the first: ")


def test_follow_ups_may_be_asked_without_their_history_or_as_a_person_rewrote_them(notes: Path, tmp_path: Path) -> None:
    place = {"document": "mill.txt", "text": "twelve paddles"}
    first = {**GOLD, "question": "What does the wheel do?", "evidence": [place]}
    turn = {**first, "id": "g2", "question": "How many has it?", "history": ["What of the wheel?"]}
    gold = tmp_path / "gold.jsonl"
    gold.write_text(lines(first, {**turn, "standalone": "How many paddles has the wheel?"}), encoding="utf-8")
    read = from_gold(gold, notes)
    assert followed(read, "read") == read
    asked = {how: [(one.text, one.history) for one in followed(read, how).questions] for how in ("typed", "rewritten")}
    assert asked["typed"] == [("What does the wheel do?", ()), ("How many has it?", ())]
    assert asked["rewritten"] == [("What does the wheel do?", ()), ("How many paddles has the wheel?", ())]


def test_a_set_judged_by_document_counts_each_that_holds_an_answer(tmp_path: Path) -> None:
    found = by_document(from_squad(folder_of(tmp_path, set=squad(RIGHT)) / "set"))
    [question] = found.questions
    assert [(of.path, of.grade) for of in question.judgements] == [("T/0000.txt", 1)]
    assert (question.anchors, question.answerable, found.judged) == ((), True, True)


def test_a_document_that_is_judged_not_to_answer_bears_no_star(
    tmp_path: Path, notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder_of(tmp_path, topics="9\tthe bridge and the mill\n", qrels="9 0 mill.txt 2\n9 0 bridge.md 0\n")
    given = ["--topics", str(tmp_path / "topics"), "--qrels", str(tmp_path / "qrels"), "--corpus", str(notes)]
    assert main([*given, "--system", "bm25", "--show", "9"]) == 0
    ranked = re.findall(r"^  \d (.) .* (\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert sorted(ranked) == [(" ", "bridge.md"), ("*", "mill.txt")]
