"""TREC topics and judgements about a folder of files: documents are named by path, or by file name without its end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from eval.questions.beir import Judgements, judged_questions, parsed_grade, unknown_documents
from eval.questions.model import QuestionSet
from eval.questions.wrong import Wrong, lines, read_text
from qa.errors import GoldError
from qa.library import open_library

__all__ = ["from_trec"]

_TOPIC = re.compile(r"<top>(?P<body>.*?)(?:</top>|(?=<top>)|\Z)", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"<num>\s*(?:Number:)?\s*(?P<id>[^\s<]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title>\s*(?:Topic:)?(?P<text>[^<]*)", re.IGNORECASE)


def from_trec(topics: Path, qrels: Path, corpus: Path, wrong: Wrong | None = None) -> QuestionSet:
    """The judged topics: `<top>` entries, whose titles are asked, or lines of id, tab, question.

    Raises GoldError, naming the line, for a wrong one.
    """
    wrong = wrong or Wrong()
    with open_library(corpus) as library:
        documents = {path: library.document(path) for path in library.paths}
    texts: dict[str, str] = {}
    for place, name, asked in _topics(topics, wrong):
        with wrong.at(place):
            if name in texts:
                raise ValueError(f"topic {name} is taken by an earlier one")
            texts[name] = asked
    grades = _grades(qrels, texts, _names(documents), wrong)
    notes = (*wrong.notes, *unknown_documents(grades, documents))
    return QuestionSet(topics.name, tuple(documents.values()), judged_questions(texts, grades), notes)


def _names(paths: Collection[str]) -> dict[str, str]:
    """Every name that means one document alone, and its path: the path, the path or file name without its end."""
    short = [
        (name, path) for path in paths for name in {PurePosixPath(path).stem, str(PurePosixPath(path).with_suffix(""))}
    ]
    counted = Counter(name for name, _ in short)
    return {name: path for name, path in short if counted[name] == 1} | dict(zip(paths, paths, strict=True))


def _topics(file: Path, wrong: Wrong) -> Iterator[tuple[str, str, str]]:
    """Place, id and question of each topic."""
    content = read_text(file)
    if "<top>" not in content.lower():
        yield from _tabbed(file, wrong)
        return
    for match in _TOPIC.finditer(content):
        place = f"{file}:{content.count(chr(10), 0, match.start()) + 1}"
        with wrong.at(place):
            number, title = _NUMBER.search(match["body"]), _TITLE.search(match["body"])
            if not number or not title or not title["text"].strip():
                raise ValueError("expected a topic with <num> and <title>")
            yield place, number["id"], " ".join(title["text"].split())


def _tabbed(file: Path, wrong: Wrong) -> Iterator[tuple[str, str, str]]:
    for place, line in lines(file):
        with wrong.at(place):
            name, tab, asked = line.strip().partition("\t")
            if not tab or not asked.strip():
                raise ValueError("expected a topic's id, a tab and its question, or <top> entries")
            yield place, name.strip(), asked.strip()


def _grades(file: Path, texts: dict[str, str], names: dict[str, str], wrong: Wrong) -> Judgements:
    grades: Judgements = {}
    for place, line in lines(file):
        with wrong.at(place):
            fields = line.split()
            if len(fields) != 4:
                raise ValueError(f"expected topic, 0, document and grade, not {len(fields)} fields")
            if fields[0] in texts:  # judgements of other topics are no mistake: topics are often a part of a set
                grades.setdefault(fields[0], {})[names.get(fields[2], fields[2])] = parsed_grade(fields[3])
    if not any(path in names for found in grades.values() for path in found):
        raise GoldError(f"{file}: no judgement of these topics names a document of the corpus by its path or name")
    return grades
