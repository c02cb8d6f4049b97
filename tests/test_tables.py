"""A cell is quoted with its row, and its row with the headers of its columns."""

from __future__ import annotations

from pathlib import Path

import pytest

import qa
from qa.chunk import passages
from qa.load import find, read
from qa.load.tables import is_header
from qa.model import Block, Document
from qa.present import markdown_text, text

MARKDOWN = """# Systems

A comparison.

| Name | Language | Licence |
|------|----------|---------|
| MirageOS | OCaml | ISC |
| HaLVM | Haskell | BSD |

## Speed

| | Linux | Windows |
|---|---|---|
| Boot time | 12 s | 30 s |
"""
HTML = (
    "<h1>Systems</h1><table><thead><tr><th>Name</th><th>Language</th><th>Licence</th></tr></thead>"
    "<tr><td>MirageOS</td><td>OCaml</td><td>ISC</td></tr>\n<tr><td>HaLVM</td><td>Haskell</td><td>BSD</td></tr></table>"
)
CSV = "Name,Language,Licence\nMirageOS,OCaml,ISC\nHaLVM,Haskell,BSD\n"


@pytest.mark.parametrize(("name", "source", "line"), [("a.md", MARKDOWN, 8), ("a.html", HTML, 2), ("a.csv", CSV, 3)])
def test_a_question_finds_the_row_by_the_header_of_a_column(tmp_path: Path, name: str, source: str, line: int) -> None:
    (tmp_path / name).write_text(source)
    library = qa.open(tmp_path)
    reply = library.answer("What is the language of HaLVM?")
    quote = (reply.quotes or reply.nearest)[0]
    assert quote.text == library.document(name).text[quote.start : quote.end] == "HaLVM\tHaskell\tBSD"
    assert (quote.columns, quote.line) == (("Name", "Language", "Licence"), line)
    assert "Name: HaLVM | Language: Haskell | Licence: BSD" in text(reply)
    assert "> Name: HaLVM | Language: Haskell | Licence: BSD" in markdown_text([reply])
    assert reply.to_dict()["quotes" if reply.answered else "nearest"][0]["columns"] == ["Name", "Language", "Licence"]


COLUMNS = [f"Gauge {letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
WIDE = (
    "Station,"
    + ",".join(COLUMNS)
    + "".join(
        f"\n{name}," + ",".join(f"{number}.{at} metres above the datum" for at in range(26))
        for number, name in enumerate(("Kelso", "Lund"))
    )
)


def test_a_long_row_is_quoted_whole_and_shown_by_its_first_cell_and_those_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(WIDE)
    reply = qa.open(tmp_path).answer("What does gauge Q say at Lund?")
    quote = (reply.quotes or reply.nearest)[0]
    assert quote.text.startswith("Lund\t1.0 metres")
    assert quote.text.count("\t") == 26
    shown = text(reply, width=400)
    assert "Station: Lund | … | Gauge Q" in shown
    assert "Gauge Q: 1.16 metres above the datum" in shown
    assert "Gauge Q: 1.16 metres" in markdown_text([reply])


def test_a_column_without_a_header_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(MARKDOWN)
    reply = qa.open(tmp_path).answer("How long is the boot time on Windows?")
    quote = (reply.quotes or reply.nearest)[0]
    assert (quote.text, quote.columns) == ("Boot time\t12 s\t30 s", ("", "Linux", "Windows"))
    assert "Boot time | Linux: 12 s | Windows: 30 s" in text(reply)


TOOLS = """# Tools

| Model | Weight | Battery life | Warranty | Oil |
|---|---|---|---|---|
| Heron S | 0.9 kg | 9 hours | 12 months | ISO VG 32 |
| Heron X | 1.4 kg | 18 hours | 48 months | ISO VG 46 |
"""


@pytest.mark.parametrize(
    ("question", "row", "cell"),
    [
        ("How long is the battery life of the Heron X?", "Heron X", "18 hours"),
        ("What is the warranty of the Heron S?", "Heron S", "12 months"),
        ("What is the oil of the Heron X?", "Heron X", "ISO VG 46"),
        ("Which tool has a warranty of 48 months?", "Heron X", "Heron X"),
        ("Is the warranty of the Heron X 48 months?", "Heron X", None),
    ],
)
def test_the_short_answer_of_a_row_is_the_cell_that_is_asked_for(
    tmp_path: Path, question: str, row: str, cell: str | None
) -> None:
    """Words of neighbouring cells are no phrase: "1.4 kg 18" is in no cell."""
    (tmp_path / "a.md").write_text(TOOLS)
    reply = qa.open(tmp_path).answer(question)
    quote = (reply.quotes or reply.nearest)[0]
    assert quote.text.startswith(row)
    assert quote.answer == cell


def test_rows_of_one_table_do_not_contradict_each_other(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(TOOLS)
    rows = qa.open(tmp_path).answer("What is the warranty of the Heron S?", k=2)
    assert {quote.answer for quote in rows.quotes} == {"12 months", "48 months"}
    assert rows.agreement == ()


def table(*rows: tuple[str, str, int]) -> Document:
    """A document of these blocks: kind, text, level; "apart" begins another table."""
    body, blocks = "", []
    for kind, cells, level in rows:
        body += "\n\n" if kind == "apart" else "\n" if body else ""
        if kind != "apart":
            blocks.append(Block(len(body), len(body) + len(cells), kind, level))  # type: ignore[arg-type]
            body += cells
    return Document("a", body, "a", "x", "0", tuple(blocks))


def test_headers_hold_for_the_rows_of_their_table_alone() -> None:
    document = table(("header", "A\tB", 0), ("row", "c\td", 0), ("apart", "", 0), ("row", "e\tf", 0))
    assert document.columns(document.text.index("c")) == ("A", "B")
    assert document.columns(document.text.index("d")) == ("B",)
    assert document.columns(document.text.index("c"), document.text.index("d") - 1) == ("A",)
    assert document.columns(document.text.index("e")) == ()
    assert document.columns(document.text.index("A")) == ()


def test_empty_cells_before_a_row_or_its_header_are_counted() -> None:
    document = table(("header", "B\tC", 1), ("row", "a\tb\tc", 0), ("row", "d", 2), ("row", "e", 7))
    assert [document.columns(document.text.index(cell)) for cell in "ade"] == [("", "B", "C"), ("C",), ()]


def test_a_row_of_a_csv_file_is_a_passage_and_its_header_goes_with_the_first(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    document = read(find([tmp_path])[0][0])
    assert [document.text[p.start : p.end] for p in passages(document)] == [
        "Name\tLanguage\tLicence\nMirageOS\tOCaml\tISC",
        "HaLVM\tHaskell\tBSD",
    ]


def test_of_a_long_row_a_sentence_is_quoted_under_the_header_of_its_cell(tmp_path: Path) -> None:
    story = "The old mill ground barley for years. " * 12 + "Its wheel has twelve paddles."
    (tmp_path / "a.csv").write_text(f"Name,Story\nMill,{story}\nWeir,None.\n")
    reply = qa.open(tmp_path).answer("How many paddles does the wheel have?")
    assert reply.quotes[0].text == "Its wheel has twelve paddles."
    assert reply.quotes[0].columns == ("Story",)


def test_a_block_of_code_is_quoted_whole(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# Building\n\nText about other things.\n\n```sh\nmake frobnicator\nmake install\n```\n"
    )
    reply = qa.open(tmp_path).answer("make frobnicator")
    assert (reply.quotes or reply.nearest)[0].text == "make frobnicator\nmake install"


@pytest.mark.usefixtures("no_hang")
def test_a_table_of_thousands_of_columns_is_indexed_in_proportion(tmp_path: Path) -> None:
    """Each cell of a long row has the header of its own column, not those of all after it."""
    names = ",".join(f"c{number}" for number in range(4_000))
    rows = [",".join(f"v{row}x{number}" for number in range(4_000)) for row in range(10)]
    (tmp_path / "a.csv").write_text("\n".join([names, *rows]))
    hit = qa.open(tmp_path).search("v3x77")[0]
    assert "v3x77" in hit.text


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["Name", "Since"], ["a", "1"]], True),
        ([["", "Since", "Until"], ["a", "1", "2"]], True),
        ([["a", "1"], ["b", "2"]], False),
        ([["Name", "Name"], ["a", "b"]], False),
        ([["Name", "Since"]], False),
        ([["one"], ["two"]], False),
        ([["A long sentence that is no name of any column whatever it says.", "b"], ["c", "d"]], False),
    ],
)
def test_a_header_is_told_from_a_first_row(rows: list[list[str]], expected: bool) -> None:
    assert is_header(rows) is expected
