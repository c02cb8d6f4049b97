"""What was learned for retrieval and ships in fusion.json: the weights of the signals, the constants behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

__all__ = ["Constants", "Fusion", "shipped_fusion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What evidence counts for, and how other words are looked for; `python -m eval.tune` tries others."""

    above: float
    """What a term is worth to a sentence that does not hold it but has it in title, headings or file name."""
    before: float
    """The same of a term in the sentence before …"""
    after: float
    """… or after …"""
    taken_up: float
    """… or before one that opens by taking up what was said: "It was built …"."""
    taken_up_late: float
    """… or further up in the passage of such a one."""
    pairs: float
    """What the question's neighbouring terms are worth, all of them, to the best sentence."""
    phrase: float
    """What a quoted phrase in a sentence is worth beside all of the question's neighbouring terms."""
    above_meaning: float
    """What the words above a sentence are worth to what it means."""
    unlike: float
    """Cosine up to which two words have nothing to do with each other."""
    from_above: float
    """What a term in a title or heading is worth when candidates are named."""
    alike: float
    """Cosine from which a word of the corpus is looked for in place of one of the question."""
    word: float
    """Weight of such a word, times the cosine."""
    most_words: int
    """How many such words a term of the question may bring."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """The weights of the signals by name, and the constants that they were learned with."""

    weights: Mapping[str, float]
    constants: Constants


@cache
def shipped_fusion() -> Fusion:
    """What comes with the tool."""
    kept = json.loads(files("qa").joinpath("fusion.json").read_text())
    return Fusion(MappingProxyType(kept["weights"]), Constants(**kept["constants"]))
