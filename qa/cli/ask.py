"""`qa ask`: a question, or a file of them."""

from __future__ import annotations

import argparse
import sys
from os.path import expanduser

from qa.cli.corpus import note_unread, opened
from qa.cli.streams import encoding, lines_of, note, say
from qa.cli.terminal import in_color, width
from qa.errors import QAError
from qa.library import Library, check
from qa.model import Answer
from qa.present import explanation_text, json_text, one_line, text
from qa.reasons import Explanation

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    if options.batch:
        return _batch(options)
    check(options.question, k=options.k)
    with opened(options) as library:
        answer, why = _answered(library, options.question, options)
        note_unread(library)
    say(json_text(answer, explanation=why, encoding=encoding()) if options.json else _shown(answer, why))
    return 0 if answer.answered else 1


def _answered(library: Library, question: str, options: argparse.Namespace) -> tuple[Answer, Explanation | None]:
    answer = library.answer(question, k=options.k)
    return answer, library.explain(answer) if options.explain else None


def _shown(answer: Answer, why: Explanation | None) -> str:
    shown = text(answer, width=width(), color=in_color())
    return f"{shown}\n\n{explanation_text(why, width=width())}" if why else shown


def _batch(options: argparse.Namespace) -> int:
    """Answer each line in turn; a wrong one is reported in its place, and by its number, and does not stop the rest."""
    check("any", k=options.k)
    answered, wrong = 0, 0
    lines = lines_of(expanduser(options.question))
    with opened(options) as library:
        note_unread(library)
        for number, line in enumerate(lines, 1):
            question = line.rstrip("\r\n")
            if not question.strip():
                continue
            try:
                answer, why = _answered(library, question, options)
            except QAError as error:
                wrong += 1
                note(f"line {number}: {error}")
                _say_one_of_many(question, error, None, options)
            else:
                answered += answer.answered
                _say_one_of_many(question, answer, why, options)
    return 2 if wrong else 0 if answered else 1


def _say_one_of_many(
    question: str, reply: Answer | QAError, why: Explanation | None, options: argparse.Namespace
) -> None:
    """Print what a question got: a line of JSON, or the question and text. Whoever reads it need not wait for more."""
    if options.json:
        value = {"question": question, "error": str(reply)} if isinstance(reply, QAError) else reply
        say(json_text(value, explanation=why, indent=None, encoding=encoding()))
    else:
        shown = one_line(str(reply)) if isinstance(reply, QAError) else _shown(reply, why)
        say(f"? {one_line(question)}\n{shown}\n")
    sys.stdout.flush()
