"""Texts of many kinds -> how common each term of the table of word vectors is: `qa/background.npy`.

    python -m eval.background --squad nqg.json --squad policyqa-dev.json --beir npl \
        --documents DIR [--documents DIR …] --out qa/background.npy

Each set and each folder of documents counts alike, however large: a term's share is the mean, over them, of the share
of their passages that hold it. Questions are not looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from eval.questions import from_beir, from_squad
from qa.index import Index, build
from qa.index.segment import Array
from qa.library import open_library
from qa.vectors import shipped

__all__ = ["shares_of"]


def main() -> None:
    """Count in the sets and folders named on the command line and write the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squad", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--beir", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--documents", type=Path, action="append", default=[], metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    sources = [shares_of(index) for index in _indexes(options)]
    np.save(options.out, np.mean(sources, axis=0).astype(np.float16))


def _indexes(options: argparse.Namespace) -> Iterator[Index]:
    yield from (build(from_squad(file).documents) for file in options.squad)
    yield from (build(from_beir(folder).documents) for folder in options.beir)
    for folder in options.documents:
        with open_library(folder) as library:
            yield build([library.document(path) for path in library.paths])


def shares_of(index: Index) -> Array:
    """The share of passages that hold each term of the table of word vectors, shape (terms,)."""
    terms = (term.decode() for term in shipped().terms.tolist())
    return np.array([index.frequency(term) for term in terms]) / max(index.passage_count, 1)


if __name__ == "__main__":
    main()
