"""HTML -> readable text: its own small tokenizer, so that every character keeps its place in the source.

`html.parser` is not used: it leaves tags in the text after a stray `&#`, raises AssertionError at `<![x`, is quadratic
in unclosed tags, and differs between Python's patch releases, which would give one corpus two indexes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field, replace
from html import unescape
from html.entities import html5
from typing import NamedTuple

from qa.load.navigation import LABEL, Links, Share, is_label
from qa.load.protocol import Parsed, TextBuilder, Unreadable
from qa.model import BlockKind

__all__ = ["Fragment", "is_html", "parse"]

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir", "dl"})
_CONTAINERS = _LISTS | {"blockquote"}

# Elements that are remembered while open. Those whose end tags may be left out (p, li, td) are not among them.
_NESTING = _CONTAINERS | {
    *("div", "section", "article", "main", "header", "footer", "nav", "aside", "figure", "details", "form"),
    *("fieldset", "pre", "listing", "xmp", "table", "center", "dialog", "hgroup"),
}
_BREAKS = _NESTING | {
    *("html", "head", "body", "p", "li", "dt", "dd", "caption", "thead", "tbody", "tfoot", "tr", "hr", "title"),
    *("figcaption", "address", "legend", "summary", "frameset", "option", "optgroup", "video", "iframe"),
    *_HEADINGS,
}
_ENDS_HEADING = _BREAKS - {"div", "header", "hgroup", "center"}
_PREFORMATTED = ("pre", "listing", "xmp")
_LISTING = re.compile(r"\s*<(?:div|span)\s+class\s*=\s*[\"']?(?:code-?)?line[\"'\s>]", re.IGNORECASE)
"""What a <div> begins with that is a listing, a line in each element."""
_TITLED = re.compile(r"\sclass\s*=\s*[\"']?(?:page-?|document-?|doc-?)?title[\"'\s>]", re.IGNORECASE)
_IN_TERM = frozenset({"dt", "dd", "p", "div"})
_LONGEST_TERM = 400
"""Characters of a term; a longer one is text that somebody put there for its looks."""
_ROW_PART = re.compile(r"<(?:(t[dh])|/?tr|/table)(?=[\s/>])", re.IGNORECASE)
_SPAN = re.compile(r"\s(col|row)span\s*=\s*[\"']?(\d{1,3})", re.IGNORECASE)
_VOID = frozenset(
    {*("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")}
)
_KNOWN = (
    _BREAKS | _VOID | {*("a", "b", "i", "u", "em", "strong", "span", "code", "img", "td", "th", "sup", "sub", "font")}
)

_RAW = ("script", "style")  # what is inside is not HTML
_UNREAD = frozenset(
    {*("template", "noscript", "svg", "select", "button", "textarea", "iframe", "object", "canvas", "audio", "video")}
    | {*("datalist", "annotation", "annotation-xml", "noembed", "noframes", "map", "title")}
)
_FURNITURE = ("nav", "footer", "aside")
_UNREAD_MARK = re.compile(
    r"""\s(?:hidden(?=[\s/>=])|aria-hidden\s*=\s*["']?true|
        class\s*=\s*(?:["'][^"'>]*(?<![\w-]))?(?:linenos|lineno|linenodiv|ttc|tooltip|headerlink|header-anchor|hash-link)(?![\w-]))""",
    re.VERBOSE | re.IGNORECASE,
)
_FURNITURE_MARK = re.compile(
    r"\srole\s*=\s*[\"']?(?:navigation|search|contentinfo|complementary|tooltip|doc-toc|doc-index)\b", re.IGNORECASE
)
_FURNITURE_CLASS = re.compile(
    r"""\s(?:class|id)\s*=\s*["']?(?:[^"'>]*\s)?(?:nav|navbar|navigat(?:e|ion)|nav-?panel|nav-?path|nav-?header|nav-?footer|
        nav-?links|nav-?row|nav-?tree|side-nav|breadcrumbs?|sphinxsidebar|site-header|(?:site-|page-)?footer|
        skip-?(?:link|nav|to-content)|pagination|pager|(?:local|global|page|section|mini)?-?toc|toctree-wrapper|
        table-?of-?contents|toc-?(?:container|box|list)|(?:short|summary)-?contents|
        genindex[\w-]*|index-(?:[a-z]{2}|entries)|indexdiv|
        (?:cookie|consent|gdpr)[\w-]*|newsletter[\w-]*|social-(?:share|links|media)[\w-]*|share-buttons?)(?=[\s"'/>])""",
    re.VERBOSE | re.IGNORECASE,
)
_FURNISHED = frozenset({*("a", "div", "section", "ul", "ol", "dl", "table", "p", "header", "form", "dialog", "center")})
_CLASS_OR_ROLE = re.compile(r"(?:class|role)\s*=", re.IGNORECASE)
_NOTE = re.compile(r"note|admonition|callout|warning|tip|topic|doc-", re.IGNORECASE)
_PERMALINKS = frozenset({"¶", "&para;", "&#182;", "&#xb6;", "#", "§", "&sect;", "🔗"})

_EXPONENT = re.compile(r"(?:\s*(&(?:minus|#8722|#x2212);))?(\s*[-+−–]?\d+[-+−–]?\s*)", re.IGNORECASE)
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_RAISABLE = re.compile(r"[^\W_]|[])}%'’;]")
"""What an exponent stands behind; an entity ends in ";"."""
_STYLES = r"(?:</?(?:a|b|i|u|em|strong|span|code|var|tt|font|big|small)(?=[\s>])[^<>]*>)*+"
_TO_RAISED = re.compile(rf"<sup(?=[\s>])[^<>]*(?<!/)>{_STYLES}", re.IGNORECASE)
_STYLES_BEFORE = re.compile(rf"{_STYLES}\Z", re.IGNORECASE)
_LOOKED_BACK = 500
"""Characters in which a <sup> is looked for before a number, and the text before it."""

_NAME = re.compile(r"[a-zA-Z][^\s/>\x00<]*")
_LINK = re.compile(r"<a\s[^<>]*href", re.IGNORECASE)
_TAG_STOP = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*')|[<>]")
_END_TAG = re.compile(r"</([a-zA-Z][^\s/>\x00<]*)")
# A name without a value is matched as well, whole, so that it is not tried again from each of its letters.
_ATTRIBUTE = re.compile(r"([a-zA-Z][\w:.-]*+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};?)")
_BLOCK_START = re.compile(
    r"\s*+(?:(?:<!--(?>.*?-->)|<\?(?>[^>]*>))\s*+)*+<(?:!doctype\s+html|(?:html|head|body|p|div|h[1-6]|ul|ol|dl|table|"
    r"section|article|main|blockquote|pre|header|nav|figure|aside|details|center|form|hr|address)(?=[\s>/]))",
    re.IGNORECASE | re.DOTALL,
)

# A Markdown link left inside HTML; its target may hold brackets, even an unclosed one where the other is escaped.
_STRAY_LINK = re.compile(
    r"(!?)\[([^\[\]\n]{0,400})\]\("
    r"(?:https?://|mailto:|www\.|\.{0,2}/|#)(?:[^\s()<>\[\]]|\([^\s()<>\[\]]{0,200}\)|\(){0,500}(?:\s+\"[^\"\n]{0,200}\")?\)"
)


def is_html(source: str, start: int = 0) -> bool:
    """Whether the first thing in the text is a block tag or a doctype.

    >>> is_html(" <p>Text"), is_html("<!-- x --><!DOCTYPE html>"), is_html("<stdio.h> is a header")
    (True, True, False)
    """
    return _BLOCK_START.match(source, start) is not None


def parse(source: str, start: int = 0) -> Parsed:
    """Reads HTML from `start` on; navigation and footers only when there is nothing else, and they are not all links.

    >>> parse("<h1>A &amp; B</h1><p>One<br>two</p>").text
    'A & B\\n\\nOne\\ntwo'
    """
    fragment = Fragment(TextBuilder(source), source, start, len(source))
    fragment.walk()
    parsed = fragment.builder.finish("html")
    if not parsed.text:
        everything = Fragment(TextBuilder(source), source, start, len(source), furniture=True)
        everything.walk()
        parsed = parsed if everything.leads_elsewhere else everything.builder.finish("html")
    about = fragment.about
    return replace(
        parsed,
        title=about.get("title"),
        url=about.get("canonical") or about.get("og:url"),
        date=(about.get("article:published_time") or about.get("date") or "")[:10] or None,
        author=about.get("author"),
    )


def parse_page(source: str, start: int = 0) -> Parsed:
    """Reads a file of HTML; raises Unreadable for an index or a table of contents, which answers nothing."""
    parsed = parse(source, start)
    if not parsed.text and is_html(source, start) and _LINK.search(source, start):
        raise Unreadable("nothing but links to other pages")
    return parsed


class _Element(NamedTuple):
    """An open element, and how much had been read where it begins."""

    name: str
    unread: bool
    furniture: bool
    blocks: int
    share: Share


@dataclass(slots=True)
class Fragment:
    """A stretch of HTML on its way into a TextBuilder.

    `source` stands `shift` characters into the document's source; `base` is the kind of text that stands in no element.
    """

    builder: TextBuilder
    source: str
    start: int
    end: int
    shift: int = 0
    furniture: bool = False
    base: tuple[BlockKind, int] = ("paragraph", 0)
    about: dict[str, str] = field(default_factory=dict)
    _open: list[_Element] = field(default_factory=list)
    _count: Counter[str] = field(default_factory=Counter)
    _containers: list[str] = field(default_factory=list)
    _unread: int = 0
    _lists: int = 0  # how many of the containers are lists
    _heading: int = 0
    _titled: bool = False  # the heading is a <div>
    _listing: int = 0  # in a listing made of lines: how many elements are open with it, 0 outside
    _row: int = -1  # in a table row: how many containers were open where it began
    _in_head: bool = False  # in a <thead>
    _is_header: bool = False  # the row holds column headers
    _column: int = -1  # of the cell being read
    _held: dict[int, int] = field(default_factory=dict)  # columns of cells above that reach into so many more rows
    _described: bool = False  # in a <dd>
    _term: int = -1  # where the block of a <dt> begins, while nothing else is in it
    _defined: int = -1  # where the text of its <dd> is to begin
    _links: Links = field(default_factory=Links)
    _kept: int = 0  # blocks that are there to stay, though there may be nothing but links in them
    _literal: bool = False  # in a <code>
    _anchor: bool = False
    _ends: dict[str, list[int]] = field(default_factory=dict)
    _last_ends: dict[str, int] | None = None  # by element: where its last end tag stands

    def walk(self) -> None:
        """Reads the stretch from its start to its end."""
        self._begin()
        at = self.start
        while at < self.end:
            tag = self.source.find("<", at, self.end)
            if tag < 0:
                tag = self.end
            if at < tag:
                self._text(at, tag)
            at = self._markup(tag) if tag < self.end else tag
        self._begin()

    @property
    def leads_elsewhere(self) -> bool:
        """Whether what was read is an index: many links, and little between them."""
        return self._links.is_index

    # What stands between tags

    def _text(self, start: int, end: int) -> None:
        if self._unread:
            return
        raw = self.source[start:end]
        if (self._anchor and raw.strip() in _PERMALINKS) or (self._listing and raw.isspace() and "\n" in raw):
            return
        self._links.add(raw)
        exponent = _EXPONENT.fullmatch(raw)
        if exponent and self._is_raised(start):  # 2<sup>32</sup> is not 232
            self._raise(exponent, start + self.shift)
            return
        if "](" not in raw or self._row >= 0 or self._literal or self._preformatted:
            self._plain(start, end)
            return
        at = start
        for link in _STRAY_LINK.finditer(self.source, start, end):
            self._plain(at, link.start())
            if not link[1]:
                self._plain(*link.span(2))
            at = link.end()
        self._plain(at, end)

    def _is_raised(self, at: int) -> bool:
        """Whether the text at an offset is the first in a <sup> right behind what it may be the exponent of."""
        least = max(at - _LOOKED_BACK, self.start)
        sup = max(self.source.rfind(tag, least, at) for tag in ("<sup", "<SUP"))
        if sup < 0 or not _TO_RAISED.fullmatch(self.source, sup, at):
            return False
        before = self.source[max(sup - _LOOKED_BACK, self.start) : sup]
        if before.endswith(">"):
            before = _STYLES_BEFORE.sub("", before)
        return _RAISABLE.fullmatch(before[-1:]) is not None

    def _raise(self, exponent: re.Match[str], at: int) -> None:
        """Adds an exponent, its first character at an offset of the source, as the characters that look like it."""
        if exponent[1]:
            self.builder.add_decoded("⁻", at + exponent.start(1))
        self.builder.add(exponent[2].translate(_RAISED), at + exponent.start(2))

    def _plain(self, start: int, end: int) -> None:
        raw = self.source[start:end]
        if "&" not in raw:
            self.builder.add(raw, start + self.shift)
            return
        at = start
        for entity in _ENTITY.finditer(self.source, start, end):
            decoded = _decoded(entity.group(), self.source[entity.end() : entity.end() + 1])
            if decoded is not None:
                self.builder.add(self.source[at : entity.start()], at + self.shift)
                self.builder.add_decoded(decoded, entity.start() + self.shift)
                at = entity.end()
        self.builder.add(self.source[at:end], at + self.shift)

    # Tags and whatever else begins with "<". Each method returns the offset to go on from.

    def _markup(self, at: int) -> int:
        second = self.source[at + 1 : at + 2]
        if second.isascii() and second.isalpha():
            return self._start_tag(at)
        if second == "/" and _NAME.match(self.source, at + 2, self.end):
            return self._end_tag(at)
        for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<!", ">"), ("<?", ">"), ("</", ">")):
            if self.source.startswith(opening, at):
                close = self._next(closing, at + 2 if opening == "<!--" else at + len(opening))
                if close < 0:
                    return self._unclosed(at, opening)
                if opening == "<![CDATA[":
                    self._text(at + len(opening), close)
                return close + len(closing)
        return self._unclosed(at, "<")

    def _unclosed(self, at: int, opening: str) -> int:
        """What never closes is not markup: the text behind it stays. A comment's opening is nothing to read, though."""
        if opening not in {"<!--", "<![CDATA["}:
            self._text(at, at + len(opening))
        return at + len(opening)

    def _next(self, text: str, at: int) -> int:
        """Where `text` stands next. All its places are found once, so that a file full of openings is still linear."""
        if text not in self._ends:
            pattern = re.compile(re.escape(text), re.IGNORECASE)
            self._ends[text] = [found.start() for found in pattern.finditer(self.source, self.start, self.end)]
        places = self._ends[text]
        index = bisect_left(places, at)
        return places[index] if index < len(places) else -1

    def _is_closed(self, name: str, at: int) -> bool:
        """Whether an element that is open at an offset has an end tag at all."""
        if self._last_ends is None:
            tags = _END_TAG.finditer(self.source, self.start, self.end)
            self._last_ends = {tag[1].lower(): tag.start() for tag in tags}
        return self._last_ends.get(name, -1) >= at

    def _tag(self, at: int, name: re.Match[str]) -> int:
        """Offset behind the tag; -1 if it is none: it runs into the next one, and HTML knows no such name."""
        position = name.end()
        while stop := _TAG_STOP.search(self.source, position, self.end):
            if stop.group() == ">":
                return stop.end()
            if stop.group() == "<":
                return stop.start() if name.group().lower() in _KNOWN else -1
            position = stop.end()
        return self.end if name.group().lower() in _KNOWN else -1

    def _start_tag(self, at: int) -> int:
        match = _NAME.match(self.source, at + 1, self.end)
        end = self._tag(at, match) if match else -1
        if match is None or end < 0:
            return self._unclosed(at, "<")
        name, tag = match.group().lower(), self.source[at:end]
        if name in _RAW and not tag.endswith("/>"):
            close = self._next(f"</{name}", end)
            return self.end if close < 0 else close
        if name == "title" and "title" not in self.about and not self._unread:
            return self._title(end)
        if not self._unread:
            self._enter(name, tag, end)
        unread = self._is_unread(name, tag)
        furniture = not self.furniture and self._is_furniture(name, tag, end)
        if (self._unread or unread or furniture or name in _NESTING) and name not in _VOID and not tag.endswith("/>"):
            self._push(name, unread and self._is_closed(name, end), furniture)
        if name == "div" and not self._listing and not self._unread and _LISTING.match(self.source, end):
            self._listing = len(self._open)
            self._begin()
        elif name in _BREAKS and not self._unread:
            self._break(name)
        return end

    def _end_tag(self, at: int) -> int:
        match = _NAME.match(self.source, at + 2, self.end)
        end = self._tag(at, match) if match else -1
        if match is None or end < 0:
            return self._unclosed(at, "</")
        name = match.group().lower()
        if self._count[name]:
            self._pop(name)
        if self._unread:
            return end
        if name == "a":
            self._anchor = False
            self._links.close()
        elif name == "code":
            self._literal = False
        elif name in _HEADINGS or (self._titled and name == "div"):
            self._heading, self._titled = 0, False
        elif name in {"tr", "table", "thead", "tbody", "tfoot"}:
            self._row, self._in_head = -1, self._in_head and name == "tr"
        if name in _BREAKS:
            self._break(name)
        return end

    def _enter(self, name: str, tag: str, end: int) -> None:
        """What a start tag changes for the text behind it."""
        if name in _HEADINGS:
            self._heading = _HEADINGS[name]
        elif name in _ENDS_HEADING or (self._titled and name == "div"):
            self._heading = 0
        if name == "div":
            self._titled = "=" in tag and not self._heading and _TITLED.search(tag) is not None
            self._heading = 1 if self._titled else self._heading
        if name == "br":
            self.builder.space("\n")
        elif name in {"td", "th"}:
            self._cell(tag)
        elif name == "tr":
            self._begin_row(end)
        elif name in {"table", "caption", "thead", "tbody", "tfoot"}:
            self._row, self._held, self._in_head = -1, {}, name == "thead"
            if name == "table":
                self.builder.apart()
        elif name in {"li", "dt", "dd", *_LISTS}:
            self._described = name == "dd"
        elif name == "a":
            self._anchor = True
            self._links.open(tag)
        elif name == "code":
            self._literal = True
        elif name in {"meta", "link"}:
            self._note(tag)

    def _begin_row(self, end: int) -> None:
        """Begins a row whose tag ends there; it holds column headers if it is of them alone, and has several."""
        self._row, self._column = len(self._containers), -1
        self._held = {column: rows - 1 for column, rows in self._held.items() if rows > 1}
        cells = []
        for part in _ROW_PART.finditer(self.source, end, self.end):
            if not part[1]:
                break
            cells.append(part[1].lower())
        self._is_header = len(cells) > 1 and (self._in_head or "td" not in cells)

    def _cell(self, tag: str) -> None:
        """Begins a cell, in the column in which a browser shows it."""
        if self._row < 0:
            self._begin_row(self.end)
            self._begin()
        spans = {name.lower(): int(size) for name, size in _SPAN.findall(tag)}
        column = self._column + 1
        while column in self._held:
            column += 1
        for _ in range(column - self._column):
            self.builder.space("\t")
        self._column = column + max(spans.get("col", 1), 1) - 1
        if spans.get("row", 1) > 1:
            self._held |= dict.fromkeys(range(column, self._column + 1), spans["row"])

    def _note(self, tag: str) -> None:
        """Keeps what a <meta> or <link> says about the document; the first word counts."""
        values = {
            match[1].lower(): unescape(match[2] or match[3] or match[4] or "")
            for match in _ATTRIBUTE.finditer(tag)
            if "=" in match[0]
        }
        key = values.get("name") or values.get("property") or values.get("rel") or ""
        value = " ".join((values.get("content") or values.get("href") or "").split())
        if value:
            self.about.setdefault(key.lower(), value)

    def _title(self, start: int) -> int:
        end = self._next("</title", start)
        title = " ".join(unescape(self.source[start:end]).split()) if end >= 0 else ""
        if title:
            self.about["title"] = title
        return max(end, start)

    def _is_unread(self, name: str, tag: str) -> bool:
        return name in _UNREAD or (len(tag) > len(name) + 2 and _UNREAD_MARK.search(tag) is not None)

    def _is_furniture(self, name: str, tag: str, end: int) -> bool:
        """Navigation, footers, banners. In an article a footer or an aside belongs to it; so does a note anywhere."""
        if name in _FURNITURE:
            inside = self._count["article"] or self._count["main"] or self._count["blockquote"]
            return name == "nav" or not (inside or _is_note(tag))
        if name in _FURNISHED and "=" in tag and _FURNITURE_CLASS.search(tag):
            return self._is_closed(name, end)
        return _FURNITURE_MARK.search(tag) is not None

    # The elements that are open

    def _push(self, name: str, unread: bool, furniture: bool) -> None:
        if furniture and name in _BREAKS:
            self._take_back_label()
        self._open.append(_Element(name, unread, furniture, self.builder.count, self._links.share))
        self._count[name] += 1
        self._unread += unread or furniture
        if name in _CONTAINERS:
            self._containers.append(name)
            self._lists += name in _LISTS

    def _pop(self, name: str) -> None:
        """Closes the innermost element of this name, and with it what was left open inside."""
        closed = ""
        while closed != name:
            element = self._open.pop()
            closed = element.name
            self._count[closed] -= 1
            self._unread -= element.unread or element.furniture
            if len(self._open) < self._listing:
                self._listing = 0
            self._leave_out(element)
            if closed in _CONTAINERS:
                self._containers.pop()
                self._lists -= closed in _LISTS
                self._described = False

    @property
    def _preformatted(self) -> bool:
        return self._listing > 0 or any(self._count[name] for name in _PREFORMATTED)

    def _leave_out(self, element: _Element) -> None:
        """Leaves out an element that is closed if there is nothing in it but links, unless a sentence introduces it."""
        if self.furniture or self._unread or element.blocks < self._kept or not self._links.is_list(element.share):
            return
        if self._row == len(self._containers) and element.name != "table":
            return
        self._end()
        kinds = {self.builder.kind(number) for number in range(element.blocks, self.builder.count)}
        before = self.builder.tail(element.blocks - 1, LABEL) if kinds and element.blocks else ""
        if {"heading", "code"} & kinds or (before.endswith((":", "：")) and not is_label(before)):
            self._kept = self.builder.count
        elif kinds:
            self.builder.take_back(element.blocks)
            self._take_back_label()

    def _take_back_label(self) -> None:
        """Leaves out what only announces links that are left out."""
        self._end()
        last = self.builder.count - 1
        if last < self._kept or self.builder.kind(last) not in {"heading", "paragraph"}:
            return
        if is_label(self.builder.tail(last, LABEL)):
            self.builder.take_back(last)

    def _break(self, name: str) -> None:
        """A block tag ends the block; inside a table's cell a paragraph is only a new line.

        A term, others beside it and the first paragraph of what they mean are one block.
        """
        if self._listing and name == "div":
            self.builder.end_line()
        elif (self._row == len(self._containers) and name in {"p", "div"}) or self._joins_term(name):
            self.builder.space("\n")
        else:
            self._begin()
            self._term = self.builder.length if name == "dt" and self._row != len(self._containers) else -1
            self._defined = -1

    def _joins_term(self, name: str) -> bool:
        """Whether what begins or ends with a tag belongs into the block of a term."""
        if self._term < 0 or self.builder.length - self._term > _LONGEST_TERM:
            return False
        if self._defined < 0:  # in the term, or behind it
            if name == "dd":
                self._defined = self.builder.length
            return name in _IN_TERM
        return self.builder.length == self._defined and name in {"p", "div"}

    def _begin(self) -> None:
        if not self.builder.empty:
            self._end()
        self._links.begin()
        self.builder.begin(*self._kind())

    def _end(self) -> None:
        """Ends the block, and leaves it out if it only leads on, to the next page and the like."""
        count = self.builder.count
        self.builder.end()
        leads = self.builder.count > count and not self.furniture and self._links.is_row
        if leads and self.builder.kind(count) not in {"heading", "item", "code"}:
            self.builder.take_back(count)

    def _kind(self) -> tuple[BlockKind, int]:
        if self._preformatted:
            return "code", 0
        quoted = self._containers[-1:] == ["blockquote"]
        if self._heading and not quoted:
            return "heading", self._heading
        if self._row == len(self._containers):
            return "header" if self._is_header else "row", 0
        if quoted:
            return "quotation", 0
        if self._containers:
            return "item", (self.base[1] if self.base[0] == "item" else 0) + self._lists + self._described
        return self.base


def _is_note(tag: str) -> bool:
    """Whether an element's class or role says that it is a note on the text.

    >>> _is_note("<aside class='admonition tip'>"), _is_note("<aside id='note'>")
    (True, False)
    """
    for part in tag.split(">"):  # a value may hold one, and nothing counts across it
        named = _CLASS_OR_ROLE.search(part)
        if named and _NOTE.search(part, named.end()):
            return True
    return False


def _decoded(entity: str, following: str) -> str | None:
    """What an entity stands for, None if it is only an ampersand with letters behind it.

    >>> _decoded("&lt;", " "), _decoded("&copy", "="), _decoded("&copies;", ""), _decoded("&#x41", "")
    ('<', None, None, 'A')
    """
    if entity[1] == "#":
        return unescape(entity)
    known = entity[1:] in html5 and (entity[-1] == ";" or following != "=")
    return html5[entity[1:]] if known else None
