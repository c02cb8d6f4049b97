"""A run -> the page: its parts in order, put into the template with the style and the script beside this file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from string import Template

from eval.html import tables
from eval.html.markup import section, text
from eval.html.plots import Plot, leading, plots
from eval.html.questions import question_list
from eval.judge import Results
from eval.questions import QuestionSet
from qa.errors import QAError

__all__ = ["check", "page"]

_HERE = Path(__file__).resolve().parent


def check(file: Path) -> None:
    """Raise QAError, before a long run, when the page could not be made or written afterwards."""
    if find_spec("matplotlib") is None:
        raise QAError("--html needs the package matplotlib: install the extra eval")
    if file.is_dir() or not file.resolve().parent.is_dir():
        raise QAError(f"{file}: cannot be written: {'a folder' if file.is_dir() else 'its folder does not exist'}")


def page(questions: QuestionSet, results: Results, manifest: Mapping[str, object], against: str = "") -> str:
    """The whole page; `against` is what a comparison with a saved run said."""
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Template((_HERE / "page.html").read_text(encoding="utf-8")).substitute(
        title=text(f"Evaluation: {questions.name}"),
        digest=f"sha256-{digest}",  # the browser runs this script and no other
        style=(_HERE / "page.css").read_text(encoding="utf-8").rstrip(),
        lead=_lead(questions, results),
        sections="\n".join(filter(None, _sections(questions, results, manifest, against))),
        script=script,
    )


def _lead(questions: QuestionSet, results: Results) -> str:
    count = f"{len(questions.documents):,} documents, {len(results.outcomes):,} questions"
    notes = "".join(f"<p>note: {text(note)}</p>" for note in questions.notes)
    return f"<p>{count}; {text(', '.join(results.systems))}</p>{notes}\n{tables.cards(results)}"


def _sections(
    questions: QuestionSet, results: Results, manifest: Mapping[str, object], against: str
) -> tuple[str, ...]:
    system = leading(results)
    return (
        section("Is it real?", tables.real(results)),
        section("In pictures", _figures(list(plots(results)))),
        section("Retrieval by kind", tables.retrieval(results)),
        section(f"Answers of {system} by kind", tables.answers(results)),
        section("Refusing and confidence", tables.refused(results)),
        section("Time", tables.speed(results)),
        section("Against a saved run", f"<pre>{text(against)}</pre>" if against else ""),
        section("Questions", question_list(questions, results)),
        section("What the run was made from", tables.settings(manifest)),
    )


def _figures(drawn: list[Plot]) -> str:
    shown = "\n".join(
        f'<figure role="img" aria-label="{text(plot.title)}">{plot.svg}\n'
        f"<figcaption><b>{text(plot.title)}</b>{text(plot.caption)}</figcaption></figure>"
        for plot in drawn
    )
    return f'<div class="plots">\n{shown}\n</div>' if drawn else ""
