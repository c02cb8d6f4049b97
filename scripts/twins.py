"""How much of a document is read: the words of a twin in another format that stand, in order, in its text.

    python scripts/twins.py chapter.docx part-1.md part-2.md ...

The twin's parts are read as documents of their own and put together; code blocks are left out of them. The share is the
length of the longest common subsequence of words, over the words of the twin. Exits with 1 where it is below 99 %.
"""

from __future__ import annotations

import argparse
import sys
from difflib import SequenceMatcher
from pathlib import Path

from rapidfuzz.distance import LCSseq

from qa.errors import QAError
from qa.load import find, read
from qa.model import Document
from qa.text import fold, words

ENOUGH = 0.99


def document(path: Path) -> Document:
    """The document of one file."""
    (source,), _ = find([path.resolve()])
    return read(source)


def prose(found: Document) -> str:
    """A document's text without its code blocks."""
    return "\n".join(found.text[block.start : block.end] for block in found.blocks if block.kind != "code")


def missing(twin: list[str], text: list[str]) -> list[str]:
    """Runs of the twin's words that do not stand in the text in their place, each with a word around it."""
    matcher = SequenceMatcher(None, twin, text, autojunk=False)
    runs = [(i, j) for tag, i, j, _, _ in matcher.get_opcodes() if tag in ("delete", "replace")]
    return [" ".join(twin[max(i - 1, 0) : j + 1]) for i, j in runs]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("twin", type=Path, nargs="+")
    parser.add_argument("--missing", action="store_true", help="show what is missing")
    options = parser.parse_args()
    try:
        text = [fold(word) for word in words(document(options.file).text)]
        twin = [fold(word) for path in options.twin for word in words(prose(document(path)))]
    except QAError as error:
        print(error, file=sys.stderr)
        return 2
    share = LCSseq.similarity(twin, text) / max(len(twin), 1)
    print(f"{options.file}: {share:.2%} of the {len(twin):,} words of its twin, in order")
    if options.missing:
        print(*missing(twin, text), sep="\n")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
