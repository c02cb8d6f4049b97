"""Answer -> text for a terminal, Markdown, and JSON.

Everything here returns strings. Control characters of documents and file names never reach the terminal: whatever is
shown goes through `shared`. `answers`, `explained`, `found`, `questions` and `notes` make text for people, in lines
that `layout` breaks; `markdown` and `serial` make Markdown and JSON.
"""

from qa.present.answers import Link, agreement_text, context_text, text
from qa.present.explained import explanation_text
from qa.present.found import checks_text, hits_text
from qa.present.markdown import markdown_text
from qa.present.notes import read_as_text, skipped_text, unread_text
from qa.present.questions import calibration_text, coverage_text, promise_text, proposal_text
from qa.present.serial import json_text
from qa.present.shared import above, confidence_word, counted, one_line, place, printable

__all__ = [
    "Link",
    "above",
    "agreement_text",
    "calibration_text",
    "checks_text",
    "confidence_word",
    "context_text",
    "counted",
    "coverage_text",
    "explanation_text",
    "hits_text",
    "json_text",
    "markdown_text",
    "one_line",
    "place",
    "printable",
    "promise_text",
    "proposal_text",
    "read_as_text",
    "skipped_text",
    "text",
    "unread_text",
]
