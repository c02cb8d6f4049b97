"""The README keeps to what the tool does. Its Python examples run as doctests."""

import json
import re
import runpy
import shlex
from pathlib import Path

import pytest

import qa
from qa.cli import main
from qa.gold import read_gold
from qa.library import Library

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_answer_shown_is_the_answer_given(capsys: pytest.CaptureFixture[str]) -> None:
    shown = re.search(r"^\$ qa (?P<command>.*)\n(?P<output>(?:.*\n)*?)```", README, re.MULTILINE)
    assert shown is not None
    assert main(shlex.split(shown["command"])) == 0
    assert capsys.readouterr().out == shown["output"]


def test_the_conversation_shown_is_the_one_held(bundled: Library) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "readme_session.py"))
    (shown,) = script["SHOWN"].findall(README)
    assert script["held"](shown, bundled) == shown, "python scripts/readme_session.py writes it anew"


def test_the_gold_line_shown_is_one(notes: Path, tmp_path: Path) -> None:
    (line,) = re.findall(r"^```json\n(.*)\n```$", README, re.MULTILINE)
    file = tmp_path / "gold.jsonl"
    file.write_text(line, encoding="utf-8")
    with qa.open(notes) as library:
        [item] = read_gold(file, library.document)
    assert (item.answer, item.anchors[0].path) == ("Ada Stone", "bridge.md")


def test_the_set_up_is_two_commands_of_one_line() -> None:
    assert len(re.findall(r"^python3 -m venv \.venv && .*$", README, re.MULTILINE)) == 2


def test_the_figures_are_those_of_the_baseline() -> None:
    kept = json.loads((ROOT / "eval" / "baseline.json").read_text(encoding="utf-8"))["figures"]
    shared = "(answerable, not paraphrases)"
    figures = {
        f"{100 * kept[f'fused R@5 {shared}']:.1f} % of them",
        f"first quote answers {100 * kept[f'sentence@1 {shared}']:.1f} %",
        f"first three {100 * kept[f'sentence@3 {shared}']:.1f} %",
        f"{100 * kept['refused (off-topic)']:.0f} % are refused",
        f"on the first try for {100 * kept['sentence@1 (paraphrase)']:.0f} %",
        f"refuses {100 - 100 * kept['answered (answerable, all)']:.0f} %",
    }
    prose = " ".join(README.split())
    assert {figure for figure in figures if figure not in prose} == set()
