"""The index: the reference's scores, the reference's cosine, and a file that is whole or refused."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from eval.questions import paragraph_document
from qa.errors import CacheError
from qa.index import Index, bm25, build, idf, load, save, tfidf
from qa.index.reference import ReferenceBM25
from qa.text import STOP_WORDS, terms

WORDS = st.lists(
    st.sampled_from(["xen", "alto", "ocaml", "the", "of", "stack", "boots", "12"]), min_size=1, max_size=12
)
CORPORA = st.lists(WORDS.map(" ".join), min_size=1, max_size=12)


def index_of(texts: list[str]) -> Index:
    return build(
        paragraph_document(f"{number:04}.txt", f"title {number % 3}", text) for number, text in enumerate(texts)
    )


def ids(index: Index, question: str) -> list[int]:
    return [number for term in terms(question) if (number := index.term_id(term)) is not None]


@given(CORPORA, WORDS.map(" ".join))
def test_bm25_is_that_of_rank_bm25(texts: list[str], question: str) -> None:
    index = index_of(texts)
    reference = ReferenceBM25([terms(text) for text in texts]).get_scores(terms(question))
    assert np.allclose(bm25(index, ids(index, question)), reference, rtol=1e-6, atol=0)


def features(text: str) -> list[str]:
    """What TF-IDF counts in a passage, by another way than the index: words, content pairs, context words."""
    body, _, context = text.partition("\0")
    found = terms(body)
    pairs = [f"{a} {b}" for a, b in pairwise(found) if not {a, b} & STOP_WORDS]
    return found + pairs + [f"above:{term}" for term in terms(context)]


@given(CORPORA, WORDS.map(" ".join))
def test_tfidf_is_the_cosine_of_scikit_learn(texts: list[str], question: str) -> None:
    index = index_of(texts)
    vectorizer = TfidfVectorizer(analyzer=features, sublinear_tf=True)
    passages = vectorizer.fit_transform([f"{text}\0title {n % 3} {n:04}" for n, text in enumerate(texts)])
    expected = (passages @ vectorizer.transform([f"{question}\0{question}"]).T).toarray().ravel()
    assert np.allclose(tfidf(index, ids(index, question)), expected, rtol=1e-6, atol=1e-12)


def test_idf_is_never_negative_and_falls_with_frequency() -> None:
    values = [idf(10, frequency) for frequency in range(11)]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0


def test_the_index_is_the_same_whatever_the_order_of_the_documents() -> None:
    documents = [
        paragraph_document(f"{n}.txt", "t", text) for n, text in enumerate(["xen boots", "the alto", "ocaml stack"])
    ]
    forward, backward = build(documents), build(reversed(documents))
    assert all(np.array_equal(array, backward.arrays[name]) for name, array in forward.arrays.items())


def test_a_saved_index_comes_back_as_it_was(tmp_path: Path) -> None:
    index = index_of(["xen boots é", "", "the alto"])
    save(index, tmp_path / "a.index", {"version": 1})
    loaded, manifest = load(tmp_path / "a.index")
    assert manifest == {"version": 1}
    assert all(np.array_equal(array, loaded.arrays[name]) for name, array in index.arrays.items())
    assert loaded.document(0) == index.document(0)
    assert [path.name for path in tmp_path.iterdir()] == ["a.index"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: b"x" + data[1:],
        lambda data: data[:-9] + b"\xff" + data[-8:],
    ],
)
def test_a_damaged_index_is_refused(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "a.index"
    save(index_of(["xen boots", "the alto"]), file, {})
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(CacheError, match="damaged"):
        load(file)


def test_a_disk_that_refuses_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CacheError, match="cannot be written"):
        save(index_of(["xen"]), tmp_path / "missing" / "a.index", {})
