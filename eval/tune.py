"""Question sets -> the constants of retrieval, by coordinate search, and the weights that go with them.

    python -m eval.tune --squad nqg.json --sentences selqa-dev.jsonl --beir npl --gold eval/gold.jsonl \
        --out qa/fusion.json

Each constant in turn takes each value of its grid, the others as they are. What a value is worth is the mean reciprocal
rank of the first right passage, over sets that weigh the same, with weights that were learned without the documents
that a question is about. A value replaces the present one only when the difference is no chance (paired randomisation,
corrected for all values tried): where the grid is flat, what is stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from eval.fuse import Example, Task, examples, fused, fusion_options, task, write
from eval.gate import SIGNIFICANT
from eval.metrics import reciprocal_rank
from eval.options import count
from eval.statistics import randomisation_test
from eval.training import SEED, sets_of
from qa.fusion import Constants, Fusion, shipped_fusion
from qa.index.segment import Array
from qa.retrieve import SIGNALS

GRID: dict[str, tuple[float, ...]] = {
    "above": (0.6, 0.8, 1.0),
    "before": (0.4, 0.5, 0.6),
    "after": (0.1, 0.2, 0.4),
    "taken_up": (0.6, 0.75, 0.9),
    "taken_up_late": (0.2, 0.35, 0.5),
    "pairs": (0.0, 0.15, 0.3),
    "above_meaning": (0.25, 0.5, 1.0),
    "unlike": (0.2, 0.3, 0.4),
    "from_above": (0.2, 0.4, 0.8),
    "alike": (0.45, 0.55, 0.65),
    "word": (0.2, 0.4, 0.6),
    "most_words": (3, 6, 12),
}
"""What is tried. No set has quoted phrases, so what these are worth cannot be learned."""
QUESTIONS = 300
"""Questions of a set, unless told otherwise."""
FOLDS = 5
_DEEPEST = 10
"""Places that the reciprocal rank looks at."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A value of a constant, what it is worth by set and question, and how that differs from the present value."""

    name: str
    value: float
    worth: list[Array]
    difference: float
    p: float

    @property
    def better(self) -> bool:
        """Whether it gains, by more than what may be chance among all values tried (Bonferroni)."""
        tried = sum(len(values) - 1 for values in GRID.values())
        return self.difference > 0 and self.p * tried <= SIGNIFICANT


def main() -> None:
    """Search on the sets named on the command line, print each trial, and write constants and weights."""
    parser = fusion_options(__doc__)
    parser.add_argument("--questions", type=count, default=QUESTIONS, metavar="N", help="of each set, drawn at random")
    options = parser.parse_args()
    sets = sets_of(options, most=options.questions)
    print(f"{'':<20}" + "".join(f"{one.name.split()[0][:7]:>8}" for one in sets) + f"{'change':>9}{'p':>8}")
    constants = searched([task(questions) for questions in sets], shipped_fusion().constants)
    everything = [examples(task(questions), constants) for questions in sets_of(options)]
    write(Fusion(fused(everything), constants), options.out)


def searched(tasks: Sequence[Task], constants: Constants) -> Constants:
    """The constants after one round, each trial printed."""
    present = worth(tasks, constants)
    print(f"{'as it is':<20}" + _means(present))
    for name in GRID:
        others = [value for value in GRID[name] if value != getattr(constants, name)]
        trials = [_trial(tasks, _with(constants, name, value), name, value, present) for value in others]
        best = max(trials, key=lambda trial: trial.difference)
        for trial in trials:
            taken = "  taken" if trial is best and best.better else ""
            changes = f"{trial.difference:>+9.4f}{trial.p:>8.4f}{taken}"
            print(f"{name:<14}{trial.value:>6g}{_means(trial.worth)}{changes}", flush=True)
        if best.better:
            constants, present = _with(constants, name, best.value), best.worth
    return constants


def _with(constants: Constants, name: str, value: float) -> Constants:
    return Constants(**(asdict(constants) | {name: value}))


def _means(values: Sequence[Array]) -> str:
    return "".join(f"{every.mean():>8.4f}" for every in values)


def _trial(tasks: Sequence[Task], constants: Constants, name: str, value: float, present: Sequence[Array]) -> Trial:
    """What one value of a constant is worth; sets weigh the same."""
    values = worth(tasks, constants)
    shares = [(new - old) / len(old) / len(tasks) for new, old in zip(values, present, strict=True)]
    differences = np.concatenate(shares)
    return Trial(name, value, values, float(differences.sum()), randomisation_test(differences))


def worth(tasks: Sequence[Task], constants: Constants) -> list[Array]:
    """The reciprocal rank of each question's first right passage, by set, weights learned from other documents."""
    sets = [examples(given, constants) for given in tasks]
    folds = [folds_of(given) for given in tasks]
    values = [np.zeros(len(every)) for every in sets]
    for fold in range(FOLDS):
        learned = fused(
            [
                [one for one, of in zip(every, number, strict=True) if of != fold]
                for every, number in zip(sets, folds, strict=True)
            ]
        )
        weights = np.array([learned[signal] for signal in SIGNALS])
        for every, number, value in zip(sets, folds, values, strict=True):
            for at in np.flatnonzero(number == fold):
                value[at] = _reciprocal_rank(every[at], weights)
    return values


def folds_of(given: Task) -> Array:
    """The fold of each question: all those about one document share it, drawn with a fixed seed."""
    sources = [question.source or question.id for question, _ in given.asked]
    _, document = np.unique(sources, return_inverse=True)
    drawn = np.random.default_rng(SEED).permutation(int(document.max()) + 1) % FOLDS
    folds: Array = drawn[document]
    return folds


def _reciprocal_rank(example: Example, weights: Array) -> float:
    ranking = example.right[np.argsort(-(example.signals @ weights), kind="stable")]
    first = int(ranking.argmax()) + 1 if ranking.any() else None
    return reciprocal_rank(first if first is not None and first <= _DEEPEST else None)


if __name__ == "__main__":
    main()
