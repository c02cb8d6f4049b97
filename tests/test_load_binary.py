"""PDF, DOCX and EPUB read as they are printed, and whatever is wrong with one is said of that one."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import HEIGHT, Text, column, docx, epub, odt, paragraph, pdf, zipped

import qa
from qa.chunk import passages
from qa.errors import ReadError
from qa.load import find, package, read
from qa.model import Document
from qa.present import hits_text
from qa.text import terms


def read_as(folder: Path, name: str, content: bytes) -> Document:
    (folder / name).write_bytes(content)
    (source,), _ = find([folder / name])
    return read(source)


def why(folder: Path, name: str, content: bytes) -> str:
    with pytest.raises(ReadError) as caught:
        read_as(folder, name, content)
    return caught.value.reason


def blocks(document: Document) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, document.text[block.start : block.end]) for block in document.blocks]


LEFT = [
    "The heron stands in shallow water and",
    "waits. It eats fish, frogs and small mam-",
    "mals. A heron of the well-fed kind does",
    "not move for hours. Their nests are built",
    "in the crowns of old trees, where many",
    "pairs breed side by side. The young are",
]
RIGHT = [
    "fed for seven weeks. Then they leave the",
    "colony and fly off in every direction.",
    "Ringed birds were found again as far as",
    "nine hundred kilometres away. Most well-",
    "fed birds come back in their third year.",
    "Some of them live for twenty years.",
]


def two_columns(*, by_row: bool) -> list[Text]:
    left, right = column(LEFT), column(RIGHT, x=320)
    head = [(200.0, 740.0, 18.0, "The grey heron")]
    return head + ([text for row in zip(left, right, strict=True) for text in row] if by_row else right + left)


# PDF


@pytest.mark.parametrize("by_row", [True, False])
def test_columns_are_read_one_after_the_other_however_they_were_drawn(tmp_path: Path, by_row: bool) -> None:
    document = read_as(tmp_path, "a.pdf", pdf([two_columns(by_row=by_row)]))
    body = "\n".join(["The grey heron", *LEFT, *RIGHT]).replace("well-\nfed", "well-fed")
    assert document.text.replace("\n\n", "\n") == body  # a paragraph may end where a short line ends a sentence
    assert [block.kind for block in document.blocks][:2] == ["heading", "paragraph"]
    assert "The young are\nfed for seven weeks." in document.text  # not across the columns, though
    assert document.title == "The grey heron"


def test_a_divided_word_is_quoted_as_printed_and_found_whole(tmp_path: Path) -> None:
    read_as(tmp_path, "a.pdf", pdf([two_columns(by_row=True)]))
    quote = qa.open(tmp_path).answer("Are there mammals that the heron eats?").quotes[0]
    assert quote.text.endswith("It eats fish, frogs and small mam-\nmals.")
    assert "mammal" in terms(quote.text)
    assert (quote.page, quote.line, quote.title) == (1, None, "The grey heron")
    (hit,) = qa.open(tmp_path).search("mammals")
    assert (hit.path, hit.line, hit.page) == ("a.pdf", None, 1)
    assert hits_text([hit]).startswith(" 1  a.pdf, page 1 · ")
    assert qa.open(tmp_path).search("mam") == []


def test_sentences_run_over_pages_and_each_character_has_its_page(tmp_path: Path) -> None:
    pages = [column([f"Page {number} says that this sentence is very long and goes"]) for number in ("one", "two")]
    pages.append(column(["on to the end."]))
    document = read_as(tmp_path, "a.pdf", pdf([*pages[:2], [], pages[2]]))
    assert len(document.blocks) == 1
    assert [document.page(document.text.index(word)) for word in ("one", "two", "on to")] == [1, 2, 4]
    assert document.pages[0] == 0
    assert len(document.pages) == 4


def test_what_repeats_on_every_page_is_left_out(tmp_path: Path) -> None:
    bodies = [[f"Chapter {name} begins here and ends soon.", "It is short."] for name in ("alpha", "beta", "gamma")]
    pages = [
        [(60, 770, 9, f"Herons, revision {n}"), *column(body), (300, 30, 9, f"{n} of 3")]
        for n, body in enumerate(bodies, 1)
    ]
    document = read_as(tmp_path, "a.pdf", pdf(pages))
    assert document.text.split() == " ".join(line for body in bodies for line in body).split()
    alone = read_as(tmp_path, "b.pdf", pdf([[*column(bodies[0]), (300, 30, 9, "1")]]))
    assert alone.text.split() == " ".join(bodies[0]).split()


def test_what_stands_once_at_the_head_or_foot_of_a_page_stays(tmp_path: Path) -> None:
    pages = [[(60, 770, 10, f"{word} is what it begins with."), *column(["The body."])] for word in ("One", "Another")]
    text = read_as(tmp_path, "a.pdf", pdf(pages)).text
    assert "One is what" in text
    assert "Another is what" in text


def test_the_outline_makes_headings_and_so_does_the_size_of_the_font(tmp_path: Path) -> None:
    page = [
        (60.0, 760.0, 24.0, "All about herons"),
        (60.0, 700.0, 10.0, "2.1 Where they nest"),
        *column(LEFT, y=680),
        (60.0, 560.0, 14.0, "Their food"),
        *column(RIGHT, y=540),
    ]
    document = read_as(tmp_path, "a.pdf", pdf([page], outline=[("Where they nest", 0)], info={"Author": "Ann"}))
    assert [block for block in blocks(document) if block[0] == "heading"] == [
        ("heading", 1, "All about herons"),
        ("heading", 1, "2.1 Where they nest"),
        ("heading", 2, "Their food"),
    ]
    assert document.quote(*(document.text.index(part) for part in ("Ringed", "kilometres"))).heading == (
        "2.1 Where they nest › Their food"
    )
    assert document.author == "Ann"


def test_a_heading_is_on_one_line_and_its_words_are_whole(tmp_path: Path) -> None:
    page = [(60.0, 740.0, 20.0, "On the ori-"), (60.0, 716.0, 20.0, "gin of herons"), *column(LEFT, y=680)]
    document = read_as(tmp_path, "a.pdf", pdf([page]))
    assert document.title == "On the origin of herons"
    assert document.heading(document.text.index("shallow")) is None  # it only repeats the title


def test_dots_that_lead_to_a_page_number_are_left_out(tmp_path: Path) -> None:
    page = [
        text
        for n, name in enumerate(("Herons", "Storks"))
        for text in ((60.0, 600.0 - 14 * n, 10.0, f"{name} " + ". " * 60), (420.0, 600.0 - 14 * n, 10.0, f"{n + 4}"))
    ]
    assert blocks(read_as(tmp_path, "a.pdf", pdf([page]))) == [("row", 0, "Herons\t4"), ("row", 0, "Storks\t5")]


def test_three_columns_below_a_headline_are_read_one_after_the_other(tmp_path: Path) -> None:
    texts = [[f"{word} line {n} of this narrow column" for n in range(9)] for word in ("First", "Second", "Third")]
    columns = [column(lines, x=40 + 180 * number, y=680, size=9) for number, lines in enumerate(texts)]
    headline = (
        40.0,
        720.0,
        10.0,
        "A line that runs over the gutters of all the columns that stand below it, and is long",
    )
    page = [headline, *(text for row in zip(*columns, strict=True) for text in row)]
    text = read_as(tmp_path, "a.pdf", pdf([page])).text
    assert text.split() == " ".join([headline[3], *(line for lines in texts for line in lines)]).split()


def test_a_damaged_title_does_not_cost_the_text(tmp_path: Path) -> None:
    broken = "\u00fe\u00ff\u00d8A"  # half a surrogate pair in UTF-16
    page = [(60.0, 700.0, 10.0, "Where they nest"), *column(LEFT, y=680)]
    document = read_as(tmp_path, "a.pdf", pdf([page], outline=[(broken, 0)], info={"Title": broken}))
    assert (document.title, document.text.split()[:3]) == ("a", ["Where", "they", "nest"])


def test_paragraphs_are_known_by_gaps_indents_and_bullets(tmp_path: Path) -> None:
    page = [
        *column(["A first paragraph stands here, and it fills the whole line of", "this column. It ends."], y=700),
        *column(["A second one after a gap, which fills its line as well as the", "first, and ends."], y=660),
        (80.0, 636.0, 10.0, "A third one, indented, and as long as any other of the lines"),
        *column(["of this column, and it ends.", "• an item that is long enough to go on in the next line"], y=624),
        (70.0, 600.0, 10.0, "as this one does"),
        *column(["• another item"], y=588),
    ]
    assert [(kind, text.split()[:2]) for kind, _, text in blocks(read_as(tmp_path, "a.pdf", pdf([page])))] == [
        ("paragraph", ["A", "first"]),
        ("paragraph", ["A", "second"]),
        ("paragraph", ["A", "third"]),
        ("item", ["•", "an"]),
        ("item", ["•", "another"]),
    ]


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    rows = [("Country", "Capital"), ("Austria", "Vienna"), ("Denmark", "Copenhagen")]
    page = [
        text for n, row in enumerate(rows) for text in ((60, 600 - 14 * n, 10, row[0]), (200, 600 - 14 * n, 10, row[1]))
    ]
    assert blocks(read_as(tmp_path, "a.pdf", pdf([page]))) == [("row", 0, "\t".join(row)) for row in rows]


def test_a_page_that_was_turned_reads_as_it_is_shown(tmp_path: Path) -> None:
    upright, turned = (read_as(tmp_path, f"{r}.pdf", pdf([column(LEFT, y=500)], rotated=r)) for r in (False, True))
    assert turned.text == upright.text


def test_what_lies_beside_the_page_is_not_read(tmp_path: Path) -> None:
    assert read_as(tmp_path, "a.pdf", pdf([[*column(LEFT), (60, HEIGHT + 50, 10, "Crop mark")]])).text == "\n".join(
        LEFT
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf([column(LEFT)], encrypted=True), "encrypted; remove its password or leave it out with --exclude"),
        (pdf([[], []], image=True), "no text: scanned images"),
        (pdf([[]]), "no text"),
        (pdf([column(LEFT)])[:300], "damaged: not a readable PDF"),
        (b"%PDF-1.7", "damaged: not a readable PDF"),
        (b"", "empty"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    assert why(tmp_path, "a.pdf", content) == reason


# DOCX

STYLES = """
    <w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
    <w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/><w:basedOn w:val="berschrift2"/></w:style>
    <w:style w:type="paragraph" w:styleId="Loop"><w:name w:val="Loop"/><w:basedOn w:val="Loop"/></w:style>
    <w:style w:type="paragraph" w:styleId="Code"><w:name w:val="Source Code"/></w:style>
    <w:style w:type="paragraph" w:styleId="List"><w:name w:val="List Bullet"/>
        <w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
"""
RUN = "<w:r><w:t xml:space='preserve'>{}</w:t></w:r>"
NUMBERED = "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>"


def cells(*texts: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in texts) + "</w:tr>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (paragraph("Herons", "Mine") + paragraph("Text."), [("heading", 2, "Herons"), ("paragraph", 0, "Text.")]),
        (paragraph("Deep", "Loop", "<w:outlineLvl w:val='3'/>"), [("heading", 4, "Deep")]),
        (paragraph("Plain", "Loop"), [("paragraph", 0, "Plain")]),
        (
            paragraph("one", "List") + paragraph("two", properties=NUMBERED),
            [("item", 2, "one"), ("item", 1, "two")],
        ),
        (paragraph("if x:", "Code") + paragraph("    y", "Code"), [("code", 0, "if x:\n    y")]),
        (
            f"<w:tbl>{cells('Bird', 'Legs')}{cells('Heron', 'two &amp; long')}</w:tbl>",
            [("header", 0, "Bird\tLegs"), ("row", 0, "Heron\ttwo & long")],
        ),
        (
            f"<w:p>{RUN.format('It was ')}<w:del><w:r><w:delText>1873</w:delText></w:r></w:del>"
            f"<w:ins>{RUN.format('1874')}</w:ins><w:hyperlink>{RUN.format(' in York')}</w:hyperlink>.</w:p>",
            [("paragraph", 0, "It was 1874 in York")],
        ),
        (
            paragraph("The mark behind this", properties="<w:rPr><w:del/></w:rPr>")
            + f"<w:p>{RUN.format(' is gone.')}</w:p>",
            [("paragraph", 0, "The mark behind this is gone.")],
        ),
        (
            f"<w:p>{RUN.format('A claim.')}<w:r><w:footnoteReference w:id='2'/></w:r></w:p>{paragraph('More.')}",
            [("paragraph", 0, "A claim."), ("paragraph", 0, "Its proof."), ("paragraph", 0, "More.")],
        ),
        (
            "<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t>"
            "<w:instrText>HIDDEN</w:instrText></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>",
            [("paragraph", 0, "a b\nc\u2011d")],
        ),
        (
            "<w:p><w:r><x:AlternateContent xmlns:x='urn:x'><x:Choice><w:drawing><w:txbxContent>"
            f"{paragraph('In a box.')}</w:txbxContent></w:drawing></x:Choice><x:Fallback><w:pict><w:txbxContent>"
            f"{paragraph('In a box.')}</w:txbxContent></w:pict></x:Fallback></x:AlternateContent>"
            "<w:t>Beside it.</w:t></w:r></w:p>",
            [("paragraph", 0, "Beside it."), ("paragraph", 0, "In a box.")],
        ),
        (f"<w:sdt><w:sdtContent>{paragraph('Inside')}</w:sdtContent></w:sdt>", [("paragraph", 0, "Inside")]),
    ],
)
def test_a_word_document_reads_as_it_is_printed(
    tmp_path: Path, body: str, expected: list[tuple[str, int, str]]
) -> None:
    notes = f"<w:footnote w:id='0' w:type='separator'>{paragraph('-')}</w:footnote>"
    notes += f"<w:footnote w:id='2'>{paragraph('Its proof.')}</w:footnote>"
    document = read_as(tmp_path, "a.docx", docx(body, styles=STYLES, footnotes=notes))
    assert blocks(document) == expected
    assert (document.source_map, document.pages) == (None, ())


def test_a_word_document_says_its_title_author_and_date(tmp_path: Path) -> None:
    core = "<dc:title>On herons</dc:title><dc:creator>Ann</dc:creator><modified>2024-05-06T07:08:09Z</modified>"
    document = read_as(tmp_path, "a.docx", docx(paragraph("Text."), core=core))
    assert (document.title, document.author, document.date) == ("On herons", "Ann", "2024-05-06")
    assert read_as(tmp_path, "my-notes.docx", docx(paragraph("Text."))).title == "my notes"


def test_a_word_document_is_read_without_its_damaged_parts_as_long_as_its_text_is_whole(tmp_path: Path) -> None:
    document = read_as(tmp_path, "a.docx", docx(paragraph("Text.", "Mine"), core="<", styles="<", footnotes="<"))
    assert (document.text, document.title) == ("Text.", "a")


def test_the_text_may_stand_in_another_part(tmp_path: Path) -> None:
    link = '<r><Relationship Type="x/officeDocument" Target="/word/document2.xml"/></r>'
    body = f'<w:document xmlns:w="urn:strict"><w:body>{paragraph("Text.")}</w:body></w:document>'
    assert read_as(tmp_path, "a.docx", zipped({"_rels/.rels": link, "word/document2.xml": body})).text == "Text."


def test_numbers_beyond_all_measure_are_cut_to_size(tmp_path: Path) -> None:
    far = NUMBERED.replace("ilvl w:val='0'", f"ilvl w:val='{10**12}'")
    assert blocks(read_as(tmp_path, "a.docx", docx(paragraph("Deep.", properties=far)))) == [("item", 9, "Deep.")]
    spaces = f"<text:p>a<text:s text:c='{10**8}'/>b</text:p>"
    assert blocks(read_as(tmp_path, "a.odt", odt(spaces))) == [("paragraph", 0, "a b")]
    assert qa.open(tmp_path).search("deep")


# ODT


def cell(text: str) -> str:
    return f"<table:table-cell><text:p>{text}</text:p></table:table-cell>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<text:h text:outline-level='2'>Herons</text:h><text:p>Text.</text:p>",
            [("heading", 2, "Herons"), ("paragraph", 0, "Text.")],
        ),
        (
            "<text:p text:style-name='P1'>if x:</text:p><text:p text:style-name='P1'><text:s text:c='4'/>y</text:p>",
            [("code", 0, "if x:\n    y")],
        ),
        (
            "<text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>two</text:p>"
            "</text:list-item></text:list></text:list-item></text:list>",
            [("item", 1, "one"), ("item", 2, "two")],
        ),
        (
            f"<table:table><table:table-header-rows><table:table-row>{cell('Bird')}{cell('Legs')}</table:table-row>"
            f"</table:table-header-rows><table:table-row>{cell('Heron')}{cell('two')}</table:table-row></table:table>",
            [("header", 0, "Bird\tLegs"), ("row", 0, "Heron\ttwo")],
        ),
        (
            "<text:tracked-changes><text:p>1873</text:p></text:tracked-changes><text:p>It was "
            "<text:span>1874</text:span><text:note><text:note-citation>1</text:note-citation><text:note-body>"
            "<text:p>So they say.</text:p></text:note-body></text:note> in<text:tab/>York"
            "<office:annotation><text:p>Sure?</text:p></office:annotation>.</text:p>",
            [("paragraph", 0, "It was 1874 in York."), ("paragraph", 0, "So they say.")],
        ),
        (
            "<text:p>Beside.<draw:frame><draw:text-box><text:p>Inside.</text:p></draw:text-box></draw:frame></text:p>",
            [("paragraph", 0, "Beside."), ("paragraph", 0, "Inside.")],
        ),
    ],
)
def test_an_open_document_reads_as_it_is_printed(
    tmp_path: Path, body: str, expected: list[tuple[str, int, str]]
) -> None:
    styles = "<style:style style:name='P1' style:parent-style-name='Preformatted_20_Text'/>"
    meta = "<m xmlns:d='urn:d'><d:title>On herons</d:title><d:creator>Ann</d:creator><d:date>2024-05-06T07</d:date></m>"
    document = read_as(tmp_path, "a.odt", odt(body, styles=styles, more={"meta.xml": meta}))
    assert blocks(document) == expected
    assert (document.title, document.author, document.date) == ("On herons", "Ann", "2024-05-06")


# EPUB


def test_a_book_is_read_chapter_by_chapter(tmp_path: Path) -> None:
    chapters = {
        "z.xhtml": "<html><body><h1>One</h1><p>First <i>text</i>.</p></body></html>",
        "a%20b.xhtml": "<h1>Two</h1><p>Second.</p><table><tr><td>a</td><td>b</td></tr></table>",
    }
    metadata = "<dc:title>Herons</dc:title><dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator>"
    metadata += "<dc:date>2020-01-02T00:00:00Z</dc:date>"
    book = epub(chapters, metadata=metadata, more={"OPS/a b.xhtml": chapters["a%20b.xhtml"]})
    document = read_as(tmp_path, "a.epub", book)
    assert blocks(document) == [
        ("heading", 1, "One"),
        ("paragraph", 0, "First text."),
        ("heading", 1, "Two"),
        ("paragraph", 0, "Second."),
        ("row", 0, "a\tb"),
    ]
    assert (document.title, document.author, document.date) == ("Herons", "Ann, Bob", "2020-01-02")
    start = document.text.index("Second")
    assert document.quote(start, start + 6).heading == "Two"


# What is wrong with packages

BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
LOCKED = '<encryption xmlns:x="urn:x"><x:CipherReference URI="OPS/a.xhtml"/></encryption>'


def locked(content: bytes) -> bytes:
    """A ZIP file whose parts say that they are encrypted."""
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content = content[: place + at] + struct.pack("<H", 1) + content[place + at + 2 :]
            place = content.find(mark, place + 4)
    return content


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.docx", b"PK\x03\x04 no", "damaged: File is not a zip file"),
        ("a.docx", zipped({"a.txt": "a"}), "not a Word document"),
        ("a.docx", zipped({"word/document.xml": "<a><b></a>"}), "damaged: word/document.xml: mismatched tag"),
        ("a.docx", zipped({"word/document.xml": BOMB}), "word/document.xml declares entities of its own"),
        (
            "a.docx",
            zipped({"word/document.xml": BOMB.encode("utf-16")}),
            "word/document.xml declares entities of its own",
        ),
        ("a.docx", docx(""), "empty"),
        ("a.docx", locked(docx(paragraph("a"))), "encrypted; remove its password or leave it out with --exclude"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "encrypted, or of an old Office format; save it anew or leave it out with --exclude",
        ),
        ("a.epub", zipped({"a.txt": "a"}), "damaged: it has no META-INF/container.xml"),
        (
            "a.epub",
            epub({"a.xhtml": "<p>a"}, more={"META-INF/encryption.xml": LOCKED}),
            "encrypted: copy protected; leave it out with --exclude",
        ),
        ("a.epub", epub({}), "empty"),
        ("a.odt", zipped({"content.xml": "<a/>"}), "not a text document"),
        (
            "a.odt",
            odt("<text:p>a</text:p>", more={"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
            "encrypted; remove its password or leave it out with --exclude",
        ),
    ],
)
def test_a_package_that_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    assert why(tmp_path, name, content).startswith(reason)


def test_a_package_that_unpacks_to_too_much_is_refused_and_never_held_whole(tmp_path: Path) -> None:
    bomb = docx(f"<w:p>{' ' * (package.EXPANDED + 1)}</w:p>")
    assert len(bomb) < package.EXPANDED / 500
    assert why(tmp_path, "a.docx", bomb) == f"too large: its parts unpack to more than {package.EXPANDED:,} bytes"


def test_tables_and_wrappers_nested_without_end_cost_one_file(tmp_path: Path) -> None:
    deep = "<w:ins>" * 50_000 + "<w:p/>" + "</w:ins>" * 50_000
    assert why(tmp_path, "a.docx", docx(deep)).startswith(("empty", "the docx reader"))


# Any bytes at all

WHOLE: dict[str, bytes] = {
    "a.pdf": pdf([two_columns(by_row=True), column(RIGHT), []], outline=[("The grey heron", 0)], info={"Title": "H"}),
    "a.docx": docx(
        paragraph("Herons", "Mine") + f"<w:tbl>{cells('Bird', 'Legs')}</w:tbl>" + "".join(map(paragraph, LEFT)),
        styles=STYLES,
    ),
    "a.odt": odt(f"<text:h>Herons</text:h><text:list><text:p>a</text:p></text:list><text:p>{' '.join(LEFT)}</text:p>"),
    "a.epub": epub({"a.xhtml": f"<h1>Herons</h1><p>{' '.join(LEFT)}</p>", "b.xhtml": "<ul><li>a</ul>"}),
}


def mutated(content: bytes, seed: int, changes: int) -> bytes:
    """The bytes with a few of them changed, taken out or doubled."""
    chance = random.Random(seed)
    made = bytearray(content)
    for _ in range(changes):
        at = chance.randrange(len(made) + 1)
        end = at + chance.choice((1, 1, 4, 40))
        made[at:end] = chance.choice((bytes([chance.randrange(256)]), b"", made[at:end] * 2, b"9" * (end - at)))
    return bytes(made)


def repacked(content: bytes, seed: int, changes: int) -> bytes:
    """A package with its parts changed rather than its compressed bytes."""
    from io import BytesIO
    from zipfile import ZipFile

    with ZipFile(BytesIO(content)) as parts:
        return zipped({name: mutated(parts.read(name) or b" ", seed, changes) for name in parts.namelist()})


@settings(max_examples=120, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 1 << 30), st.integers(1, 12), st.booleans())
def test_any_bytes_are_read_or_refused_and_what_is_read_keeps_the_invariants(
    tmp_path: Path, name: str, seed: int, changes: int, inside: bool
) -> None:
    change: Callable[[bytes, int, int], bytes] = repacked if inside and name != "a.pdf" else mutated
    try:
        document = read_as(tmp_path, name, change(WHOLE[name], seed, changes))
    except ReadError:
        return
    assert document.text.encode()
    assert document.source_map is None
    assert list(document.pages) == sorted(document.pages)
    covered = [place for passage in passages(document) for place in range(passage.start, passage.end)]
    assert covered == sorted(set(covered))
    assert {place for place, char in enumerate(document.text) if not char.isspace()} <= set(covered)
    for passage in passages(document):
        quote = document.quote(passage.start, passage.end)
        assert quote.line is None
        assert (quote.page is None) == (name != "a.pdf")
        assert quote.page is None or 1 <= quote.page <= len(document.pages)
