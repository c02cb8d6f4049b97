"""Answers, Hits and Checks -> JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qa.model import Answer, Hit
from qa.present.shared import DIRECTION
from qa.reasons import Explanation

if TYPE_CHECKING:
    from qa.receipt import Check

__all__ = ["json_text"]

_RAW_IN_JSON = re.compile(rf"[\x7f-\x9f{DIRECTION}\u2028\u2029\ud800-\udfff]")


def json_text(
    value: Answer | Sequence[Answer | Hit | Check] | Mapping[str, Any],
    *,
    explanation: Explanation | None = None,
    indent: int | None = 2,
    encoding: str = "utf-8",
) -> str:
    """Answers, Hits or Checks, or names and values, as JSON that steers no terminal and that `encoding` can write.

    It parses the same: what `json` leaves raw is escaped, DEL and C1, direction characters, lone surrogates, what the
    encoding lacks. An Answer's explanation goes inside it. Without `indent` it is one line, for JSON Lines.
    """
    plain: Any = value
    if isinstance(value, Answer):
        plain = value.to_dict() | ({"explanation": explanation.to_dict()} if explanation else {})
    elif not isinstance(value, Mapping):
        plain = [entry.to_dict() for entry in value]
    raw = _RAW_IN_JSON.sub(_escaped, json.dumps(plain, ensure_ascii=False, indent=indent))
    try:
        raw.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(plain, indent=indent).replace("\x7f", "\\u007f")
    return raw


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
