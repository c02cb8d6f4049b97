"""BM25 over 5,000 passages of real text, the standard library's own source, under questions of every kind."""

import random
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from qa.errors import ReadError
from qa.index import Index, bm25, build, score, top
from qa.index.reference import ReferenceBM25
from qa.load import find, read
from qa.model import Document
from qa.text import STOP_TERMS, terms

pytestmark = pytest.mark.slow  # some five seconds; `pytest -m slow` runs these alone

PASSAGES = 5_000
ENOUGH = 7_000_000
"""Characters that are more passages than that."""


def source_files() -> Iterator[Document]:
    """The standard library's modules as documents."""
    library = Path(sysconfig.get_paths()["stdlib"])
    sources, _ = find([library], exclude=["test/", "site-packages/", "dist-packages/", "__pycache__/"])
    for source in sources:
        if source.file.suffix != ".py":
            continue
        with suppress(ReadError):
            yield read(source)


@pytest.fixture(scope="module")
def real() -> Index:
    """At least 5,000 passages."""
    documents, size = [], 0
    for document in source_files():
        if size > ENOUGH:
            break
        documents.append(document)
        size += len(document.text)
    index = build(documents)
    if index.passage_count < PASSAGES:
        pytest.skip("this Python came without the source of its library")
    return index


Asked = list[tuple[list[str], np.ndarray]]


def everywhere(index: Index) -> np.ndarray:
    return np.arange(index.passage_bases[-1])


def questions(index: Index) -> Iterator[list[str]]:
    """Terms: 1, 2, 5, 20 and 500 of the text, function words, unknown words, some again and again, none."""
    draw = random.Random(7)
    text = [terms(index.passage_text(passage)) for passage in draw.sample(range(PASSAGES), 60)]
    for size in (1, 2, 5, 20):
        yield from (words[:size] for words in text[:10])
    yield [word for words in text for word in words][:500]
    yield draw.choices([word for words in text for word in words], k=500)
    yield sorted(STOP_TERMS)
    yield ["the"]
    yield ["quokkalighthouse", "zzyzx"]
    yield ["quokkalighthouse", *text[0][:3]]
    yield text[1][:4] * 25
    yield []


@pytest.fixture(scope="module")
def asked(real: Index) -> Asked:
    """Questions, each with rank_bm25's score of every passage."""
    reference = ReferenceBM25([terms(real.passage_text(passage)) for passage in everywhere(real)])
    return [(question, reference.get_scores(question)) for question in questions(real)]


def test_bm25_is_that_of_rank_bm25_on_real_passages(real: Index, asked: Asked) -> None:
    for question, expected in asked:
        assert np.allclose(score(real, bm25(question), everywhere(real)), expected, rtol=1e-6, atol=0), question[:20]


@pytest.mark.parametrize("k", [1, 10, 300])
def test_the_best_k_are_those_of_rank_bm25(real: Index, asked: Asked, k: int) -> None:
    for question, expected in asked:
        found, scores = top(real, bm25(question), k)
        assert np.allclose(scores, np.sort(expected[expected > 0])[::-1][:k], rtol=1e-6), question[:20]
        assert np.allclose(scores, expected[found], rtol=1e-6), question[:20]
        assert len(set(found.tolist())) == len(found)
