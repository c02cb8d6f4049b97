"""Outcomes -> tables and the figures that a baseline keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.metrics import auroc, mean, ndcg, recall, reciprocal_rank
from eval.run import SYSTEMS, Outcome
from qa.errors import QAError

__all__ = ["figures", "table"]

_RETRIEVAL: dict[str, Callable[[int | None], float]] = {
    "R@1": lambda rank: recall(rank, 1),
    "R@5": lambda rank: recall(rank, 5),
    "R@10": lambda rank: recall(rank, 10),
    "MRR": reciprocal_rank,
    "nDCG@10": ndcg,
}
_SHARED = "answerable, not paraphrases"
_SINGLE = "… of these, without follow-ups"
_ALL = "answerable, all"


def figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Every figure of the report by its name, such as `fused R@5 (paraphrase)`."""
    found: dict[str, float] = {}
    for group, members in _groups(outcomes).items():
        for system in SYSTEMS:
            for name, measure in _RETRIEVAL.items():
                found[f"{system} {name} ({group})"] = mean([measure(outcome.ranks[system]) for outcome in members])
        for k in (1, 3):
            found[f"sentence@{k} ({group})"] = mean([recall(outcome.sentence, k) for outcome in members])
        found[f"shown@1 ({group})"] = mean([recall(outcome.shown, 1) for outcome in members])
        found[f"answered ({group})"] = mean([float(outcome.answered) for outcome in members])
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    for group, members in _refusals(outcomes).items():
        found[f"refused ({group})"] = mean([float(not outcome.answered) for outcome in members])
        scores = [outcome.confidence for outcome in members]
        found[f"AUROC ({group})"] = auroc([outcome.confidence for outcome in answerable], scores)
    return found


def _groups(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The answerable questions by kind, and those two groups together that the goals speak of."""
    answerable = [outcome for outcome in outcomes if outcome.question.answerable]
    names = sorted({outcome.question.group for outcome in answerable})
    groups = {name: [outcome for outcome in answerable if outcome.question.group == name] for name in names}
    shared = [outcome for outcome in answerable if not outcome.question.paraphrase]
    single = [outcome for outcome in shared if not outcome.question.history]
    together = {_ALL: answerable, _SHARED: shared, _SINGLE: single} if len(groups) > 1 else {}
    return {name: members for name, members in {**groups, **together}.items() if members}


def _refusals(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    unanswerable = [outcome for outcome in outcomes if not outcome.question.answerable]
    names = sorted({outcome.question.group for outcome in unanswerable})
    return {name: [outcome for outcome in unanswerable if outcome.question.group == name] for name in names}


def table(outcomes: Sequence[Outcome]) -> str:
    """The report for a terminal: retrieval by system and group, sentences, refusals, speed.

    `@1` and `@3` judge the ranking of the quotes, near misses too; `shown@1` counts a refused question as not answered.
    Raises QAError when there are no outcomes.
    """
    if not outcomes:
        raise QAError("no questions: the set, or the split asked for, is empty")
    found = figures(outcomes)
    groups = _groups(outcomes)
    width = max([len(group) for group in (*groups, *_refusals(outcomes))], default=0) + 2
    lines = [f"{'retrieval':<{width}}{'n':>6}  {'system':<8}" + "".join(f"{name:>9}" for name in _RETRIEVAL)]
    for group, members in groups.items():
        for system in SYSTEMS:
            cells = "".join(f"{found[f'{system} {name} ({group})']:>9.3f}" for name in _RETRIEVAL)
            label = f"{group:<{width}}{len(members):>6}" if system == next(iter(SYSTEMS)) else " " * (width + 6)
            lines.append(f"{label}  {system:<8}{cells}")
    lines += ["", f"{'answer sentence':<{width}}{'n':>6}{'@1':>12}{'@3':>12}{'shown@1':>12}{'answered':>12}"]
    for group, members in groups.items():
        lines.append(_row(group, width, members, found, ("sentence@1", "sentence@3", "shown@1", "answered")))
    if _refusals(outcomes):
        lines += ["", f"{'to be refused':<{width}}{'n':>6}{'refused':>12}{'AUROC':>12}"]
        for group, members in _refusals(outcomes).items():
            lines.append(_row(group, width, members, found, ("refused", "AUROC")))
    seconds = sorted(outcome.seconds for outcome in outcomes)
    median, high = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
    return "\n".join(
        [*lines, "", f"one answer: {1000 * median:.1f} ms median, {1000 * high:.1f} ms at the 95th percentile"]
    )


def _row(group: str, width: int, members: Sequence[Outcome], found: dict[str, float], names: Sequence[str]) -> str:
    return f"{group:<{width}}{len(members):>6}" + "".join(f"{found[f'{name} ({group})']:>12.3f}" for name in names)
