"""Markdown and HTML come out as the text a reader sees, and every character of it leads back to the source."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.load import html, markdown
from qa.load.protocol import Parsed, Unreadable


def outline(parsed: Parsed) -> list[tuple[str, int]]:
    return [(block.kind, block.level) for block in parsed.blocks]


def assert_leads_back(parsed: Parsed, source: str) -> None:
    """Every non-blank character stands in a block and in the source, or an entity or escape for it begins there."""
    assert parsed.source_map is not None
    end, last = 0, 0
    for block in parsed.blocks:
        assert end <= block.start < block.end
        assert not parsed.text[end : block.start].strip()
        assert parsed.text[block.start : block.end] == parsed.text[block.start : block.end].strip()
        end = block.end
    assert not parsed.text[end:].strip()
    for offset, character in enumerate(parsed.text):
        if not character.isspace():
            at = parsed.source_map.source_offset(offset)
            assert at >= last
            assert source[at] == character or source[at] in "&\\"
            last = at


MARKDOWN = [
    ("# A *b* `c`\n\ntext\n", "A b c\n\ntext", [("heading", 1), ("paragraph", 0)]),
    ("Title\n=====\n\nOne\ntwo\\\nthree  \nfour", "Title\n\nOne\ntwo\nthree\nfour", [("heading", 1), ("paragraph", 0)]),
    ("## A # b ##\n", "A # b", [("heading", 2)]),
    ("## Install {#setup}\n", "Install", [("heading", 2)]),
    ('[a](b.md "t") ![alt](i.png) <http://x.y/%20z> [c][d]\n\n[d]: e\n', "a http://x.y/%20z c", [("paragraph", 0)]),
    ("a\\*b &lt;c&gt; &copy; `&amp;` \\q", "a*b <c> © &amp; \\q", [("paragraph", 0)]),
    ("***a** b* ~~c~~ __d__ e_f_g *h", "a b c d e_f_g *h", [("paragraph", 0)]),
    ("- a\n  b\n  - c\n- [x] d\n", "a\nb\nc\nd", [("item", 1), ("item", 2), ("item", 1)]),
    ("1. a\n\n   b\n2. c\n", "a\nb\nc", [("item", 1), ("item", 1), ("item", 1)]),
    ("> a\n> b\n>\n> - c\n", "a\nb\n\nc", [("quotation", 0), ("item", 1)]),
    ("> [!NOTE]\n> Mind.\n", "Mind.", [("quotation", 0)]),
    ("| a | b |\n|---|---|\n| c \\| d | `e` |\n", "a\tb\nc | d\te", [("header", 0), ("row", 0)]),
    ("> | a | b |\n> |---|---|\n> | c | |\n", "a\tb\nc", [("header", 0), ("row", 0)]),
    ("```python\nx = 1\n\n    y\n```\n\n    z\n", "x = 1\n\n    y\n\nz", [("code", 0), ("code", 0)]),
    ("<div class='x'>\n<b>a</b> &amp; b\n</div>\n\nc<br>d <!-- e -->\n", "a & b\n\nc\nd", [("paragraph", 0)] * 2),
    ("> <p>a\n> b</p>\n", "a b", [("quotation", 0)]),
    ("## A {#a}  \n", "A", [("heading", 2)]),
    ("- <div>\n  <p>a\n\n  <p>b\n", "a\nb", [("item", 1)] * 2),
    ("a[^1]\n\n[^1]: The note.\n", "a\n\nThe note.", [("paragraph", 0)] * 2),
    ("a\r\nb\r\n\r\n- c\r\n", "a\nb\n\nc", [("paragraph", 0), ("item", 1)]),
    (":::note\n\nMind.\n\n:::\n", "Mind.", [("paragraph", 0)]),
]


@pytest.mark.parametrize(("source", "text", "blocks"), MARKDOWN)
def test_markdown_reads_without_its_markup(source: str, text: str, blocks: list[tuple[str, int]]) -> None:
    parsed = markdown.parse(source)
    assert parsed.text == text
    assert outline(parsed) == blocks
    assert_leads_back(parsed, source)


HTML = [
    ("<h1>A &amp; B</h1><p>One<br>two", "A & B\n\nOne\ntwo", [("heading", 1), ("paragraph", 0)]),
    (
        "<p>&lt;robur.io&gt; &#x41;&#66; &copy; &unknown; AT&T ?a=1&copy=2",
        "<robur.io> AB © &unknown; AT&T ?a=1&copy=2",
        [("paragraph", 0)],
    ),
    (
        "<ul><li>a<ul><li>b</ul><li><p>c</p></ul>d",
        "a\nb\nc\n\nd",
        [("item", 1), ("item", 2), ("item", 1), ("paragraph", 0)],
    ),
    ("<dl><dt>a<dd>b</dl>", "a\nb", [("item", 1)]),
    (
        "<table><tr><th>a<th>b<tr><td><p>c</p><p>d</p><td>e</table>f",
        "a\tb\nc\nd\te\n\nf",
        [("header", 0), ("row", 0), ("paragraph", 0)],
    ),
    ("<pre>a\n  <b>b</b> &lt;</pre>", "a\n  b <", [("code", 0)]),
    ("<blockquote><p>a<ul><li>b</ul></blockquote>", "a\n\nb", [("quotation", 0), ("item", 1)]),
    (
        "<script>if (a<b) '<p>'</script><style>p{}</style><!-- c -->a<noscript>b</noscript><svg><title>c</title></svg>",
        "a",
        [("paragraph", 0)],
    ),
    ("<div class='title'>a <b>b</b><div>c</div></div>d", "a b\n\nc\n\nd", [("heading", 1), *[("paragraph", 0)] * 2]),
    ("<nav>Menu</nav><p>Text</p><footer>Imprint</footer>", "Text", [("paragraph", 0)]),
    ("<nav><a>Menu</a></nav>", "Menu", [("paragraph", 0)]),
    ("<dl><dt>a<dt>b<dd><p>c<p>d</dl>", "a\nb\nc\nd", [("item", 1), ("item", 2)]),
    ("<dl><dt><div>a</div></dt><dd><ul><li>b</ul></dd><dd>c</dl>", "a\nb\nc", [("item", 1), ("item", 2), ("item", 2)]),
    ("<dl><dt>a<pre>b</pre></dl>", "a\n\nb", [("item", 1), ("code", 0)]),
    (
        "<div class=fragment><div class='line'>a;</div>\n<div class='line'>  b;</div>\n</div>c",
        "a;\n  b;\n\nc",
        [("code", 0), ("paragraph", 0)],
    ),
    ("<article><p>a</p><footer>b</footer></article>", "a\n\nb", [("paragraph", 0)] * 2),
    ("<h2>Usage<a class='headerlink' href='#u'>¶</a></h2>", "Usage", [("heading", 2)]),
    ("a <b>c</b>d <img alt='e'> f", "a cd f", [("paragraph", 0)]),
    ("1 < 2 and <unclosed", "1 < 2 and <unclosed", [("paragraph", 0)]),
    ("<![CDATA[a <b]]> <![if c]> &# d <p class='", "a <b &# d", [("paragraph", 0)]),
    ("<!-- never closed <p>a</p>", "never closed\n\na", [("paragraph", 0)] * 2),
    (
        "<p>in [Mesa](http://x.org/Mesa_(language%29) and [Pilot](http://x.org/P_(os)), [not](one) a[0](b)",
        "in Mesa and Pilot, [not](one) a[0](b)",
        [("paragraph", 0)],
    ),
    ("<p><code>[a](http://b)</code>", "[a](http://b)", [("paragraph", 0)]),
    ("<p hidden>a</p><p>b</p><template>c</template>", "b", [("paragraph", 0)]),
    ("<s hidden>a<span>b</span>", "ab", [("paragraph", 0)]),
    (
        "<aside data-a='>' class='a note'>a</aside><aside class='>' id='note'>b</aside>c",
        "a\n\nc",
        [("paragraph", 0)] * 2,
    ),
]


LINKS = "<li><a href='a.html'>One</a><li><a href='#b'>Two</a> <li><a href=/c>Three</a>"
NAVIGATION = [
    ("<p>\nNext: <a href=b rel=next>B</a>, Up: <a href=a>A</a> &nbsp; [<a href=c>Contents</a>]</p><p>Text.", "Text."),
    ("<table><tr><td><a href=a>Prev</a><th>Chapter 5<td><a href=b>Next</a></table>Text.", "Text."),
    ("<p><a href=/>Home</a> &gt; <a href=/docs>Docs</a></p>Text.", "Text."),
    ("<center>[ <a href=a>&lt;&lt;</a> ] [ <a href=b>Index</a> ]</center>Text.", "Text."),
    (f"<h3>Table of Contents</h3><ul>{LINKS}<ul>{LINKS}</ul></ul>Text.", "Text."),
    (f"<div><b>On this page</b><ul>{LINKS}</ul></div>Text.", "Text."),
    ("<p>Contents</p><div class='toc'><p>Where it is</div>Text.", "Text."),
    (f"<div class=toolbar>{LINKS.replace('<li>', '| ')}</div>Text.", "Text."),
]
TEXT = [
    (f"<p>There are three:</p><ul>{LINKS}</ul>", "There are three:\n\nOne\nTwo\nThree"),
    ("<ul><li><a href=a>One</a>: the first<li><a href=b>Two</a><li><a href=c>C</a></ul>", "One: the first\nTwo\nC"),
    (f"<ul>{LINKS.replace('a.html', 'https://x.y')}<li><a href='https://x.y/z'>Four</a></ul>", "One\nTwo\nThree\nFour"),
    ("<p>&bull;<a href=a>The manual</a></p>", "•The manual"),
    ("<p>Next: the <a href=a>manual</a>", "Next: the manual"),
    ("<p>Contents <a class='nav' href=a>x</a>of it.", "Contents of it."),
    (
        "<div><h2><a href=a>One</a></h2><h2><a href=b>Two</a></h2><h2><a href=c>Three</a></h2></div>",
        "One\n\nTwo\n\nThree",
    ),
    ("<h2>Contents</h2><p>It holds sugar.", "Contents\n\nIt holds sugar."),
    ("<pre><a href=a>a</a> <a href=b>b</a>; <a href=c>c</a></pre>", "a b; c"),
]


@pytest.mark.parametrize(("source", "text"), [*NAVIGATION, *TEXT])
def test_html_is_read_without_what_only_leads_elsewhere(source: str, text: str) -> None:
    parsed = html.parse(source)
    assert parsed.text == text
    assert_leads_back(parsed, source)


def test_a_page_that_is_an_index_is_refused() -> None:
    entries = "".join(f"<dt>term {number}, <a href=p{number}.html>Page {number}</a></dt>" for number in range(30))
    with pytest.raises(Unreadable, match="nothing but links"):
        html.parse_page(f"<html><body><div class='indexdiv'><h3>T</h3><dl>{entries}</dl></div></body></html>")
    assert html.parse_page("<nav>Menu</nav>").text == "Menu"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>2<sup>32</sup> bytes", "2³² bytes"),
        ("<p>10<sup>&minus;2</sup>, 10<sup>–3</sup> and Ca<sup>2+</sup>", "10⁻², 10⁻³ and Ca²⁺"),
        ("<p><i>m</i><sup> -6 </sup>s", "m ⁻⁶ s"),
        ("<p>(a)<sup>2</sup>, in 2016<sup><a href='#n'>1</a></sup>", "(a)², in 2016¹"),
        ("<p>the 1<sup>st</sup>, n<sup>k+1</sup> and x<sup>[3]</sup>", "the 1st, nk+1 and x[3]"),
        ("<p>An end.<sup>1</sup> <b>And.</b><sup>2</sup> <sup>3</sup> Next", "An end.1 And.2 3 Next"),
        ("Area<p><sup>1</sup> A note", "Area\n\n1 A note"),
        ("<p>10<sup>2<p>2024<p>and <b>7</b>", "10²\n\n2024\n\nand 7"),
        ("<p>km<sup>2.<table><tr><td>1901<td>34</table>", "km2.\n\n1901\t34"),
        ("<p>10<sup/>2 x<sup></sup><b>3</b>", "102 x3"),
        ("<table><tr><td>a<td><sup>1</sup></table>", "a\t1"),
        ("<p>10<sup></p><p>2024", "10\n\n2024"),
        (f"<p>10<SUP class=x><a title='{'y' * 300}' href='#n'>2</a></SUP>", "10²"),
    ],
)
def test_a_raised_number_stays_apart_from_the_one_before_it(source: str, text: str) -> None:
    parsed = html.parse(source)
    assert parsed.text == text
    assert parsed.source_map is not None
    for offset, letter in enumerate(text):
        if not letter.isspace():
            own = source[parsed.source_map.source_offset(offset)]
            assert own == unicodedata.normalize("NFKC", letter) or (letter == "⁻" and own in "-–&")


@pytest.mark.parametrize(("source", "text", "blocks"), HTML)
def test_html_reads_as_a_browser_shows_it(source: str, text: str, blocks: list[tuple[str, int]]) -> None:
    parsed = html.parse(source)
    assert parsed.text == text
    assert outline(parsed) == blocks
    assert_leads_back(parsed, source)


def test_html_says_its_own_title_date_author_and_address() -> None:
    source = (
        "<head><title>A &amp;\n B</title><meta name=author content='Ann' name><link rel=canonical href='https://x.y/z'>"
        "<meta property='article:published_time' content='2020-02-03T04:05'></head><h1>C</h1>"
    )
    parsed = html.parse(source)
    assert (parsed.title, parsed.author, parsed.url, parsed.date) == ("A & B", "Ann", "https://x.y/z", "2020-02-03")
    assert parsed.text == "C"


def test_mdx_loses_its_imports_and_components_but_not_its_code() -> None:
    source = (
        "import {\n  A\n} from './a'\nexport const b = 1\n\n# T\n\n<A b={{c: 1}} d>\n    Indented **text**.\n</A>\n\n"
        "`<A>` stays {/* gone */}\n\n```jsx\nimport x from 'y'\n<A b={1}/>\n```\n"
    )
    parsed = markdown.parse_mdx(source)
    assert parsed.text == "T\n\nIndented text.\n\n<A> stays\n\nimport x from 'y'\n<A b={1}/>"
    assert_leads_back(parsed, source)


def test_mdx_keeps_code_spans_whatever_back_ticks_they_hold() -> None:
    source = "``<A> ` <B>`` and `<C>` but ``` <D>d</D> `` e <F b={`\n`}/>\n"
    assert markdown.parse_mdx(source).text == "<A> ` <B> and <C> but ``` d `` e"


def test_markdown_nested_too_deep_for_the_parser_is_still_read() -> None:
    for source in ("> " * 500 + "deep", "- " * 500 + "deep", "[" * 5000 + "deep" + "]" * 5000, "*a " * 3000 + "deep"):
        parsed = markdown.parse(source)
        assert "deep" in parsed.text
        assert_leads_back(parsed, source)


MARKDOWN_PIECES = st.sampled_from(
    [
        "a",
        "b c",
        "é",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\t",
        "    ",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "``",
        "```\n",
        "~~~\n",
        "[",
        "](",
        "]",
        ")",
        "[x]",
        "[a]: b\n",
        "![",
        "<http://a.b>",
        "<b>",
        "</b>",
        "<div>\n",
        "</div>",
        "<!--",
        "-->",
        "<br>",
        "&amp;",
        "&#65;",
        "&",
        "\\",
        "\\*",
        "\\|",
        "|",
        "|-|-|\n",
        "|a|b|\n|-|-|\n",
        "# ",
        "## ",
        "===\n",
        "---\n",
        "> ",
        "- ",
        "1. ",
        "- [ ] ",
        "[^1]",
        ":::",
        "\xa0",
        "\u2028",
        "\x0b",
        "\x0c",
        "\x85",
        "\u200b",
        "{#a}",
        "<pre>",
        "</pre>",
        "<script>",
    ]
)
HTML_PIECES = st.sampled_from(
    [
        "a",
        "b c",
        " ",
        "\n",
        "\r\n",
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "<br/>",
        "<ul>",
        "<li>",
        "</ul>",
        "<pre>",
        "</pre>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<h1>",
        "</h1>",
        "<blockquote>",
        "</blockquote>",
        "<nav>",
        "</nav>",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<![",
        "<!",
        "<?",
        "</",
        "<",
        ">",
        "&",
        "&#",
        "&amp;",
        "&lt;",
        "&nbsp;",
        "&NotEqualTilde;",
        "&#0;",
        "&#xD800;",
        "&#1;",
        "'",
        '"',
        "=",
        "<a href='",
        "<span hidden>",
        "</span>",
        "\x00",
        "\x0c",
        "[a](http://b)",
        "[",
        "](/",
        ")",
        "<title>",
        "</title>",
        "<dl>",
        "<dd>",
        "</dl>",
        "<svg>",
        "</svg>",
        "\u2028",
        "<textarea>",
    ]
)


@given(st.lists(MARKDOWN_PIECES, max_size=40).map("".join), st.booleans())
def test_any_markdown_leads_back_to_its_source(source: str, mdx: bool) -> None:
    assert_leads_back((markdown.parse_mdx if mdx else markdown.parse)(source), source)


@given(st.lists(HTML_PIECES, max_size=40).map("".join))
def test_any_html_leads_back_to_its_source(source: str) -> None:
    assert_leads_back(html.parse(source), source)


@pytest.mark.usefixtures("no_hang")
@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<![x",
        "<a ",
        "<a x='",
        "<a x='>",
        "<a =\"<b>'",
        "</a ",
        "<?",
        "&#",
        "&#;",
        "<nav>",
        "<script>",
        "<title>",
        "<span hidden>",
        "[a](http://",
        "<ul><li>",
        "<svg>",
        "<table><tr><td>",
        "<!--></nav><nav>",
    ],
)
def test_html_that_never_closes_takes_time_in_proportion(piece: str) -> None:
    source = piece * (400_000 // len(piece))
    assert_leads_back(html.parse(source), source)


@pytest.mark.usefixtures("no_hang")
@pytest.mark.parametrize(
    "source",
    [
        "<aside " + "class=" * 15_000 + ">x",
        "<meta " + "a" * 60_000 + ">x",
        "".join(f"<x{number} hidden>" for number in range(50_000)) + "x",
    ],
    ids=["class", "attribute", "hidden"],
)
def test_strange_html_takes_time_in_proportion(source: str) -> None:
    assert_leads_back(html.parse(source), source)


@pytest.mark.usefixtures("no_hang")
@pytest.mark.parametrize(
    ("source", "mdx"),
    [
        ("[^" * 40_000, False),
        ("# a" + " " * 120_000 + "b", False),
        ("- <div>\n" + "  <p>x\n" * 100_000, False),
        ("a" + "`" * 60_000, True),
        ("`" * 60_000, True),
        ("<" + "a" * 120_000, True),
    ],
    ids=["footnotes", "heading", "html", "back-ticks", "fence", "tag"],
)
def test_strange_markdown_takes_time_in_proportion(source: str, mdx: bool) -> None:
    assert_leads_back((markdown.parse_mdx if mdx else markdown.parse)(source), source)
