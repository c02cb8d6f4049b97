"""`qa formats`: what can be read."""

from __future__ import annotations

import argparse

from qa.cli.streams import say
from qa.load import formats

__all__ = ["run"]


def run(_: argparse.Namespace) -> int:
    for reader in formats():
        say(f"{reader.name:<12} {' '.join(suffix for suffix in reader.suffixes if suffix)}")
    say(f"{'compressed':<12} .gz of any of these, .zip of any of these")
    say("A file of any other name is read as text where it decodes as such.")
    return 0
