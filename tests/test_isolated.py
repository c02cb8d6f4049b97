"""A parser that hangs, crashes or eats memory costs its file and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from made import column, pdf

import qa
from qa.load import LIMIT, find, read, rest
from qa.load.isolated import Isolation
from qa.load.protocol import Parsed, Unreadable


@pytest.fixture
def isolation(monkeypatch: pytest.MonkeyPatch) -> Iterator[Isolation]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    found = Isolation(seconds=2, memory=1 << 30)
    yield found
    found.end()


def parsed(isolation: Isolation, deed: str) -> Parsed:
    return isolation.parse("misbehaving", "odd", deed.encode())


def why(isolation: Isolation, deed: str) -> str:
    with pytest.raises(Unreadable) as caught:
        parsed(isolation, deed)
    return str(caught.value)


def test_files_are_parsed_in_one_process_that_is_not_this_one(isolation: Isolation) -> None:
    first, second = parsed(isolation, "one"), parsed(isolation, "zwei\u00e9")
    assert (first.text, second.text, first.blocks[0].end, second.pages) == ("one", "zwei\u00e9", 3, (0,))
    assert first.title == second.title != str(os.getpid())


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("hang", "the odd reader took longer than 2 s"),
        ("crash", "the odd reader crashed or ran out of memory (SIGABRT)"),
        ("leave", "the odd reader crashed or ran out of memory (exit code 7)"),
        ("raise", "the odd reader failed (ValueError: two lines)"),
        ("refuse", "not this one"),
        ("swell", f"too large: {5 * LIMIT:,} characters of text, the limit is {LIMIT:,}"),
        ("swallow", "the odd reader needed more than 1,024 MB of memory"),
    ],
)
def test_what_goes_wrong_is_said_and_the_next_file_is_read(isolation: Isolation, deed: str, reason: str) -> None:
    if deed == "swallow":
        pytest.importorskip("resource")
    parsed(isolation, "before")
    assert why(isolation, deed) == reason
    assert why(isolation, deed) == reason
    assert parsed(isolation, "behind").text == "behind"


def test_a_file_does_not_pay_for_what_a_process_did_before(isolation: Isolation) -> None:
    before = parsed(isolation, "before")
    again = parsed(isolation, "crash once used")
    assert again.title != before.title


def test_what_a_parser_prints_is_no_reply(isolation: Isolation) -> None:
    assert parsed(isolation, "print").text == "print"
    assert parsed(isolation, "more").text == "more"


def test_an_interrupted_request_is_not_answered_to_the_next_one(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed(isolation, "before")

    def interrupted(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("qa.load.isolated._exchanged", interrupted)
        with pytest.raises(KeyboardInterrupt):
            parsed(isolation, "lost")
    assert parsed(isolation, "behind").text == "behind"


def test_the_process_ends_when_nobody_asks_any_more_even_in_the_middle_of_a_file(tmp_path: Path) -> None:
    code = (
        "import os, threading, time; from qa.load.isolated import Isolation; i = Isolation(seconds=3);"
        "print(i.parse('misbehaving', 'odd', b'x').title, flush=True);"
        "threading.Thread(target=lambda: i.parse('misbehaving', 'odd', b'hang')).start(); time.sleep(.5); os._exit(0)"
    )
    path = os.pathsep.join((str(Path(qa.__file__).parents[1]), str(Path(__file__).parent)))
    command = [sys.executable, "-c", code]
    made = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, check=True)
    deadline = time.monotonic() + 60
    while Path(f"/proc/{int(made.stdout)}/stat").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(made.stdout), 0)


def test_modules_beside_the_reader_of_untrusted_files_are_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not this json')")
    (tmp_path / "a.pdf").write_bytes(pdf([column(["The mill has twelve paddles."])]))
    rest()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    sources, _ = find([tmp_path / "a.pdf"])
    assert read(sources[0]).text == "The mill has twelve paddles."


def test_a_corpus_without_such_files_starts_nothing_and_imports_nothing(notes: Path, tmp_path: Path) -> None:
    code = (
        "import sys, qa; library = qa.open(sys.argv[1]); print(library.answer('Who built the old bridge?').answered,"
        "*sorted({'pypdfium2', 'zipfile', 'xml.etree', 'subprocess', 'qa.load.process', 'qa.load.pdf', 'qa.load.docx'}"
        " & set(sys.modules)))"
    )
    environment = {**os.environ, "QA_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(Path(qa.__file__).parents[1])}
    command = [sys.executable, "-c", code, str(notes)]
    subprocess.run(command, env=environment, check=True, capture_output=True)  # builds the index
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    assert said.split()[0] == "True"
    assert set(said.split()[1:]) <= {"zipfile", "subprocess"}  # which others import, too


def test_pdfs_are_indexed_by_worker_processes_as_by_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        lines = [f"The heron of lake {number} was counted in {1900 + number}.", "It had left the lake by autumn."]
        (tmp_path / f"{number}.pdf").write_bytes(pdf([column(lines)]))
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.4\nno")
    monkeypatch.setenv("QA_CACHE", str(tmp_path.parent / "one"))
    here = qa.open(tmp_path)
    monkeypatch.setenv("QA_CACHE", str(tmp_path.parent / "other"))
    monkeypatch.setattr("qa.index.batches.BATCH_BYTES", 1_000)
    monkeypatch.setattr("qa.index.batches._WORTH_WORKERS", 0)
    there = qa.open(tmp_path)
    question = "When was the heron of lake 3 counted?"
    assert here.answer(question).to_dict() == there.answer(question).to_dict()
    assert here.answer(question).quotes[0].page == 1
    assert here.skipped == there.skipped != ()
    assert [skip.reason for skip in there.skipped] == ["damaged: not a readable PDF"]
