"""Results -> the figures by name, and the tables for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from eval.judge import Array, Mask, Results
from eval.metrics import auroc, share
from eval.questions import MASKED
from eval.trust import WITH_MASKED, populations, replies

__all__ = [
    "ALL",
    "ALL_REFUSALS",
    "SENTENCES",
    "SHOWN",
    "WHOLE",
    "figures",
    "groups",
    "refusals",
    "speeds",
    "table",
]

ALL = "answerable, all"
ALL_REFUSALS = "to be refused, all"
_SHARED = "answerable, not paraphrases"
_SINGLE = "… of these, without follow-ups"

SENTENCES = ("sentence@1", "sentence@3", "sentence MRR", "sentence MAP", "first EM", "first F1")
SHOWN = ("shown@1", "answered", "EM", "F1", "words")


def groups(results: Results) -> dict[str, Mask]:
    """Which questions are in each group: the answerable ones by kind, and those together that the goals speak of."""
    answerable = results.mask(lambda outcome: outcome.question.answerable)
    kinds = sorted({outcome.question.group for outcome in results.outcomes if outcome.question.answerable})
    found = {kind: answerable & _of_kind(results, kind) for kind in kinds}
    if len(found) > 1:
        shared = answerable & results.mask(lambda outcome: not outcome.question.paraphrase)
        single = shared & results.mask(lambda outcome: not outcome.question.history)
        found |= {ALL: answerable, _SHARED: shared, _SINGLE: single}
    return {name: mask for name, mask in found.items() if mask.any()}


def refusals(results: Results) -> dict[str, Mask]:
    """Which questions are in each group of those that nothing answers; several together, too, but masked ones apart."""
    refused = results.mask(lambda outcome: not outcome.question.answerable)
    kinds = sorted({outcome.question.group for outcome in results.outcomes if not outcome.question.answerable})
    found = {kind: refused & _of_kind(results, kind) for kind in kinds}
    own = [kind for kind in kinds if kind != MASKED]
    return {**found, ALL_REFUSALS: refused & ~_of_kind(results, MASKED)} if len(own) > 1 else found


def _of_kind(results: Results, kind: str) -> Mask:
    return results.mask(lambda outcome: outcome.question.group == kind)


def figures(results: Results) -> dict[str, float]:
    """Every figure by its name, such as `fused R@5 (paraphrase)`; answers are of the first system that gives them."""
    found: dict[str, float] = {}
    for group, mask in groups(results).items():
        for system in results.systems:
            for name in results.measures:
                found[f"{system} {name} ({group})"] = results.mean(f"{system} {name}", mask)
        for system in results.answering:
            prefix = "" if system == results.answering[0] else f"{system} "
            for name in (*SENTENCES, *SHOWN):
                found[f"{prefix}{name} ({group})"] = results.mean(f"{system} {name}", mask)
    for system in results.answering[:1]:
        sure = _confidences(results, system)
        answerable = results.mask(lambda outcome: outcome.question.answerable)
        for group, mask in refusals(results).items():
            found[f"refused ({group})"] = results.mean(f"{system} refused", mask)
            found[f"AUROC ({group})"] = auroc(sure[answerable | mask], answerable[answerable | mask])
        found |= _trust(results, system)
    return found


def _confidences(results: Results, system: str) -> Array:
    return np.array([outcome.choices[system].confidence for outcome in results.outcomes])


def _trust(results: Results, system: str) -> dict[str, float]:
    """How far confidence and refusals can be trusted, over the set's own questions and with masked ones."""
    own = replies(results, system, results.mask(lambda outcome: not outcome.question.masked))
    named = own.figures()
    found = {
        "refusal precision": share(~own.answerable[~own.answered]),
        "refusal recall": named["refused"],
        "selective accuracy": 1 - named["risk"],
        **{name: named[name] for name in ("AURC", "ECE", "Brier")},
    }
    if (mask := populations(results).get(WITH_MASKED)) is not None:
        masked = replies(results, system, mask).figures()
        found |= {f"{name} ({WITH_MASKED})": figure for name, figure in masked.items()}
    return found


def table(results: Results) -> str:
    """The report: retrieval by system and group, sentences, answers, refusals, confidence, speed.

    The answer sentence is judged in the ranking of the quotes, near misses too; what is shown counts a refused question
    as not answered.
    """
    found = figures(results)
    named = [*groups(results), *refusals(results)]
    width = max(map(len, named), default=0) + 2
    parts = [_retrieval(results, found, width)]
    if results.answering:
        parts.append(_rows("answer sentence", groups(results), found, SENTENCES, width))
        parts.append(_rows("answers shown", groups(results), found, SHOWN, width))
        parts.append(_rows("to be refused", refusals(results), found, ("refused", "AUROC"), width))
        parts.append("\n".join((*_trust_lines(found), _verbatim(results))))
    parts.append(_speed(results))
    return "\n\n".join(part for part in parts if part)


def _retrieval(results: Results, found: Mapping[str, float], width: int) -> str:
    names = max(8, *map(len, results.systems))
    lines = [f"{'retrieval':<{width}}{'n':>6}  {'system':<{names}}" + "".join(f"{m:>9}" for m in results.measures)]
    for group, mask in groups(results).items():
        for number, system in enumerate(results.systems):
            cells = "".join(f"{found[f'{system} {name} ({group})']:>9.3f}" for name in results.measures)
            lead = " " * (width + 6) if number else f"{group:<{width}}{int(mask.sum()):>6}"
            lines.append(f"{lead}  {system:<{names}}{cells}")
    return "\n".join(lines) if len(lines) > 1 else ""


def _rows(head: str, members: Mapping[str, Mask], found: Mapping[str, float], names: Sequence[str], width: int) -> str:
    """A row a group, a column a figure; nothing where there is no group."""
    if not members:
        return ""
    shown = [name.removeprefix("sentence").strip() for name in names]
    lines = [f"{head:<{width}}{'n':>6}" + "".join(f"{name:>12}" for name in shown)]
    for group, mask in members.items():
        cells = "".join(f"{_cell(found[f'{name} ({group})']):>12}" for name in names)
        lines.append(f"{group:<{width}}{int(mask.sum()):>6}{cells}")
    return "\n".join(lines)


def _cell(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}" if value < 10 else f"{value:.1f}"


def _trust_lines(found: Mapping[str, float]) -> Iterator[str]:
    if not math.isnan(found["refusal precision"]):
        recalled = "" if math.isnan(found["refusal recall"]) else f", recall {found['refusal recall']:.3f}"
        yield f"refusing: precision {found['refusal precision']:.3f}{recalled}"
    yield f"of what is answered, right: {_cell(found['selective accuracy'])}"


def _verbatim(results: Results) -> str:
    """How many quotes were compared with their documents; one that differs would have ended the run."""
    count = sum(len(choice.quotes) for outcome in results.outcomes for choice in outcome.choices.values())
    return f"quotes: {count:,} compared with their documents, all word for word"


WHOLE = "all"
"""All stages of a system together."""


def speeds(results: Results) -> dict[str, dict[str, tuple[float, float]]]:
    """By system and stage: milliseconds that a question takes, the median and the 95th percentile."""
    found = {}
    for system in results.outcomes[0].seconds:
        taken = [outcome.seconds[system] for outcome in results.outcomes]
        stages = {name: [each[name] for each in taken] for name in taken[0]}
        stages |= {WHOLE: [sum(each.values()) for each in taken]} if len(stages) > 1 else {}
        found[system] = {name: _percentiles(seconds) for name, seconds in stages.items()}
    return found


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """Milliseconds: the median and the 95th percentile."""
    median, high = 1000 * np.percentile(seconds, (50, 95))
    return float(median), float(high)


def _speed(results: Results) -> str:
    """A row a system: median and 95th percentile of each stage."""
    found = speeds(results)
    names = list(dict.fromkeys(stage for stages in found.values() for stage in stages))
    width = max(map(len, found), default=0) + 2
    lines = [f"{'ms a question, p50 and p95':<30}" + "".join(f"{name:>16}" for name in names)]
    for system, stages in found.items():
        cells = (f"{stages[name][0]:.1f} {stages[name][1]:>6.1f}" if name in stages else "" for name in names)
        lines.append(f"{system:<{max(width, 30)}}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(map(str.rstrip, lines)) if found else ""
