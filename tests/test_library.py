"""Opening, caching, answering: the contract of DESIGN's section on invariants, on the whole tool."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qa
from qa.library import Library, cache_folder, open_library
from qa.text import terms


def test_an_answer_is_a_stretch_of_its_document_and_says_where_it_stands(notes: Path) -> None:
    reply = qa.answer("Who built the old bridge?", corpus=notes)
    quote = reply.quotes[0]
    with qa.open(notes) as library:
        document = library.document(quote.path)
    assert reply.answered
    assert quote.text == document.text[quote.start : quote.end] == "The old bridge was built in 1874 by Ada Stone."
    assert (quote.path, quote.line, quote.title, quote.answer) == ("bridge.md", 3, "The bridge", "Ada Stone")
    assert quote.answer_start is not None
    assert quote.text[quote.answer_start : quote.answer_end] == "Ada Stone"


def test_markup_never_shows_in_a_quote_and_its_line_is_that_of_the_file(notes: Path) -> None:
    quote = qa.answer("What is the bridge made of?", corpus=notes).quotes[0]
    assert "made of granite." in quote.text
    assert (
        (notes / "bridge.md").read_text().split("\n")[(quote.line or 0) - 1].lstrip().startswith(quote.text.split()[0])
    )


def test_what_the_documents_do_not_say_is_refused_with_the_nearest_apart(notes: Path) -> None:
    reply = qa.answer("Which recipe is best for a chocolate cake?", corpus=notes)
    assert (reply.answered, reply.quotes) == (False, ())
    assert reply.missing


def test_several_roots_are_one_corpus_and_their_names_are_unique(notes: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "notes"
    other.mkdir(parents=True)
    (other / "mill.txt").write_text("The second mill is a windmill.\n")
    (other / "weir.txt").write_text("The weir was raised in 1901.\n")
    with qa.open([notes, other]) as library:
        assert len(set(library.paths)) == len(library.paths) == 4
        assert all(library.document(path).path == path for path in library.paths)


def test_the_index_is_used_again_only_while_nothing_changed(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    qa.open(notes).close()
    with monkeypatch.context() as patched:
        patched.setattr("qa.index.worker.read", lambda _: pytest.fail("read again though nothing changed"))
        qa.open(notes).close()
    (notes / "weir.txt").write_text("The weir was raised in 1901.\n")
    assert qa.answer("When was the weir raised?", corpus=notes).quotes[0].answer == "1901"
    (notes / "weir.txt").unlink()
    assert "weir.txt" not in qa.open(notes).paths


def test_what_was_not_read_is_listed_and_counted_without_what_is_hidden(notes: Path) -> None:
    (notes / ".hidden.txt").write_text("hidden")
    (notes / "bad.bin").write_bytes(b"\x7fELF\0")
    (notes / "empty.txt").write_text("")
    for _ in range(2):  # built, and opened again
        with qa.open(notes) as library:
            assert [entry.path for entry in library.skipped] == [".hidden.txt", "bad.bin", "empty.txt"]
            assert library.unread == (2, library.skipped[1])
    for file in ("bad.bin", "empty.txt"):
        (notes / file).unlink()
    assert qa.open(notes).unread == (0, None)


def test_refresh_takes_in_what_changed_and_until_then_the_old_state_answers(notes: Path) -> None:
    library = qa.open(notes)
    (notes / "weir.txt").write_text("The weir was raised in 1901.\n")
    assert "weir.txt" not in library.paths
    library.refresh()
    assert "weir.txt" in library.paths


def test_a_damaged_index_is_built_anew_with_a_word_about_it(notes: Path) -> None:
    with open_library(notes) as library:
        assert library.notice is None
    for file in library._folder.glob("*.segment"):  # no other: what is mapped must not be cut short
        file.write_bytes(file.read_bytes()[:100])
    with open_library(notes) as library:
        assert "damaged" in str(library.notice)
        assert library.answer("Who built the old bridge?").answered


def test_a_cache_that_cannot_be_written_costs_time_and_not_the_answer(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (notes / "cache").write_text("a file stands where the cache folder should be")
    monkeypatch.setenv("QA_CACHE", str(notes / "cache"))
    with open_library(notes) as library:
        assert "cache" in str(library.notice)
        assert library.answer("Who built the old bridge?").answered


def test_any_trouble_with_the_cache_is_a_note_and_an_index_in_memory(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/cache/lock")

    monkeypatch.setattr("qa.library.open_folder", denied)
    with open_library(notes) as library:
        assert library.notice == (
            "/cache/lock: the cache cannot be used: Permission denied; the next start builds the index again"
        )
        assert library.answer("Who built the old bridge?").answered


def test_a_refresh_that_finds_nothing_leaves_the_old_state(notes: Path) -> None:
    with qa.open(notes) as library:
        for file in notes.iterdir():
            file.unlink()
        with pytest.raises(qa.CorpusError):
            library.refresh()
        assert library.search("Who built the old bridge?")
        assert library.answer("Who built the old bridge?").changed == ("bridge.md",)


@pytest.mark.parametrize(
    "wrong",
    [
        {"k": "3"},
        {"k": None},
        {"k": 2.5},
        {"k": float("nan")},
        {"history": None},
        {"history": [1]},
        {"history": "What is Jitsu"},
        {"history": 5},
        {"question": None},
        {"question": b"What?"},
    ],
    ids=str,
)
def test_a_wrong_argument_is_an_error_in_words_before_anything_is_read(
    bundled: Library, wrong: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.library.find", lambda *_, **__: pytest.fail("walked for a question that cannot be asked"))
    arguments = {"question": "What is Jitsu?"} | wrong
    for corpus in (bundled, None):
        with pytest.raises(qa.QuestionError, match="not "):
            qa.answer(**arguments, corpus=corpus)  # type: ignore[arg-type]
    if "history" not in wrong:
        with pytest.raises(qa.QuestionError, match="not "):
            bundled.search(arguments.pop("question"), **arguments)  # type: ignore[arg-type]


def test_a_question_of_surrogates_and_a_huge_k_are_no_trouble(bundled: Library) -> None:
    assert bundled.answer("\ud800 Jitsu \udcff?", k=10**30).quotes is not None
    assert bundled.search("Jitsu", k=10**30)


@pytest.mark.parametrize("corpus", [5, b"/tmp", [b"/tmp"], [], "", [""], [5], "/tmp/\ud800", "/tmp/\0"], ids=ascii)
def test_a_wrong_corpus_is_an_error_in_words(corpus: object) -> None:
    with pytest.raises(qa.CorpusError) as caught:
        qa.open(corpus)  # type: ignore[arg-type]
    str(caught.value).encode()


@pytest.mark.parametrize("exclude", ["*.md", None, [5], 5, b"*.md"], ids=str)
def test_patterns_are_a_list(notes: Path, exclude: object) -> None:
    with pytest.raises(qa.CorpusError, match="exclude is a list"):
        qa.open(notes, exclude=exclude)  # type: ignore[arg-type]


@pytest.mark.parametrize("make", ["cached", "fresh", "process"])
def test_same_corpus_and_question_same_answer(notes: Path, make: str, tmp_path: Path) -> None:
    expected = qa.answer("Why was the bridge closed?", corpus=notes).to_dict()
    if make == "cached":
        assert qa.answer("Why was the bridge closed?", corpus=notes).to_dict() == expected
    elif make == "fresh":
        for folder in cache_folder().iterdir():
            shutil.rmtree(folder)
        assert qa.answer("Why was the bridge closed?", corpus=notes).to_dict() == expected
    else:
        code = f"import qa; print(qa.answer('Why was the bridge closed?', corpus={str(notes)!r}).to_dict())"
        environment = {**os.environ, "PYTHONHASHSEED": "7", "QA_CACHE": str(tmp_path / "elsewhere")}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
        assert done.stdout.strip() == str(expected)


@settings(max_examples=40)
@given(
    files=st.dictionaries(
        st.sampled_from(["a.txt", "b.md", "c.html", "d", "e.log"]), st.binary(max_size=300), max_size=4
    )
)
def test_any_bytes_are_read_or_reported_by_name(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "good.txt").write_text("The good document holds a heron.\n")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with qa.open(folder) as library:
        assert set(library.paths) | {entry.path for entry in library.skipped} == {*files, "good.txt"}
        assert any("heron" in quote.text for quote in library.answer("Which document holds a heron?").quotes)


def test_one_word_finds_passages_that_hold_it(bundled: Library) -> None:
    assert all("jitsu" in f"{hit.text} {hit.heading} {hit.path}".lower() for hit in bundled.search("Jitsu"))
    assert bundled.answer("Jitsu").corpus == tuple(map(str, bundled.roots))


def test_a_word_that_is_repeated_is_asked_once(bundled: Library) -> None:
    assert bundled.search("Jitsu boot " * 50) == bundled.search("Jitsu boot")


def test_five_hundred_words_of_a_document_find_it(bundled: Library) -> None:
    for path in bundled.paths[:3]:
        words = bundled.document(path).text.split()[:500]
        assert bundled.search(" ".join(words))[0].path == path
        reply = bundled.answer(" ".join(words))
        assert reply.quotes or reply.nearest


def test_words_that_only_ask_are_looked_for_where_there_are_no_others(bundled: Library) -> None:
    assert all({"who", "is"} & set(terms(hit.text)) for hit in bundled.search("who is who"))
    reply = bundled.answer("who is who")
    assert reply.quotes or reply.nearest


def test_words_that_no_document_holds_find_nothing_and_are_named(bundled: Library) -> None:
    reply = bundled.answer("zzyzx qqqq")
    assert (reply.answered, reply.quotes, reply.nearest, reply.missing) == (False, (), (), ("zzyzx", "qqqq"))
    assert bundled.search("zzyzx qqqq") == []


def test_a_question_of_stop_words_or_unknown_words_or_great_length_is_no_trouble(bundled: Library) -> None:
    for question in (
        "who is who",
        "zzyzx qqqq",
        "?",
        "unikernel " * 10_000,
        " ".join(f"word{n}" for n in range(20_000)),
    ):
        reply = bundled.answer(question)
        assert reply.answered == bool(reply.quotes)


def test_a_file_that_changed_since_it_was_read_is_not_quoted_but_named(notes: Path) -> None:
    (notes / "copy.txt").write_text("The old bridge was built in 1874, as they say, by Ada Stone.\n")
    question = "Who built the old bridge?"
    library = qa.open(notes)
    assert library.answer(question).changed == ()
    (notes / "bridge.md").write_text("# The bridge\n\nThe old bridge was built by somebody else.\n")
    reply = library.answer(question)
    assert ({quote.path for quote in reply.quotes}, reply.changed) == ({"copy.txt"}, ("bridge.md",))
    why = library.explain(reply)
    assert [reason.quote for reason in why.reasons] == list(reply.quotes)
    (notes / "copy.txt").unlink()
    reply = library.answer(question)
    assert "bridge.md" in reply.changed
    assert {quote.path for quote in reply.quotes + reply.nearest} <= {"mill.txt"}
    library.refresh()
    assert library.answer(question).changed == ()
    assert library.answer(question).quotes[0].text == "The old bridge was built by somebody else."


def test_when_all_files_have_changed_nothing_is_quoted_and_all_are_named(tmp_path: Path) -> None:
    for number in range(120):  # more than are candidates at once
        (tmp_path / f"{number:03}.txt").write_text(f"The heron {number} stood in the weir.\n")
    library = qa.open(tmp_path)
    for file in tmp_path.iterdir():
        file.write_text("The otter is in the reeds.\n")
    reply = library.answer("Where did the heron 7 stand?")
    assert (reply.quotes, reply.nearest, len(reply.changed)) == ((), (), 120)


def test_a_wrong_k_an_empty_question_and_a_missing_corpus_are_named(notes: Path) -> None:
    with pytest.raises(qa.QuestionError, match="empty"):
        qa.answer("  ", corpus=notes)
    with pytest.raises(qa.QuestionError, match="at least 1"):
        qa.answer("What?", corpus=notes, k=0)
    with pytest.raises(qa.CorpusError, match="no such"):
        qa.answer("What?", corpus=notes / "nowhere")
    with pytest.raises(qa.CorpusError, match="no such document"):
        qa.open(notes).document("nowhere.md")


def test_search_gives_whole_passages_best_first_in_the_ranking_of_answers(notes: Path) -> None:
    hits = qa.open(notes).search("why was the bridge closed")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert "washed out" in hits[0].text
    assert (hits[0].path, hits[0].heading, hits[0].line) == ("bridge.md", None, 1)


def test_history_makes_a_follow_up_stand_alone(bundled: Library) -> None:
    first = bundled.answer("What is Jitsu?")
    reply = bundled.answer("In which year is the paper?", history=[first])
    assert "Jitsu" in reply.standalone
    assert bundled.answer("What is Irmin?", history=[first]).standalone == "What is Irmin?"
