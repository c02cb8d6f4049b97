"""Retrieval quality of the same systems on the same questions.

    python -m benchmarks.quality FILE_OR_FOLDER

A SQuAD JSON file (every paragraph a document, the one that a question was asked of relevant) or a folder in BEIR's
layout. Documents are cut into the project's passages, every system indexes the text of these passages, and a document
stands where the first of its passages does.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.ours import Ours
from benchmarks.report import markdown
from benchmarks.rows import Row
from benchmarks.systems import system
from eval.questions import Question, from_beir, from_squad
from eval.statistics import randomisation_test
from qa.chunk import passages
from qa.errors import QAError
from qa.model import Document

__all__ = ["Judged", "Scores", "beir", "score", "squad"]

SYSTEMS = ("qa", "qa-fused", "rank_bm25-spaces", "bm25s", "tantivy", "tantivy-stop")
DEPTH = 10
_PASSAGES = 100  # asked for, so that ten documents are among them

Grades = dict[str, float]
"""A question's relevant documents, by path."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Documents, and questions with the grades of the documents that are relevant to them."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[tuple[str, Grades], ...]


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one question. Recall is the share of the relevant documents that is among the first k."""

    recall_1: float
    recall_5: float
    recall_10: float
    reciprocal_rank: float
    ndcg: float


def squad(file: Path) -> Judged:
    """The answerable questions of SQuAD JSON. Raises GoldError for another layout."""
    given = from_squad(file)
    return Judged(
        file.name,
        given.documents,
        tuple(
            (question.text, {anchor.path: 1.0 for anchor in question.anchors})
            for question in given.questions
            if question.answerable
        ),
    )


def beir(folder: Path) -> Judged:
    """A folder in BEIR's layout. Raises GoldError for another."""
    given = from_beir(folder)
    return Judged(
        folder.name,
        given.documents,
        tuple((question.text, _relevant(question)) for question in given.questions),
    )


def _relevant(question: Question) -> Grades:
    return {judgement.path: float(judgement.grade) for judgement in question.judgements if judgement.grade > 0}


def score(ranking: Sequence[str], grades: Grades) -> Scores:
    """The measures of a ranking of documents, best first (Järvelin and Kekäläinen 2002 for nDCG, linear gain).

    >>> score(["b", "a"], {"a": 1.0})
    Scores(recall_1=0.0, recall_5=1.0, recall_10=1.0, reciprocal_rank=0.5, ndcg=0.6309297535714575)
    """
    gains = [grades.get(path, 0.0) for path in ranking[:DEPTH]]
    first = next((rank for rank, gain in enumerate(gains, 1) if gain), None)
    ideal = _gain(sorted(grades.values(), reverse=True)[:DEPTH])
    recall = {k: sum(gain > 0 for gain in gains[:k]) / len(grades) for k in (1, 5, 10)}
    return Scores(recall[1], recall[5], recall[10], 1 / first if first else 0.0, _gain(gains) / ideal)


def _gain(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(1 + rank) for rank, gain in enumerate(gains, 1))


def run(name: str, judged: Judged) -> list[Scores]:
    """One system on every question."""
    with tempfile.TemporaryDirectory() as folder:
        asked = system(name)
        if isinstance(asked, Ours):
            asked.build_documents(judged.documents)
            paths = asked.paths
        else:
            given = [
                Row(document.path, document.title, passage.start, document.text[passage.start : passage.end])
                for document in judged.documents
                for passage in passages(document)
            ]
            paths = [row.path for row in given]
            asked.build(given, Path(folder))
            asked.open(Path(folder))
        return [
            score(list(dict.fromkeys(paths[number] for number, _ in asked.top(question, _PASSAGES))), grades)
            for question, grades in judged.questions
        ]


def chance(scores: Sequence[Scores], others: Sequence[Scores]) -> float:
    """How probable a difference in nDCG as large is if the two do not differ."""
    return randomisation_test(np.array([one.ndcg - other.ndcg for one, other in zip(scores, others, strict=True)]))


def report(judged: Judged, found: dict[str, list[Scores]]) -> str:
    """A row a system, compared with the first."""
    base = next(iter(found))
    lines = []
    for name, scores in found.items():
        columns = list(
            zip(*((s.recall_1, s.recall_5, s.recall_10, s.reciprocal_rank, s.ndcg) for s in scores), strict=True)
        )
        p = "" if name == base else f"{chance(scores, found[base]):.4f}"
        lines.append((name, *(f"{sum(column) / len(column):.3f}" for column in columns), p))
    head = ("system", "R@1", "R@5", "R@10", "MRR@10", "nDCG@10", f"p against {base}")
    return (
        f"{judged.name}: {len(judged.documents):,} documents, {len(judged.questions):,} questions\n\n"
        + markdown(head, lines)
        + "\n"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table for one set."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__.splitlines()[0])
    parser.add_argument("set", type=Path, metavar="FILE_OR_FOLDER", help="SQuAD JSON, or a folder in BEIR's layout")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="separated by commas; the first is compared with")
    parser.add_argument("--limit", type=int, metavar="N", help="questions at most")
    options = parser.parse_args(argv)
    try:
        judged = beir(options.set) if options.set.is_dir() else squad(options.set)
    except QAError as error:
        print(f"benchmarks.quality: {error}", file=sys.stderr)
        return 2
    judged = Judged(judged.name, judged.documents, judged.questions[: options.limit])
    print(report(judged, {name: run(name, judged) for name in options.systems.split(",")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
