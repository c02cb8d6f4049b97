"""The word vectors: cosines that are the same everywhere, and words that are near for a reason."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import default_rng

from qa.index.count import vector_rows
from qa.text import STOP_TERMS, terms
from qa.vectors import FITTED, UNKNOWN, Array, Vectors, fitted, rows_of, scaled, shipped

WORDS = st.text(min_size=1, max_size=12).filter(lambda word: not set(word) & {"\n", "\0"})
KNOWN = [term.decode() for term in shipped().terms[:: len(shipped()) // 200]]


def random_table(words: set[str]) -> Vectors:
    random = default_rng(20)
    return Vectors.make({word: random.normal(size=16) for word in sorted(words)})


def term(word: str) -> str:
    return terms(word)[0]


def test_a_cosine_is_the_product_of_two_vectors_and_the_same_both_ways() -> None:
    cosines = shipped().similarities(KNOWN, KNOWN)
    whole = shipped().gathered(shipped().rows(KNOWN))[0].astype(np.float64)
    vectors = whole / np.linalg.norm(whole, axis=1, keepdims=True)
    assert np.array_equal(cosines, cosines.T)
    assert cosines == pytest.approx(vectors @ vectors.T, abs=1e-6)
    assert np.diag(cosines) == pytest.approx(1.0, abs=1e-6)


def test_a_cosine_has_the_same_bits_however_rows_are_grouped() -> None:
    rows = shipped().rows(KNOWN)
    whole = shipped().cosines(rows, rows)
    single = np.array([[shipped().cosines(rows[[i]], rows[[j]])[0, 0] for j in range(40)] for i in range(40)])
    assert np.array_equal(whole[:40, :40], single)


def test_no_step_of_a_product_is_so_large_that_numpy_would_share_it_out_among_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps: list[int] = []
    multiplied = np.matmul

    def counted(left: Array, right: Array, out: Array) -> None:
        steps.append(len(left) * left.shape[1] * right.shape[1])
        multiplied(left, right, out=out)

    monkeypatch.setattr(np, "matmul", counted)
    rows = np.arange(len(shipped()))
    assert np.array_equal(shipped().cosines(rows[:7], rows), shipped().cosines(rows, rows[:7]).T)
    assert sum(steps) == 2 * 7 * 128 * len(rows)
    assert max(steps) <= 65_536 * 4  # OpenBLAS: SMP_THRESHOLD_MIN times GEMM_MULTITHREAD_THRESHOLD


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


def test_the_tables_are_small_and_mapped_not_read() -> None:
    folder = Path(__file__).parents[1] / "qa"
    sizes = [path.stat().st_size for path in folder.glob("vectors*.npy")]
    assert len(sizes) == 3
    assert sum(sizes) <= 4_000_000
    assert isinstance(Vectors.load(folder).matrix.base, np.memmap)
    assert isinstance(Vectors.load(folder, FITTED).matrix.base, np.memmap)


def test_both_tables_have_a_row_for_each_term() -> None:
    assert shipped().matrix.shape == fitted().matrix.shape == (len(shipped().terms), 64)
    assert not np.array_equal(shipped().matrix, fitted().matrix)


@given(st.lists(st.lists(st.integers(-8, 7), min_size=6, max_size=6), min_size=1, max_size=4))
def test_a_kept_row_is_of_odd_whole_numbers_with_the_signs_that_were_given(rows: list[list[int]]) -> None:
    given_rows = 2.0 * np.array(rows) + 1
    kept = Vectors.make({str(number): row for number, row in enumerate(given_rows)}).gathered(np.arange(len(rows)))[0]
    assert (np.abs(kept) <= 15).all()
    assert (kept % 2 == 1).all()
    assert np.array_equal(np.sign(kept), np.sign(given_rows))


@pytest.mark.parametrize(
    ("vector", "message"),
    [([0.0, 0.0], "no direction"), ([np.nan, 1.0], "no direction"), ([1.0, 2.0, 3.0], "in pairs")],
)
def test_a_vector_that_cannot_be_kept_is_named(vector: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Vectors.make({"word": np.array(vector)})


def test_rounding_hardly_turns_a_vector() -> None:
    rows = default_rng(20).normal(size=(50, 128))
    kept = Vectors.make({f"{number:02}": row for number, row in enumerate(rows)}).gathered(np.arange(50))
    cosines = (kept[0] * rows).sum(axis=1) / kept[1] / np.linalg.norm(rows, axis=1)
    assert (cosines > 0.99).all()
    tiny = Vectors.make({f"{number:02}": 1e-20 * row for number, row in enumerate(rows)})
    assert np.array_equal(tiny.gathered(np.arange(50))[0], kept[0])
    spread = {"even": np.ones(128), "one": np.eye(128)[0]}  # the best scale of a row depends on how it is spread
    whole, lengths = Vectors.make(spread).gathered(np.arange(2))
    assert whole[0] @ np.ones(128) / lengths[0] / np.sqrt(128) == pytest.approx(1.0)
    assert whole[1, 0] / lengths[1] > 0.79


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("How do I delete a file?", "Folders are removed for good.", "The kernel schedules threads."),
        ("Which firm made the car?", "The vehicle was built by a manufacturer in Ohio.", "The lake freezes in winter."),
        ("How are patients treated?", "Doctors prescribe drugs for the illness.", "The court heard the appeal."),
    ],
)
def test_a_sum_of_words_is_nearer_to_one_that_means_the_same(text: str, near: str, far: str) -> None:
    asked, nearer, farther = (
        scaled(fitted().gathered(rows := rows_of(terms(said))), np.ones(len(rows))).sum(axis=0)
        for said in (text, near, far)
    )
    assert asked @ nearer / np.linalg.norm(nearer) > asked @ farther / np.linalg.norm(farther)
