"""Each textual format comes out as the text its readers see, and every line leads back to the file."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest

from qa.load import adoc, info, mail, markdown
from qa.load.formats import reader_for
from qa.load.protocol import Excerpt, Parsed, Unreadable, joined
from tests.snippets import SNIPPETS


def parsed(name: str, source: str | None = None) -> Parsed:
    return reader_for(name).parse((SNIPPETS[name] if source is None else source).encode())


def told(document: Parsed) -> list[tuple[str, int | None, str]]:
    """Each block's kind, line and text."""
    assert document.source_map is not None
    return [(b.kind, document.source_map.line(b.start), document.text[b.start : b.end]) for b in document.blocks]


def test_restructuredtext_reads_without_its_markup() -> None:
    document = parsed("a.rst")
    assert document.author == "Ann Bee"
    assert told(document) == [
        ("item", 1, "Author: Ann Bee"),
        ("heading", 4, "Title"),
        ("paragraph", 7, "See the manual and foo.bar, lit."),
        ("heading", 9, "Section"),
        ("paragraph", 12, "Mind the gap."),
        ("item", 15, "one more"),
        ("item", 18, "nested"),
        ("item", 20, "first"),
        ("item", 21, "second"),
        ("item", 23, "term\nmeans it"),
        ("item", 26, "connect(host)"),
        ("paragraph", 28, "Connects."),
        ("item", 30, "param host: the host"),
        ("paragraph", 32, "versionadded 3.2"),
        ("code", 37, "x = 1"),
        ("header", 40, "Name\tSince"),
        ("row", 42, "Irmin\t2014"),
        ("header", 46, "A\tB"),
        ("row", 48, "c\td"),
        ("paragraph", 51, "C"),
        ("header", 52, "a\tb"),
        ("row", 54, "c\td"),
        ("header", 59, "X\tY"),
        ("row", 61, "z\tw"),
        ("paragraph", 64, "A note."),
        ("paragraph", 66, "Usage:"),
        ("code", 68, "$ run"),
        ("item", 70, "-v talk"),
    ]


def test_a_manual_page_reads_as_man_shows_it() -> None:
    document = parsed("a.1")
    assert (document.title, document.date) == ("LS(1)", "2020-01-02")
    assert told(document) == [
        ("heading", 3, "NAME"),
        ("paragraph", 4, "ls - list • all"),
        ("heading", 5, "OPTIONS"),
        ("item", 7, "-a, --all\nshow all"),
        ("item", 9, "•\npoint"),
        ("code", 13, "x = 1\n  y"),
        ("paragraph", 17, "bold text"),
        ("paragraph", 20, "shown yes"),
        ("header", 30, "A\tB"),
        ("row", 32, "c\tlong"),
        ("heading", 36, "Sub"),
        ("paragraph", 37, "“quoted” é \\ ."),
    ]


def test_a_manual_page_in_mdoc_reads_as_man_shows_it() -> None:
    document = parsed("a.8")
    assert document.title == "SSH(8)"
    assert [text for _, _, text in told(document)] == [
        "NAME",
        "ssh – remote login",
        "SYNOPSIS",
        "ssh [-46A] [cmd [arg ...]]",
        "DESCRIPTION",
        "See sshd(8), /etc.",
        "-F file\nRead “it”.",
        "$ ssh  x",
        "open(path, flags)",
    ]


def test_a_file_with_the_suffix_of_a_manual_page_may_be_any_text() -> None:
    assert parsed("release-1.2", "Version 1.2 is out.\n").text == "Version 1.2 is out.\n"
    with pytest.raises(Unreadable, match=r"only points to man1/ls\.1"):
        parsed("dir.1", ".so man1/ls.1\n")


def test_the_cells_of_a_csv_file_keep_their_columns() -> None:
    document = parsed("a.csv")
    assert told(document) == [
        ("header", 1, "Name\tLanguage\tKnown for"),
        ("row", 2, 'Irmin\tOCaml\tstoring "all",\nlike Git'),
        ("row", 4, "Xen\t\thypervisor"),
        ("row", 5, "C\tnothing"),
    ]
    assert [block.level for block in document.blocks] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("a;b\n1,5;2\n", ["a\tb", "1,5\t2"]),
        ("a|b\r\n1|2\r\n", ["a\tb", "1\t2"]),
        ('a,"b\n1,2\n', ['a\t"b', "1\t2"]),
        ("1,2\n3,4\n", ["1\t2", "3\t4"]),
        ("name\nAnn\n", ["name", "Ann"]),
    ],
)
def test_csv_says_itself_what_stands_between_its_cells(source: str, rows: list[str]) -> None:
    assert [text for _, _, text in told(parsed("a.csv", source))] == rows


def test_the_fields_of_json_stand_under_the_keys_that_lead_to_them() -> None:
    source = json.dumps(
        {
            "name": "proj",
            "deep": {"long": "x" * 500, "inner": [{"title": "One", "text": "y" * 500}, {"text": "z" * 500}]},
            "port": 8080,
            "empty": None,
            "none": [],
            "nothing": {},
            "author": {"name": "Ann", "mail": "a@b"},
        }
    )
    document = parsed("a.json", source)
    assert [(kind, text[:14]) for kind, _, text in told(document)] == [
        ("heading", "proj"),
        ("item", "port: 8080"),
        ("item", "author: name: "),
        ("heading", "deep"),
        ("item", "long: xxxxxxxx"),
        ("heading", "inner"),
        ("heading", "One"),
        ("item", "text: yyyyyyyy"),
        ("heading", "inner"),
        ("item", "text: zzzzzzzz"),
    ]


def test_json_nested_deeper_than_pythons_stack_is_read() -> None:
    source = '{"a":' * 50_000 + '"deep"' + "}" * 50_000
    assert "deep" in parsed("a.json", source).text


def test_a_line_of_json_lines_that_is_cut_short_costs_that_line_only() -> None:
    source = '{"id": 1, "text": "The mill."}\n{"id": 2, "text": "The weir."}\n{"id": 3, "te'
    document = parsed("a.jsonl", source)
    assert document.text == 'id: 1, text: The mill.\nid: 2, text: The weir.\n{"id": 3, "te'
    assert document.source_map is not None
    assert document.source_map.line(document.text.index('{"id": 3')) == 3


def test_what_is_not_json_is_read_as_text() -> None:
    assert parsed("a.json", '{"a": 1, // why\n "b": 2}').text == '{"a": 1, // why\n "b": 2}'
    assert parsed("a.jsonl", '{"a": 1}\nnot json\n').text == '{"a": 1}\nnot json\n'


def test_the_html_in_a_field_is_read_as_html() -> None:
    assert parsed("a.json", '{"body": "<p>One &amp; <b>two</b></p><p>three</p>"}').text == "body: One & two\n\nthree"


def test_a_notebook_keeps_its_cells_apart_and_its_lines() -> None:
    document = parsed("a.ipynb")
    assert [(kind, text) for kind, _, text in told(document)] == [
        ("heading", "Title"),
        ("paragraph", "Some text & code"),
        ("header", "a\tb"),
        ("row", "c\td"),
        ("code", "x = 6 * 7\nprint(x)"),
        ("code", "42\n43"),
        ("code", "array"),
    ]
    lines = SNIPPETS["a.ipynb"].split("\n")
    for _, line, text in told(document):
        assert line is not None
        assert text.split()[0] in lines[line - 1]


def test_mail_reads_as_its_headers_and_the_plain_one_of_its_texts() -> None:
    document = parsed("a.eml")
    assert (document.title, document.author, document.date) == ("Café opening hours", "Jürgen <j@x.org>", "2020-03-03")
    assert [(line, text) for _, line, text in told(document)] == [
        (1, "From: Jürgen <j@x.org>"),
        (2, "To: Ann <a@b.c>"),
        (3, "Subject: Café opening hours"),
        (5, "Date: Tue, 3 Mar 2020 10:11:12 +0100"),
        (15, "The café opens at 8. It closes at six."),
        (24, "attachment menu.pdf"),
        (31, "The cat sat."),
    ]


def test_what_a_mail_quotes_stands_under_its_writer_and_its_signature_is_left_out() -> None:
    assert told(parsed("b.eml"))[2:] == [
        ("paragraph", 7, "From May on."),
        ("header", 9, "On Mon, 2 Mar 2020, Bob <b@c.d> wrote:"),
        ("quotation", 11, "Since when is it open?\nIt opens late."),
        ("paragraph", 14, "Yours"),
        ("heading", 20, "attachment plan.md"),
        ("heading", 22, "Plan"),
        ("paragraph", 24, "Open late."),
        ("heading", 26, "attachment rooms.csv"),
        ("header", 29, "Room\tOwner"),
        ("row", 29, "B12\tBob"),
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Hi.\n\n-- \nAnn\n\nOn 3 May, Bob wrote:\n> Yes.\n", "Hi.\n\nOn 3 May, Bob wrote:\n\nYes."),
        ("Hi.\n--\nAnn\n", "Hi."),
        ("A rule:\n--\n" + "Text.\n" * 20, "A rule:\n--\n" + "Text.\n" * 19 + "Text."),
        (">>> x = 1\n", ">>> x = 1"),
        ("She said:\n> Yes.\n", "She said:\n\nYes."),
    ],
)
def test_only_what_looks_like_a_signature_or_a_quotation_is_one(body: str, text: str) -> None:
    assert mail.parse(f"From: a@b\n\n{body}".encode()).text == f"From: a@b\n\n{text}"


def test_attachments_are_read_if_they_are_text() -> None:
    def attached(name: str, kind: str, body: str) -> str:
        head = f'From: a@b\nContent-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n\n'
        return mail.parse((head + body).encode()).text.partition("\n\n")[2]

    assert attached("a.html", "text/html", "<p>Text.") == "attachment a.html\n\nText."
    assert attached("a.txt", "text/plain", "\ufeffText.") == "attachment a.txt\n\nText."
    assert attached("a.bin", "application/octet-stream", "Text.") == "attachment a.bin"
    assert attached("a.pdf", "application/pdf", "%PDF-1.4") == "attachment a.pdf"
    assert attached("a.txt", "text/plain", "\0\0\1") == "attachment a.txt"
    assert attached("a.eml", "application/octet-stream", "From: x@y\n\nText.") == "attachment a.eml"
    assert attached("a.eml", "message/rfc822", "From: x@y\n\nText.") == "attachment a.eml\n\nFrom: x@y\n\nText."


def test_a_mailbox_has_a_heading_for_each_message() -> None:
    assert parsed("a.mbox").text == "One\n\nSubject: One\nFrom: a@b\n\nFirst.\n\nTwo\n\nSubject: Two\n\nSecond."


def test_comments_and_docstrings_are_prose_and_the_rest_is_code() -> None:
    assert told(parsed("a.py")) == [
        ("code", 1, "#!/usr/bin/env python"),
        ("paragraph", 2, "Module text."),
        ("paragraph", 4, "More of it."),
        ("code", 6, "import os  # behind"),
        ("paragraph", 8, "Why:"),
        ("item", 9, "- first"),
        ("item", 10, "- second"),
        ("code", 12, 'def f(a="#no"):'),
        ("paragraph", 13, "Say *so*."),
        ("code", 15, "return '''\"\"\"'''"),
    ]


@pytest.mark.parametrize(
    ("name", "prose", "code"),
    [
        (
            "a.c",
            ["Licence.", "Text.", "Adds.", "One\ntwo."],
            ["#include <x.h>", "int add(int a); // behind", 'char *s = "/* no */";'],
        ),
        ("a.rs", ["Crate text.", "Adds `a`."], ["fn add<'a>(a: &'a str) -> char { '\"' }"]),
        ("a.js", ["Makes it.\n@param {string} a name"], ["export function f(a) { return `// ${a}`; }"]),
        ("a.sh", ["Starts it."], ["#!/bin/sh", 'echo "# no" # behind']),
        ("a.pl", ["NAME", "x - text", "Alone."], ["my $n = $#list; # behind"]),
        ("a.sql", ["All of it."], ["select '--no' /* in */ from t;"]),
        ("a.lua", ["Long\ntext"], ["local x = 1 -- behind"]),
        ("a.hs", ["Module", "Doc"], ["f x = x -- behind"]),
        ("a.ml", ["Doc"], ["let x = 1 (* in *)"]),
        ("a.rb", ["Long", "Alone"], ["x = 1 # behind"]),
        ("a.go", ["Package x does."], ["package x", "var s = `// no`"]),
    ],
)
def test_a_comment_is_told_from_code_in_each_language(name: str, prose: list[str], code: list[str]) -> None:
    found = told(parsed(name))
    assert [text for kind, _, text in found if kind != "code"] == prose
    assert [text for kind, _, text in found if kind == "code"] == code


def test_markdown_as_it_is_really_written() -> None:
    assert told(parsed("a.md")) == [
        ("heading", 1, "T"),
        ("paragraph", 3, "A ref, a note."),
        ("paragraph", 6, "The note."),
        ("item", 8, "task"),
        ("item", 10, "Title\nText."),
        ("quotation", 14, "Do."),
        ("header", 16, "A"),
        ("row", 18, "b\tc | d"),
        ("code", 21, "make"),
        ("paragraph", 24, "Term\nMeans."),
        ("paragraph", 27, "Title\nUse."),
    ]


def test_code_below_a_note_stays_code_in_a_fence() -> None:
    assert markdown.parse("!!! tip\n    Text.\n\n    ```\n    a\n      b\n    ```\n").text == "Text.\n\na\n  b"


def test_html_leaves_out_what_belongs_to_the_site() -> None:
    assert told(parsed("a.html"))[:4] == [
        ("heading", 1, "T"),
        ("item", 1, "a\nb"),
        ("code", 1, "x\n  y"),
        ("header", 2, "A\tB"),
    ]
    assert parsed("a.html", "<ul class='nav navbar'><li>Menu</ul><p class='navy'>Text.</p>").text == "Text."


def test_info_is_read_without_what_leads_from_node_to_node() -> None:
    document = parsed("a.info")
    assert document.title == "a"
    assert told(document) == [
        ("heading", 11, "The a manual\n************"),
        ("paragraph", 14, "It is of a."),
        ("heading", 25, "1 Run\n*****"),
        ("heading", 28, "1.1 Options\n==========="),
        ("paragraph", 31, "'-v'\n'--verbose'\n     Say more."),
    ]
    assert [block.level for block in document.blocks if block.kind == "heading"] == [1, 1, 2]
    assert reader_for("find.info-2").name == "info"


def test_a_menu_of_info_ends_with_its_last_entry() -> None:
    node = "\x1f\nFile: a.info,  Node: Top\n\n* Menu:\n\n* A::  Of\n   a.\n* B: (c)D.\n\nMore text.\n\n* a bullet\n"
    assert info.parse(node.encode()).text == "More text.\n\n* a bullet"
    assert (
        info.parse(b"\x1f\nFile: a.info,  Node: I\n\n\0\b[index\0\b]\n* Menu:\n\n* x:   Y.  (line 3)\n").text
        == "[index  ]"
    )


def test_asciidoc_reads_as_it_is_meant() -> None:
    document = parsed("a.adoc")
    assert document.author == "Ann Lee <a@b.c>"
    assert told(document) == [
        ("heading", 1, "Title"),
        ("paragraph", 5, "See the guide and text, a*b."),
        ("heading", 8, "Use"),
        ("code", 12, "$ make\n  all"),
        ("item", 16, "-v\n--verbose\nSay more."),
        ("paragraph", 20, "Much more."),
        ("item", 22, "one"),
        ("item", 23, "two"),
        ("item", 24, "three"),
        ("paragraph", 28, "Mind it."),
        ("paragraph", 31, "Rooms"),
        ("header", 34, "Room\tOwner"),
        ("row", 36, "B12\tBob\nStone"),
        ("heading", 44, "Old"),
        ("quotation", 48, "Quoted."),
        ("paragraph", 50, "TIP: Do."),
    ]


ASCIIDOC = [
    ("a _b_ c_d_e **f**g `*h*` +_i_+ #j# [.k]#l#", "a b c_d_e fg *h* _i_ #j# l"),
    ("http://x.y[shown] http://x.y https://x.y[] linkgit:git-log[1]", "shown http://x.y https://x.y git-log[1]"),
    ("<<a>> <<b,c d>> xref:e[f] footnote:[G.] image:h.png[i]x", "a c d f G. x"),
    ("a(((x,y))) ((term)) &lt;b&gt; {c} \\*d*", "a term <b> {c} *d*"),
    ("a; b::c std::vector x ~1~2 HEAD~3", "a; b::c std::vector x ~1~2 HEAD~3"),
    ("a +\nb\n// no\nc", "a\nb c"),
    ("ifdef::x[]\na\nendif::[]\n\n'''\n\n<<<\n\nb", "a\n\nb"),
    ("term:: meaning\nover lines\nother;; more", "term\nmeaning over lines\nother\nmore"),
    (".Title\n....\n .b.\n....", "Title\n\n.b."),
    ("[verse]\n'git' [-v]\n      <x>\n", "'git' [-v]\n      <x>"),
    ("|===\n|a |b |c\n2+|d |e\n|===", "a\tb\tc\nd\t\te"),
    ("[%header,cols=2*]\n|===\n|a\n|b\n|c\n|d\n|===", "a\tb\nc\td"),
    ("----\nnever closed", "never closed"),
]


@pytest.mark.parametrize(("source", "text"), ASCIIDOC)
def test_asciidoc_loses_its_marks_and_nothing_else(source: str, text: str) -> None:
    assert adoc.parse(source).text == text


def test_asciidoc_saved_as_text_is_told_by_its_signs() -> None:
    text = reader_for("a.txt")
    assert text.parse(SNIPPETS["a.adoc"].encode()).format == "asciidoc"
    assert text.parse(b"== Wiki ==\n* a\n\n=== More ===\n").format == "text"
    assert text.parse(b"Title\n=====\n\nSee std::vector<int>:\n\n----\n").format == "text"
    assert reader_for("index.rst.txt").name == "rst"


def test_cells_stand_in_the_column_in_which_a_browser_shows_them() -> None:
    document = parsed("a.html")
    cells = [
        ("\t" * b.level + document.text[b.start : b.end]).split("\t")
        for b in document.blocks
        if b.kind in ("row", "header")
    ]
    assert cells == [["A", "B"], ["c", "d", "e"], ["", "f"]]


def test_texts_of_several_readers_become_one_that_leads_back() -> None:
    source = "xx*One*yy\nTwo &amp; more"
    first, second = Excerpt(), Excerpt()
    first.add("*One*", 2)
    second.add("Two ", 10)
    second.add_decoded("&", 14)
    second.add(" more", 19)
    whole = joined("x", source, [(markdown.parse(part.text), part.places) for part in (first, second)])
    assert whole.text == "One\n\nTwo & more"
    assert whole.source_map is not None
    assert [
        source[whole.source_map.source_offset(whole.text.index(word))] for word in ("One", "Two", "&", "more")
    ] == list("OT&m")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.json", '{"a":' * 100_000),
        ("a.json", '{"a": 1, "b": [' * 30_000),
        ("a.json", "[" + '{"a": "<p>x</p>"},' * 20_000 + "1]"),
        ("a.rst", "`" * 100_000),
        ("a.rst", ":a" * 100_000),
        ("a.rst", "\n".join(" " * depth + "* a" for depth in range(800))),
        ("a.rst", "=== ===\n" * 20_000),
        ("a.1", ".TH a 1\n" + ".if n \\{" * 50_000),
        ("a.1", '.TH a 1\n.B "' + "\\*(" * 60_000),
        ("a.1", ".TH a 1\n.TS\nl.\n" + "T{\n" * 50_000),
        ("a.csv", '"a"b,' * 60_000),
        ("a.csv", ',"' * 100_000),
        ("a.eml", "A: b\n" * 50_000),
        ("a.eml", "A: b\n\n" + "--\n\n> a\n\nOn 3 May Bob\nwrote:\n" * 5_000),
        ("a.adoc", ":" * 100_000 + "\n" + "a:;" * 50_000 + "\n"),
        ("a.adoc", "----\n\n|===\n|a\n\n[a\n" * 20_000),
        ("a.adoc", "_a *b `c <<d http://e[ " * 20_000),
        ("a.info", "START-INFO-DIR-ENTRY\n" * 20_000 + "\x1f\n\n\n" * 20_000 + "\n" * 100_000),
        (
            "a.html",
            "<div><ul>" * 3_000 + "<li><a href=a>b</a>: c:" + "<li><a href=a>bbbb</a>" * 5_000 + "</ul></div>" * 3_000,
        ),
        ("a.html", "a b " * 50_000 + "<nav></nav>" * 20_000),
        ("a.eml", "Content-Type: multipart/mixed; boundary=a\n\n--a\n" * 2_000),
        ("a.py", '"\\' * 100_000),
        ("a.py", "# a\n\n" * 30_000),
        ("a.c", "/*" * 100_000),
        ("a.js", "`\\" * 50_000),
    ],
)
def test_strange_files_take_time_in_proportion(name: str, source: str) -> None:
    started = time.perf_counter()
    with suppress(Unreadable):
        parsed(name, source)
    assert time.perf_counter() - started < 20


@pytest.mark.parametrize("charset", ["no-such", "base64", "utf-16", "unicode_escape"])
def test_mail_in_a_strange_charset_is_read_all_the_same(charset: str) -> None:
    source = f"Subject: =?{charset}?Q?One?=\nContent-Type: text/plain; charset={charset}\n\nTwo words.\n"
    assert b"Subject: " in parsed("a.eml", source).text.encode()  # no halves of characters
