"""What was found about a file of questions -> text for a terminal: what it covers, what it lacks, what it allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.model import Promise, Quote
from qa.present.layout import paragraphs, wrap
from qa.present.shared import above, counted, listed, one_line, place, printable

if TYPE_CHECKING:
    from qa.calibrate import Calibration
    from qa.propose import Alike, Coverage, Proposal

__all__ = ["calibration_text", "coverage_text", "promise_text", "proposal_text"]

_FEWEST = 4
"""Documents with the fewest questions that are named."""


def coverage_text(covered: Coverage, doubled: Sequence[Alike]) -> str:
    """What there is of questions by kind and document, and which may be the same, a line each."""
    total = sum(count for _, count in covered.kinds)
    kinds = ", ".join(f"{count} {kind}" for kind, count in covered.kinds if count)
    lacking = ", ".join(kind for kind, count in covered.kinds if not count)
    lines = [
        counted(total, "question") + (f": {kinds}" if kinds else "") + (f"; none yet: {lacking}" if lacking else "")
    ]
    without = [path for path, count in covered.documents if not count]
    if without:
        lines.append(f"{len(without)} of {len(covered.documents)} documents without a question: {listed(without)}")
    else:
        fewest = ", ".join(f"{count} about {one_line(path)}" for path, count in covered.documents[:_FEWEST])
        lines.append(f"every document has a question; the fewest: {fewest}")
    lines += [f"{pair.first} and {pair.second} may be one question: {pair.why}" for pair in doubled]
    return "\n".join(map(one_line, lines))


def proposal_text(proposal: Proposal, quote: Quote, *, width: int = 80) -> str:
    """A place to ask about, and the question that is proposed for it."""
    where = wrap([place(quote), "·", *printable(above(quote)).split()], width)
    body = [line for part in paragraphs(printable(quote.text)) for line in wrap(part.split(), width - 2)]
    asked = "No question can be made of it: what does it answer?"
    if proposal.question is not None:
        short = f", in short: {proposal.answer}" if proposal.answer else ""
        quoted = "" if proposal.found else ", and quotes something else"
        asked = f"{proposal.question} ({proposal.kind}{short}; the tool is {proposal.confidence:.0%} sure{quoted})"
    return "\n".join([*where, *(f"  {line}" for line in body), *wrap(printable(asked).split(), width)])


def promise_text(promise: Promise) -> str:
    """What is promised, in a sentence.

    >>> promise_text(Promise(risk=0.1, sure=0.95, cut=0.45, asked=100, shown=63, wrong=2))
    'Of the answers shown at most 10 % are wrong (95 % sure), 63 % of questions are answered.'
    """
    return (
        f"Of the answers shown at most {100 * promise.risk:g} % are wrong ({100 * promise.sure:g} % sure), "
        f"{100 * promise.shown / promise.asked:.0f} % of questions are answered."
    )


def calibration_text(found: Calibration) -> str:
    """What can be promised, or why nothing can be."""
    if found.promise:
        made = found.promise
        counts = f"{made.wrong} of {made.shown} wrong from a confidence of {made.cut:.0%} on, {made.asked} questions"
        return f"{promise_text(made)} ({counts})"
    nothing = f"No promise of {100 * found.risk:g} % can be made"
    if not found.tested:
        return f"{nothing}: it takes {found.needed} answers, all right; {found.asked} questions got {found.most}."
    surest = found.tested[0]
    return f"{nothing}: of the {surest.shown} surest answers {surest.wrong} are wrong, and that takes {found.needed}."
