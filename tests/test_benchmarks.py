"""The benchmarks measure the same passages and questions for all, and tell what they measured."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.answer import main as answer_main
from benchmarks.cold import measure
from benchmarks.passages import SHARES, draw, make
from benchmarks.passages import main as passages_main
from benchmarks.prompt import start, table
from benchmarks.quality import Scores, beir, chance, run, score, squad
from benchmarks.report import plot, report
from benchmarks.rows import Passages, Row, rows
from benchmarks.systems import NAMES, system
from benchmarks.worker import build, serve
from qa.chunk import passages
from qa.library import bundled_corpus
from qa.load import find, read

NEEDS = {"bm25s": "bm25s", "bm25s-numba": "numba", "tantivy": "tantivy", "tantivy-stop": "tantivy"}


@pytest.fixture(scope="module")
def passage_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("passages") / "passages.jsonl"
    make(bundled_corpus(), file)
    return file


def test_the_passage_file_holds_every_passage_word_for_word(notes: Path, tmp_path: Path) -> None:
    made = make(notes, tmp_path / "out.jsonl")
    expected = {
        (document.path, passage.start, document.text[passage.start : passage.end])
        for document in map(read, find([notes])[0])
        for passage in passages(document)
    }
    assert {(row.path, row.start, row.text) for row in rows(tmp_path / "out.jsonl")} == expected
    assert (made.documents, made.passages) == (2, len(expected))


def test_the_passage_file_is_the_same_whatever_the_number_of_processes(notes: Path, tmp_path: Path) -> None:
    make(notes, tmp_path / "one.jsonl", processes=1)
    make(notes, tmp_path / "two.jsonl", processes=2)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


def test_a_limit_keeps_the_first_passages_so_that_a_smaller_size_is_part_of_a_larger(
    passage_file: Path, tmp_path: Path
) -> None:
    made = make(bundled_corpus(), tmp_path / "few.jsonl", limit=7)
    assert made.passages == 7
    assert list(rows(tmp_path / "few.jsonl")) == list(rows(passage_file, 7))


@pytest.mark.parametrize("size", [1, 1000, 20_000, 10**9])
@pytest.mark.parametrize("limit", [None, 0, 1, 100])
def test_the_parts_of_a_passage_file_are_all_of_it_and_divide_no_document(
    size: int, limit: int | None, passage_file: Path
) -> None:
    parts = [list(part) for part in Passages(passage_file, limit).parts(size)]
    assert [row for part in parts for row in part] == list(rows(passage_file, limit))
    paths = [path for part in parts for path in {row.path for row in part}]
    assert len(paths) == len(set(paths))
    assert size > 1 or len(parts) == len(paths)


def test_a_file_that_cannot_be_read_is_counted_with_its_reason(notes: Path, tmp_path: Path) -> None:
    (notes / "empty.txt").write_text("")
    assert make(notes, tmp_path / "out.jsonl").skipped == {"empty": 1}


def test_questions_are_the_same_again_all_different_and_in_the_stated_shares(passage_file: Path) -> None:
    questions = draw(passage_file, 40)
    assert questions == draw(passage_file, 40)
    assert len(set(questions)) == 40
    lengths = [len(question.split()) for question in questions]
    assert sum(length == 40 for length in lengths) == 40 * SHARES["long"]
    assert sum(length == 1 for length in lengths) >= 40 * SHARES["one"]
    assert all(length <= 10 or length == 40 for length in lengths)


def test_too_few_passages_for_the_questions_is_an_error_that_says_so(
    notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert passages_main([str(notes), "--out", str(tmp_path / "out.jsonl"), "--questions", "50"]) == 2
    assert "passages give only" in capsys.readouterr().err


def test_naming_a_system_loads_no_library_so_that_memory_is_its_own() -> None:
    code = "import sys, benchmarks.worker; print(sorted({'numpy', 'qa', 'bm25s', 'tantivy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("name", [name for name in NAMES if name != "qa-fused"])
def test_every_system_finds_the_one_passage_that_holds_the_words(name: str, passage_file: Path, tmp_path: Path) -> None:
    pytest.importorskip(NEEDS.get(name, "numpy"))
    held = [*rows(passage_file, 30), Row("x", "x", 0, "The quagga grazed beside eleven zorillas.")]
    system(name).build(held, tmp_path)
    opened = system(name)
    opened.open(tmp_path)
    assert [number for number, _ in opened.top("quagga zorillas", 10)] == [30]
    assert len(opened.top("unikernel systems OR (xen) AND 'the': boot?", 10)) == 10
    assert opened.top("qqqq", 10) == opened.top("?!", 10) == []


def test_our_scores_are_those_of_the_reference(passage_file: Path, tmp_path: Path) -> None:
    ranked: dict[str, list[list[tuple[int, float]]]] = {}
    for name in ("qa", "rank_bm25"):
        (tmp_path / name).mkdir()
        assert build(name, passage_file, 200, tmp_path / name)["peak"] > 0
        told = io.StringIO()
        serve(name, tmp_path / name, io.StringIO(json.dumps(draw(passage_file, 20)) + "\n"), told)
        ranked[name] = json.loads(told.getvalue().splitlines()[1])["hits"]
    for ours, reference in zip(*ranked.values(), strict=True):
        assert [s for _, s in ours] == pytest.approx([s for _, s in reference], rel=1e-6)


def figures(milliseconds: float) -> dict[str, Any]:
    return {
        "build": {"seconds": 2.0, "processor": 3.0, "peak": 5e8, "disk": 1e6},
        "search": {"open": 0.01, "resident": 1e8, "private": 9e7, "times": [milliseconds / 1e3] * 9 + [1.0]},
    }


RAW = {
    "machine": {"processor": "x", "cores": 2, "memory": 8e9, "system": "Linux", "python": "3.11", "load": 0.0},
    "versions": {"qa": "1", "rank_bm25": "0.2"},
    "questions": 10,
    "rounds": 3,
    "builds": 1,
    "sizes": {
        "1000": {"qa": figures(1.5), "rank_bm25": figures(4)},
        "200000": {"qa": figures(2), "rank_bm25": None},
    },
}


def test_the_report_shows_every_system_at_every_size_and_what_was_not_run() -> None:
    lines = report(RAW).splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("| ")]
    assert cells[1] == ["qa", "2.0", "3.0", "500", "1.0", "500", "0.01", "100", "1.50", "1,000.00"]
    assert cells[5] == ["rank_bm25", *["not run"] * 9]
    assert "## 200,000 passages" in lines
    assert lines[-1].startswith("rank_bm25 is not run above 100,000 passages")


def test_the_plot_is_the_same_bytes_for_the_same_figures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plot(RAW, tmp_path)
    first = (tmp_path / "speed.svg").read_bytes()
    plot(RAW, tmp_path)
    assert (tmp_path / "speed.svg").read_bytes() == first
    assert (tmp_path / "speed.png").stat().st_size > 0


def test_a_speed_run_is_resumed_and_not_measured_again(passage_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("psutil")
    from benchmarks.speed import Benchmark

    benchmark = Benchmark(passage_file, tuple(draw(passage_file, 10)), tmp_path, rounds=1)
    first = benchmark.run(["qa", "rank_bm25"], 50)
    assert first["qa"]["search"]["difference"] < 1e-6
    assert benchmark.run(["qa", "rank_bm25"], 50) == first


def test_a_document_stands_where_the_first_of_its_passages_does() -> None:
    assert score(["b", "a"], {"a": 2.0, "c": 1.0}).recall_5 == 0.5
    assert score([], {"a": 1.0}) == score(["b"] * 10, {"a": 1.0})


@pytest.fixture
def judged_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    texts = {"a": "Ada built the bridge of granite.", "b": "The mill ground barley.", "c": "Rivers run to the sea."}
    lines = [{"_id": name, "title": f"On {name * 3}", "text": text} for name, text in texts.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "1", "text": "Who built the bridge?"}) + "\n")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1\ta\t1\n1\tb\t0\n")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_every_system_is_judged_on_the_same_documents(name: str, judged_folder: Path) -> None:
    pytest.importorskip(NEEDS.get(name, "numpy"))
    judged = beir(judged_folder)
    assert judged.documents[0].text == "On aaa\n\nAda built the bridge of granite."
    assert judged.questions == (("Who built the bridge?", {"a": 1.0}),)
    assert run(name, judged)[0].ndcg == 1.0


def test_a_difference_on_every_question_is_hardly_chance_and_none_is() -> None:
    right, wrong = (Scores(ndcg, ndcg, ndcg, ndcg, ndcg) for ndcg in (1.0, 0.0))
    assert chance([right] * 20, [wrong] * 20) < 0.001
    assert chance([right, wrong], [right, wrong]) == 1.0


def test_only_the_answerable_questions_of_squad_are_asked(tmp_path: Path) -> None:
    asked = [
        {"id": "1", "question": "Who built it?", "answers": [{"text": "Ada", "answer_start": 0}]},
        {"id": "2", "question": "Why?", "answers": [], "is_impossible": True},
    ]
    paragraphs = [{"context": "Ada built it.", "qas": asked}]
    (tmp_path / "set.json").write_text(json.dumps({"data": [{"title": "Bridge", "paragraphs": paragraphs}]}))
    assert squad(tmp_path / "set.json").questions == (("Who built it?", {"Bridge/0000.txt": 1.0}),)


def test_a_cold_start_is_timed_without_writing_to_the_folder(notes: Path, tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in notes.iterdir()}
    found = measure(notes, ["Who built the bridge?"], tmp_path / "out", exclude=["mill.txt"], times=1)
    assert {file.name: file.read_bytes() for file in notes.iterdir()} == before
    assert found["files"] == 1
    assert all(found[what] for what in ("ask", "walk", "add", "remove"))


def test_a_whole_answer_is_timed_with_its_stages(
    notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "questions.txt").write_text("Who built the bridge?\nqqqq\n")
    assert answer_main([str(notes), "--questions", str(tmp_path / "questions.txt"), "--rounds", "1"]) == 0
    told = capsys.readouterr().out.splitlines()
    cells = {cells[1].strip(): float(cells[2]) for line in told[4:] if (cells := line.split("|"))}
    assert list(cells) == ["whole answer", *(f"of it: {stage}" for stage in ("query", "retrieve", "rate", "quotes"))]
    assert cells["whole answer"] > 0


def test_a_folder_that_is_not_there_is_told_before_anything_is_timed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer_main([str(tmp_path / "none"), "--questions", str(tmp_path / "questions.txt")]) == 2
    assert "no such file or folder" in capsys.readouterr().err


def test_a_chat_in_a_terminal_of_its_own_shows_a_prompt_then_a_key_then_an_answer(notes: Path) -> None:
    started = start(["--corpus", str(notes)], {**os.environ, "TERM": "xterm-256color"})
    assert 0 < started.prompt < started.key < started.answer
    assert "| a key is taken " in table([started])
