"""`qa calibrate`: what may be promised of the answers from some documents."""

from __future__ import annotations

import argparse
from pathlib import Path

from qa.calibrate import calibrate, check
from qa.cli.corpus import opened
from qa.cli.streams import note, say
from qa.errors import QuestionError
from qa.gold import read_gold
from qa.library import forget_promise
from qa.present import calibration_text

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    if options.forget == (options.gold is not None):
        raise QuestionError("calibrate needs a file of questions, or --forget, and not both")
    if options.forget:
        dropped = forget_promise(options.corpus, exclude=options.exclude, language=options.language)
        say("The promise is dropped." if dropped else "There is no promise.")
        return 0
    check(options.risk)
    with opened(options) as library:
        found = calibrate(library, read_gold(Path(options.gold), library.document), risk=options.risk)
        if found.promise:
            library.keep_promise(found.promise)
        earlier = library.promise
    say(calibration_text(found))
    if not found.promise and earlier:
        note(f"the earlier promise of {100 * earlier.risk:g} % stays; --forget drops it")
    return 0 if found.promise else 1
