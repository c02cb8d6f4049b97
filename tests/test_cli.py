"""The command line: what is printed where, and the exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.cli import main

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 4


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


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


def test_index_counts_and_reports_what_it_skipped(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    (notes / "photo.jpg").write_bytes(JPEG)
    code, out, err = run(capsys, "index", str(notes))
    assert (code, out) == (0, "2 documents, 2 passages\n")
    assert "photo.jpg: binary" in err


def test_exclude_leaves_files_out(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    assert run(capsys, "index", str(notes), "--exclude", "*.txt")[1].startswith("1 documents")


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_one_line_and_2(capsys: pytest.CaptureFixture[str], notes: Path) -> None:
    notes.chmod(0)
    try:
        code, _, err = run(capsys, "ask", "What?", "--corpus", str(notes))
    finally:
        notes.chmod(0o700)
    assert (code, err.count("\n")) == (2, 1)


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

    monkeypatch.setattr("qa.cli.open_library", interrupted)
    assert main(["ask", "What?"]) == 130


def test_a_reader_that_goes_away_is_no_error(notes: Path) -> None:
    command = f"{sys.executable} -m qa search bridge --corpus {notes} | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""


def test_a_question_to_a_cached_corpus_imports_none_of_the_heavy_packages(notes: Path) -> None:
    heavy = {"sklearn", "scipy", "rank_bm25", "prompt_toolkit", "nupunkt", "markdown_it"}
    main(["index", str(notes)])
    ask = f"qa.cli.main(['ask', 'bridge?', '--corpus', {str(notes)!r}])"
    code = f"import sys, qa.cli; {ask}; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")
