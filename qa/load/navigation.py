"""What on a page only leads to other places: told by how much of it stands in links, and by what little does not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["LABEL", "Links", "Share", "is_label"]

LABEL = 80
"""Characters of which no label has as many."""

_SHARE = 0.9
_LEAST_LINKS = 3
_MANY_LINKS = 20
_INDEX_SHARE = 0.3
_LONGEST_ROW = 400
"""Characters of a block beyond which it is no row of links."""

_WORD = (
    r"(?:next|prev(?:ious)?|up|home|top|back|forward|first|last|start|end|contents|table of contents|index|toc|"
    r"general index|main|menu|search|help|modules?|page|section|chapter|topic|toggle|start of document|"
    r"(?:skip|return|go|jump) to)"
)
_ONLY_WORDS = re.compile(rf"(?:[\W\d_]|(?<![^\W\d_]){_WORD}(?![^\W\d_]))*", re.IGNORECASE)
_LABEL = re.compile(
    r"(?:short )?(?:table of )?contents|navigation|quick (?:links|search)|(?:previous|next|related) (?:topics?|pages?)|"
    r"(?:on )?this page|in this (?:section|chapter|article)|menu|index|site ?map|see also",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&#?\w{1,31};")
_BETWEEN = " \t\r\n\xa0|,:./\\()[]{}<>«»‹›·•–—-"
"""Characters at the ends of some text that only part links."""
_TARGET = re.compile(r"\shref\s*=\s*[\"']?\s*(?![a-zA-Z][a-zA-Z+.-]*:|//)[^\s\"'>]", re.IGNORECASE)
_ROLE = re.compile(r"\srel\s*=\s*[\"']?(?:prev|previous|next|up|contents|index|start|home)\b", re.IGNORECASE)


def is_label(text: str) -> bool:
    """Whether a heading or a line only announces links.

    >>> is_label("Table of Contents:"), is_label("Contents of the box")
    (True, False)
    """
    return len(text) < LABEL and _LABEL.fullmatch(text.strip(" :[]«»\n")) is not None


class Share(NamedTuple):
    """How much has been read up to some place: characters, those of them in links, and links."""

    said: int
    linked: int
    links: int


@dataclass(slots=True)
class Links:
    """Counts what is read of a page, in links to the same folder and outside of them.

    >>> row = Links()
    >>> row.add("Next: "); row.open('<a href="b.html">'); row.add("Setting up"); row.close(); row.is_row
    True
    """

    _said: int = 0
    _linked: int = 0
    _links: int = 0
    _leads: bool = False  # in a link to the same folder
    _inside: list[str] = field(default_factory=list)  # of the block: what is read in its links, and the rest
    _outside: list[str] = field(default_factory=list)
    _begun: Share = field(default_factory=lambda: Share(0, 0, 0))
    _signs: int = 0  # links of the block that say themselves that they lead to the next page, or the like

    @property
    def share(self) -> Share:
        """The counts so far."""
        return Share(self._said, self._linked, self._links)

    def begin(self) -> None:
        """A block begins."""
        if self._inside or self._outside or self._links != self._begun.links:
            self._inside.clear()
            self._outside.clear()
            self._begun, self._signs = self.share, 0

    def open(self, tag: str) -> None:
        """A link begins."""
        self._leads = _TARGET.search(tag) is not None
        self._links += self._leads
        self._signs += self._leads and " rel" in tag and _ROLE.search(tag) is not None

    def close(self) -> None:
        """A link ends."""
        self._leads = False

    def add(self, raw: str) -> None:
        """Text is read; what only stands between links does not count."""
        text = raw.strip(_BETWEEN)
        if not text:
            return
        self._said += len(text)
        if self._leads:
            self._linked += len(text)
        if self._said - self._begun.said <= _LONGEST_ROW:
            (self._inside if self._leads else self._outside).append(text)

    @property
    def is_row(self) -> bool:
        """Whether the block is links that lead on: to the next page and the like, or several and nothing else."""
        links = self._links - self._begun.links
        if not links or self._said - self._begun.said > _LONGEST_ROW:
            return False
        outside = _ENTITY.sub(" ", " ".join(self._outside))
        if not _ONLY_WORDS.fullmatch(outside):
            return False
        if not any(character.isalnum() for character in outside):
            return links > 1 or self._signs > 0 or _ONLY_WORDS.fullmatch(" ".join(self._inside)) is not None
        return True

    @property
    def is_index(self) -> bool:
        """Whether a page is links for a good part, and many."""
        return self._links >= _MANY_LINKS and self._linked >= _INDEX_SHARE * self._said

    def is_list(self, since: Share) -> bool:
        """Whether all that was read since is links that lead elsewhere, several, but for a word or two."""
        said, linked = self._said - since.said, self._linked - since.linked
        return self._links - since.links >= _LEAST_LINKS and linked >= _SHARE * said > 0
