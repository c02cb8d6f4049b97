"""The question sets that weights are learned from, as they are named on a command line."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from eval.questions import QuestionSet, from_beir, from_gold, from_sentences, from_squad

__all__ = ["SEED", "options_for", "sets_of", "tuning_half"]

QUESTIONS = 4_000
"""Questions of a set that are used; more change no weight that matters."""
SEED = 20


def options_for(description: str | None) -> argparse.ArgumentParser:
    """A parser of the sets to learn from and the file to write; `--beir` is for whoever learns from whole documents."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--sentences", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--gold", type=Path, metavar="FILE", help="a gold file of the bundled documents")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.set_defaults(beir=[])
    return parser


def sets_of(options: argparse.Namespace, *, most: int = QUESTIONS) -> list[QuestionSet]:
    """The sets that were named, at most so many questions of each, and of a gold file the tuning half."""
    readers = ((from_squad, options.squad), (from_sentences, options.sentences), (from_beir, options.beir))
    sets = [_sampled(read(file), most) for read, files in readers for file in files]
    return [*sets, tuning_half(from_gold(options.gold, None))] if options.gold else sets


def _sampled(questions: QuestionSet, most: int) -> QuestionSet:
    """The set with the answerable questions only, drawn where there are more than `most`."""
    answerable = [question for question in questions.questions if question.answerable]
    chosen = np.random.default_rng(SEED).permutation(len(answerable))[:most]
    return replace(questions, questions=tuple(answerable[number] for number in sorted(chosen)))


def tuning_half(gold: QuestionSet) -> QuestionSet:
    """The questions of a gold file that may be tuned on."""
    return replace(gold, questions=tuple(question for question in gold.questions if question.split == "tune"))
