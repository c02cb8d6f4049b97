"""Results -> the tables of the page: the same figures as on a terminal, with an interval wherever it is a mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from eval.compared import HEAD, cells, compared, explained, span
from eval.html.markup import measured, number, once, paragraph, table, text
from eval.html.plots import leading, own_replies
from eval.judge import Array, Mask, Results
from eval.report import (
    SENTENCES,
    SHOWN,
    figures,
    groups,
    refusals,
    speeds,
)
from eval.statistics import bootstrap
from eval.trust import explained as trust_explained
from eval.trust import trusted

__all__ = ["answers", "cards", "real", "refused", "retrieval", "settings", "speed"]


def cards(results: Results) -> str:
    """The few figures that are asked for first."""
    shown = "".join(
        f"<div><b>{value}</b><span>{text(what)}</span><small>{beside}</small></div>"
        for value, what, beside in _headline(results)
    )
    return f'<div class="cards">{shown}</div>'


def _headline(results: Results) -> Iterator[tuple[str, str, str]]:
    """A figure, what it is, and its interval."""
    system = leading(results)
    asked = results.mask(lambda outcome: outcome.question.answerable)
    measures = {"R@10": "recall among ten", "nDCG@10": "nDCG@10", "MAP": "average precision"}
    if not results.judged:
        measures = {"R@5": "right passage among five"}
    if results.answering:
        measures |= {"sentence@1": "first quote answers", "shown@1": "… and is shown, not refused"}
    wanted = [(f"{system} {measure}", what, asked) for measure, what in measures.items()]
    if results.answering:
        unanswerable = results.mask(lambda outcome: not (outcome.question.answerable or outcome.question.masked))
        wanted.append((f"{system} refused", "unanswerable ones refused", unanswerable))
    for name, what, mask in wanted:
        if mask.any():
            yield _percent(results.values[name][mask], what)
    if results.answering:
        own = own_replies(results)
        if own.answered.any():
            yield _percent(own.right[own.answered].astype(float), "of what is answered, right")
    if system in (taken := speeds(results)):
        median, late = next(reversed(taken[system].values()))
        yield f"{median:.1f} ms", "a question, median", f"{late:.1f} ms at the 95th percentile"


def _percent(values: Array, what: str) -> tuple[str, str, str]:
    interval = bootstrap(values)
    return f"{values.mean():.1%}", what, f"{interval.low:.1%}–{interval.high:.1%}"


def real(results: Results) -> str:
    """Systems side by side with intervals and tests, and how to read them."""
    rows = compared(results)
    if not rows:
        return ""
    shown = table(
        ["measure", "system", *HEAD],
        once([row.measure, text(row.system), *map(text, cells(row))] for row in rows),
        names=2,
    )
    return f'{shown}\n<div class="notes">{"".join(map(paragraph, explained(results, rows)))}</div>'


def retrieval(results: Results) -> str:
    """Every system by kind of question."""
    rows = (
        [text(group), f"{int(mask.sum()):,}", text(system), *_measured(results, system, results.measures, mask)]
        for group, mask in groups(results).items()
        for system in results.systems
    )
    return table(["kind", "n", "system", *results.measures], once(rows, 2), names=3) if groups(results) else ""


def answers(results: Results) -> str:
    """What the leading system quotes, by kind of question."""
    names = (*SENTENCES, *SHOWN)
    rows = (
        [text(group), f"{int(mask.sum()):,}", *_measured(results, leading(results), names, mask)]
        for group, mask in groups(results).items()
    )
    return table(["kind", "n", *names], rows) if results.answering and groups(results) else ""


def _measured(results: Results, system: str, names: tuple[str, ...], mask: Mask) -> Iterator[str]:
    for name in names:
        values = results.values[f"{system} {name}"][mask]
        values = values[~np.isnan(values)]
        yield measured(float(values.mean()), bootstrap(values)) if len(values) else "–"


def refused(results: Results) -> str:
    """What nothing answers, by kind, and how far confidence and refusals can be trusted."""
    if not results.answering:
        return ""
    system, found = leading(results), figures(results)
    kinds = [
        [text(group), f"{int(mask.sum()):,}", *_measured(results, system, ("refused",), mask), _auroc(found, group)]
        for group, mask in refusals(results).items()
    ]
    return (table(["to be refused", "n", "refused", "AUROC"], kinds) if kinds else "") + _trust(results)


def _trust(results: Results) -> str:
    """Figures of confidence over several populations, with their intervals."""
    found = trusted(results)
    rows = (
        [
            text(f"{row.population}: {row.questions:,} questions"),
            row.measure,
            text(row.system),
            measured(row.figure, row.interval),
            text(span(row.clustered)),
        ]
        for row in found
    )
    head = ["population", "measure", "system", "figure", "by document"]
    notes = "".join(map(paragraph, trust_explained(found)))
    return f'{table(head, once(rows), names=3)}\n<div class="notes">{notes}</div>'


def _auroc(found: Mapping[str, float], group: str) -> str:
    return number(found[f"AUROC ({group})"])


def speed(results: Results) -> str:
    """Milliseconds by system and stage."""
    rows = (
        [text(system), text(stage), number(median, 1), number(late, 1)]
        for system, stages in speeds(results).items()
        for stage, (median, late) in stages.items()
    )
    return table(["system", "stage", "ms, median", "95th percentile"], once(rows), names=2) if speeds(results) else ""


def settings(manifest: Mapping[str, object]) -> str:
    """What the run was made from, a row a value."""
    return table(["", ""], ([text(name), text(str(value))] for name, value in _flat(manifest)), names=2)


def _flat(values: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name} ")
        elif isinstance(value, list | tuple):
            yield f"{above}{name}", ", ".join(map(str, value))
        else:
            yield f"{above}{name}", value
