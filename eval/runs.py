"""Runs in a folder: what was found for each question, and from what; the same bytes for the same run.

manifest.json    the set, hashes of documents and questions, settings, versions, seed
questions.jsonl  a line a question: values of all measures, first labels of all rankings, quotes, stage to blame
timings.jsonl    a line a question: seconds by system and stage, which are never the same twice
"""

from __future__ import annotations

import hashlib
import json
import math
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import qa
from eval.blame import stage
from eval.judge import Results
from eval.questions import QuestionSet
from eval.run import Choice, Outcome
from eval.statistics import DRAWS, SEED
from qa.errors import QAError
from qa.fusion import shipped_fusion
from qa.retrieve import CANDIDATES

__all__ = ["Saved", "load", "manifest", "records", "save"]

FORMAT = 1
_TOP = 5
"""Labels of a ranking that are kept."""
_QUOTES = 3
_PACKAGES = ("numpy", "scikit-learn", "PyStemmer", "nupunkt", "markdown-it-py", "rank-bm25", "bm25s", "ir-measures")


@dataclass(frozen=True, slots=True)
class Saved:
    """A run that was saved: its manifest, and the record of each question by its id."""

    folder: Path
    manifest: Mapping[str, Any]
    records: Mapping[str, Mapping[str, Any]]


def manifest(questions: QuestionSet, results: Results, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the run was made from."""
    return {
        "format": FORMAT,
        "set": questions.name,
        "documents": len(questions.documents),
        "questions": len(results.outcomes),
        "corpus": _hash(f"{document.path}\0{document.sha256}\0{document.text}" for document in questions.documents),
        "asked": _hash(repr(outcome.question) for outcome in results.outcomes),
        "systems": list(results.systems),
        "settings": {**settings, "candidates": CANDIDATES, "weights": dict(shipped_fusion().weights)},
        "statistics": {"seed": SEED, "draws": DRAWS},
        "versions": {"qa": qa.__version__, "python": platform.python_version(), **_versions()},
    }


def _hash(parts: Iterable[str]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part.encode(errors="surrogatepass")).digest())
    return whole.hexdigest()


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def records(results: Results) -> list[dict[str, Any]]:
    """What is kept of each question, as plain JSON values."""
    return [_record(results, number, outcome) for number, outcome in enumerate(results.outcomes)]


def _record(results: Results, number: int, outcome: Outcome) -> dict[str, Any]:
    question = outcome.question
    values = {name: round(float(column[number]), 6) for name, column in results.values.items()}
    return {
        "id": question.id,
        "question": question.text,
        "standalone": outcome.standalone,
        "group": question.group,
        "answerable": question.answerable,
        "values": {name: value for name, value in values.items() if not math.isnan(value)},
        "first": {name: list(ranking.labels[:_TOP]) for name, ranking in outcome.rankings.items()},
        "chosen": {
            name: {"stage": stage(outcome, name), **_chosen(outcome.choices[name])} for name in results.answering
        },
    }


def _chosen(choice: Choice) -> dict[str, Any]:
    return {
        "answered": choice.answered,
        "confidence": round(choice.confidence, 6),
        "rank": choice.rank,
        "quotes": [
            {"path": quote.path, "start": quote.start, "end": quote.end, "text": quote.text, "answer": quote.answer}
            for quote in choice.quotes[:_QUOTES]
        ],
    }


def save(folder: Path, questions: QuestionSet, results: Results, settings: Mapping[str, Any]) -> None:
    """Write the run to a folder, which is made when it is not there. Raises QAError when it cannot be written."""
    timings = [{"id": outcome.question.id, "seconds": outcome.seconds} for outcome in results.outcomes]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text(
            json.dumps(manifest(questions, results, settings), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        (folder / "questions.jsonl").write_text(_lines(records(results)), encoding="utf-8")
        (folder / "timings.jsonl").write_text(_lines(timings), encoding="utf-8")
    except OSError as error:
        raise QAError(f"{folder}: the run cannot be saved: {error.strerror}") from None


def _lines(entries: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def load(folder: Path) -> Saved:
    """A saved run. Raises QAError when there is none, or one of another format."""
    try:
        kept = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        found = {record["id"]: record for record in map(json.loads, lines)}
        if kept["format"] != FORMAT:
            raise QAError(f"{folder}: a run of format {kept['format']}, not {FORMAT}: save it again")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise QAError(
            f"{folder}: no saved run: {getattr(error, 'strerror', None) or error}; --save DIR writes one"
        ) from None
    return Saved(folder, kept, found)
