"""Small PDF, DOCX, EPUB and SQuAD files, made by hand, so that a test says all that is in its file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

Text = tuple[float, float, float, str]  # x, y, font size, text

WIDTH, HEIGHT = 600, 800
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def column(texts: Sequence[str], *, x: float = 60, y: float = 700, size: float = 10, leading: float = 12) -> list[Text]:
    """Lines one below the other."""
    return [(x, y - number * leading, size, text) for number, text in enumerate(texts)]


def pdf(
    pages: Sequence[Sequence[Text]],
    *,
    outline: Sequence[tuple[str, int]] = (),
    info: Mapping[str, str] | None = None,
    image: bool = False,
    encrypted: bool = False,
    rotated: bool = False,
) -> bytes:
    """A PDF with lines of text at places; `outline` holds titles and page numbers from 0."""
    objects = ["", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    objects.append("<< " + " ".join(f"/{name} {_string(value)}" for name, value in (info or {}).items()) + " >>")
    objects.append(_stream("/Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray", "x"))
    kids = []
    for texts in pages:
        drawn = [_drawn(*text, rotated=rotated) for text in texts] + (["q 100 0 0 100 0 0 cm /I Do Q"] if image else [])
        objects.append(_stream("", "\n".join(drawn)))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {len(objects)} 0 R"
            f" {'/Rotate 90' if rotated else ''} /Resources << /Font << /F 3 0 R >> /XObject << /I 5 0 R >> >> >>"
        )
        kids.append(len(objects))
    first = len(objects) + 2
    entries = [
        f"<< /Title {_string(title)} /Parent {first - 1} 0 R /Dest [{kids[page]} 0 R /Fit]"
        f" {f'/Next {first + number + 1} 0 R' if number + 1 < len(outline) else ''} >>"
        for number, (title, page) in enumerate(outline)
    ]
    objects += [f"<< /Type /Outlines /First {first} 0 R /Last {first + len(entries) - 1} 0 R >>", *entries]
    objects[0] = f"<< /Type /Catalog /Pages 2 0 R {f'/Outlines {first - 1} 0 R' if outline else ''} >>"
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] >>"
    return _file(objects, encrypted=encrypted)


def _drawn(x: float, y: float, size: float, text: str, *, rotated: bool) -> str:
    place = f"0 1 -1 0 {WIDTH - y} {x}" if rotated else f"1 0 0 1 {x} {y}"
    return f"BT /F {size} Tf {place} Tm {_string(text)} Tj ET"


def _string(text: str) -> str:
    return "(" + "".join(f"\\{char}" if char in "()\\" else char for char in text) + ")"


def _stream(entries: str, content: str) -> str:
    return f"<< {entries} /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream"


def _file(objects: Sequence[str], *, encrypted: bool) -> bytes:
    out = b"%PDF-1.4\n"
    starts = []
    for number, content in enumerate(objects, 1):
        starts.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252")
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    lock = f"<< /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >>"
    key = f"/Encrypt {lock} /ID [<00> <00>]" if encrypted else ""
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
    tail += f"<< /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R {key} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + tail.encode()


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP file of parts."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def docx(body: str, **parts: str) -> bytes:
    """A Word document with this body; `styles`, `footnotes` and `core` are the insides of the parts of these names."""
    found = {"word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'}
    found |= {
        f"word/{name}.xml": f'<w:{name} xmlns:w="{W}">{parts[name]}</w:{name}>'
        for name in ("styles", "footnotes")
        if name in parts
    }
    if "core" in parts:
        found["docProps/core.xml"] = (
            f'<c:coreProperties xmlns:c="urn:c" xmlns:dc="urn:dc">{parts["core"]}</c:coreProperties>'
        )
    return zipped(found)


def paragraph(text: str, style: str = "", properties: str = "") -> str:
    """A paragraph of one run."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def odt(body: str, *, styles: str = "", more: Mapping[str, str] | None = None) -> bytes:
    """An OpenDocument text with this body and these automatic styles."""
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "text", "table", "style", "draw")
    )
    content = f"<office:automatic-styles>{styles}</office:automatic-styles>"
    content += f"<office:body><office:text>{body}</office:text></office:body>"
    return zipped(
        {"content.xml": f"<office:document-content {names}>{content}</office:document-content>", **(more or {})}
    )


def epub(chapters: Mapping[str, str], *, metadata: str = "", more: Mapping[str, str | bytes] | None = None) -> bytes:
    """A book of XHTML chapters, by part name, in order."""
    items = "".join(
        f'<item id="i{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{number}"/>' for number in range(len(chapters)))
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="OPS/book.opf"/></container>',
            "OPS/book.opf": f'<package xmlns:dc="urn:dc"><metadata>{metadata}</metadata><manifest>{items}</manifest>'
            f"<spine>{spine}</spine></package>",
            **{f"OPS/{name}": content for name, content in chapters.items()},
            **(more or {}),
        }
    )


def squad(file: Path, contexts: Mapping[str, str], asked: Sequence[tuple[str, str, str, str | None]]) -> Path:
    """A SQuAD file, a paragraph a title; of each question id, title, text and answer, None where there is none."""
    articles = []
    for title, context in contexts.items():
        entries = [
            {
                "id": name,
                "question": question,
                "is_impossible": answer is None,
                "answers": [{"text": answer, "answer_start": context.index(answer)}] if answer else [],
            }
            for name, of, question, answer in asked
            if of == title
        ]
        articles.append({"title": title, "paragraphs": [{"context": context, "qas": entries}]})
    file.write_text(json.dumps({"data": articles}), encoding="utf-8")
    return file
