"""Results -> plots as inline SVG: the same bytes for the same figures, whatever the user's own settings of matplotlib.

matplotlib is imported when the first plot is drawn.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval.judge import Array, Results, ranks
from eval.metrics import confidence_bins, risks
from eval.report import groups, speeds
from eval.run import Outcome
from eval.statistics import bootstrap
from eval.trust import Replies, populations, replies
from qa.present import printable

__all__ = ["Plot", "leading", "own_replies", "plots"]

_WIDTH, _HEIGHT = 4.6, 3.3
_ROW = 0.24
"""Inches of a row in plots that have rows."""
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
"""Okabe and Ito's, which people with any kind of colour vision can tell apart."""
_STYLES = ("-", "--", "-.", ":")
_SETTINGS = {
    "svg.hashsalt": "qa",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],  # comes with matplotlib, so that widths are the same everywhere
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "text.parse_math": False,  # a name may hold dollar signs
}
_UNDATED = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_LONGEST_NAME = 28
_MOST_POINTS = 400
"""Of a curve: more are not seen."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture, and what it shows in words."""

    title: str
    caption: str
    svg: str


def leading(results: Results) -> str:
    """The system that is looked at closely: the first that quotes, else the last."""
    return results.answering[0] if results.answering else results.systems[-1]


def own_replies(results: Results) -> Replies:
    """How the leading system replied to the set's own questions, without masked ones."""
    return replies(results, leading(results), results.mask(lambda outcome: not outcome.question.masked))


def plots(results: Results) -> Iterator[Plot]:
    """Every plot that the results allow."""
    import matplotlib

    answerable = bool(results.mask(_answerable).any())
    wanted = [_recall, _kinds] if answerable else []
    wanted += [_reliability, _risk] if results.answering else []
    wanted += [_latency] if results.outcomes[0].seconds else []
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **_SETTINGS}):
        for number, draw in enumerate(wanted):
            figure, axes = _canvas()
            title, caption = draw(results, axes)
            yield Plot(title, caption, _svg(figure, f"p{number}"))


def _answerable(outcome: Outcome) -> bool:
    return outcome.question.answerable


def _canvas() -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
    return figure, figure.subplots()


def _svg(figure: Any, name: str) -> str:
    """The picture as an element; ids begin with its name, so that those of several on one page differ."""
    written = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the browser has other fonts
        figure.savefig(written, format="svg", metadata=_UNDATED, transparent=True)
    whole = written.getvalue()
    element = whole[whole.index("<svg") :].strip()
    element = re.sub(r'(?<= id=")|(?<=url\(#)|(?<=href="#)', f"{name}-", element)
    return re.sub(r' (?:width|height)="[\d.]+pt"', "", element, count=2)


def _recall(results: Results, axes: Any) -> tuple[str, str]:
    deepest = max(len(ranking.labels) for outcome in results.outcomes for ranking in outcome.rankings.values())
    depths = np.arange(1, max(deepest, 1) + 1)
    for number, system in enumerate(results.systems):
        axes.plot(depths, _found_by(results, system, len(depths)), **_line(number), label=_name(system))
    axes.set_xscale("log")
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100) if tick <= len(depths)]
    axes.set_xticks(ticks, labels=list(map(str, ticks)))
    axes.set_xticks([], minor=True)
    axes.set(xlabel="k", ylabel="R@k", ylim=(None, 1.02))
    axes.legend(loc="lower right")
    what = "of the relevant documents" if results.judged else "of questions with a passage that answers"
    return "Recall against k", f"Share {what} among the first k, over all answerable questions."


def _found_by(results: Results, system: str, deepest: int) -> Array:
    """Mean recall at every k: of judged documents the share that is found, else whether one passage is."""
    total = np.zeros(deepest)
    asked = [outcome for outcome in results.outcomes if outcome.question.answerable]
    for outcome in asked:
        relevant = {label for label, grade in outcome.relevant.items() if grade > 0}
        places = ranks(outcome.rankings[system], relevant)
        for rank in places if results.judged else places[:1]:
            total[rank - 1] += 1 / len(relevant) if results.judged else 1.0
    mean: Array = np.cumsum(total) / len(asked)
    return mean


def _name(system: str) -> str:
    """The name of a system as it fits into a picture: that of another engine's run may be anything."""
    shown = printable(system).lstrip("_")  # a leading one would hide it from the legend
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 1]}…"


def _line(number: int) -> dict[str, Any]:
    return {"color": _COLORS[number % len(_COLORS)], "linestyle": _STYLES[number // len(_COLORS) % len(_STYLES)]}


def _kinds(results: Results, axes: Any) -> tuple[str, str]:
    system = leading(results)
    measure = "sentence@1" if results.answering else "nDCG@10"
    members = groups(results)
    for row, mask in enumerate(members.values()):
        values = results.values[f"{system} {measure}"][mask]
        mean, interval = float(values.mean()), bootstrap(values)
        axes.barh(row, mean, height=0.62, color=_COLORS[0], alpha=0.55)
        axes.plot([interval.low, interval.high], [row, row], color="#333333", linewidth=1.4)
    names = [f"{group} ({int(mask.sum()):,})" for group, mask in members.items()]
    _rows(axes, names)
    axes.set(xlim=(0, 1), xlabel=f"{_name(system)} {measure}")
    return "By kind", f"{measure} of {system} by kind of question (their number), with 95 % intervals."


def _rows(axes: Any, names: list[str]) -> None:
    """Name the rows from the top, and make the picture as high as they need."""
    axes.set_yticks(range(len(names)), labels=names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.figure.set_figheight(max(1.0 + _ROW * len(names), 1.8))


def _reliability(results: Results, axes: Any) -> tuple[str, str]:
    found = own_replies(results)
    sure, right = found.confidences, found.right
    axes.plot([0, 1], [0, 1], color="#888888", linestyle=":", linewidth=1)
    for members in confidence_bins(sure):
        at, share, interval = (
            float(sure[members].mean()),
            float(right[members].mean()),
            bootstrap(right[members].astype(float)),
        )
        axes.plot([at, at], [interval.low, interval.high], color="#333333", linewidth=1.2)
        axes.scatter(at, share, s=12 + 300 * float(members.mean()), color=_COLORS[0], alpha=0.75, zorder=3)
    axes.set(xlim=(0, 1), ylim=(-0.02, 1.02), xlabel="confidence", ylabel="share that is right")
    caption = (
        f"How often the first quote of {leading(results)} is right in ten bins of confidence, with 95 % intervals; on "
        "the dotted line confidence is kept exactly. The larger the point, the more questions."
    )
    return "Reliability", caption


def _risk(results: Results, axes: Any) -> tuple[str, str]:
    system = leading(results)
    for number, (population, mask) in enumerate(populations(results).items()):
        found = replies(results, system, mask)
        risk = risks(found.confidences, found.right)
        at = np.unique(np.linspace(0, len(risk) - 1, min(_MOST_POINTS, len(risk))).astype(int))
        axes.plot((at + 1) / len(risk), risk[at], **_line(number), label=population)
        if found.answered.any():
            axes.scatter(found.answered.mean(), 1 - found.right[found.answered].mean(), **_line(number), zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, None), xlabel="coverage: share of questions answered", ylabel="risk: share wrong")
    axes.legend(loc="upper left")
    caption = (
        f"Share of wrong first quotes of {system} when only the surest are answered, by what the answerable questions "
        "stand beside. The points are where its own cut answers; less is better."
    )
    return "Risk and coverage", caption


def _latency(results: Results, axes: Any) -> tuple[str, str]:
    rows = [
        (f"{_name(system)}: {stage}", of) for system, stages in speeds(results).items() for stage, of in stages.items()
    ]
    for row, (_, (median, late)) in enumerate(rows):
        axes.plot([median, late], [row, row], color=_COLORS[0], linewidth=1.4)
        axes.scatter(median, row, color=_COLORS[0], s=22, zorder=3)
        axes.scatter(late, row, color=_COLORS[1], s=30, marker="|", zorder=3)
    _rows(axes, [name for name, _ in rows])
    axes.set(xlim=(0, None), xlabel="milliseconds a question")
    return "Time", "Of each stage: the median (point) and the 95th percentile (bar)."
