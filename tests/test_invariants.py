"""The six invariants of the design, each over corpora and questions that nobody chose."""

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qa
from qa.chunk import passages
from qa.index import Index, build
from qa.index.count import count
from qa.index.segment import Segment
from qa.library import Library
from qa.load import find, read
from qa.model import Document
from qa.query import query
from qa.retrieve import retrieve
from qa.syntax import parse
from qa.text import sentence_spans

WORDS = st.sampled_from(
    [
        "Heron",
        "heron",
        "weir",
        "1874",
        "e.g.",
        "Dr.",
        "granite.",
        "Barley!",
        "it",
        "was",
        "&amp;",
        "*of*",
        "Heron Weir (HEW)",
        "苍鹭桥建造于1874年。",
        "東京タワー\nは高い",
        "สะพานเฮรอน",
    ]
)
PROSE = st.lists(WORDS, min_size=1, max_size=25).map(" ".join)
MARKUP: tuple[Callable[[str], str], ...] = (
    lambda text: f"# {text}\n",
    lambda text: f"{text}\n",
    lambda text: f"- {text}\n- {text}\n",
    lambda text: f"| {text} | b |\n|---|---|\n| c | {text} |\n",
    lambda text: f"> {text}\n",
    lambda text: f"```\n{text}\n```\n",
    lambda text: f"<p>{text}</p>\n",
    lambda text: f"<ul><li>{text}<li>{text}</ul>\r\n",
)
SOURCES = st.lists(st.tuples(st.sampled_from(MARKUP), PROSE), min_size=1, max_size=6).map(
    lambda parts: "\n".join(make(text) for make, text in parts)
)
CORPORA = st.dictionaries(
    st.sampled_from(["a.md", "b.txt", "c.html", "d/e.md", "f", "g.csv", "h.rst", "i.py", "j.json"]),
    SOURCES,
    min_size=1,
    max_size=4,
)
QUESTIONS = st.lists(
    st.sampled_from(
        [
            "heron",
            "weir",
            "1874",
            "who",
            "granite",
            "barley",
            "Dr",
            "was",
            "hreon",
            "garnite",
            "HEW",
            '"heron weir"',
            "苍鹭桥是谁建造的",
            "東京",
            "สะพาน",
        ]
    ),
    min_size=1,
).map(" ".join)
SLOW = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, str]], Path]:
    """Writes a corpus of files into a folder of its own."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path_factory.mktemp("corpus")
        for name, text in files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(text.encode())
        return root

    return write


def documents_in(root: Path) -> list[Document]:
    found = []
    for source in find([root])[0]:
        try:
            found.append(read(source))
        except qa.ReadError:
            continue
    return found


@SLOW
@given(CORPORA, QUESTIONS)
def test_1_a_quote_is_a_stretch_of_its_document_and_2_its_line_holds_its_first_word(written, files, question) -> None:  # type: ignore[no-untyped-def]
    root = written(files)
    try:
        library = qa.open(root)
    except qa.CorpusError:
        return
    reply = library.answer(question, k=9)
    for quote in reply.quotes + reply.nearest:
        document = library.document(quote.path)
        assert quote.text == document.text[quote.start : quote.end]
        assert quote.line is not None
        line = (root / quote.path).read_bytes().decode().split("\n")[quote.line - 1]
        assert quote.text.split()[0] in line.replace("&amp;", "&").replace("*", "") or quote.text.split()[0] in line


@SLOW
@given(CORPORA)
def test_3_passages_cover_every_character_once_in_order_and_cut_no_sentence(written, files) -> None:  # type: ignore[no-untyped-def]
    for document in documents_in(written(files)):
        made = passages(document)
        covered = [place for passage in made for place in range(passage.start, passage.end)]
        assert covered == sorted(set(covered))
        assert {place for place, char in enumerate(document.text) if not char.isspace()} <= set(covered)
        for block in document.blocks:
            if block.kind in ("paragraph", "item", "quotation"):
                for start, end in sentence_spans(document.text[block.start : block.end]):
                    inside = [p for p in made if p.start <= block.start + start and block.start + end <= p.end]
                    assert len(inside) == 1


@SLOW
@given(CORPORA, QUESTIONS, st.integers(0, 1000))
def test_4_the_order_and_the_grouping_of_files_change_no_answer(written, files, question, seed) -> None:  # type: ignore[no-untyped-def]
    documents = documents_in(written(files))
    if not documents:
        return
    shuffled = random.Random(seed).sample(documents, len(documents))
    halves = [half for half in (shuffled[::2], shuffled[1::2]) if half]
    expected = found(build(documents), question)
    assert found(build(shuffled), question) == expected
    assert found(Index([Segment(count(half)) for half in halves]), question) == expected


def found(index: Index, question: str) -> list[tuple[object, ...]]:
    """What retrieval and choosing give, by place rather than by number."""
    from qa.extract import select

    asked = query(index, question)
    hits = retrieve(index, asked)
    places = [
        (index.path_of(int(p)), *index.passage_range(int(p)), s)
        for p, s in zip(hits.passages, hits.scores, strict=True)
    ]
    selection = select(index, asked, hits, k=5)
    return [
        *places,
        *(dataclasses.astuple(quote) for quote in selection.quotes),
        (selection.confidence, selection.answered),
    ]


TYPED = st.sampled_from(
    [
        "in:",
        "title:",
        "in:jitsu.md",
        "in:*",
        "title:unikernels",
        '"',
        "“",
        "”",
        "-",
        ":",
        " ",
        "xen",
        "unikernal",
        "libOS",
        "boot time",
        "?",
        "\n",
        "in:[",
        "in:/",
        "in:./",
        "-xen",
        "-5",
        "[",
    ]
)


@given(st.text(st.characters(), max_size=120) | st.lists(TYPED, max_size=12).map("".join), st.integers(1, 12))
def test_5_an_answer_has_quotes_or_it_did_not_answer_and_6_any_text_is_a_question(
    bundled: Library, question: str, k: int
) -> None:
    try:
        reply = bundled.answer(question, k=k)
    except qa.QAError:
        assert not question.strip() or parse(question).filters
        return
    assert reply.answered == bool(reply.quotes)
    assert not (reply.quotes and reply.nearest)
    assert len(reply.quotes + reply.nearest) <= k
    for quote in reply.quotes + reply.nearest:
        assert bundled.document(quote.path).text[quote.start : quote.end] == quote.text
        assert 0 <= quote.confidence <= 1
    first = (reply.quotes or reply.nearest)[:1]
    assert all(quote.confidence == reply.confidence for quote in first)


@given(st.text(st.characters(), max_size=60) | st.lists(TYPED, max_size=12).map("".join))
def test_6_any_text_is_a_search(bundled: Library, typed: str) -> None:
    try:
        hits = bundled.search(typed, k=5)
    except qa.QAError:
        assert not typed.strip() or parse(typed, search=True).filters
        return
    assert all(bundled.document(hit.path).text[hit.start : hit.end] == hit.text for hit in hits)
