"""Conversations -> what makes a follow-up lean on its history, and which terms it takes (`qa/dialogue/weights.json`).

    python -m eval.train_dialogue --followups followups.jsonl --gold eval/gold.jsonl --squad nqg.json \
        --squad squad-a.json --out qa/dialogue/weights.json

A row of `followups` has the question as typed (`raw`), its `history`, and a `rewrite` by a person that stands alone; of
a gold file the dialogues of the tuning half are used. Two logistic regressions: whether the rewrite adds anything, and
for each term that the history offers whether the rewrite adds it. Histories are read by the model of the round before,
as they will be. Rewrites, after their own history and after that of another conversation, are examples of questions
that need nothing. Terms of `squad` questions that stand in many of its articles count as generic.

Prints how the terms agree with the rewrites, each conversation judged by a model that has not seen it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa.dialogue.model import Model
from qa.dialogue.read import turn
from qa.dialogue.signs import NEED, TERM, Array, Turn, candidates, need_signs, term_signs
from qa.text import STOP_TERMS, terms

ROUNDS = 2
FOLDS = 5
SEED = 20
GENERIC = 0.25
"""Share of the articles in whose questions a generic term stands."""
NEED_CUT = 0.0
TERM_CUT = -0.58
ALONE = 0.5
"""Weight of a rewrite as an example of a question that needs nothing, beside a question as typed."""
TURNS = 7
"""Other questions that are put before one that stands alone."""
PINNED = {"within": -5.0, "answer third": 0.5, "dropped": -4.0}
"""Weights set by hand: the public conversations have no answers, and hardly a topic that is swapped; a pronoun with its
noun before it in the same question is rare there."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question as typed, and as it would be asked alone."""

    raw: str
    rewrite: str

    @property
    def added(self) -> frozenset[str]:
        """The terms that it leaves unsaid."""
        return _content(self.rewrite) - _content(self.raw)


Conversation = Sequence[Exchange]


def main() -> None:
    """Train on the files named on the command line, print how it does on unseen ones, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--followups", type=Path, required=True, metavar="FILE")
    parser.add_argument("--gold", type=Path, metavar="FILE", help="a gold file; its tuning half is used")
    parser.add_argument("--squad", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--out", type=Path, metavar="FILE")
    options = parser.parse_args()
    sets = from_followups(options.followups)
    tuned = [*from_gold(options.gold)] if options.gold else []
    alone = questions_alone(options.gold) if options.gold else []
    generic = generic_terms(options.squad)
    print(f"{len(generic)} generic terms")
    for name, talks in sets.items():
        for how, read in PLAIN.items():
            print(f"{name} {how:<24} {reported(sum((judged(talk, read(talk)) for talk in talks), Counter()))}")
    for name, found in cross_validated(sets, tuned, generic, alone).items():
        print(f"{name} {'this model':<24} {reported(found)}")
    if options.out:
        model = learned([*(talk for talks in sets.values() for talk in talks), *tuned], generic, alone)
        options.out.write_text(json.dumps(model.to_json(), indent=2) + "\n", encoding="utf-8")


def _content(text: str) -> frozenset[str]:
    return frozenset(terms(text)) - STOP_TERMS


def from_followups(file: Path) -> dict[str, list[Conversation]]:
    """The conversations of a file of follow-ups, by their source."""
    talks: dict[tuple[str, str], dict[int, Exchange]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        talks.setdefault((row["source"], row["conv"]), {})[row["turn"]] = Exchange(row["raw"], row["rewrite"])
    sets: dict[str, list[Conversation]] = {}
    for (source, _), talk in talks.items():
        sets.setdefault(source, []).append([talk[number] for number in sorted(talk)])
    return sets


def from_gold(file: Path) -> Iterator[Conversation]:
    """The dialogues of a gold file's tuning half."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [row for row in rows if row.get("history") and row["split"] == "tune"]
    for row in asked:
        talk = (*row["history"], row["question"])
        if not any(tuple(other["history"]) == talk for other in asked):  # the last of its dialogue
            own = {(*other["history"], other["question"]): other["standalone"] for other in asked}
            yield [Exchange(text, own.get(talk[: at + 1], text)) for at, text in enumerate(talk)]


def questions_alone(file: Path) -> list[str]:
    """The questions of a gold file's tuning half that have no history, in an order that parts neighbours."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [row["question"] for row in rows if not row.get("history") and row["split"] == "tune"]
    return [asked[number] for number in np.random.default_rng(SEED).permutation(len(asked))]


def generic_terms(files: Sequence[Path]) -> frozenset[str]:
    """The terms in the questions of many articles of files in SQuAD's form."""
    found: Counter[str] = Counter()
    articles = [article for file in files for article in json.loads(file.read_text(encoding="utf-8"))["data"]]
    for article in articles:
        asked = (entry["question"] for paragraph in article["paragraphs"] for entry in paragraph["qas"])
        found.update({term for question in asked for term in terms(question)})
    return frozenset(term for term, count in found.items() if count >= GENERIC * len(articles)) - STOP_TERMS


def turns(talk: Conversation, model: Model | None) -> list[Turn]:
    """A conversation as a model understands it; as it was typed without one."""
    read: list[Turn] = []
    for exchange in talk:
        read.append(turn(exchange.raw, read, model=model) if model else Turn(exchange.raw))
    return read


def learned(talks: Sequence[Conversation], generic: frozenset[str], alone: Sequence[str] = ()) -> Model:
    """A model of some conversations, and of questions that stand alone."""
    model: Model | None = None
    for _ in range(ROUNDS):
        histories = [turns(talk, model) for talk in talks]
        need = _need(talks, histories, generic, alone)
        model = Model(generic, need, np.zeros(len(TERM) + 1), NEED_CUT, TERM_CUT)
        signs, right = [], []
        for talk, history in zip(talks, histories, strict=True):
            for at, exchange in enumerate(talk[1:], 1):
                offered = candidates(exchange.raw, history[:at])
                leans = model.needs(exchange.raw, history[:at])
                signs.append(term_signs(exchange.raw, history[:at], offered, leans, generic))
                right += [one.term in exchange.added for one in offered]
        weights = _regression(np.concatenate(signs), right, strength=0.005)
        model = Model(generic, need, _pinned(weights, TERM), NEED_CUT, TERM_CUT)
    assert model is not None
    return model


def _need(
    talks: Sequence[Conversation],
    histories: Sequence[Sequence[Turn]],
    generic: frozenset[str],
    alone: Sequence[str],
) -> Array:
    rows, right, shares = [], [], []
    for number, talk in enumerate(talks):
        others = histories[(number + 1) % len(talks)]
        for at, exchange in enumerate(talk[1:], 1):
            rows += [
                need_signs(text, history, generic)
                for text, history in (
                    (exchange.raw, histories[number][:at]),
                    (exchange.rewrite, histories[number][:at]),
                    (exchange.rewrite, others[:at] or others),
                )
            ]
            right += [bool(exchange.added), False, False]
            shares += [1.0, ALONE, ALONE]
    for number, text in enumerate(alone):
        others = [Turn(alone[(number + step) % len(alone)]) for step in range(TURNS, 0, -1)]
        rows += [need_signs(text, history, generic) for history in (others, histories[number % len(talks)])]
        right += [False, False]
        shares += [1.0, 1.0]
    return _pinned(_regression(np.array(rows), right, strength=1.0, shares=shares), NEED)


def _regression(
    signs: Array, right: Sequence[bool], *, strength: float, shares: Sequence[float] | None = None
) -> Array:
    """Weights, and the bias last, of a logistic regression over standardised signs."""
    mean, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-6
    found = LogisticRegression(C=strength, max_iter=3000).fit((signs - mean) / spread, right, sample_weight=shares)
    weights = found.coef_[0] / spread
    return np.append(weights, found.intercept_[0] - weights @ mean)


def _pinned(weights: Array, names: tuple[str, ...]) -> Array:
    for name, weight in PINNED.items():
        if name in names:
            weights[names.index(name)] = weight
    return weights


def cross_validated(
    sets: Mapping[str, Sequence[Conversation]],
    tuned: Sequence[Conversation],
    generic: frozenset[str],
    alone: Sequence[str],
) -> dict[str, Counter[str]]:
    """For each set how it is read by models that have not seen the conversation."""
    keys = [(name, number) for name, talks in sets.items() for number in range(len(talks))]
    folds = np.random.default_rng(SEED).permutation(np.arange(len(keys)) % FOLDS)
    counts: dict[str, Counter[str]] = {name: Counter() for name in sets}
    for fold in range(FOLDS):
        seen = [sets[name][at] for (name, at), of in zip(keys, folds, strict=True) if of != fold]
        model = learned([*seen, *tuned], generic, alone)
        for (name, at), of in zip(keys, folds, strict=True):
            if of == fold:
                talk = sets[name][at]
                counts[name] += judged(talk, [read.text for read in turns(talk, model)])
    return counts


def _appended(talk: Conversation, most: int) -> list[str]:
    """Each question with up to so many before it."""
    said = [exchange.raw for exchange in talk]
    return [" ".join(said[max(at - most, 0) : at + 1]) for at in range(len(said))]


PLAIN = {
    "as typed": partial(_appended, most=0),
    "the one before appended": partial(_appended, most=1),
    "all appended": partial(_appended, most=1000),
}
"""Readings that need no model."""


def judged(talk: Conversation, read: Sequence[str]) -> Counter[str]:
    """How the terms that readings add agree with those of the rewrites."""
    found: Counter[str] = Counter()
    for exchange, text in list(zip(talk, read, strict=True))[1:]:
        added = _content(text) - _content(exchange.raw)
        found["right"] += len(added & exchange.added)
        found["added"] += len(added)
        found["wanted"] += len(exchange.added)
        if not exchange.added:
            found["alone"] += 1
            found["left alone"] += not added
    return found


def reported(found: Counter[str]) -> str:
    precision = found["right"] / max(found["added"], 1)
    recall = found["right"] / max(found["wanted"], 1)
    both = 2 * precision * recall / max(precision + recall, 1e-9)
    alone = f"{found['left alone']} of {found['alone']} that need nothing left alone"
    return f"precision {precision:.3f} recall {recall:.3f} F1 {both:.3f}, {alone}"


if __name__ == "__main__":
    main()
