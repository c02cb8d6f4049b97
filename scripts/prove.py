"""Random quotes of a folder, proved again: `python scripts/prove.py /usr/share/doc --quotes 100`.

Asks with the words of sentences drawn at random, hands the answers to `qa verify`, and looks by itself whether the
first word of each quote stands on the line of the file that the quote names. Exit code 1 when anything does not.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import qa
from qa.load.decode import decode
from qa.text import sentence_spans


def replies(library: qa.Library, choose: random.Random) -> Iterator[qa.Answer]:
    """Answers to questions of words that stand in the documents."""
    while True:
        document = library.document(choose.choice(library.paths))
        block = choose.choice(document.blocks)
        sentences = sentence_spans(document.text[block.start : block.end])
        start, end = choose.choice(sentences) if sentences else (0, 0)
        words = re.findall(r"\w+", document.text[block.start + start : block.start + end])[:8]
        if words:
            yield library.answer(" ".join(words), k=1)


def is_on_its_line(library: qa.Library, quote: qa.Quote) -> bool | None:
    """Whether the first word of a quote stands on its line; None where files of its kind have no lines to look at."""
    file = library.file(quote.path)
    if quote.line is None or file.name != Path(quote.path).name or file.suffix == ".gz":
        return None
    line = decode(file.read_bytes()).split("\n")[quote.line - 1]
    first, plain = quote.text.split()[0], re.sub(r"<[^>]*>|[*_`\\]", "", unescape(line))
    return first in line or (re.findall(r"\w+", first) or [first])[0] in plain


def main() -> int:
    """Draw, verify, look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--quotes", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    answers: list[qa.Answer] = []
    with qa.open(options.corpus) as library:
        for reply in replies(library, random.Random(options.seed)):
            answers += [reply] if reply.quotes or reply.nearest else []
            if len(answers) == options.quotes:
                break
        quotes = [(reply.quotes or reply.nearest)[0] for reply in answers]
        on_line = [is_on_its_line(library, quote) for quote in quotes]
    for quote in (quote for quote, found in zip(quotes, on_line, strict=True) if found is False):
        print(f"not on its line: {quote.path!r}:{quote.line}: {quote.text[:60]!r}")
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as transcript:
        json.dump([reply.to_dict() for reply in answers], transcript)
        transcript.flush()
        done = subprocess.run(
            [sys.executable, "-m", "qa", "verify", transcript.name], stdout=subprocess.PIPE, text=True
        )
    print(f"{sum(found is True for found in on_line)} on their lines, {on_line.count(False)} not, the others have none")
    print(done.stdout.splitlines()[-1] if done.stdout else "qa verify said nothing")
    return 1 if done.returncode or False in on_line else 0


if __name__ == "__main__":
    sys.exit(main())
