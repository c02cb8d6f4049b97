"""This run against a saved one: is it real, which questions were won and lost, and which stage is to blame."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from eval.blame import RIGHT
from eval.compared import ANSWERS, DOCUMENTS, PASSAGES
from eval.judge import Results
from eval.runs import Saved, records
from eval.statistics import compare, holm
from qa.errors import QAError

__all__ = ["against"]

Record = Mapping[str, Any]
_LEADING = "nDCG@10"
"""What decides who won a question where no quotes are judged."""


def against(results: Results, saved: Saved, now_manifest: Mapping[str, Any]) -> str:
    """The report. Raises QAError when no question was asked in both runs."""
    pairs = [(saved.records[now["id"]], now) for now in records(results) if now["id"] in saved.records]
    if not pairs:
        raise QAError(f"{saved.folder}: no question of the saved run was asked")
    return "\n".join(
        [*_heading(saved, now_manifest, len(pairs)), *_tests(results, pairs), "", *_changes(results, pairs)]
    )


def _heading(saved: Saved, now: Mapping[str, Any], shared: int) -> Iterator[str]:
    yield f"against the run in {saved.folder}: {shared} questions asked in both"
    for name, meaning in (("corpus", "documents"), ("asked", "questions"), ("settings", "settings")):
        if saved.manifest.get(name) != now[name]:
            yield f"note: the {meaning} are not the same"


def _tests(results: Results, pairs: Sequence[tuple[Record, Record]]) -> Iterator[str]:
    """A row a system and measure that both runs have."""
    measures = DOCUMENTS if results.judged else PASSAGES
    wanted = [f"{system} {measure}" for measure in measures for system in results.systems]
    wanted += [f"{system} {measure}" for measure in ANSWERS for system in results.answering]
    rows = []
    for name in wanted:
        both = [(then["values"][name], now["values"][name]) for then, now in pairs if _have(name, then, now)]
        if both:
            then, now = np.array(both, dtype=float).T
            rows.append((name, float(then.mean()), float(now.mean()), compare(now, then)))
    width = max([len(name) for name, *_ in rows], default=0) + 2
    yield f"{'':<{width}}{'then':>8}{'now':>8}{'difference':>12}{'won':>8}{'lost':>8}{'p (Holm)':>10}"
    for (name, then, now, found), p in zip(rows, holm([found.p for *_, found in rows]), strict=True):
        shares = f"{found.won:>8.1%}{found.lost:>8.1%}"
        yield f"{name:<{width}}{then:>8.3f}{now:>8.3f}{found.difference:>+12.3f}{shares}{p:>10.4f}"


def _have(name: str, *records: Record) -> bool:
    return all(name in record["values"] for record in records)


def _changes(results: Results, pairs: Sequence[tuple[Record, Record]]) -> Iterator[str]:
    """Questions won and lost, counted by kind and then one by one."""
    scored = [(_score(results, now) - _score(results, then), then, now) for then, now in pairs]
    for word, sign in (("lost", -1), ("won", 1)):
        members = [(then, now) for difference, then, now in scored if difference * sign > 0]
        kinds = Counter(now["group"] for _, now in members)
        counted = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        yield f"{word}: {len(members)}" + (f" ({counted})" if counted else "")
        for then, now in sorted(members, key=lambda pair: (pair[1]["group"], pair[1]["id"])):
            yield f"  {now['id']} [{now['group']}] {now['question']}"
            yield f"    then {_told(results, then)}"
            yield f"    now  {_told(results, now)}"


def _score(results: Results, record: Record) -> float:
    """Whether it was answered rightly; where no quotes are judged, the leading measure of the last system."""
    if results.answering:
        chosen = record["chosen"].get(results.answering[0])
        return float(chosen["stage"] == RIGHT) if chosen else math.nan
    return float(record["values"].get(f"{results.systems[-1]} {_LEADING}", math.nan))


def _told(results: Results, record: Record) -> str:
    if not results.answering:
        system = results.systems[-1]
        return f"{_LEADING} {_score(results, record):.3f}: {', '.join(record['first'].get(system, ()))}"
    chosen = record["chosen"][results.answering[0]]
    quote = chosen["quotes"][0] if chosen["quotes"] else None
    text = f"{' '.join(quote['text'].split())!r} ({quote['path']})" if quote else "nothing"
    return f"{chosen['stage']} ({chosen['confidence']:.0%}): {text}"
