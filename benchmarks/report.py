"""Raw figures -> a Markdown table and a plot."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

__all__ = ["markdown", "percentile", "plot", "report"]

_HEAD = (
    "system",
    "build s",
    "CPU s",
    "passages/s",
    "index MB",
    "peak MB, building",
    "open s",
    "resident MB, asking",
    "p50 ms",
    "p95 ms",
)
_PANELS: tuple[tuple[str, Callable[[dict[str, Any]], float]], ...] = (
    ("a question, top ten (ms)", lambda figures: 1e3 * percentile(figures["search"]["times"], 50)),
    ("building (s)", lambda figures: figures["build"]["seconds"]),
    ("resident memory while asking (MB)", lambda figures: figures["search"]["resident"] / 1e6),
    ("index on disk (MB)", lambda figures: figures["build"]["disk"] / 1e6),
)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that is not below `percent` per cent of the values (nearest rank).

    >>> percentile([3.0, 1.0, 2.0, 4.0], 50), percentile([3.0, 1.0, 2.0, 4.0], 95)
    (2.0, 4.0)
    """
    return sorted(values)[max(math.ceil(len(values) * percent / 100), 1) - 1]


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A Markdown table, its columns padded so that it reads well as it is; all but the first are figures.

    >>> print(markdown(("system", "ms"), [("a", "1.5"), ("other", "12.0")]))
    | system |   ms |
    |--------|-----:|
    | a      |  1.5 |
    | other  | 12.0 |
    """
    widths = [max(map(len, column)) for column in zip(head, *lines, strict=True)]

    def row(cells: Sequence[str]) -> str:
        figures = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
        return f"| {' | '.join((cells[0].ljust(widths[0]), *figures))} |"

    rule = "|".join(("-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])))
    return "\n".join((row(head), f"|{rule}|", *map(row, lines)))


def report(raw: dict[str, Any]) -> str:
    """A table for each size, and what it was measured on."""
    return "\n\n".join((*(_size(int(size), of) for size, of in raw["sizes"].items()), _notes(raw))) + "\n"


def _size(size: int, systems: dict[str, Any]) -> str:
    text = f"## {size:,} passages\n\n" + markdown(_HEAD, [_line(name, size, of) for name, of in systems.items()])
    for name, figures in systems.items():
        if figures is not None and "difference" in figures["search"]:
            text += (
                f"\n\nLargest relative difference between a score of {name} and rank_bm25's, rank by rank over the top "
                f"ten of all questions: {figures['search']['difference']:.1e}."
            )
    return text


def _line(name: str, size: int, figures: dict[str, Any] | None) -> tuple[str, ...]:
    if figures is None:
        return (name, *["not run"] * (len(_HEAD) - 1))
    build, search = figures["build"], figures["search"]
    return (
        name,
        f"{build['seconds']:,.1f}",
        f"{build['processor']:,.1f}",
        f"{size / build['seconds']:,.0f}",
        f"{build['disk'] / 1e6:,.1f}",
        f"{build['peak'] / 1e6:,.0f}",
        f"{search['open']:.2f}",
        f"{search['resident'] / 1e6:,.0f}",
        f"{1e3 * percentile(search['times'], 50):,.2f}",
        f"{1e3 * percentile(search['times'], 95):,.2f}",
    )


def _notes(raw: dict[str, Any]) -> str:
    machine, versions = raw["machine"], raw["versions"]
    lines = [
        f"{machine['cores']} cores of {machine['processor']}, {machine['memory'] / 1e9:.0f} GB, {machine['system']}, "
        f"Python {machine['python']}, load {machine['load']} at the start.",
        f"{raw['questions']} questions, top 10, warm, one thread, median of {raw['rounds']} rounds for each question, "
        f"median of {raw['builds']} builds.",
        "Versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()) + ".",
    ]
    if any(figures is None for systems in raw["sizes"].values() for figures in systems.values()):
        lines.append(
            "rank_bm25 is not run above 100,000 passages: it scores every passage in Python for every question."
        )
    return "\n".join(lines)


def plot(raw: dict[str, Any], out: Path) -> None:
    """Cost against size, both logarithmic, as speed.svg and speed.png in a folder; without matplotlib, nothing."""
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"  # the same bytes for the same figures
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(2, 2, figsize=(11, 8), layout="constrained")
    names = list(dict.fromkeys(name for systems in raw["sizes"].values() for name in systems))
    for axis, (title, value) in zip(axes.flat, _PANELS, strict=True):
        for name in names:
            points = [(int(size), value(of[name])) for size, of in raw["sizes"].items() if of.get(name)]
            if points:
                axis.plot(*zip(*points, strict=True), marker="o", label=name, linewidth=2.5 if name == "qa" else 1.2)
        axis.set(title=title, xlabel="passages", xscale="log", yscale="log")
        axis.grid(which="major", alpha=0.3)
    figure.legend(*axes.flat[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(names))
    for kind, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
        figure.savefig(out / f"speed.{kind}", metadata=metadata, dpi=120)
    pyplot.close(figure)
