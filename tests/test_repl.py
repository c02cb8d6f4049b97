"""The chat, without a terminal."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from qa.library import Library, open_library
from qa.repl import Chat, _history, editor_command, run


@pytest.fixture
def pipe() -> Iterator[PipeInput]:
    with create_pipe_input() as made:
        yield made


def talk(library: Library, pipe: PipeInput, keys: str) -> list[str]:
    """What the chat writes while these keys are typed; every session ends with Control-D."""
    written: list[str] = []
    pipe.send_text(keys + "\x04")
    run(PromptSession(input=pipe, output=DummyOutput()), Chat(library, written.append))
    return written[1:]


def test_a_question_is_answered_with_a_quote_and_its_place(bundled: Library, pipe: PipeInput) -> None:
    (reply,) = talk(bundled, pipe, "Who acquired Unikernel Systems?\n")
    assert "Docker" in reply
    assert ".md:" in reply


def test_a_follow_up_shows_how_it_was_read(bundled: Library, pipe: PipeInput) -> None:
    replies = talk(bundled, pipe, "What is Jitsu?\nWho worked on it?\n")
    assert "(reading: Who worked on Jitsu?)" in replies[1]


def test_control_c_drops_the_line_and_control_d_leaves(bundled: Library, pipe: PipeInput) -> None:
    assert talk(bundled, pipe, "half a quest\x03/quit\nnever read\n") == []


def test_an_empty_line_says_nothing(bundled: Library, pipe: PipeInput) -> None:
    assert talk(bundled, pipe, "\n   \n") == []


def test_more_shows_quotes_that_were_not_shown_yet(bundled: Library, pipe: PipeInput) -> None:
    first, more = talk(bundled, pipe, "What is a unikernel?\n/more\n")
    assert first.startswith(" 1  ")
    assert more.lstrip().startswith("4  ")
    assert talk(bundled, pipe, "/more\n") == ["Ask something first."]


def test_help_sources_and_an_unknown_command(bundled: Library, pipe: PipeInput) -> None:
    listed, helped, unknown, _ = talk(bundled, pipe, "/sources\n/help\n/nonsense\n/\n")
    assert "jitsu.md" in listed
    assert all(f"/{name}" in helped for name in ("more", "open", "sources", "help", "quit"))
    assert "in:" in helped
    assert unknown == "/nonsense: no such command; /help lists them"


def test_open_hands_file_and_line_to_the_editor(notes: Path, pipe: PipeInput, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[list[str]] = []
    monkeypatch.setenv("VISUAL", "ed -p '> '")
    monkeypatch.setattr("qa.repl.subprocess.run", lambda command, **_: called.append(command))
    library = open_library(notes)
    replies = talk(library, pipe, "/open 1\nWho built the old bridge?\n/open 9\n/open x\n/open 1\n")
    assert replies[0] == "There is no quote to open yet."
    assert replies[2].startswith("/open N, with N from 1 to")
    assert called == [["ed", "-p", "> ", "+3", str(notes / "bridge.md")]]


def test_an_editor_that_is_not_there_is_a_line_and_not_the_end(
    notes: Path, pipe: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    replies = talk(open_library(notes), pipe, "Who built the old bridge?\n/open 1\nWhat turns?\n")
    assert replies[1].startswith("/no/such/editor: ")
    assert len(replies) == 3


def test_without_an_editor_a_pager_opens_at_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    command = editor_command(Path("/tmp/a file.txt"), 7)
    assert command[-2:] == ["+7", "/tmp/a file.txt"]


def test_control_c_reaches_the_pager_and_does_not_kill_it(
    notes: Path, pipe: PipeInput, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "lived on"
    pager = tmp_path / "pager.py"
    pager.write_text(
        "import os, pathlib, signal, time\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler, 'must not inherit SIG_IGN'\n"
        "os.kill(os.getppid(), signal.SIGINT)\n"
        "time.sleep(0.6)\n"
        f"pathlib.Path({str(marker)!r}).touch()\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {pager}")
    before = signal.getsignal(signal.SIGINT)
    replies = talk(open_library(notes), pipe, "Who built the old bridge?\n/open 1\n")
    assert len(replies) == 1
    assert marker.exists()
    assert signal.getsignal(signal.SIGINT) is before


def test_open_with_a_monstrous_number_or_a_broken_editor_is_a_line(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library(notes)
    chat_lines: list[str] = []
    chat = Chat(library, chat_lines.append)
    chat.take("Who built the old bridge?")
    chat.take(f"/open {'9' * 4_400}")
    monkeypatch.setenv("VISUAL", '"')
    chat.take("/open 1")
    assert chat_lines[1].startswith("/open N, with N from 1")
    assert chat_lines[2] == '": No closing quotation; set $EDITOR to an editor'
    monkeypatch.setenv("VISUAL", " ")
    assert len(editor_command(Path("/tmp/a"), 7)) == 3


def test_sources_are_a_line_each(tmp_path: Path, pipe: PipeInput) -> None:
    (tmp_path / "two\nlines  here.txt").write_text("The heron fishes here.\n")
    assert talk(open_library(tmp_path), pipe, "/sources\n") == ["two\ufffdlines  here.txt"]


def test_lines_are_remembered_only_where_they_can_be_written_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_STATE", str(tmp_path / "state"))
    kept = _history()
    assert isinstance(kept, FileHistory)
    (tmp_path / "state" / "history").unlink()
    (tmp_path / "state" / "history").mkdir()
    kept.store_string("lost, and the chat goes on")
    assert isinstance(_history(), InMemoryHistory)
    (tmp_path / "file").touch()
    monkeypatch.setenv("QA_STATE", str(tmp_path / "file"))
    assert isinstance(_history(), InMemoryHistory)
