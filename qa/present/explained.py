"""Explanation -> text for a terminal: why each quote won."""

from __future__ import annotations

from qa.present.layout import wrap
from qa.present.shared import LONGEST_SHOWN, cut, one_line, place
from qa.reasons import Explanation, Reason

__all__ = ["explanation_text"]

_PLACES = {
    "inside": "in the sentence",
    "above": "above it",
    "beside": "beside it",
    "around": "in its passage",
    "alike": "a like word",
    "missing": "not there",
}
_NAME_WIDTH = 17
_LEAST_SEEN = 0.005


def explanation_text(why: Explanation, *, width: int = 80, first: int = 1) -> str:
    """Why each quote won, for a person to read: where the question's words stand, and what adds up to its score."""
    enough = f"and {why.cut:.0%} is enough" if why.answered else f"and it takes {why.cut:.0%}"
    verdict = f"{'It answers' if why.answered else 'It does not answer'}: {why.confidence:.0%} sure, {enough}."
    parts = ["\n".join(wrap(verdict.split(), width))]
    parts += [_reason(reason, number, width) for number, reason in enumerate(why.reasons, first)]
    if why.runner_up:
        second = why.runner_up
        by = f"{first} is {why.reasons[0].score - second.score:+.2f} ahead of".split()
        ahead = ", ".join(f"{group} {amount:+.2f}" for group, amount in why.decided.items() if _is_seen(amount))
        told = f"({second.score:+.2f}): {ahead or 'a tie'}".split()
        parts.append("\n".join(wrap([*by, place(second.quote), *told], width)))
    return "\n\n".join(parts)


def _reason(reason: Reason, number: int, width: int) -> str:
    """The place and score of a quote above a table: words by where they stand, then groups of contributions."""
    margin, table = f"{number:>2}  ", []
    for at, name in _PLACES.items():
        words = [found for found in reason.words if found.place == at]
        if words:
            shown = (f"{cut(one_line(found.word), LONGEST_SHOWN)} {found.share:.0%}" for found in words)
            table.append((name, ", ".join(shown)))
    for group, amount in reason.groups.items():
        parts = [part for part in reason.contributions if part.group == group and _is_seen(part.amount)]
        if parts:
            table.append((group, f"{amount:+.2f} ({', '.join(f'{part.name} {part.amount:+.2f}' for part in parts)})"))
    lines = wrap([place(reason.quote), "·", f"{reason.score:+.2f}"], width - len(margin))
    for name, value in table:
        body = wrap(value.split(), width - len(margin) - _NAME_WIDTH)
        lines += [f"{name if at == 0 else '':<{_NAME_WIDTH}}{line}" for at, line in enumerate(body)]
    return "\n".join((margin if at == 0 else " " * len(margin)) + line for at, line in enumerate(lines))


def _is_seen(amount: float) -> bool:
    """Whether an amount is more than nothing when written with two digits."""
    return abs(amount) >= _LEAST_SEEN
