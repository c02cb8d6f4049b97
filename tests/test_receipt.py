"""Quotes of a transcript are proved again: intact, moved, changed or gone, and nothing outside the corpus is read."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.cli import main
from qa.present import checks_text
from qa.receipt import Check, Status, claims_in, prove

BUILT = "The old bridge was built in 1874 by Ada Stone."
QUESTION = "Who built the old bridge?"


def asked(corpus: Path | list[Path], question: str = QUESTION) -> dict[str, Any]:
    return json.loads(json.dumps(qa.answer(question, corpus=corpus).to_dict()))


def first(transcript: object, corpus: list[str] | None = None) -> Check:
    return prove(claims_in(json.dumps(transcript), corpus=corpus))[0]


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_quote_is_its_own_receipt(notes: Path) -> None:
    quote = asked(notes)["quotes"][0]
    source = (notes / "bridge.md").read_text(encoding="utf-8")
    assert source[quote["source_start"] : quote["source_end"]] == quote["text"] == BUILT
    assert (quote["before"], quote["after"][:11]) == ("The bridge\n\n", "\nIt is made")
    assert len(quote["sha256"]) == 64


def test_every_quote_and_near_miss_of_untouched_documents_is_intact(bundled: qa.Library) -> None:
    questions = ("What is Jitsu?", "Who acquired Unikernel Systems?", "How do I bake bread with yeast?")
    transcript = json.dumps([bundled.answer(question, k=9).to_dict() for question in questions])
    checks = prove(claims_in(transcript))
    assert len(checks) > 10
    assert {(check.status, check.reason) for check in checks} == {("intact", "")}


def test_what_was_edited_elsewhere_leaves_a_quote_intact_and_says_so(notes: Path) -> None:
    transcript = asked(notes)
    edit(notes / "bridge.md", "second pier", "third pier")
    check = first(transcript)
    assert (check.status, check.reason) == ("intact", "the file has changed elsewhere")


def test_text_before_it_moves_a_quote_and_its_new_place_is_named(notes: Path) -> None:
    transcript = asked(notes)
    edit(notes / "bridge.md", "# The bridge\n", "# The bridge\n\nStones.\n")
    check = first(transcript)
    assert (check.status, check.line) == ("moved", 5)
    with qa.open(notes) as library:
        assert library.document("bridge.md").text[check.start : check.end] == BUILT


def test_front_matter_moves_only_the_line(notes: Path) -> None:
    transcript = asked(notes)
    edit(notes / "bridge.md", "# The bridge", "---\nauthor: Ada\n---\n# The bridge")
    check = first(transcript)
    assert (check.status, check.start, check.line) == ("moved", transcript["quotes"][0]["start"], 6)


def test_a_changed_word_is_shown_as_a_difference(notes: Path) -> None:
    transcript = asked(notes)
    edit(notes / "bridge.md", "1874", "1875")
    check = first(transcript)
    assert (check.status, check.now) == ("changed", BUILT.replace("1874", "1875"))
    assert checks_text([check], width=100).split("\n") == [
        "changed  bridge.md:3 -> bridge.md:3 (12:58)",
        f"         - {BUILT}",
        f"         + {check.now}",
        "1 quote: 1 changed",
    ]


def test_a_quote_of_several_blocks_is_compared_with_all_of_them(tmp_path: Path) -> None:
    items = "".join(f"- the {word} of the mill\n" for word in ("wheel", "weir", "barley"))
    (tmp_path / "mill.md").write_text(f"# Mill\n\nOther words stand here.\n\nThe mill needs these:\n\n{items}\nMore.\n")
    (quote,) = qa.answer("What does the mill need?", corpus=tmp_path, k=1).quotes
    transcript = {"corpus": [str(tmp_path)], "quotes": [quote.to_dict()]}
    edit(tmp_path / "mill.md", "barley", "rye")
    assert first(transcript).now == quote.text.replace("barley", "rye")


def test_a_sentence_that_was_taken_out_is_gone_and_so_are_a_missing_file_and_a_missing_folder(notes: Path) -> None:
    transcript = asked(notes)
    file = notes / "bridge.md"
    file.write_text("# Fish\n\nHerons eat them.\n")
    assert first(transcript).status == "gone"
    file.unlink()
    assert (first(transcript).status, first(transcript).reason) == ("gone", "no longer there")
    (notes / "mill.txt").unlink()
    notes.rmdir()
    assert (first(transcript).status, first(transcript).reason) == ("gone", "no longer there")


def test_of_several_places_that_with_the_same_surroundings_is_the_new_one(notes: Path) -> None:
    transcript = asked(notes)
    edit(notes / "bridge.md", "# The bridge\n", f"# The bridge\n\nThey say: {BUILT} So they say.\n\n# The bridge\n")
    check = first(transcript)
    assert (check.status, check.line) == ("moved", 7)
    unlike = {**transcript, "quotes": [{**transcript["quotes"][0], "before": "", "after": ""}]}
    assert (first(unlike).status, "2 times" in first(unlike).reason) == ("changed", True)


def test_a_row_whose_column_headers_are_others_says_something_else(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("| Place | Opened | Closed |\n|---|---|---|\n| Mill | 1901 | 1950 |\n")
    transcript = asked(tmp_path, "When was the mill opened?")
    row = (transcript["quotes"] or transcript["nearest"])[0]
    assert (row["text"], row["columns"], first(transcript).status) == (
        "Mill\t1901\t1950",
        ["Place", "Opened", "Closed"],
        "intact",
    )
    edit(tmp_path / "a.md", "Opened | Closed", "Closed | Opened")
    check = first(transcript)
    assert (check.status, check.reason) == ("changed", "its column headers are other ones: Place, Closed, Opened")
    row["columns"] = [1]
    assert first(transcript).reason == "its columns is [1], not a list of texts"
    del row["columns"]
    assert first(transcript).status == "intact"


def test_a_quote_that_never_stood_in_the_file_that_it_names_is_told_from_a_changed_file(notes: Path) -> None:
    transcript = asked(notes)
    transcript["quotes"][0] |= {"text": BUILT.replace("Ada", "Ava"), "answer": None}
    assert (first(transcript).status, first(transcript).reason) == (
        "changed",
        "the file is the same, so it never held it",
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, "intact"),
        ({"line": 3}, "intact"),
        ({"line": 4}, "moved"),
        ({"start": 12}, "intact"),
        ({"start": 12, "end": 58}, "intact"),
        ({"start": 12, "end": 57}, "moved"),
        ({"start": 11}, "moved"),
        ({"page": 1}, "moved"),
        ({"text": "The old   bridge was\nbuilt in 1874"}, "intact"),
        ({"text": "the old bridge was built in 1874 by ada stone."}, "changed"),
        ({"answer": "1874"}, "intact"),
        ({"answer": "1875"}, "gone"),
        ({"sha256": "0" * 64}, "intact"),
        ({"start": 10**400}, "moved"),
        ({"start": -1}, "gone"),
        ({"start": "12"}, "gone"),
        ({"start": True}, "gone"),
        ({"text": ""}, "gone"),
        ({"text": None}, "gone"),
        ({"path": ["bridge.md"]}, "gone"),
        ({"path": "no.md"}, "gone"),
    ],
    ids=str,
)
def test_what_others_cite_is_held_to_what_they_say(notes: Path, said: dict[str, object], status: str) -> None:
    citation = {"path": "bridge.md", "text": BUILT, **said}
    assert first({"corpus": [str(notes)], "quotes": [citation]}).status == status


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "a/../../secret.txt",
        "{outside}",
        "//{outside}",
        "out.txt",
        "out/secret.txt",
        ".hidden",
        "./a.txt",
        "a.txt/../../secret.txt",
        "a.txt/",
        "",
        "/",
        "sub",
        "a\0.txt",
        "\ud800.txt",
        "x" * 100_000,
        "x/" * 50_000,
    ],
    ids=lambda path: ascii(path[:30]),
)
def test_nothing_but_what_could_be_quoted_is_read(tmp_path: Path, path: str) -> None:
    secret = "The secret word is heron."
    for name in ("secret.txt", "corpus/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(secret)
    corpus = tmp_path / "corpus"
    (corpus / "sub").mkdir()
    (corpus / "a.txt").write_text("The open word is otter.")
    (corpus / "out.txt").symlink_to("../secret.txt")
    (corpus / "out").symlink_to("..")
    path = path.replace("{outside}", str(tmp_path / "secret.txt"))
    for roots in ([str(corpus)], [str(corpus), str(corpus / "sub")]):
        prefix = "corpus/" if len(roots) > 1 else ""
        check = first({"corpus": roots, "quotes": [{"path": prefix + path, "text": secret}]})
        assert (check.status, check.now) == ("gone", None)
    assert first({"corpus": [str(corpus)], "quotes": [{"path": "a.txt", "text": "The open word is otter."}]}).start == 0


def test_several_roots_and_a_single_file_are_found_by_the_paths_that_quotes_have(notes: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "notes"
    other.mkdir(parents=True)
    (other / "weir.txt").write_text("The weir was raised in 1901.\n")
    for corpus in ([notes, other], [notes / "bridge.md", other], notes / "bridge.md"):
        for question in (QUESTION, "When was the weir raised?"):
            transcript = asked(corpus, question)
            checks = prove(claims_in(json.dumps(transcript)))
            assert {check.status for check in checks} <= {"intact"}
    (other / "weir.txt").unlink()
    other.rmdir()
    assert first(asked([notes]) | {"corpus": [str(notes), str(other)]}).status == "gone"
    quote = asked(notes)["quotes"][0]
    transcript = {"corpus": [str(notes), str(other)], "quotes": [quote | {"path": "notes/bridge.md"}]}
    assert first(transcript).status == "intact"


def test_a_corpus_that_is_given_takes_the_place_of_the_one_that_is_named(notes: Path, tmp_path: Path) -> None:
    transcript = asked(notes)
    notes.rename(tmp_path / "elsewhere")
    assert first(transcript).status == "gone"
    assert first(transcript, [str(tmp_path / "elsewhere")]).status == "intact"
    del transcript["corpus"]
    assert "--corpus" in first(transcript).reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
QUOTES = st.fixed_dictionaries(
    {},
    optional={
        "path": st.sampled_from(["bridge.md", "mill.txt", "..", "/etc/passwd"]) | JSON,
        "text": st.sampled_from([BUILT, "e", "  ", "The"]) | JSON,
        **{name: st.integers() | JSON for name in ("start", "end", "line", "page", "answer_start")},
        **dict.fromkeys(("before", "after", "sha256", "answer", "heading"), JSON),
    },
)
ANSWERS = st.fixed_dictionaries(
    {}, optional={"corpus": JSON, "quotes": st.lists(QUOTES | JSON, max_size=3) | JSON, "nearest": JSON, "error": JSON}
)


@given(st.lists(ANSWERS | JSON, max_size=3) | ANSWERS | JSON, st.booleans())
def test_any_json_is_checked_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, transcript: object, named: bool
) -> None:
    folder = tmp_path_factory.getbasetemp() / "hostile"
    folder.mkdir(exist_ok=True)
    (folder / "bridge.md").write_text(f"# The bridge\n\n{BUILT}\n")
    (folder / "mill.txt").write_text("The mill.\n")
    try:
        claims = claims_in(json.dumps(transcript), corpus=[str(folder)] if named else None)
    except qa.QAError:
        return
    checks = prove(claims)
    for check in checks:
        if check.status in ("intact", "moved"):
            held = (folder / check.claim.path).read_text().split()
            assert " ".join(check.claim.text.split()) in " ".join(held)
    checks_text(checks).encode()


@given(st.text(max_size=200))
def test_any_text_is_a_transcript_or_refused_in_words(text: str) -> None:
    try:
        checks = prove(claims_in(text))
    except qa.QAError:
        return
    assert all(check.status in get_args(Status) for check in checks)


def verify(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["verify", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("form", ["answer", "list", "lines", "indented one after the other"])
def test_a_transcript_is_one_answer_a_list_or_some_one_after_the_other(
    capsys: pytest.CaptureFixture[str], notes: Path, tmp_path: Path, form: str
) -> None:
    answer, other = asked(notes), asked(notes, "What does the wheel have?")
    wrong = {"question": "Who? in:x", "error": "no such document"}
    texts = {
        "answer": json.dumps(answer, indent=2),
        "list": json.dumps([answer, other]),
        "lines": f"{json.dumps(answer)}\n{json.dumps(wrong)}\n\n{json.dumps(other)}\n",
        "indented one after the other": f"\ufeff{json.dumps(answer, indent=1)}\n{json.dumps(other, indent=1)}\n",
    }
    file = tmp_path / "transcript.json"
    file.write_text(texts[form], encoding="utf-8")
    code, out, err = verify(capsys, str(file))
    quotes = len(answer["quotes"]) + (form != "answer") * len(other["quotes"] + other["nearest"])
    assert (code, err, out.count("intact ")) == (0, "", quotes)
    assert out.endswith(f"{quotes} quotes: {quotes} intact\n")
    edit(notes / "bridge.md", "1874", "1875")
    code, out, _ = verify(capsys, str(file), "--json")
    assert code == 1
    assert json.loads(out)[0]["status"] == "changed"


@pytest.mark.parametrize(
    "content",
    [
        *(None, b"", b"  \n", b"{", b"[1]", b"5", b"null", b'{"a": 1}', b'{"quotes": 5}', b"\xff\xfe\0"),
        *(b"[]", b"[] []"),
        *(b"[" * 100_000, b'{"quotes": [{"start": ' + b"9" * 5_000 + b"}]}", b'{"quotes": []} {'),
    ],
    ids=lambda content: repr(content)[:20],
)
def test_an_unreadable_transcript_is_one_line_and_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "transcript.json"
    if content is not None:
        file.write_bytes(content)
    code, out, err = verify(capsys, str(file))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"qa: {file}: ")


def test_a_transcript_from_somebody_else_steers_no_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The heron\x1b[2J stood \u202ein the weir.\n")
    steering = "\x1b]0;owned\x07\u202e\n\r\x9b2J"
    quotes = [{"path": steering, "text": steering}, {"path": "a.txt", "text": "The heron\x1b[2J stood in a weir."}]
    quotes += [{"path": "a.txt", "text": "The heron\x1b[2J"}, {"path": "a.txt", "text": "The", "sha256": [steering]}]
    file = tmp_path / "t.json"
    file.write_text(json.dumps({"corpus": [str(tmp_path)], "quotes": quotes}))
    for options in ((), ("--json",)):
        code, out, err = verify(capsys, str(file), *options)
        assert (code, err) == (1, "")
        assert not [char for char in out if (ord(char) < 32 and char != "\n") or char in "\x7f\x9b\u202e"]
