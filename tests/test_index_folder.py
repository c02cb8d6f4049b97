"""The index in its folder: whole or refused, in step with the files, and safe from writers that die."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qa
from qa.errors import CacheError
from qa.index import folder as folders
from qa.index.batches import count_batches
from qa.index.files import Files
from qa.index.store import read_arrays, write_arrays
from qa.library import Library, open_library
from qa.load import find

ARRAYS = {"numbers": np.arange(1000), "empty": np.zeros((0, 2)), "text": np.frombuffer(b"xen boots", dtype=np.uint8)}


def parts() -> Iterator[tuple[str, np.ndarray]]:
    """Each array in two parts, as merging gives them."""
    return ((name, part) for name, array in ARRAYS.items() for part in (array[:5], array[5:]))


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.segment", parts())
    loaded = read_arrays(tmp_path / "a.segment")
    assert all(
        np.array_equal(array, loaded[name]) and array.shape == loaded[name].shape for name, array in ARRAYS.items()
    )
    assert [path.name for path in tmp_path.iterdir()] == ["a.segment"]


@given(st.data())
def test_a_file_that_is_cut_or_altered_is_refused(tmp_path: Path, data: st.DataObject) -> None:
    file = tmp_path / "a.segment"
    write_arrays(file, parts())
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()):
        file.write_bytes(whole[:at])
    else:
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
    try:
        loaded = read_arrays(file)
    except CacheError:
        return
    assert all(np.array_equal(array, loaded[name]) for name, array in ARRAYS.items()), "only padding may be altered"


def flip(file: Path, at: int) -> None:
    """Damage one byte of a file in place, as whoever writes to the wrong file does."""
    with file.open("r+b") as stream:
        stream.seek(at)
        (byte,) = stream.read(1)
        stream.seek(at)
        stream.write(bytes([byte ^ 255]))
    os.utime(file, ns=(0, 0))  # a clock may be too coarse to tell this moment from the one of the check


def test_a_byte_anywhere_in_a_file_that_was_touched_since_its_last_check_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a.segment"
    numbers = np.arange(500_000)
    write_arrays(file, [("numbers", numbers), ("more", numbers[:10])])
    stamp = read_arrays(file).stamp
    flip(file, 2_000_000)
    with pytest.raises(CacheError, match="checksum"):
        read_arrays(file, stamp)


def test_a_file_that_nothing_has_touched_since_its_last_check_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.segment"
    write_arrays(file, parts())
    stamp = read_arrays(file).stamp
    monkeypatch.setattr("qa.index.store._check", lambda *_: pytest.fail("read though nothing changed"))
    assert read_arrays(file, stamp).stamp == stamp


def test_a_disk_that_refuses_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CacheError, match="cannot be written"):
        write_arrays(tmp_path / "missing" / "a.segment", parts())


WORDS = ["heron", "granite", "weir", "paddle", "barley", "bridge", "river", "mill", "river mill (RIM)"]


def write_some(folder: Path, steps: random.Random) -> None:
    """One random edit: a file is added, changed, deleted or renamed."""
    files = sorted(folder.rglob("*.txt"))
    kind = steps.choice(["add", "add", "change", "delete", "rename"])
    if kind == "add" or not files:
        words = " ".join(steps.choices(WORDS, k=steps.randint(1, 30)))
        (folder / f"{steps.randrange(10**6):06}.txt").write_text(f"{words.capitalize()}.\n")
    elif kind == "change":
        steps.choice(files).write_text(f"The {steps.choice(WORDS)} saw {steps.randrange(10**6)}.\n")
    elif kind == "delete" and len(files) > 1:
        steps.choice(files).unlink()
    else:
        file = steps.choice(files)
        file.rename(file.with_name(f"{steps.randrange(10**6):06}.txt"))


def replies(library: Library) -> list[dict[str, object]]:
    questions = ["Which heron saw the weir?", "barley", "granite river mill", "paddle bridge heron granite"]
    questions += ["Which RIM has a hreon?", "garnite bridje in:0*", 'weri "the heron"']
    return [reply_to(library, question) for question in questions]


def reply_to(library: Library, question: str) -> dict[str, object]:
    try:
        return {**library.answer(question).to_dict(), "hits": library.search(question)}
    except qa.QuestionError as error:  # no document passes the filter
        return {"error": str(error)}


@settings(max_examples=15)
@given(st.integers(0, 10**9))
def test_after_any_edits_the_index_answers_as_one_built_anew(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    steps = random.Random(seed)
    corpus = tmp_path_factory.mktemp("edits")
    write_some(corpus, steps)
    with qa.open(corpus) as library:
        for _ in range(12):
            for _ in range(steps.randint(1, 3)):
                write_some(corpus, steps)
            library.refresh()
        kept = replies(library)
    cache = os.environ["QA_CACHE"]
    os.environ["QA_CACHE"] = str(tmp_path_factory.mktemp("fresh"))
    try:
        with qa.open(corpus) as fresh:
            assert replies(fresh) == kept
    finally:
        os.environ["QA_CACHE"] = cache


def test_a_change_reads_the_changed_file_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.txt").write_text(f"File {number} tells of the heron.\n")
    qa.open(tmp_path).close()
    read: list[str] = []
    original = qa.load.read
    monkeypatch.setattr("qa.index.worker.read", lambda source: (read.append(source.path), original(source))[1])
    (tmp_path / "07.txt").write_text("File 7 tells of the weir now.\n")
    (tmp_path / "08.txt").rename(tmp_path / "80.txt")
    (tmp_path / "09.txt").unlink()
    with qa.open(tmp_path) as library:
        assert read == ["07.txt", "80.txt"]
        assert len(library.paths) == 29


def test_a_file_that_could_not_be_read_is_tried_again_only_when_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "good.txt").write_text("The heron.\n")
    (tmp_path / "bad.txt").write_bytes(b"\x7fELF\0\0\0")
    assert [entry.path for entry in qa.open(tmp_path).skipped] == ["bad.txt"]
    monkeypatch.setattr("qa.index.worker.read", lambda _: pytest.fail("nothing changed"))
    assert [entry.path for entry in qa.open(tmp_path).skipped] == ["bad.txt"]
    monkeypatch.undo()
    (tmp_path / "bad.txt").write_text("It is good now.\n")
    with qa.open(tmp_path) as library:
        assert (library.skipped, library.paths) == ((), ("bad.txt", "good.txt"))


def test_an_index_of_another_version_is_built_anew_with_a_word_about_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text("The heron.\n")
    qa.open(tmp_path).close()
    monkeypatch.setattr(folders, "_SETTINGS", {"format": -1})
    with qa.open(tmp_path) as library:
        assert "another version" in str(library.notice)
        assert library.paths == ("a.txt",)


@pytest.mark.parametrize("name", ["*.segment", "*.state"])
def test_an_index_that_was_damaged_since_it_was_checked_is_built_anew(tmp_path: Path, name: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(100):
        (corpus / f"{number:03}.txt").write_text(f"The heron {number} stood in the weir, beside the granite mill.\n")
    sources, _ = find([corpus])
    opened = [folders.open_folder(tmp_path / "index", sources, corpus=folders.Corpus()) for _ in range(2)]
    assert {entry.notice for entry in opened} == {None}
    (file,) = (tmp_path / "index").glob(name)
    del opened
    flip(file, 100)
    anew = folders.open_folder(tmp_path / "index", sources, corpus=folders.Corpus())
    assert "damaged" in str(anew.notice)
    assert anew.index.passage_count == 100
    assert folders.open_folder(tmp_path / "index", sources, corpus=folders.Corpus()).notice is None


def test_what_is_known_of_checks_is_trusted_for_nothing_else(tmp_path: Path) -> None:
    """Without it, or with nonsense in its place, everything is checked, and it is there again."""
    (tmp_path / "a.txt").write_text("The heron.\n")
    sources, _ = find([tmp_path])
    folder = tmp_path / "index"
    folders.open_folder(folder, sources, corpus=folders.Corpus())
    whole = (folder / "checked.json").read_bytes()
    for nonsense in (None, b"", b"[1]", b'{"a": 1}', b"{}", b"\xff"):
        (folder / "checked.json").unlink() if nonsense is None else (folder / "checked.json").write_bytes(nonsense)
        opened = folders.open_folder(folder, sources, corpus=folders.Corpus())
        assert (opened.notice, opened.index.passage_count) == (None, 1)
        assert (folder / "checked.json").read_bytes() == whole


def test_a_writer_that_dies_before_its_manifest_is_in_place_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after a change that wrote no segment, so that no number of a segment says that it was there."""
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for number in range(9):
        (corpus / f"{number}.txt").write_text(f"The heron {number} stood in the weir.\n")
    folders.open_folder(index, find([corpus])[0], corpus=folders.Corpus())
    (corpus / "3.txt").unlink()
    before, _ = find([corpus])
    folders.open_folder(index, before, corpus=folders.Corpus())
    (corpus / "4.txt").unlink()
    (corpus / "otter.txt").write_text("The otter is in the reeds.\n")
    original = folders.replacing

    def dies(file: Path) -> object:
        if file.name == "manifest.json":
            raise KeyboardInterrupt
        return original(file)

    with monkeypatch.context() as patched:
        patched.setattr(folders, "replacing", dies)
        with pytest.raises(KeyboardInterrupt):
            folders.open_folder(index, find([corpus])[0], corpus=folders.Corpus())
    monkeypatch.setattr("qa.index.batches.count_batches", lambda *_: pytest.fail("the old state is whole"))
    opened = folders.open_folder(index, before, corpus=folders.Corpus())
    assert opened.index.paths == tuple(source.path for source in before)


def test_files_are_told_from_others_by_any_difference(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt", "bad.bin"):
        (tmp_path / name).write_bytes(b"\x7fELF\0" if name == "bad.bin" else b"The heron.\n")
    sources, _ = find([tmp_path])
    folders.open_folder(tmp_path / "index", sources, corpus=folders.Corpus())
    (state,) = (tmp_path / "index").glob("*.state")
    files = Files(read_arrays(state))
    assert files.are(sources)
    others = [
        sources[1:],
        [*sources, replace(sources[2], path="c.bin")],
        [replace(sources[0], path="A.txt"), *sources[1:]],
        [replace(sources[0], size=12), *sources[1:]],
        [*sources[:2], replace(sources[2], changed=1)],
        [],
    ]
    for other in others:
        assert not files.are(other)
        assert files.changes(other)
    assert not files.changes(sources)


def test_segments_are_merged_as_they_pile_up(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(30):
        (corpus / f"{number:02}.txt").write_text(f"The heron {number}.\n")
        sources, _ = find([corpus])
        opened = folders.open_folder(tmp_path / "index", sources, corpus=folders.Corpus())
        assert opened.index.passage_count == number + 1
        assert len(opened.index.segments) <= 7


def test_worker_processes_count_as_this_process_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(40):
        (corpus / f"{number:02}.txt").write_text(f"The heron {number} saw {'granite ' * number}.\n")
    (corpus / "bad.txt").write_bytes(b"\x7fELF\0\0\0")
    sources, _ = find([corpus])
    monkeypatch.setattr("qa.index.batches.BATCH_BYTES", 2_000)
    here = sorted(count_batches(sources, tmp_path, "here-"), key=attrgetter("file"))
    monkeypatch.setattr("qa.index.batches._WORTH_WORKERS", 0)
    there = sorted(count_batches(sources, tmp_path, "there-"), key=attrgetter("file"))
    assert [each.file.read_bytes() for each in here] == [each.file.read_bytes() for each in there]
    assert len(here) > 3
    assert [each.unread for each in here] == [each.unread for each in there]
    assert sum(len(each.unread) for each in here) == 1


@pytest.mark.parametrize("worth_workers", [0, 1 << 30], ids=["workers", "here"])
def test_an_interrupted_build_keeps_the_batches_that_are_done_and_the_next_reads_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worth_workers: int
) -> None:
    monkeypatch.setattr("qa.index.batches.BATCH_BYTES", 2_000)
    monkeypatch.setattr("qa.index.batches._WORTH_WORKERS", worth_workers)
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for number in range(40):
        (corpus / f"{number:02}.txt").write_text(f"The heron {number} saw {'granite ' * number}.\n")
    (corpus / "bad.txt").write_bytes(b"\x7fELF\0\0\0")
    sources, _ = find([corpus])
    whole = folders.open_folder(tmp_path / "whole", sources, corpus=folders.Corpus())

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folders.open_folder(index, sources, corpus=folders.Corpus(), progress=interrupt)
    told: list[tuple[int, int]] = []
    again = folders.open_folder(index, sources, corpus=folders.Corpus(), progress=lambda *seen: told.append(seen))
    assert 0 < told[-1][1] < sum(source.size for source in sources)
    assert told[-1][0] == told[-1][1]
    assert again.index.paths == whole.index.paths
    assert again.index.passage_count == whole.index.passage_count
    assert list(again.unread) == list(whole.unread)
    assert again.notice is None


def test_an_interrupted_refresh_leaves_what_was_open_usable_and_loses_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.index.batches.BATCH_BYTES", 60)
    for number in range(10):
        (tmp_path / f"{number}.txt").write_text(f"The heron {number} stood in the weir.\n")
    library = open_library(tmp_path)
    for number in range(10):
        (tmp_path / f"{number}.txt").write_text(f"The otter {number} lay in the reeds.\n")

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.refresh(progress=interrupt)
    assert "The heron 9" in library.search("heron 9")[0].text
    library.refresh()
    assert len(library.paths) == 10
    assert "The otter 9" in library.answer("Where did the otter 9 lie?").quotes[0].text


def test_two_processes_may_index_at_once(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number:02}.txt").write_text(f"The heron {number} stood in the weir.\n")
    command = [sys.executable, "-m", "qa", "ask", "Where did the heron 7 stand?", "--corpus", str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    done = [process.communicate(timeout=60) for process in running]
    assert {process.returncode for process in running} == {0}
    assert len({out for out, _ in done}) == 1
    assert {err for _, err in done} == {""}


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_a_usable_index(tmp_path: Path) -> None:
    assert_survives_kills(tmp_path, times=50)


def test_a_killed_writer_leaves_a_usable_index(tmp_path: Path) -> None:
    assert_survives_kills(tmp_path, times=4)


def assert_survives_kills(tmp_path: Path, times: int) -> None:
    """Kill -9 `qa index` at random moments, between edits; each time the next one must answer from what is there."""
    corpus, steps = tmp_path / "corpus", random.Random(3)
    corpus.mkdir()
    for number in range(300):
        (corpus / f"{number:03}.txt").write_text(f"The heron {number} saw {' '.join(steps.choices(WORDS, k=300))}.\n")
    environment = {**os.environ, "QA_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "qa", "index", str(corpus)]
    began = time.monotonic()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    whole = time.monotonic() - began
    for turn in range(times):
        if turn % 3 == 0:
            shutil.rmtree(tmp_path / "cache")
        for number in steps.sample(range(300), 40):
            (corpus / f"{number:03}.txt").write_text(
                f"The heron {number} saw turn{turn} {' '.join(steps.choices(WORDS, k=300))}.\n"
            )
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(steps.uniform(0.05, whole))
        process.send_signal(signal.SIGKILL)
        process.wait()
        marked = corpus / "marked.txt"
        marked.write_text(f"The otter of turn {turn} is in the reeds.\n")
        done = subprocess.run(
            [sys.executable, "-m", "qa", "ask", f"Where is the otter of turn {turn}?", "--corpus", str(corpus)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert f"turn {turn} is in the reeds" in done.stdout
    left = [file.name for file in (tmp_path / "cache").rglob("*") if file.name.endswith(".new")]
    assert left == []
