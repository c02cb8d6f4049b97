"""The word vectors: cosines that are the same everywhere, and words that are near for a reason."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from qa.index.count import vector_rows
from qa.text import STOP_TERMS, terms
from qa.vectors import UNKNOWN, Vectors, shipped

WORDS = st.text(min_size=1, max_size=12).filter(lambda word: not set(word) & {"\n", "\0"})
KNOWN = [term.decode() for term in shipped().terms[:: len(shipped()) // 200]]


def random_table(words: set[str]) -> Vectors:
    random = default_rng(20)
    return Vectors.make({word: random.normal(size=16) for word in sorted(words)})


def term(word: str) -> str:
    return terms(word)[0]


def test_a_cosine_is_the_product_of_two_vectors_and_the_same_both_ways() -> None:
    cosines = shipped().similarities(KNOWN, KNOWN)
    whole = shipped().matrix[shipped().rows(KNOWN)].astype(np.float64)
    vectors = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    assert np.array_equal(cosines, cosines.T)
    assert cosines == pytest.approx(vectors @ vectors.T, abs=1e-6)
    assert np.diag(cosines) == pytest.approx(1.0, abs=1e-6)


def test_a_cosine_has_the_same_bits_however_rows_are_grouped() -> None:
    rows = shipped().rows(KNOWN)
    whole = shipped().cosines(rows, rows)
    single = np.array([[shipped().cosines(rows[[i]], rows[[j]])[0, 0] for j in range(40)] for i in range(40)])
    assert np.array_equal(whole[:40, :40], single)


def test_a_row_is_looked_up_by_the_whole_term() -> None:
    rows = shipped().rows([*KNOWN, KNOWN[5] + "zzz", "", "the"])
    assert [shipped().terms[row].decode() for row in rows[: len(KNOWN)]] == KNOWN
    assert rows[len(KNOWN) :].tolist() == [UNKNOWN] * 3


def test_what_the_table_does_not_have_is_near_nothing() -> None:
    assert shipped().rows(["unheardofword"]).tolist() == [UNKNOWN]
    assert not shipped().similarities(["unheardofword"], ["unheardofword", KNOWN[0]]).any()
    assert shipped().similarities([], KNOWN).shape == (0, len(KNOWN))


def test_function_words_and_numbers_match_only_themselves() -> None:
    rows = vector_rows([term.encode() for term in [*sorted(STOP_TERMS), "2013", "1.5"]])["term_rows"]
    assert (rows == UNKNOWN).all()


@given(st.sets(WORDS, max_size=20), st.sets(WORDS, max_size=20))
def test_a_saved_table_answers_as_the_one_that_was_made(
    tmp_path_factory: pytest.TempPathFactory, words: set[str], others: set[str]
) -> None:
    folder = tmp_path_factory.mktemp("table")
    made = random_table(words) if words else random_table({"one"})
    made.save(folder)
    asked = sorted(words | others)
    loaded = Vectors.load(folder)
    assert np.array_equal(made.rows(asked), loaded.rows(asked))
    assert [row != UNKNOWN for row in made.rows(asked)] == [word in (words or {"one"}) for word in asked]
    assert np.array_equal(made.similarities(asked, asked), loaded.similarities(asked, asked))


@pytest.mark.parametrize(
    ("word", "near", "far", "reason"),
    [
        ("buy", "acquire", "boot", "buying is a way of acquiring"),
        ("purchase", "buy", "borrow", "one act, two words"),
        ("begin", "start", "finish", "synonyms come before opposites"),
        ("error", "mistake", "success", "an error is a mistake"),
        ("delete", "remove", "create", "manuals use both for the same command"),
        ("car", "automobile", "train", "one thing, two words"),
        ("doctor", "physician", "lawyer", "one profession, two words"),
        ("quick", "fast", "slow", "synonyms come before opposites"),
        ("prize", "award", "punishment", "given for the same reasons"),
        ("folder", "directory", "printer", "one thing, two words, in manuals"),
        ("publication", "paper", "wood", "what a paper is to its readers"),
        ("memory", "ram", "disk", "RAM is memory"),
        ("author", "writer", "reader", "who wrote it"),
        ("decline", "decrease", "increase", "the same direction"),
    ],
)
def test_a_word_is_nearer_to_what_means_the_same(word: str, near: str, far: str, reason: str) -> None:
    nearer, farther = shipped().similarities([term(word)], [term(near), term(far)])[0]
    assert nearer > farther, reason


def test_the_table_is_small_and_mapped_not_read() -> None:
    folder = Path(__file__).parents[1] / "qa"
    sizes = [path.stat().st_size for path in folder.glob("vectors*.npy")]
    assert len(sizes) == 2
    assert sum(sizes) <= 4_000_000
    assert isinstance(Vectors.load(folder).matrix.base, np.memmap)
