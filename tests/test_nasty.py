"""The corpus of nasty files that `scripts/nasty.py` makes: read or named, quoted exactly, never sent raw."""

import json
import os
import re
import runpy
from pathlib import Path

import pytest

import qa
from eval.__main__ import main as evaluate
from qa.cli import main
from qa.library import open_library
from qa.present import markdown_text, printable
from qa.receipt import claims_in, prove
from qa.repl import Chat
from qa.repl.prompt import toolbar

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "nasty.py"
QUESTIONS = (
    "Where do otters live?",
    "Where did the heron stand?",
    "What is owned by the title item?",
    "heron\x1b[2J \u202eweir\x9b",
    "zzyzx\x1b]0;owned\x07\u2066 xylophone",
)
DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
RAW = {*map(chr, (*range(32), *range(127, 160), *DIRECTIONS))}


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nasty") / "cor\x1b[2J\u202epus"
    runpy.run_path(str(SCRIPT))["make"](folder)
    return folder


@pytest.fixture(scope="module")
def library(nasty: Path) -> qa.Library:
    return open_library(nasty)


def raw(shown: str) -> set[str]:
    """What could steer a terminal in some output of several lines."""
    return (set(shown) & RAW) - {"\n", "\t"}


def test_every_file_is_read_or_named_with_a_reason(nasty: Path, library: qa.Library) -> None:
    names = {
        os.fsencode(entry.name).decode("utf-8", "backslashreplace") for entry in nasty.iterdir() if entry.is_file()
    }
    told = {*library.paths, *(entry.path for entry in library.skipped)}
    assert {name for name in names if not any(path.startswith(name) for path in told)} == set()
    assert all(entry.reason for entry in library.skipped)
    assert "good.txt" in library.paths


def test_nothing_outside_is_read_and_nothing_inside_is_run(nasty: Path, library: qa.Library) -> None:
    assert not any("root:" in library.document(path).text for path in library.paths)
    assert not [
        path for folder in (nasty, nasty.parent, Path.cwd()) for path in folder.glob("*owned") if path.is_file()
    ]
    assert not (nasty.parent.parent / "escaped.txt").exists()
    assert all("/" in path or (nasty / path).is_file() for path in library.paths)


def test_quotes_are_exact_and_are_proved_again(library: qa.Library) -> None:
    replies = [library.answer(question, k=20) for question in QUESTIONS]
    for quote in (quote for reply in replies for quote in (*reply.quotes, *reply.nearest)):
        assert library.document(quote.path).text[quote.start : quote.end] == quote.text
    checks = prove(claims_in(json.dumps([reply.to_dict() for reply in replies])))
    assert len(checks) > 20
    assert {check.status for check in checks} == {"intact"}


def test_no_command_sends_a_control_or_direction_character(
    nasty: Path, library: qa.Library, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    corpus = ("--corpus", str(nasty))
    commands = [("index", str(nasty)), ("cache",), ("formats",), ("ask", "x", "--corpus", f"{nasty}/\x1b[2J\u202e")]
    for question in QUESTIONS:
        commands += [("ask", question, *corpus, *more) for more in ((), ("--json",), ("--explain",), ("-k", "30"))]
        commands += [("search", question, *corpus, "-k", "50", *more) for more in ((), ("--json",))]
    commands += [("ask", "heron in:\x1b[2J\u202e", *corpus), ("search", "title:\x9b", *corpus)]
    for command in commands:
        assert main(command) in (0, 1, 2), command
        out, err = capsys.readouterr()
        assert (command, raw(out), raw(err)) == (command, set(), set())
    with pytest.raises(SystemExit):
        main(["ask", "--\x1b[2J\u202e"])
    assert raw(capsys.readouterr().err) == set()


def test_the_chat_and_its_exports_show_none_either(library: qa.Library, tmp_path: Path) -> None:
    written: list[str] = []
    chat = Chat(library, written.append, gold=tmp_path / "gold\x1b\u202e.jsonl")
    for question in QUESTIONS:
        for line in (question, "/context 1", "/why 1", "/more", "/good 1", "/review"):
            chat.take(line)
    lines = [f'/in "{path}"' for path in library.paths]
    lines += ["/sources", "/search heron", "/search zzyz\x1bx", "/\x1b[2J\u202e", "/help \x1b\u202e", "/set \x1b\u202e"]
    lines += [f"/export {tmp_path}/a\x1b\u202e{suffix}" for suffix in (".md", ".json", ".\x1b")]
    for line in lines:
        try:
            chat.take(line)
        except qa.QAError as error:
            written.append(printable(str(error)))  # as the prompt does
    assert raw("".join(written) + toolbar(chat, 200)) == set()
    for suffix in (".md", ".json"):
        assert raw((tmp_path / f"a\x1b\u202e{suffix}").read_text(encoding="utf-8")) == set()


def test_markup_of_a_quote_is_text_in_markdown(library: qa.Library) -> None:
    shown = markdown_text([library.answer("Where did the heron stand? in:script.txt", k=3)])
    assert "heron" in shown
    assert "&lt;img" in shown
    assert not re.search(r"<[\w/!?]", shown)


def test_the_evaluation_shows_none_either(notes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steering = "\x1b[2J\u202e\x9b"
    (notes / "steering.txt").write_text(f"The heron {steering} stood in the weir.\n", encoding="utf-8")
    item = {
        "question": f"Where did the otter {steering} stand?",
        "kind": "factoid",
        "split": "test",
        "paraphrase": False,
    }
    place = {"document": "steering.txt", "text": f"The heron {steering} stood"}
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps({"id": f"a{steering}", **item, "evidence": [place]}))
    for options in (("--misses",), ("--show", f"a{steering}"), ("--show", steering)):
        assert evaluate(["--gold", str(gold), "--corpus", str(notes), *options]) in (0, 2)
        out, err = capsys.readouterr()
        assert (options, raw(out), raw(err)) == (options, set(), set())
