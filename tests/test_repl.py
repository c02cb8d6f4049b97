"""The chat, without a terminal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from qa.library import Library, open_library
from qa.repl import Chat, editor_command, run


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
    assert "(reading: Who worked on it? (Jitsu))" in replies[1]


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
