"""The command line: what is printed where, and the exit codes."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli import main
from qa.cli.terminal import links_are_shown
from qa.library import cache_folder, cached_indexes
from qa.present import one_line

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def shell(redirected: str, *arguments: object, **environment: str) -> tuple[int, str, str]:
    """A command as a process, with redirections as a shell writes them and, for root, without root's privileges."""
    plain = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] if os.geteuid() == 0 else []
    command = [*plain, sys.executable, "-m", "qa", *map(str, arguments)]
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f'"$@" {redirected}', "bash", *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONUNBUFFERED": "", **environment},
        timeout=60,
    )
    return done.returncode, done.stdout, done.stderr


needs_setpriv = pytest.mark.skipif(
    os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may read everything, and cannot give that up here"
)


def test_an_answer_goes_to_stdout_alone_and_exits_with_0(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    code, out, err = run(capsys, "ask", "Who built the old bridge?", "--corpus", str(notes), "-k", "1")
    assert (code, err) == (0, "")
    assert "The old bridge was built in 1874 by Ada Stone." in out
    assert "bridge.md:3 · The bridge" in out
    assert "\x1b" not in out


def test_a_refusal_exits_with_1_and_says_so(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    code, out, err = run(capsys, "ask", "What does a zebra eat?", "--corpus", str(notes))
    assert (code, err) == (1, "")
    assert out.startswith("The documents do not answer this. They never mention: zebra, eat.")


def test_json_is_the_answer_as_a_dict(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    code, out, _ = run(capsys, "ask", "Who built the old bridge?", "--corpus", str(notes), "--json")
    reply = json.loads(out)
    assert code == 0
    assert reply["answered"] is True
    assert reply["corpus"] == [str(notes)]
    assert reply["quotes"][0]["answer"] == "Ada Stone"


def test_search_prints_passages_as_text_and_as_json(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    code, out, _ = run(capsys, "search", "barley", "--corpus", str(notes))
    assert (code, out.startswith(" 1  mill.txt:1")) == (0, True)
    _, out, _ = run(capsys, "search", "barley", "--corpus", str(notes), "--json")
    assert [hit["path"] for hit in json.loads(out)] == ["mill.txt"]
    assert run(capsys, "search", "zebra", "--corpus", str(notes))[0] == 1


def test_a_search_says_on_stderr_how_it_read_a_misspelt_word(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    for options in ([], ["--json"]):
        code, out, err = run(capsys, "search", "barleey in:mill.txt", "--corpus", str(notes), *options)
        assert (code, "mill.txt" in out, err) == (0, True, "qa: read 'barleey' as 'barley'\n")


@pytest.mark.parametrize("command", ["ask", "search"])
def test_filters_are_explained_and_a_wrong_one_is_one_line_and_2(
    capsys: pytest.CaptureFixture[str], notes: Path, command: str
) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("in:", "title:", '"boot time"'))
    assert ("-docker" in shown) == (command == "search")
    code, out, err = run(capsys, command, "barley in:gone", "--corpus", str(notes))
    assert (code, out) == (2, "")
    assert err == "qa: in:gone: no such document; name a folder, a file or a pattern such as *.md\n"


def test_index_counts_and_reports_what_it_skipped(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    (notes / "photo.jpg").write_bytes(JPEG)
    code, out, err = run(capsys, "index", str(notes))
    assert (code, out) == (0, "2 documents, 2 passages\n")
    assert "photo.jpg: binary" in err


def test_exclude_leaves_files_out(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    assert run(capsys, "index", str(notes), "--exclude", "*.txt")[1].startswith("1 document, ")


def test_the_cache_is_listed_and_cleaned(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    run(capsys, "index", str(notes))
    assert str(notes) in run(capsys, "cache")[1]
    assert run(capsys, "cache", "clean") == (0, "", "")
    assert run(capsys, "cache")[1] == ""


def test_formats_lists_what_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "formats")
    assert code == 0
    assert ".md" in out


def empty(folder: Path) -> None:
    """A folder with nothing in it."""


def photo(folder: Path) -> None:
    (folder / "photo.jpg").write_bytes(JPEG)


def nothing(folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")


def noise(folder: Path) -> None:
    (folder / "noise.txt").write_bytes(bytes(range(128, 256)) + b"\0\1\2\3" * 50)


@pytest.mark.parametrize("fill", [empty, photo, nothing, noise], ids=lambda fill: fill.__name__)
def test_a_corpus_without_anything_readable_is_one_line_and_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, fill
) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path / "corpus"
    folder.mkdir()
    fill(folder)
    code, out, err = run(capsys, "ask", "What is it?", "--corpus", str(folder))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert str(folder) in err


def test_a_missing_path_and_an_empty_question_are_one_line_and_2(
    capsys: pytest.CaptureFixture[str], notes: Path
) -> None:
    for arguments in (("What?", "--corpus", str(notes / "nowhere")), ("", "--corpus", str(notes)), ("  ",)):
        code, out, err = run(capsys, "ask", *arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)


@needs_setpriv
def test_a_folder_without_permission_is_one_line_and_2(notes: Path) -> None:
    notes.chmod(0)
    try:
        code, out, err = shell("", "ask", "What?", "--corpus", notes)
    finally:
        notes.chmod(0o700)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "permission denied" in err


@needs_setpriv
def test_a_cache_without_permission_is_a_note_and_costs_time_only(notes: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    ask = ("ask", "Who built the old bridge?", "--corpus", notes)
    assert shell("", *ask, QA_CACHE=str(cache))[::2] == (0, "")
    for folder in (cache, *cache.iterdir()):
        folder.chmod(0)
        try:
            code, out, err = shell("", *ask, QA_CACHE=str(cache))
        finally:
            folder.chmod(0o700)
        assert (code, err.count("\n")) == (0, 1)
        assert "Ada Stone" in out
        assert str(cache) in err


def test_a_question_of_100000_characters_is_answered_or_not(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    question = "what is the old bridge made of " * 3_226
    assert run(capsys, "ask", question[:100_000], "--corpus", str(notes))[0] in (0, 1)


def test_wrong_usage_exits_with_2() -> None:
    with pytest.raises(SystemExit) as left:
        main(["ask"])
    assert left.value.code == 2


def test_control_c_exits_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("qa.cli.corpus.open_library", interrupted)
    assert main(["ask", "What?"]) == 130


@pytest.mark.parametrize("module", ["argparse", "numpy"])
def test_control_c_while_modules_are_imported_exits_with_130(module: str) -> None:
    code = f"""
import runpy, sys
class Interrupts:
    def find_spec(self, name, *_):
        if name == {module!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
sys.argv = ["qa", "ask", "What?"]
runpy.run_module("qa", run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_do_without_numpy(option: str) -> None:
    code = f"""
import sys, qa.cli
try:
    qa.cli.main([{option!r}])
except SystemExit:
    print("numpy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\nFalse\n")


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    lines = (f"The bridge numbered {number} stands over a river of its own.\n\n" for number in range(8_000))
    (tmp_path / "bridges.txt").write_text("".join(lines))  # more than a pipe holds
    search = ("search", "bridge", "--corpus", tmp_path, "-k", "100000", "--json")
    assert shell("| head -c 1", *search) == (0, "[", "")


@pytest.mark.parametrize("command", ["ask", "index", "chat"])
def test_a_closed_stream_is_no_traceback_and_a_note_stays_off_stdout(notes: Path, command: str) -> None:
    (notes / "photo.jpg").write_bytes(JPEG)
    arguments = {"ask": ("Who built the old bridge?", "--corpus"), "chat": ("--corpus",)}.get(command, ())
    shell("", "index", notes)
    without_output = shell(">&- </dev/null", command, *arguments, notes)
    assert without_output[:2] == (2, "")
    assert without_output[2].endswith("qa: the answer cannot be written: standard output is closed\n")
    code, out, err = shell("2>&- </dev/null", command, *arguments, notes)
    assert (code, err) == (0, "")
    assert "qa:" not in out
    assert "photo.jpg" not in out
    code, out, err = shell("<&-", command, *arguments, notes)
    assert code == 0
    assert "Traceback" not in out + err


def test_all_streams_closed_is_an_exit_code(notes: Path) -> None:
    assert shell(">&-", "--help")[0] == 2
    assert shell("<&- >&- 2>&-", "ask", "Who built the old bridge?", "--corpus", notes) == (2, "", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["ask", "Who built the old bridge?"], ["--help"], ["--version"], ["formats"]])
def test_a_full_disk_is_one_line_and_2(notes: Path, arguments: list[str]) -> None:
    corpus = ["--corpus", str(notes)] if arguments[0] == "ask" else []
    message = "qa: the answer cannot be written: No space left on device\n"
    assert shell(">/dev/full", *arguments, *corpus) == (2, "", message)
    assert shell(">/dev/full 2>/dev/full", *arguments, *corpus) == (2, "", "")


def test_an_answer_says_what_it_does_not_rest_on(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    (notes / ".hidden").write_text("a")
    assert run(capsys, "ask", "Who built the old bridge?", "--corpus", str(notes))[2] == ""
    (notes / "contract.jpg").write_bytes(JPEG)
    for command in ("ask", "search"):
        for json_too in ((), ("--json",)):
            _, out, err = run(capsys, command, "the old bridge", "--corpus", str(notes), *json_too)
            assert err.startswith("qa: 1 file was not read: contract.jpg: binary")
            assert err.endswith("(qa index PATH lists them)\n")
            assert err.count("\n") == 1
            assert "contract.jpg" not in out


def test_arguments_are_checked_before_anything_is_read(
    capsys: pytest.CaptureFixture[str], notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.library.find", lambda *_, **__: pytest.fail("walked for a question that cannot be asked"))
    for command in ("ask", "search"):
        for arguments in (("",), ("What?", "-k", "0")):
            code, out, err = run(capsys, command, *arguments, "--corpus", str(notes))
            assert (code, out, err.count("\n")) == (2, "", 1)


def test_json_is_word_for_word_where_the_terminal_is_not_utf_8(notes: Path) -> None:
    (notes / "mill.txt").write_text("The miller of Łódź paid 5 € to the 麦 weigher 😀.\n", encoding="utf-8")
    for encoding in ("ascii", "latin-1", "utf-8"):
        _, out, _ = shell("", "search", "miller", "--corpus", notes, "--json", PYTHONIOENCODING=encoding)
        assert json.loads(out)[0]["text"] == "The miller of Łódź paid 5 € to the 麦 weigher 😀."


def test_listing_the_cache_survives_what_vanishes_or_leads_nowhere(
    capsys: pytest.CaptureFixture[str], notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    run(capsys, "index", str(notes))
    ((folder, _),) = cached_indexes()
    (folder / "gone.segment").symlink_to("nowhere")
    (cache_folder() / ("0" * 24)).symlink_to("nowhere")
    (cache_folder() / "somebody's").mkdir()
    (cache_folder() / "somebody's" / "thesis.txt").write_text("not ours")
    code, out, err = run(capsys, "cache")
    assert (code, out.count("\n"), err) == (0, 2, "")
    assert run(capsys, "cache", "clean") == (0, "", "")
    assert [path.name for path in cache_folder().iterdir()] == ["somebody's"]


def test_cleaning_removes_what_it_can_and_names_what_stays(
    capsys: pytest.CaptureFixture[str], notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    (cache_folder() / ("0" * 24) / "a folder that no index holds").mkdir(parents=True)
    run(capsys, "index", str(notes))
    code, out, err = run(capsys, "cache", "clean")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "0" * 24 in err
    assert [path.name for path in cache_folder().iterdir()] == ["0" * 24]


@needs_setpriv
def test_a_cache_that_is_read_only_or_closed_is_one_line(notes: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    shell("", "index", notes, QA_CACHE=str(cache))
    for mode, actions in ((0o500, ["clean"]), (0, ["list", "clean"])):
        for action in actions:
            cache.chmod(mode)
            try:
                code, out, err = shell("", "cache", action, QA_CACHE=str(cache))
            finally:
                cache.chmod(0o700)
            assert (code, out, err.count("\n")) == (2, "", 1)
            assert "Permission denied" in err


def test_a_question_to_a_cached_corpus_imports_none_of_the_heavy_packages(notes: Path) -> None:
    heavy = {"sklearn", "scipy", "rank_bm25", "prompt_toolkit", "nupunkt", "markdown_it"}
    main(["index", str(notes)])
    ask = f"qa.cli.main(['ask', 'bridge?', '--corpus', {str(notes)!r}])"
    code = f"import sys, qa.cli; {ask}; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")


def test_a_batch_is_answered_line_by_line_and_a_bad_line_does_not_stop_the_rest(
    capsys: pytest.CaptureFixture[str], notes: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = "Who built the old bridge?\n\nWho? in:gone\nWhat does a zebra eat?\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    code, out, err = run(capsys, "ask", "--batch", "-", "--corpus", str(notes), "--json")
    replies = [json.loads(line) for line in out.splitlines()]
    assert code == 2
    assert [reply["question"] for reply in replies] == [line for line in lines.split("\n") if line]
    assert [reply.get("answered") for reply in replies] == [True, None, False]
    assert err.startswith("qa: line 3: in:gone: no such document")
    file = tmp_path / "questions.txt"
    file.write_bytes(b"\xef\xbb\xbfWho built the old bridge?\r\n\xff\xfe?\n")
    code, out, _ = run(capsys, "ask", "--batch", str(file), "--corpus", str(notes))
    assert code == 0
    assert out.startswith("? Who built the old bridge?\n 1  The old bridge was built in 1874 by Ada Stone.\n")
    assert run(capsys, "ask", "--batch", str(tmp_path / "none"), "--corpus", str(notes))[0] == 2


def test_a_batch_bears_any_bytes_and_answers_in_order(notes: Path, tmp_path: Path) -> None:
    hostile = [
        b"Who built the old bridge?\r",
        b"\xff\xfe\x00?",
        b"a" * 100_000,
        b"\x1b[2J\x9b2J\xe2\x80\xae?",
        b"Who? in:gone",
    ]
    hostile += [b'{"question": "Who?"}', b'"' * 999, b"-", b"in:", b"\xed\xa0\x80", b"What turns? in:mill.txt"]
    (tmp_path / "in").write_bytes(b"\n\n".join(hostile))
    redirected = f"< {tmp_path / 'in'}"
    code, out, err = shell(redirected, "ask", "--batch", "-", "--corpus", notes, "--json")
    replies = [json.loads(line) for line in out.split("\n")[:-1]]
    asked = [line.decode(errors="replace").rstrip("\r") for line in hostile]
    assert [reply["question"] for reply in replies] == asked
    wrong = [number for number, reply in enumerate(replies) if "error" in reply]
    assert wrong[0] == 4
    assert [line.split(":")[1] for line in err.splitlines()] == [f" line {2 * number + 1}" for number in wrong]
    assert code == 2
    _, text, _ = shell(redirected, "ask", "--batch", "-", "--corpus", notes)
    assert [line for line in text.split("\n") if line.startswith("? ")] == [f"? {one_line(line)}" for line in asked]
    assert "? Who? in:gone\nin:gone: no such document" in text
    assert "\x1b" not in text


def test_a_batch_answers_a_line_before_the_next_has_come_and_explains_where_asked(notes: Path) -> None:
    command = [sys.executable, "-m", "qa", "ask", "--batch", "-", "--corpus", str(notes), "--json", "--explain"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as asked:
        assert asked.stdin is not None
        assert asked.stdout is not None
        for question in ("Who built the old bridge?", "What turns?"):
            asked.stdin.write(f"{question}\n")
            asked.stdin.flush()
            reply = json.loads(asked.stdout.readline())
            assert reply["question"] == question
            assert reply["explanation"]["question"] == question
        asked.stdin.close()
        assert asked.wait(timeout=60) == 0


@pytest.mark.parametrize(
    ("environment", "links"),
    [
        ({}, False),
        ({"VTE_VERSION": "7600"}, True),
        ({"VTE_VERSION": "4200"}, False),
        ({"VTE_VERSION": "²"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "foot-extra", "NO_COLOR": "1"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM_PROGRAM": "iTerm.app", "QA_LINKS": "0"}, False),
        ({"TERM": "dumb", "QA_LINKS": "1"}, False),
        ({"QA_LINKS": "1"}, True),
    ],
)
def test_links_are_for_terminals_that_are_known_to_show_them(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], links: bool
) -> None:
    for name in (*LINKING, "TERM_PROGRAM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", **environment}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", Tty())
    assert links_are_shown() is links
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert not links_are_shown()


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


LINKING = ("QA_LINKS", "VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM", "WEZTERM_PANE")
