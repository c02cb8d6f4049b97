"""The YAML between two `---` lines at the top of a file: title, url, date, author."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

__all__ = ["FrontMatter", "front_matter"]

_LIMIT = 1 << 16  # characters; a longer one is text that begins with a rule
_DEPTH = 32
_OPEN = re.compile(r"---[ \t]*\r?\n")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_SIMPLE = re.compile(r"([A-Za-z_][\w .-]{0,40}):(?:[ \t]+(.*))?$")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the head of a file says about it, and the offset at which its text begins (0 without a head)."""

    end: int = 0
    title: str | None = None
    url: str | None = None
    date: str | None = None
    author: str | None = None


def front_matter(source: str) -> FrontMatter:
    r"""Reads the head of a file, if there is one; what is no mapping of names to values is text and stays.

    >>> front_matter("---\ntitle: Notes\ndate: 2014-01-13T00:00:00Z\n---\nText")
    FrontMatter(end=48, title='Notes', url=None, date='2014-01-13', author=None)
    >>> front_matter("---\nJust a rule above.\n---\n").end
    0
    """
    opening = _OPEN.match(source)
    closing = _CLOSE.search(source, opening.end(), opening.end() + _LIMIT) if opening else None
    if opening is None or closing is None:
        return FrontMatter()
    text = source[opening.end() : closing.start()]
    values = _yaml(text)
    if values is None:
        values = _simple(text)
    if not values:
        return FrontMatter()
    date = _one(values.get("date"))
    found = _DATE.match(date) if date else None
    author = _several(values.get("author")) or _several(values.get("authors"))
    url = _one(values.get("url"))
    return FrontMatter(closing.end(), _one(values.get("title")), url, found.group() if found else date, author)


def _yaml(text: str) -> dict[str, Any] | None:
    """The mapping that the text is, an empty one if it is something else, None if it is not YAML we accept."""
    import yaml  # 15 ms, and many files have no front matter

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the Base loaders leave every value the string it is
    try:
        depth = 0
        for event in yaml.parse(text, Loader=loader):  # nothing is built yet: an alias bomb is seen before it goes off
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH or isinstance(event, yaml.AliasEvent):
                return None
        values = yaml.load(text, Loader=loader)
    except (yaml.YAMLError, ValueError):
        return None
    return {str(key).casefold(): value for key, value in values.items()} if isinstance(values, dict) else {}


def _simple(text: str) -> dict[str, Any]:
    """The `key: value` lines of a head that is not YAML; none if a line is neither that, nor indented, nor a list."""
    values: dict[str, Any] = {}
    for line in text.split("\n"):
        match = _SIMPLE.match(line.rstrip())
        if match:
            values[match[1].casefold()] = (match[2] or "").strip().strip("\"'")
        elif line.strip() and line[0] not in " \t-#":
            return {}
    return values


def _one(value: Any) -> str | None:
    """A single value as one line of text."""
    if isinstance(value, dict):
        value = value.get("name")
    if not isinstance(value, str) or value.strip().casefold() in {"", "null", "~"}:
        return None
    return " ".join(value.split()).encode("utf-8", "replace").decode()  # "\\ud800" is half a character, not text


def _several(value: Any) -> str | None:
    """One value or a list of them, joined by commas."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(text for text in map(_one, values) if text) or None
