"""The chat in a real terminal: tmux shows what a person would see, and the screens are compared with tests/golden.

`python -m pytest tests/test_terminal.py --write-golden` writes the screens anew, to be read before they are kept.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qa.library import cache_folder, open_library

GOLDEN = Path(__file__).resolve().parent / "golden"
REPOSITORY = GOLDEN.parent.parent
PATIENCE_SECONDS = 30
STILL_SECONDS = 0.4
"""How long a screen must stay as it is to be taken as what is shown."""
LINKING = ("QA_LINKS", "VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM", "WEZTERM_PANE")
CONTROLLED = (*LINKING, "NO_COLOR", "COLUMNS", "LINES", "TMUX", "TMUX_PANE")

COLOR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:[349][0-8]|10[0-7])(?:;[0-9;]*)?m")

pytestmark = [
    pytest.mark.slow,  # some ten seconds; `pytest -m slow` runs these alone
    pytest.mark.skipif(not shutil.which("tmux"), reason="tmux shows the screens, and is not here"),
]


class Terminal:
    """A command in a tmux of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in CONTROLLED}
        self._environment = {**kept, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", **environment}
        self._command = ["tmux", "-f", "/dev/null", "-S", str(folder / "socket"), "-u"]

    def _tmux(self, *arguments: str) -> str:
        command = [*self._command, *arguments]
        return subprocess.run(command, env=self._environment, capture_output=True, text=True, check=True).stdout

    def start(self, *arguments: object, redirected: str = "", columns: int = 80, rows: int = 24) -> None:
        """Run qa; the screen then says with which code it ended."""
        shown = f'"$0" -m qa "$@" {redirected}; printf "left with %s\\n" $?; sleep {PATIENCE_SECONDS}'
        run = ["bash", "-c", shown, sys.executable, *map(str, arguments)]
        self._tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), "-c", str(REPOSITORY), *run)

    def record(self, file: Path) -> None:
        """Keep the very bytes that are written from now on."""
        self._tmux("pipe-pane", f"cat >> {file}")

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", "--", text)

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def resize(self, columns: int, rows: int = 24) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def screen(self, *, styles: bool = False) -> str:
        shown = self._tmux("capture-pane", "-p", *(["-e"] if styles else []))
        return "\n".join(line.rstrip() for line in shown.rstrip("\n").split("\n"))

    def set(self, name: str, value: str) -> None:
        self._environment[name] = value

    def until(self, text: str, *, still: float = STILL_SECONDS) -> str:
        """The screen once it holds a text and has come to rest for some seconds."""
        deadline, since, before = time.monotonic() + PATIENCE_SECONDS, time.monotonic(), ""
        while time.monotonic() < deadline:
            screen = self.screen()
            if screen != before:
                since, before = time.monotonic(), screen
            if text in screen and time.monotonic() - since >= still:
                return screen
            time.sleep(0.03)
        raise AssertionError(f"{text!r} does not come:\n{before}")

    def close(self) -> None:
        subprocess.run([*self._command, "kill-server"], capture_output=True, check=False)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No line typed before, and an index of the bundled documents that is there already."""
    open_library().close()
    return {"QA_STATE": str(tmp_path / "state"), "QA_CACHE": str(cache_folder()), "PYTHONPATH": str(REPOSITORY)}


@pytest.fixture
def terminal(environment: dict[str, str]) -> Iterator[Terminal]:
    with tempfile.TemporaryDirectory(prefix="qa") as folder:  # tmp_path may be too long for a socket
        made = Terminal(Path(folder), environment)
        yield made
        made.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a screen with the one that is kept under a name, or keep it with --write-golden."""

    def compare(name: str, screen: str) -> None:
        file = GOLDEN / f"{name}.txt"
        screen = re.sub(r"\(\d+%\)", "(N%)", screen)  # how sure an answer is changes with the weights
        if request.config.getoption("--write-golden"):
            file.write_text(f"{screen}\n", encoding="utf-8")
        assert f"{screen}\n" == file.read_text(encoding="utf-8"), "pytest --write-golden keeps what is shown now"

    return compare


READY = "32 documents · 100 passages"


def test_commands_documents_and_words_are_completed(terminal: Terminal, golden: Callable[[str, str], None]) -> None:
    terminal.start()
    terminal.until(READY)
    terminal.type("/s")
    golden("completion-commands", terminal.until("/span"))
    terminal.press("C-c")
    terminal.type("What is Jitsu? in:un")
    golden("completion-documents", terminal.until("unikernels.md"))
    terminal.press("Tab", "Tab", "C-c")
    terminal.type("What is a unik")
    terminal.press("Tab")
    golden("completion-words", terminal.until(" unikernels\n"))
    terminal.press("C-c")
    terminal.type("What is Jit")
    terminal.press("Tab")
    terminal.until("? What is Jitsu\n")
    terminal.type("?")
    terminal.press("Enter")
    golden("completed", terminal.until("jitsu.md:11"))


def test_a_follow_up_is_read_with_the_question_before_it_at_any_width(
    terminal: Terminal, golden: Callable[[str, str], None]
) -> None:
    terminal.start()
    terminal.until(READY)
    terminal.type("/set k 1")
    terminal.press("Enter")
    terminal.until("k is 1")
    terminal.type("What is Irmin?")
    terminal.press("Enter")
    terminal.until("irmin.md:11")
    terminal.type("Which blockchain uses it?")
    terminal.press("Enter")
    golden("follow-up", terminal.until("2 asked"))
    for columns in (40, 200):
        terminal.resize(columns)
        terminal.press("C-l")
        golden(f"resized-to-{columns}", terminal.until(READY))
        terminal.type("/alone")
        terminal.press("Enter")
        terminal.until("irmin.md:32")
        terminal.type("/w")
        golden(f"answer-at-{columns}", terminal.until("what quote N"))
        terminal.press("C-c")


def test_control_c_drops_the_line_and_control_d_leaves(terminal: Terminal, golden: Callable[[str, str], None]) -> None:
    terminal.start()
    terminal.until(READY)
    terminal.type("half a quest")
    terminal.press("C-c")
    terminal.type("What does a zebra")
    terminal.press("Escape", "Enter")  # which is what Alt-Enter sends
    terminal.type("eat? ")
    terminal.until("eat?")
    assert "\x1b[4mzebra" in terminal.screen(styles=True), "no document holds it"
    terminal.press("Enter")
    terminal.until("1 asked")
    terminal.press("C-r")
    terminal.type("zeb")
    terminal.until("(reverse-i-search)`zeb': What does a zebra")
    terminal.press("C-c", "C-d")
    golden("left", terminal.until("left with 0"))


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_places_are_hyperlinks_where_the_terminal_is_known_to_show_them(
    terminal: Terminal, tmp_path: Path, known: bool
) -> None:
    if known:
        terminal.set("VTE_VERSION", "7600")
    terminal.start("chat", "--no-history")
    terminal.until(READY)
    terminal.record(tmp_path / "written")
    terminal.type("What is Jitsu?")
    terminal.press("Enter")
    terminal.until("jitsu.md:11")
    link = f"\x1b]8;;{(REPOSITORY / 'corpus' / 'jitsu.md').as_uri()}\x1b\\jitsu.md:11\x1b]8;;\x1b\\"
    assert (link.encode() in (tmp_path / "written").read_bytes()) is known


def test_piped_answers_hold_no_escape_sequence_and_the_prompt_stays_on_the_terminal(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.set("VTE_VERSION", "7600")
    terminal.start("chat", "--no-history", redirected=f"> {tmp_path / 'written'}")
    terminal.until(READY)
    terminal.type("What is Jitsu?")
    terminal.press("Enter")
    terminal.until("1 asked")
    terminal.press("C-d")
    terminal.until("left with 0")
    written = (tmp_path / "written").read_bytes()
    assert b"jitsu.md:11" in written
    assert b"\x1b" not in written


def test_without_color_nothing_is_colored_and_all_is_said(
    terminal: Terminal, golden: Callable[[str, str], None]
) -> None:
    terminal.set("NO_COLOR", "1")
    terminal.start("chat")
    terminal.until(READY)
    terminal.type("What is a zork of in:jitsu.md ")
    terminal.until("in:jitsu.md")
    styled = terminal.screen(styles=True)
    assert COLOR.search(styled) is None
    assert "\x1b[4mzork" in styled, "underlined, which is no color"
    terminal.press("C-u")
    terminal.type("What is Jitsu?")
    terminal.press("Enter")
    golden("without-color", terminal.until("1 asked"))
    assert COLOR.search(terminal.screen(styles=True)) is None


WORDS = ("heron", "otter", "weir", "reeds", "granite", "mill", "barley", "paddle", "wheel", "brewery", "river")


@pytest.fixture
def unread(tmp_path: Path) -> Path:
    """A folder that takes some seconds to index."""
    folder, steps = tmp_path / "unread", random.Random(3)
    folder.mkdir()
    for number in range(600):
        text = ". ".join(" ".join(steps.choices(WORDS, k=12)).capitalize() for _ in range(250))
        (folder / f"{number}.txt").write_text(f"The heron {number} stood here. {text}.\n")
    return folder


def test_control_d_while_documents_are_indexed_shows_them_being_finished(terminal: Terminal, unread: Path) -> None:
    terminal.start("chat", "--corpus", unread, columns=40)
    terminal.until("indexing 0 of", still=0)
    terminal.press("C-d")
    terminal.until("finished first", still=0)
    terminal.until("s left", still=0)
    terminal.until("left with 0")
    told: list[tuple[int, int]] = []
    assert len(open_library(unread, progress=lambda *seen: told.append(seen)).paths) == 600
    assert told == []


def test_control_c_then_keeps_what_is_indexed(terminal: Terminal, unread: Path) -> None:
    terminal.start("chat", "--corpus", unread)
    while not re.search(r"indexing (?:[6-9]|1\d) of", terminal.screen()):
        time.sleep(0.03)
    terminal.press("C-d")
    terminal.until("finished first", still=0)
    terminal.press("C-c")
    assert re.search(r"Stopped at \d+ of \d+ MB\.\n\nleft with 0", terminal.until("left with"))
    told: list[tuple[int, int]] = []
    assert len(open_library(unread, progress=lambda *seen: told.append(seen)).paths) == 600
    assert told[-1][1] < sum(file.stat().st_size for file in unread.iterdir())


def test_an_index_command_that_is_interrupted_says_so_and_is_gone_on_from(terminal: Terminal, unread: Path) -> None:
    terminal.start("index", unread, columns=40)
    while not re.search(r"indexing (?:[6-9]|1\d) of", terminal.screen()):
        time.sleep(0.03)
    terminal.press("C-c")
    assert terminal.until("left with") == "qa: stopped; the next time goes on from\nwhat is finished\nleft with 130"
    told: list[tuple[int, int]] = []
    assert len(open_library(unread, progress=lambda *seen: told.append(seen)).paths) == 600
    assert told[-1][1] < sum(file.stat().st_size for file in unread.iterdir())


def test_what_is_typed_while_a_question_waits_stands_at_the_next_prompt_and_nowhere_else(
    terminal: Terminal, unread: Path
) -> None:
    terminal.start("chat", "--corpus", unread)
    terminal.until("indexing 0 of", still=0)
    terminal.type("Where did the heron 7 stand?")
    terminal.press("Enter")
    terminal.until("The documents are read first", still=0)
    terminal.type("typed ahead")
    screen = terminal.until("? typed ahead")
    assert "The heron 7 stood here." in screen
    assert screen.count("typed ahead") == 1
