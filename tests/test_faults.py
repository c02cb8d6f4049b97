"""Disks that refuse, folders that others may write to, files that change while they are read, and being ended."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import qa
from qa.index.batches import count_batches
from qa.index.store import unfinished
from qa.library import cache_folder, open_library
from qa.load import Source, find, read
from qa.load.process import start

resource = pytest.importorskip("resource")
QUESTION = "Who built the old bridge?"


def ask(notes: Path, cache: Path, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "qa", "ask", QUESTION, "--corpus", str(notes)]
    environment = {**os.environ, "QA_CACHE": str(cache)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, **options)  # type: ignore[call-overload,no-any-return]


def test_a_disk_that_is_full_costs_time_and_not_the_answer(notes: Path, tmp_path: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    for _ in range(2):
        done = ask(notes, tmp_path / "cache", preexec_fn=full)
        assert (done.returncode, "Ada Stone" in done.stdout, done.stderr.count("\n")) == (0, True, 1)
        assert "the index cannot be written: File too large" in done.stderr
    assert [file.name for file in (tmp_path / "cache").rglob("*") if file.is_file() and file.name != "lock"] == []
    done = ask(notes, tmp_path / "cache")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_cache_is_made_for_its_user_alone(notes: Path, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        assert ask(notes, tmp_path / "new" / "cache").returncode == 0
    finally:
        os.umask(old)
    folders = [tmp_path / "new" / "cache", *(tmp_path / "new" / "cache").iterdir()]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_a_default_cache_that_was_open_to_others_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "qa").mkdir()
    (tmp_path / "qa").chmod(0o777)
    monkeypatch.delenv("QA_CACHE")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "qa")
    assert stat.S_IMODE(cache_folder().stat().st_mode) == 0o700


def test_a_cache_that_others_may_write_to_is_not_used_and_its_mode_is_left(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a folder that is shared for a reason, such as /tmp, where anybody could put an index of theirs."""
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(0o1777)
    monkeypatch.setenv("QA_CACHE", str(cache))
    with open_library(notes) as library:
        assert "others may write to the cache folder; chmod go-w it" in str(library.notice)
        assert library.answer(QUESTION).answered
    assert (list(cache.iterdir()), stat.S_IMODE(cache.stat().st_mode)) == ([], 0o1777)


def test_a_cache_of_somebody_else_is_not_used(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    qa.open(notes).close()
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    with open_library(notes) as library:
        assert "the cache folder belongs to somebody else; set QA_CACHE to another" in str(library.notice)
        assert library.answer(QUESTION).answered


def source(folder: Path, name: str) -> Source:
    return next(found for found in find([folder])[0] if found.path == name)


def writing_meanwhile(monkeypatch: pytest.MonkeyPatch, write: Callable[[int], object]) -> None:
    """Call `write` with 0, 1, … each time that a file is about to be read."""
    turns = iter(range(100))
    monkeypatch.setattr("qa.load.time.sleep", lambda _: write(next(turns)))


def test_a_file_that_is_written_to_while_it_is_read_is_read_again(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, found = notes / "mill.txt", source(notes, "mill.txt")
    later = "The mill is a ruin.\n"
    writing_meanwhile(monkeypatch, lambda turn: turn or (time.monotonic(), file.write_text(later), os.utime(file)))
    assert read(found).text == later
    assert not found.is_as_found()


def test_a_file_that_is_written_to_all_the_time_is_named(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, found = notes / "mill.txt", source(notes, "mill.txt")
    writing_meanwhile(monkeypatch, lambda turn: (file.write_text(f"{turn}\n"), os.utime(file, ns=(turn, turn))))
    with pytest.raises(qa.ReadError, match=r"mill\.txt: written to while it was read"):
        read(found)


def test_a_file_that_vanishes_or_becomes_something_else_before_it_is_read_is_named(notes: Path) -> None:
    found = source(notes, "mill.txt")
    found.file.unlink()
    with pytest.raises(qa.ReadError, match="no longer there"):
        read(found)
    os.mkfifo(found.file)
    with pytest.raises(qa.ReadError, match="not a regular file"):
        read(found)
    found.file.unlink()
    found.file.symlink_to(found.file)
    with pytest.raises(qa.ReadError, match="symbolic links"):
        read(found)


@pytest.mark.parametrize(("clock", "wait"), [(0.0, 0.02), (0.005, 0.015), (9.0, 0.0), (-99.0, 0.02)])
def test_a_file_that_was_written_just_now_is_read_a_step_of_the_clock_later(
    notes: Path, monkeypatch: pytest.MonkeyPatch, clock: float, wait: float
) -> None:
    """Else a write of the same size after it may have the same times, and the index would be taken for up to date."""
    written = (notes / "mill.txt").stat().st_ctime
    slept: list[float] = []
    monkeypatch.setattr("qa.load.time.time", lambda: written + clock)
    monkeypatch.setattr("qa.load.time.sleep", slept.append)
    read(source(notes, "mill.txt"))
    assert slept == [pytest.approx(wait, abs=1e-5)]


@dataclass(frozen=True, slots=True)
class Written:
    """When a version of a file began to be there at the earliest, and was there at the latest."""

    began: float
    ended: float


def test_no_quote_is_of_a_state_that_its_file_had_left_before_it_was_asked(tmp_path: Path) -> None:
    """A writer changes three files all the time, in place and by replacing them, while questions are asked."""
    written: dict[tuple[int, int], Written] = {}
    done = threading.Event()

    def put(number: int, version: int) -> None:
        file = tmp_path / f"{number}.txt"
        began = time.monotonic()
        text = f"The heron {number} of version {version:06} stood in the weir.\n"
        if version % 2:
            file.write_text(text)
        else:
            beside = tmp_path / f".{number}.new"
            beside.write_text(text)
            beside.replace(file)
        written[number, version] = Written(began, time.monotonic())

    def write() -> None:
        version = 0
        while not done.wait(0.03):
            version += 1
            put(version % 3, version)

    for number in range(3):
        put(number, 0)
    library = qa.open(tmp_path)
    writer = threading.Thread(target=write)
    writer.start()
    seen = 0
    try:
        for turn in range(400):
            if turn % 4 == 0:
                library.refresh()
            asked = time.monotonic()
            reply = library.answer("Where did the heron stand?")
            for quote in reply.quotes + reply.nearest:
                seen += 1
                number, version = int(quote.path[0]), int(quote.text.split("version ")[1][:6])
                after = [at for (file, later), at in written.copy().items() if file == number and later > version]
                assert not after or min(at.ended for at in after) >= asked, "replaced before it was asked"
    finally:
        done.set()
        writer.join()
    assert seen > 100


@pytest.mark.slow
def test_hundreds_of_questions_over_a_folder_that_another_process_changes() -> None:
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, str(root / "scripts" / "soak.py"), "--questions", "300"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n0 stale quotes; " in done.stdout
    assert "\n0 errors\n" in done.stdout


def big(folder: Path) -> Path:
    folder.mkdir()
    for number in range(60):
        lines = (f"The heron {number} of line {line} stood in the weir of mill {line}.\n" for line in range(2_000))
        (folder / f"{number:02}.txt").write_text("".join(lines))
    return folder


def test_a_disk_that_is_full_for_a_worker_is_told_in_its_own_words(tmp_path: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, 2_000))

    done = ask(big(tmp_path / "corpus"), tmp_path / "cache", preexec_fn=full)
    assert done.returncode in (0, 1)
    assert done.stderr.count("\n") == 1
    assert "the index cannot be written: File too large" in done.stderr


def test_sigterm_ends_workers_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    corpus, cache = big(tmp_path / "corpus"), tmp_path / "cache"
    command = [sys.executable, "-m", "qa", "index", str(corpus)]
    environment = {**os.environ, "QA_CACHE": str(cache)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not list(cache.glob("*/lock")) and process.poll() is None:
        time.sleep(0.02)
    time.sleep(0.5)  # workers are counting
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (143, "", "")
    assert [file for file in cache.rglob("*") if file.suffix == ".new"] == []
    assert _working_in(cache) == []
    again = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (again.returncode, again.stdout.split(",")[0]) == (0, "60 documents"), "whatever of it was kept"


def test_what_a_worker_had_half_written_when_it_was_ended_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed while it writes, which a signal at some moment or other meets now and then."""
    sources, _ = find([big(tmp_path / "corpus")])
    folder = tmp_path / "index"
    folder.mkdir()
    begun = []

    def half_written(module: str) -> subprocess.Popen[bytes]:
        worker = start(module)
        begun.append(unfinished(folder / "1-00000.segment", worker.pid))
        begun[-1].write_bytes(b"half")
        return worker

    def interrupted(done: int, total: int) -> None:
        if begun:
            raise KeyboardInterrupt

    monkeypatch.setattr("qa.index.batches.start", half_written)
    monkeypatch.setattr("qa.index.batches.os.cpu_count", lambda: 2)
    with pytest.raises(KeyboardInterrupt):
        list(count_batches(sources, folder, "1-", progress=interrupted))
    assert len(begun) == 2
    assert list(folder.glob("*.new")) == []


def _working_in(cache: Path) -> list[str]:
    """The processes with this cache in their environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if str(cache).encode() in (entry / "environ").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found
