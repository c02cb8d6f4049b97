"""The command line of `python -m eval`: what can be asked for, and which question set that means."""

from __future__ import annotations

import argparse
from pathlib import Path

from eval.compared import MEASURES
from eval.gate import TOLERANCE
from eval.questions import (
    FOLLOW_UPS,
    QuestionSet,
    Wrong,
    by_document,
    followed,
    from_beir,
    from_gold,
    from_sentences,
    from_squad,
    from_trec,
)
from eval.systems import DEFAULT, NAMES
from qa.errors import QAError

__all__ = ["BASELINE", "GOLD", "count", "is_bundled", "parsed", "question_set"]

_HERE = Path(__file__).resolve().parent
BASELINE = _HERE / "baseline.json"
"""What the bundled questions are held to."""
GOLD = _HERE / "gold.jsonl"
"""The bundled questions."""


def parsed(description: str | None, argv: list[str] | None) -> argparse.Namespace:
    """The options given, checked as far as they can be without reading a file."""
    parser = argparse.ArgumentParser(
        prog="python -m eval", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    _add_inputs(parser)
    _add_systems(parser)
    _add_outputs(parser)
    options = parser.parse_args(argv)
    if (options.topics is None) != (options.qrels is None):
        parser.error("--topics and --qrels go together")
    if options.topics and options.corpus is None:
        parser.error("--topics needs --corpus")
    if options.own_sentences and options.sentences is None:
        parser.error("--own-sentences is for --sentences")
    if options.given_paragraph and options.squad is None:
        parser.error("--given-paragraph is for --squad")
    if options.masked and (options.beir or options.topics or options.by_document):
        parser.error("--masked is for questions whose evidence is known: --gold, --squad, --sentences")
    if options.masked and (options.own_sentences or options.given_paragraph):
        parser.error("--masked is for questions that are asked of all documents")
    return options


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    inputs = parser.add_argument_group("questions")
    given = inputs.add_mutually_exclusive_group()
    given.add_argument("--gold", type=Path, metavar="FILE", help="a gold question file (default: the bundled one)")
    given.add_argument("--squad", type=Path, metavar="FILE", help="SQuAD 1.1 or 2.0 JSON, all paragraphs as one corpus")
    given.add_argument("--beir", type=Path, metavar="DIR", help="corpus.jsonl, queries.jsonl and qrels/*.tsv")
    given.add_argument("--sentences", type=Path, metavar="FILE", help="JSON Lines of question, sentences, labels")
    given.add_argument("--topics", type=Path, metavar="FILE", help="TREC topics; with --qrels and --corpus")
    inputs.add_argument("--qrels", type=Path, metavar="FILE", help="TREC judgements of the --topics")
    inputs.add_argument(
        "--corpus", type=Path, metavar="PATH", help="the documents of --gold (default: the bundled ones) or --topics"
    )
    inputs.add_argument("--own-sentences", action="store_true", help="choose among each row's own --sentences only")
    inputs.add_argument(
        "--given-paragraph", action="store_true", help="ask each --squad question of the paragraph that answers it only"
    )
    inputs.add_argument(
        "--masked",
        action="store_true",
        help="ask each answerable question a second time, what answers it hidden: is it refused then?",
    )
    inputs.add_argument(
        "--follow-ups",
        choices=FOLLOW_UPS,
        default="read",
        help="ask the follow-ups of a gold file with their history (default), as typed, or as a person rewrote them",
    )
    inputs.add_argument(
        "--by-document", action="store_true", help="judge rankings of whole documents: one that holds an answer counts"
    )
    inputs.add_argument("--skip-bad", action="store_true", help="leave wrong entries out and say how many")
    inputs.add_argument("--split", choices=("tune", "test"), help="only the questions of one split of a gold file")
    inputs.add_argument("--limit", type=count, metavar="N", help="only the first N questions")


def _add_systems(parser: argparse.ArgumentParser) -> None:
    systems = parser.add_argument_group("systems", f"NAME is one of {', '.join(NAMES)}")
    systems.add_argument(
        "--system",
        action="append",
        metavar="NAME",
        help=f"may be repeated; the others are compared with the first (default: {', '.join(DEFAULT)})",
    )
    systems.add_argument(
        "--run",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a TREC run of another engine, beside them",
    )
    systems.add_argument(
        "--processes", type=count, metavar="N", help="default: as many as there are cores and work for"
    )


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    outputs = parser.add_argument_group("what comes of it")
    outputs.add_argument(
        "--planned",
        choices=MEASURES,
        metavar="MEASURE",
        help=f"compare systems in this measure alone, one that was chosen before the run: {', '.join(MEASURES)}",
    )
    outputs.add_argument("--misses", action="store_true", help="list the questions whose first quote does not answer")
    outputs.add_argument("--show", metavar="ID", help="everything about one question")
    outputs.add_argument("--html", type=Path, metavar="FILE", help="write a page for a browser, complete in itself")
    outputs.add_argument("--save", type=Path, metavar="DIR", help="write the run to a folder")
    outputs.add_argument(
        "--compare", type=Path, metavar="DIR", help="what was won and lost against a saved run, and why"
    )
    outputs.add_argument("--baseline", type=Path, metavar="FILE", help="fail when a measure fell below those in it")
    outputs.add_argument("--update-baseline", action="store_true", help="write this run to the baseline file")
    outputs.add_argument(
        "--tolerance",
        type=float,
        default=TOLERANCE,
        metavar="X",
        help=f"how far a measure may fall by what may be chance (default: {TOLERANCE})",
    )
    outputs.add_argument(
        "--export-run", type=Path, metavar="FILE", help="rankings for trec_eval; of several systems a file each"
    )
    outputs.add_argument("--export-qrels", type=Path, metavar="FILE", help="judgements for trec_eval")
    outputs.add_argument("--export-squad", type=Path, metavar="FILE", help="predictions for SQuAD's official script")


def count(written: str) -> int:
    number = int(written)
    if number < 1:
        raise ValueError
    return number


def is_bundled(options: argparse.Namespace) -> bool:
    """Whether the bundled questions are asked, all of them and of the systems that the baseline knows."""
    own = (options.gold, options.squad, options.beir, options.sentences, options.topics, options.split, options.limit)
    plain = not options.by_document and not options.masked and options.follow_ups == "read"
    return not any(own) and not options.system and plain


def question_set(options: argparse.Namespace) -> QuestionSet:
    """The set that was asked for. Raises QAError for a wrong entry, a missing file, an empty set."""
    wrong = Wrong(skip=options.skip_bad)
    if options.squad:
        found = from_squad(options.squad, given=options.given_paragraph, wrong=wrong)
    elif options.beir:
        found = from_beir(options.beir, wrong)
    elif options.sentences:
        found = from_sentences(options.sentences, own=options.own_sentences, wrong=wrong)
    elif options.topics:
        found = from_trec(options.topics, options.qrels, options.corpus, wrong)
    else:
        found = from_gold(options.gold or GOLD, options.corpus, wrong)
    if not found.documents:
        raise QAError(f"{found.name}: no documents")
    found = followed(found, options.follow_ups)
    return by_document(found) if options.by_document else found
