"""`qa verify`: whether quotes still stand where they stood."""

from __future__ import annotations

import argparse
import os

from qa.cli.streams import encoding, lines_of, say
from qa.cli.terminal import width
from qa.errors import QAError
from qa.present import checks_text, json_text
from qa.receipt import claims_in, prove

__all__ = ["run"]


def run(options: argparse.Namespace) -> int:
    transcript = "".join(lines_of(options.transcript))
    roots = options.corpus and [os.path.expanduser(root) for root in options.corpus]
    try:
        checks = prove(claims_in(transcript, corpus=roots))
    except QAError as error:
        raise QAError(f"{options.transcript}: {error}") from None
    say(json_text(checks, encoding=encoding()) if options.json else checks_text(checks, width=width()))
    return 0 if all(check.status == "intact" for check in checks) else 1
