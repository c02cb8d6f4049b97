"""The chat, without a terminal."""

import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document as Line
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from qa.errors import CorpusError, QAError, QuestionError
from qa.library import Library, open_library
from qa.model import Answer
from qa.repl import Chat, Lines, Opening, editor_command, resumed, run, terminal_session
from qa.repl.commands import COMMANDS
from qa.repl.prompt import _history, toolbar
from qa.repl.words import LineCompleter, Words, styled


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
    monkeypatch.setattr("qa.repl.editor.subprocess.run", lambda command, **_: called.append(command))
    library = open_library(notes)
    replies = talk(library, pipe, "/open 1\nWho built the old bridge?\n/open 9\n/open x\n/open 1\n")
    assert replies[0] == "There is no quote yet; ask something first."
    assert replies[2].startswith("/open N, with N from 1 to")
    assert called == [["ed", "-p", "> ", "+3", str(notes / "bridge.md")]]


def test_an_editor_that_is_not_there_is_a_line_and_not_the_end(
    notes: Path, pipe: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    replies = talk(open_library(notes), pipe, "Who built the old bridge?\n/open 1\nWhat turns?\n")
    assert replies[1].startswith("/no/such/editor: ")
    assert "mill.txt:1" in replies[2]


def test_without_an_editor_a_pager_opens_at_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    command = editor_command(Path("/tmp/a file.txt"), 7)
    assert command[-2:] == ["+7", "/tmp/a file.txt"]


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("vim", ["vim", "+7", "/tmp/a b.txt"]),
        ("/usr/bin/code --wait", ["/usr/bin/code", "--wait", "--goto", "/tmp/a b.txt:7"]),
        ("subl", ["subl", "/tmp/a b.txt:7"]),
    ],
)
def test_an_editor_is_told_the_line_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch, editor: str, command: list[str]
) -> None:
    monkeypatch.setenv("VISUAL", editor)
    assert editor_command(Path("/tmp/a b.txt"), 7) == command
    assert editor_command(Path("/tmp/a b.txt"), None)[-1] == "/tmp/a b.txt"


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


def terminal(library: Library, pipe: PipeInput, keys: str, **options: bool) -> list[str]:
    """What the chat writes when a whole session is used, with its completion, lexer and key bindings."""
    written: list[str] = []
    chat = Chat(library, written.append)
    pipe.send_text(keys + "\x04")
    run(terminal_session(chat, remember=False, input=pipe, output=DummyOutput(), **options), chat)
    return written[1:]


@pytest.fixture
def asked(notes: Path) -> tuple[Chat, list[str]]:
    """A chat after one question, and what it writes from there on."""
    written: list[str] = []
    chat = Chat(open_library(notes), written.append, lambda: 60)
    chat.take("Who built the old bridge?")
    written.clear()
    return chat, written


BRIDGE = "The old bridge was built in 1874 by Ada Stone."
SCREENS = (
    ("/new", ["Forgotten; the next question stands alone."]),
    ("/context 9", ["/context N, with N from 1 to 3"]),
    (
        "/context",
        [
            "  The bridge\n\n> The old bridge was built in 1874 by Ada Stone. It is made\n> of granite.\n\n"
            "  Repairs\n\n  It was closed in 1990 because the river had washed out its\n  second pier.\n\n"
            "bridge.md:3 · The bridge"
        ],
    ),
    ("/in mill.txt", ["Questions are asked of mill.txt alone; /in without a path\nlifts it."]),
    ("/in", ["Questions are asked of all documents."]),
    ("/set k 2", ["k is 2: up to 2 quotes an answer."]),
    ("/set k 0", ["/set k N, with N from 1 to 50: quotes an answer (now 3)"]),
    ("/reload", ["2 documents, 2 passages."]),
    ("/search", ["/search QUERY"]),
    ("/export notes.pdf", ["/export FILE.md or /export FILE.json"]),
    ("/add", ["/add PATH"]),
    ("/span", ["/span TEXT: the words of the documents that answer, copied\nfrom them"]),
    ("/span nowhere to be found", ["This text stands nowhere in the documents; copy it word for\nword."]),
    ("/answer", ["/answer N: the quote, or near miss, that does answer"]),
    ("/help open", ["/open N\nOpen the file of quote N at its line ($VISUAL, $EDITOR, or a\npager)."]),
    ("/help zzz", ["/zzz: no such command; /help lists them"]),
    ("/sou", ["bridge.md\nmill.txt"]),
    ("/s", ["/s: no such command; did you mean /search?"]),
)


@pytest.mark.parametrize(("line", "screen"), SCREENS, ids=[line for line, _ in SCREENS])
def test_a_command_writes(asked: tuple[Chat, list[str]], line: str, screen: list[str]) -> None:
    chat, written = asked
    chat.take(line)
    assert written == screen


def test_every_command_is_a_line_without_a_question_and_none_ends_the_chat(notes: Path) -> None:
    written: list[str] = []
    chat = Chat(open_library(notes), written.append)
    for name in COMMANDS:
        assert chat.take(f"/help {name}")
        assert chat.take(f"/{name}") is (name != "quit")
        chat.leaving = False
    assert len(written) == 2 * len(COMMANDS) - 1


TYPED = {
    "more": ("/more", "There is no more."),
    "alone": ("Who?\n/alone", "The documents do not answer this."),
    "new": ("/new", "Forgotten; the next question stands alone."),
    "context": ("/context 1", "  The bridge\n\n> The old bridge was built in 1874"),
    "why": ("/why 2", "\n 2  bridge.md:4 · +"),
    "open": ("/open 1", "no-such-editor: No such file or directory; set $EDITOR to an editor"),
    "search": ("/search granite -barley", " 1  bridge.md:1 · "),
    "sources": ("/sources", "bridge.md\nmill.txt"),
    "in": ("/in mill.txt", "Questions are asked of mill.txt alone; /in without a path lifts it."),
    "add": ("/add {more}", "3 documents, 3 passages."),
    "reload": ("/reload", "2 documents, 2 passages."),
    "set": ("/set k 2", "k is 2: up to 2 quotes an answer."),
    "export": ("/export {out}.md", "1 question in {out}.md"),
    "save": ("/save {out}", "1 question in {out}.json; qa chat --resume {out}.json goes on from it"),
    "good": ("/good 1", "Noted: bridge.md. 1 question in {gold}"),
    "answer": ("/answer 2", "Noted: bridge.md. 1 question in {gold}"),
    "bad": ("/bad", "Noted: the documents do not answer. 1 question in {gold}"),
    "span": ("/span by Ada Stone", "Noted: bridge.md. 1 question in {gold}"),
    "review": ("/review", " 1  Who built the old bridge? · "),
    "help": ("/help why", "/why N\nWhat quote N was chosen for"),
    "quit": ("/quit\nWho built the old bridge?", None),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_does_what_it_says_when_it_is_typed(
    name: str, notes: Path, tmp_path: Path, pipe: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    monkeypatch.setenv("QA_STATE", str(tmp_path / "state"))
    more = tmp_path / "more.txt"
    more.write_text("The tower was built by Bob Hill.\n")
    chat = Chat(open_library(notes), lambda _: None)
    places = {"more": more, "out": tmp_path / "out", "gold": chat.own_file("gold")}
    keys, screen = TYPED[name]
    replies = terminal(chat.library, pipe, f"Who built the old bridge?\n{keys.format(**places)}\n")
    if screen is None:
        assert len(replies) == 1
    else:
        assert screen.format(**places) in "\n".join(replies[1:])


def test_commands_that_are_suggested_can_be_pasted_whatever_the_names_of_files(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = notes.rename(tmp_path / "my letters")
    monkeypatch.setenv("HOME", str(tmp_path))
    written: list[str] = []
    chat = Chat(open_library(letters), written.append, gold=tmp_path / "own questions.jsonl")
    for line in ("Who built the old bridge?", "/good 1", "/save ~/my chat"):
        chat.take(line)
    measuring = shlex.split(written[1].partition(" (")[2].removesuffix(" measures them)"))
    assert measuring[-4:] == ["--gold", str(tmp_path / "own questions.jsonl"), "--corpus", str(letters)]
    going_on = shlex.split(written[2].partition("; ")[2].removesuffix(" goes on from it"))
    assert going_on == ["qa", "chat", "--resume", str(tmp_path / "my chat.json")]


def test_alone_undoes_the_reading_and_the_next_follow_up_builds_on_that(bundled: Library) -> None:
    written: list[str] = []
    chat = Chat(bundled, written.append)
    for line in ("What is Jitsu?", "Who worked on it?", "/alone"):
        chat.take(line)
    assert "(reading:" in written[1]
    assert written[2].startswith("(/alone asks it as typed")
    assert "(reading:" not in written[3]
    assert [answer.standalone for answer in chat.history] == ["What is Jitsu?", "Who worked on it?"]


def test_what_is_no_answer_can_be_said_elsewhere(bundled: Library) -> None:
    written: list[str] = []
    said: list[str] = []
    chat = Chat(bundled, written.append, lambda: 20, remark=said.append)
    for line in ("What is Jitsu?", "Who worked on it?", "/context 99", "/new", "/bogus"):
        chat.take(line)
    assert len(written) == 2
    assert [line.split()[0] for line in said] == ["(/alone", "/context", "Forgotten;", "/bogus:"]


def test_whatever_a_narrow_terminal_is_told_fits_but_what_is_copied_from_it_stays_whole(
    bundled: Library, tmp_path: Path
) -> None:
    written: list[str] = []
    chat = Chat(bundled, written.append, lambda: 40)
    for line in (
        "What is Irmin?",
        "/in irmin.md",
        "/why",
        "/context",
        "/more",
        "/review",
        "/span nowhere",
        "/help set",
    ):
        chat.take(line)
    assert all(len(line) <= 40 for screen in written for line in screen.split("\n"))
    (tmp_path / "there.md").touch()
    chat.take(f"/export {tmp_path / 'there.md'}")
    assert str(tmp_path / "there.md") in written[-1].split("\n")[0]


def test_why_explains_the_quote_of_a_number_alone(asked: tuple[Chat, list[str]]) -> None:
    chat, written = asked
    for line in ("/why", "/why 2"):
        chat.take(line)
    assert written[0].startswith("It answers: ")
    assert "\n 1  bridge.md:3 · +" in written[0]
    assert "\n 2  bridge.md" in written[1]
    assert " 1  " not in written[1]


def test_new_forgets(bundled: Library) -> None:
    chat = Chat(bundled, lambda _: None)
    for line in ("What is Jitsu?", "/new", "Who worked on it?"):
        chat.take(line)
    assert chat.history[-1].standalone == "Who worked on it?"


def test_a_scope_is_added_to_questions_without_one_of_their_own(notes: Path) -> None:
    written: list[str] = []
    chat = Chat(open_library(notes), written.append)
    chat.take("/in mill.txt")
    chat.take("Who built the old bridge?")
    assert {quote.path for quote in chat.quotes} <= {"mill.txt"}
    chat.take("Who built the old bridge? in:bridge.md")
    assert chat.quotes[0].path == "bridge.md"
    with pytest.raises(QuestionError, match="in:gone"):
        chat.take("/in gone")
    assert chat.scope == "in:mill.txt"


def test_a_folder_is_added_and_one_that_is_not_there_changes_nothing(
    notes: Path, tmp_path: Path, asked: tuple[Chat, list[str]]
) -> None:
    chat, written = asked
    with pytest.raises(CorpusError):
        chat.take(f"/add {tmp_path / 'gone'}")
    more = tmp_path / "more"
    more.mkdir()
    (more / "tower.md").write_text("The tower was built by Bob Hill.\n")
    chat.take(f"/add {more}")
    chat.take("/new")
    chat.take("Who built the tower?")
    assert written[0] == "3 documents, 3 passages."
    assert chat.quotes[0].path == "more/tower.md"


def test_reloading_a_corpus_that_became_empty_keeps_the_old_state(
    notes: Path, pipe: PipeInput, asked: tuple[Chat, list[str]]
) -> None:
    library = open_library(notes)
    for file in notes.iterdir():
        file.unlink()
    question = "Who built the old bridge?"
    refused, found, answered = talk(library, pipe, f"/reload\n/search {question}\n{question}\n")
    assert "no documents here" in refused.replace("\n", " ")
    assert BRIDGE in found
    assert "Not quoted, for they changed since they were read" in answered


def test_a_conversation_is_exported_and_resumed_with_the_same_quotes(
    asked: tuple[Chat, list[str]], tmp_path: Path
) -> None:
    chat, written = asked
    chat.take("What washed out the old brigde?")
    assert chat.history[1].read_as == (("brigde", "bridge"),)
    written.clear()
    file, page = tmp_path / "talk.json", tmp_path / "talk.md"
    chat.take(f"/save {file}")
    chat.take(f"/export {page}")
    assert written[0].endswith(f"; qa chat --resume {file} goes on from it")
    assert resumed(file, chat.library) == chat.history
    assert page.read_text().startswith(f"## Who built the old bridge?\n\n> {BRIDGE}\n>\n> — bridge.md:3, The bridge; ")
    page.write_text("mine")
    Chat(chat.library, written.append, history=chat.history).take(f"/export {page}")
    assert written[-1].replace("\n", " ").endswith("is there already; choose another name")
    assert page.read_text() == "mine"


def test_what_was_said_beside_quotes_is_there_when_resuming(notes: Path, tmp_path: Path) -> None:
    (notes / "copy.md").write_text((notes / "bridge.md").read_text())
    library = open_library(notes)
    answer = replace(library.answer("Who built the old bridge?"), changed=("mill.txt",), promised=0.1)
    assert answer.quotes[0].also_in == ("copy.md",)
    file = tmp_path / "talk.json"
    Chat(library, lambda _: None, history=[answer]).take(f"/save {file}")
    assert resumed(file, library) == [answer]
    (notes / "copy.md").unlink()
    (again,) = resumed(file, open_library(notes))
    assert again.quotes[0].also_in == ()


@pytest.mark.parametrize("content", ["", "[1]", '{"question": 3}', "[" * 5_000, '[{"question": "a"}]'])
def test_what_is_no_conversation_is_refused_by_name(notes: Path, tmp_path: Path, content: str) -> None:
    file = tmp_path / "talk.json"
    file.write_text(content)
    with pytest.raises(QAError, match=r"talk\.json: no conversation"):
        resumed(file, open_library(notes))


def test_quotes_that_no_longer_stand_are_left_out_when_resuming(
    notes: Path, asked: tuple[Chat, list[str]], tmp_path: Path
) -> None:
    chat, _ = asked
    chat.take(f"/save {tmp_path / 'talk.json'}")
    (notes / "bridge.md").write_text("# The bridge\n\nNothing is known of it.\n")
    (again,) = resumed(tmp_path / "talk.json", open_library(notes))
    assert all(quote.path != "bridge.md" for quote in (*again.quotes, *again.nearest))


def test_long_quotes_fold_links_lead_to_files_and_agreeing_quotes_stand_together(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text("Plants that grow here:\n\n" + "".join(f"- plant {n}\n" for n in range(30)))
    (tmp_path / "a.md").write_text("# Lions\n\nThe lion was seen in 1990 by Ada Stone near the river.\n")
    (tmp_path / "b.md").write_text("# Lions\n\nThe lion was seen by Ada Stone near the river in 1990.\n")
    written: list[str] = []
    chat = Chat(open_library(tmp_path), written.append, color=True, links=True)
    chat.take("Which plants grow here?")
    assert "more lines: /context 1" in written[-1]
    chat.take("/new")
    chat.take("Who has seen the lion?")
    assert f"\x1b]8;;{(tmp_path / 'a.md').as_uri()}\x1b\\a.md:3\x1b]8;;\x1b\\" in written[-1]
    assert "also (2)" in written[-1]


def test_tab_completes_words_and_alt_enter_adds_a_line(notes: Path, pipe: PipeInput) -> None:
    chat = Chat(open_library(notes), lambda _: None)
    pipe.send_text("Who built the\x1b\rold\x1b\nbridge?\n\x04")
    run(terminal_session(chat, remember=False, input=pipe, output=DummyOutput()), chat)
    assert chat.history[0].question == "Who built the\nold\nbridge?"


def completions(chat: Chat, text: str) -> list[str]:
    found = LineCompleter(Words(chat)).get_completions(Line(text, len(text)), CompleteEvent(completion_requested=True))
    return [completion.text for completion in found]


def test_commands_paths_headings_and_words_complete(notes: Path) -> None:
    (notes / "my letters").mkdir()
    (notes / "my letters" / "one.md").write_text("# The tower\n\nA letter on the tower.\n")
    chat = Chat(open_library(notes), lambda _: None)
    assert completions(chat, "/s") == ["search", "sources", "set", "save", "span"]
    assert completions(chat, "Who? in:") == ['"my letters/"', "bridge.md", "mill.txt", '"my letters/one.md"']
    assert completions(chat, 'Who? in:"my letters/o') == ['"my letters/one.md"']
    assert completions(chat, "/in mi") == ["mill.txt"]
    assert completions(chat, "Who? title:the") == ['"The bridge"', '"The tower"']
    assert completions(chat, "How much bar") == ["barley"]
    assert completions(chat, "/search in:mi") == ["mill.txt"]
    assert completions(chat, "/help so") == completions(chat, "/help /so") == ["sources"]
    assert completions(chat, "/set ") == ["k "]
    assert completions(chat, "Who ") == []


def test_a_word_is_offered_once_as_it_is_mostly_spelt(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Heron, heron, heron, herons, HERON and heroes. Otters are Otters, and otters.\n")
    chat = Chat(open_library(tmp_path), lambda _: None)
    assert completions(chat, "her") == ["heron", "heroes", "herons"]
    assert completions(chat, "OT") == ["Otters"]


def test_the_query_of_a_search_is_marked_as_one(notes: Path) -> None:
    words = Words(Chat(open_library(notes), lambda _: None))
    assert styled('/search zebra "old bridge" -barley x', words.lacks) == [
        ("class:command", "/search"),
        ("", " "),
        ("class:unknown", "zebra"),
        ("", " "),
        ("class:phrase", '"old bridge"'),
        ("", " "),
        ("class:filter", "-barley"),
        ("", " x"),
    ]


def test_words_that_no_document_holds_are_marked_and_the_last_is_left_until_it_is_typed(notes: Path) -> None:
    words = Words(Chat(open_library(notes), lambda _: None))
    line = 'Was the zebra built of "old bridge" in:mill.txt or zeb'
    assert [piece for piece in styled(line, words.lacks) if piece[0]] == [
        ("class:unknown", "zebra"),
        ("class:phrase", '"old bridge"'),
        ("class:filter", "in:mill.txt"),
    ]


def test_vi_keys_edit_where_they_are_asked_for(notes: Path, pipe: PipeInput) -> None:
    chat = Chat(open_library(notes), lambda _: None)
    pipe.send_text("Who built the old bridge\x1b")
    pipe.send_text("A?\n")
    pipe.send_text("\x04")
    run(terminal_session(chat, remember=False, vi=True, input=pipe, output=DummyOutput()), chat)
    assert chat.history[0].question == "Who built the old bridge?"


def test_the_toolbar_says_what_fits(notes: Path) -> None:
    chat = Chat(open_library(notes), lambda _: None)
    chat.take("Who built the old bridge?")
    chat.take("/in mill.txt")
    assert toolbar(chat, 80) == "notes · in:mill.txt · 2 documents · 2 passages · 1 asked · /help"
    assert toolbar(chat, 24) == "notes · in:mill.txt"


def test_the_prompt_comes_before_the_documents_and_waits_for_them_only_to_answer(notes: Path, pipe: PipeInput) -> None:
    go = threading.Event()

    def slowly(progress: Callable[[int, int], None]) -> Library:
        progress(1_000_000, 4_000_000)
        go.wait(10)
        return open_library(notes)

    opening = Opening(slowly)
    written: list[str] = []
    chat = Chat(opening, written.append)
    opening.start()
    while opening.progress is None:
        pass
    assert toolbar(chat, 80) == "indexing 1 of 4 MB, type ahead"
    assert toolbar(chat, 10) == "indexing 1"
    go.set()
    pipe.send_text("Who built the old bridge?\n\x04")
    run(terminal_session(chat, remember=False, input=pipe, output=DummyOutput()), chat)
    assert written[0] == "Ask, or /help for help; Control-D leaves."
    assert BRIDGE in written[-1]


def test_without_a_terminal_lines_are_read_and_written_down_with_their_answers(notes: Path) -> None:
    written: list[str] = []
    run(
        Lines(["Who built the old bridge?\n", "/nonsense\x1b[2J\n"], written.append),
        Chat(open_library(notes), written.append),
    )
    assert written[0] == "? Who built the old bridge?"
    assert BRIDGE in written[1]
    assert written[2] == "? /nonsense\ufffd[2J"
    assert len(written) == 4


def test_documents_that_cannot_be_opened_end_the_chat_with_the_reason(tmp_path: Path, pipe: PipeInput) -> None:
    opening = Opening(lambda _: open_library(tmp_path / "gone"))
    chat = Chat(opening, lambda _: None)
    with pytest.raises(CorpusError, match="gone"):
        run(terminal_session(chat, remember=False, input=pipe, output=DummyOutput()), chat)


@pytest.fixture
def indexing(notes: Path) -> tuple[Opening, threading.Event]:
    """Documents that are being indexed until the event is set."""
    go = threading.Event()

    def slowly(progress: Callable[[int, int], None]) -> Library:
        while not go.wait(0.01):
            progress(1_000_000, 4_000_000)
        return open_library(notes)

    opening = Opening(slowly)
    opening.start()
    while opening.progress is None:
        pass
    return opening, go


@pytest.mark.parametrize("keys", ["\x04", "/quit\n"], ids=["control-d", "quit"])
def test_who_leaves_while_documents_are_indexed_sees_that_finished(
    indexing: tuple[Opening, threading.Event], pipe: PipeInput, keys: str
) -> None:
    opening, go = indexing
    written: list[str] = []

    def waiting(done: int, total: int) -> None:
        seen.append((done, total))
        go.set()

    seen: list[tuple[int, int]] = []
    chat = Chat(opening, written.append, waiting=waiting)
    pipe.send_text(keys)
    run(terminal_session(chat, remember=False, input=pipe, output=DummyOutput()), chat)
    assert written[1:] == [
        "Indexing is finished first. Control-C leaves at once; the next start then goes\non from there."
    ]
    assert seen[0] == (1_000_000, 4_000_000)
    assert opening.get().paths == ("bridge.md", "mill.txt")


def test_control_c_then_leaves_at_once(indexing: tuple[Opening, threading.Event], pipe: PipeInput) -> None:
    opening, go = indexing
    written: list[str] = []

    def interrupt(done: int, total: int) -> None:
        if done < total:
            raise KeyboardInterrupt

    chat = Chat(opening, written.append, waiting=interrupt)
    pipe.send_text("\x04")
    run(terminal_session(chat, remember=False, input=pipe, output=DummyOutput()), chat)
    assert written[-1] == "Stopped at 1 of 4 MB."
    opening.close()
    assert opening.done
    assert not go.is_set()


def test_leaving_ends_the_indexing() -> None:
    begun, ended = threading.Event(), threading.Event()

    def forever(progress: Callable[[int, int], None]) -> Library:
        try:
            while True:
                progress(0, 1)
                begun.set()
        finally:
            ended.set()

    opening = Opening(forever)
    opening.start()
    assert begun.wait(10)
    opening.close()
    assert ended.wait(10)


def test_control_c_while_answering_drops_the_question_and_the_chat_goes_on(
    notes: Path, pipe: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library(notes)
    answer = library.answer
    interrupts = iter([True, False])

    def interrupted(*given: Any, **options: Any) -> Answer:
        if next(interrupts):
            raise KeyboardInterrupt
        return answer(*given, **options)

    monkeypatch.setattr(library, "answer", interrupted)
    replies = talk(library, pipe, "Who built the old bridge?\nWho built the old bridge?\n")
    assert replies[0] == "(interrupted)"
    assert BRIDGE in replies[1]


def test_nothing_is_imported_before_the_prompt_that_takes_long() -> None:
    code = "import sys, qa.repl; print(sorted({'numpy', 'qa.library', 'nupunkt', 'sklearn'} & set(sys.modules)))"
    run_alone = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run_alone.stdout == "[]\n"
