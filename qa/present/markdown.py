"""Answers -> Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.model import Answer
from qa.present.shared import above, confidence_word, headed, one_line, place, printable, some_paths

__all__ = ["markdown_text"]

_TAGS = re.compile(r"<(?=[\w/!?])")


def markdown_text(answers: Sequence[Answer]) -> str:
    """A conversation as Markdown: each question, its quotes as block quotations, and where they stand.

    What would be a tag of HTML to whoever renders it is written as text.
    """
    parts = []
    for answer in answers:
        parts.append(f"## {one_line(answer.question)}")
        if answer.standalone != answer.question:
            parts.append(f"*Read as: {one_line(answer.standalone)}*")
        if not answer.answered:
            parts.append("The documents do not answer this." + (" Nearest:" if answer.nearest else ""))
        for quote in answer.quotes or answer.nearest:
            shown = headed(printable(quote.text), quote.columns)
            body = "\n".join(f"> {line}".rstrip() for line in shown.split("\n"))
            sure = f"{confidence_word(quote.confidence)} ({quote.confidence:.0%})"
            receipt = f"{quote.start}–{quote.end}, sha256 {quote.sha256[:16]}"
            also = f"; also in {' '.join(some_paths(quote.also_in))}" if quote.also_in else ""
            parts.append(f"{body}\n>\n> — {place(quote)}, {one_line(above(quote))}{also}; {sure}; {receipt}")
    return _TAGS.sub("&lt;", "\n\n".join(parts)) + "\n"
