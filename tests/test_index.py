"""Scores: the reference's BM25, the reference's cosine, and the best k without touching every passage."""

import pickle
import random
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from itertools import groupby, pairwise
from operator import itemgetter
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from eval.questions import paragraph_document
from qa.chunk import passages
from qa.index import Clue, Index, bm25, build, idf, score, tfidf, top
from qa.index.count import count
from qa.index.merge import keep, merge
from qa.index.phrase import holding
from qa.index.reference import ReferenceBM25
from qa.index.segment import Array, Segment
from qa.lazy import LazyNumbers
from qa.library import bundled_corpus
from qa.load import find, read
from qa.model import Block, Document, SourceMap
from qa.text import terms

SAID = ("xen", "alto", "ocaml", "the", "of", "stack", "boots", "12", "Alto Stack (ALK)")
CORPORA = st.lists(st.lists(st.sampled_from(SAID), min_size=1, max_size=12).map(" ".join), min_size=1, max_size=14)
ABOVE = ("title", "0001")
"""Words of titles and file names."""
QUESTIONS = st.lists(st.sampled_from((*SAID, *ABOVE)), min_size=1, max_size=12).map(" ".join)


searching = import_module("qa.index.top")  # the package has the function by that name


def best(index: Index, clues: Sequence[Clue], k: int, allowed: Sequence[Array] | None = None) -> tuple[Array, Array]:
    """What `top` finds, in every way in which it may look for it."""
    found = top(index, clues, k, allowed)
    for seeded in (0, 10**9):
        with patch.multiple(searching, _SCORED_WHOLE=0, _WORTH_SEEDING=seeded):
            again = top(index, clues, k, allowed)
        assert all(map(np.array_equal, found, again))
    return found


def documents_of(texts: list[str]) -> list[Document]:
    return [paragraph_document(f"{number:04}.txt", f"title {number % 3}", text) for number, text in enumerate(texts)]


def index_of(texts: list[str]) -> Index:
    return build(documents_of(texts))


def split_index(texts: list[str], parts: int) -> Index:
    """An index of the texts spread over several segments, with deleted documents among them."""
    documents = documents_of(texts)
    ghosts = documents_of(["xen xen ghost", "alto ocaml stack (AOS)"])
    segments = [Segment(count([*documents[part::parts], ghosts[part % 2]])) for part in range(parts)]
    live = []
    for part, segment in enumerate(segments):
        mask = np.ones(segment.document_count, dtype=bool)
        ghost = ghosts[part % 2]
        text = [segment.document(number).text == ghost.text for number in range(segment.document_count)]
        mask[text.index(True)] = False
        live.append(mask)
    return Index(segments, live)


def everywhere(index: Index) -> np.ndarray:
    return np.arange(index.passage_bases[-1])


@given(CORPORA, QUESTIONS)
def test_bm25_is_that_of_rank_bm25(texts: list[str], question: str) -> None:
    index = index_of(texts)
    reference = ReferenceBM25([terms(text) for text in texts]).get_scores(terms(question))
    assert np.allclose(score(index, bm25(terms(question)), everywhere(index)), reference, rtol=1e-6, atol=0)


def features(text: str) -> list[str]:
    """What TF-IDF counts in a passage: its words and, apart from them, the words above it."""
    body, _, context = text.partition("\0")
    return terms(body) + [f"above:{term}" for term in terms(context)]


@given(CORPORA, QUESTIONS)
def test_tfidf_is_the_cosine_of_scikit_learn(texts: list[str], question: str) -> None:
    index = index_of(texts)
    vectorizer = TfidfVectorizer(analyzer=features, sublinear_tf=True)
    passages = vectorizer.fit_transform([f"{text}\0title {n % 3} {n:04}" for n, text in enumerate(texts)])
    expected = (passages @ vectorizer.transform([f"{question}\0{question}"]).T).toarray().ravel()
    assert np.allclose(tfidf(index, terms(question), index.said(everywhere(index))), expected, rtol=1e-6, atol=1e-12)


def test_a_line_is_found_without_making_the_numbers_of_the_others() -> None:
    starts = LazyNumbers(np.arange(0, 1000, 10).data)
    assert starts == tuple(range(0, 1000, 10))
    with patch.object(starts, "_made", side_effect=AssertionError):
        assert [SourceMap((0,), (0,), starts).line(offset) for offset in (0, 9, 10, 999)] == [1, 1, 2, 100]


@given(CORPORA, QUESTIONS, st.integers(1, 5), st.floats(0, 2))
def test_the_best_k_are_those_of_scoring_everything(texts: list[str], question: str, k: int, above: float) -> None:
    index = index_of(texts)
    clues = [Clue(term, 1.0, above) for term in dict.fromkeys(terms(question))]
    every = score(index, clues, everywhere(index))
    order = [number for number in np.lexsort((everywhere(index), -every.round(9))) if every[number] > 0][:k]
    passages, scores = best(index, clues, k)
    assert np.allclose(scores, every[order], rtol=1e-9)
    assert passages.tolist() == order


@given(CORPORA, QUESTIONS, st.integers(1, 4), st.integers(1, 5))
def test_segments_and_deletions_do_not_change_what_is_found(
    texts: list[str], question: str, parts: int, k: int
) -> None:
    whole, split = index_of(texts), split_index(texts, parts)
    found, scores = best(whole, bm25(terms(question)), k)
    again, same = best(split, bm25(terms(question)), k)
    assert [whole.path_of(int(passage)) for passage in found] == [split.path_of(int(passage)) for passage in again]
    assert np.allclose(scores, same, rtol=1e-12)
    cosines = tfidf(whole, terms(question), whole.said(found)), tfidf(split, terms(question), split.said(again))
    assert np.allclose(*cosines, rtol=1e-12)
    assert whole.passage_count == split.passage_count


@given(CORPORA, QUESTIONS, st.integers(1, 3), st.integers(1, 5), st.data())
def test_the_best_k_of_some_passages_are_those_of_scoring_everything(
    texts: list[str], question: str, parts: int, k: int, data: st.DataObject
) -> None:
    index = split_index(texts, parts)
    allowed = [
        np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool) & index.live_passages(n)
        for n, size in enumerate(segment.passage_count for segment in index.segments)
    ]
    clues = [Clue(term, 1.0, 0.4) for term in dict.fromkeys(terms(question))]
    every = score(index, clues, everywhere(index)) * np.concatenate(allowed)
    passages, scores = best(index, clues, k, allowed)
    assert np.allclose(scores, np.sort(every[every > 0])[::-1][:k], rtol=1e-9)
    assert np.allclose(scores, every[passages], rtol=1e-9)
    assert len(set(passages.tolist())) == len(passages)


@given(CORPORA, st.lists(st.sampled_from(["xen", "alto", "the", "stack", "gone"]), min_size=1, max_size=3))
def test_a_phrase_is_found_where_its_words_stand_in_a_row(texts: list[str], phrase: list[str]) -> None:
    (segment,) = index_of(texts).segments
    expected = [
        n for n, text in enumerate(texts) if f" {' '.join(terms(' '.join(phrase)))} " in f" {' '.join(terms(text))} "
    ]
    assert holding(segment, terms(" ".join(phrase))).tolist() == expected


@given(CORPORA, st.lists(st.text("abestuwxz", min_size=1, max_size=6), min_size=1))
def test_many_terms_are_found_as_one_is(texts: list[str], wanted: list[str]) -> None:
    (segment,) = index_of(texts).segments
    every = segment.terms()
    names = [name.encode() for name in wanted] + every
    assert segment.places(names).tolist() == [sum(term < name for term in every) for name in names]
    assert [segment.term(number).encode() for number in range(segment.term_count)] == every
    assert segment.terms(1, 3) == every[1:3]
    assert segment.numbers(names).tolist() == [every.index(name) if name in every else -1 for name in names]


@given(CORPORA, st.integers(1, 4))
def test_other_forms_are_the_same_however_documents_are_spread(texts: list[str], parts: int) -> None:
    defined = any("(ALK)" in text for text in texts)
    expected = {
        "alk": [(0, 1, ("alto", "stack"))],
        "xen alto stack boots": [(1, 2, ("alk",))],
        "alto": [],
        "stack alto": [],
        "alto ocaml stack": [],  # defined in a deleted document only
    }
    for asked, found in expected.items():
        for index in (index_of(texts), split_index(texts, parts)):
            assert index.aliases(terms(asked)) == (found if defined else [])


@given(CORPORA, st.integers(1, 4))
def test_merging_gives_what_counting_together_gives(texts: list[str], parts: int) -> None:
    documents = documents_of(texts)
    size = -(-len(documents) // parts)
    pieces = [Segment(count(documents[at : at + size])) for at in range(0, len(documents), size)]
    merged = {
        name: np.concatenate([part for _, part in parts]) for name, parts in groupby(merge(pieces), key=itemgetter(0))
    }
    counted = count(documents)
    for name, array in counted.items():
        if name not in ("passage_contexts", "context_tokens", "context_tokens_starts"):  # equal ones are counted once
            assert np.array_equal(merged[name], array), name
    assert Segment(merged).document(len(documents) - 1) == documents[-1]


def test_a_document_of_an_index_is_the_one_that_was_read_and_says_the_same_of_every_block() -> None:
    documents = [read(source) for source in find([bundled_corpus()])[0]]
    index = build(documents)
    for document in documents:
        kept = index.document(document.path)
        assert kept == pickle.loads(pickle.dumps(kept)) == document
        assert hash(kept) == hash(document)
        for block in document.blocks:
            place = block.start, block.end
            for said in (Document.around, Document.breaks, Document.columns):
                assert said(kept, *place) == said(document, *place)
            for said_there in (Document.heading, Document.line, Document.page):
                assert said_there(kept, block.start) == said_there(document, block.start)
        assert pickle.loads(pickle.dumps(kept)) == document, "what was remembered meanwhile is in the way"


@given(st.lists(st.integers(0, 4), min_size=1, max_size=20))
def test_above_a_character_stand_the_last_headings_each_of_a_higher_level(levels: list[int]) -> None:
    """Level 0 is a paragraph."""
    names = [f"n{number}" for number in range(len(levels))]
    starts = [sum(len(name) + 2 for name in names[:number]) for number in range(len(names))]
    blocks = tuple(
        Block(start, start + len(name), "heading" if level else "paragraph", level)
        for start, name, level in zip(starts, names, levels, strict=True)
    )
    document = replace(paragraph_document("a.txt", "", "\n\n".join(names)), blocks=blocks)
    kept = build([document]).document("a.txt")
    path: list[tuple[int, str]] = []
    for start, name, level in zip(starts, names, levels, strict=True):
        if level:
            path = [(own, above) for own, above in path if own < level] + [(level, name)]
        assert document.headings(start) == kept.headings(start) == tuple(above for _, above in path)
        assert document.block_at(start) == kept.block_at(start) == names.index(name)


@given(CORPORA, st.data())
def test_keeping_some_documents_is_counting_only_those(texts: list[str], data: st.DataObject) -> None:
    documents = documents_of(texts)
    live = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))))
    kept = keep(Segment(count(documents)), live)
    assert [kept.document(number) for number in range(kept.document_count)] == [
        d for d, y in zip(documents, live, strict=True) if y
    ]
    alone = Segment(count([d for d, y in zip(documents, live, strict=True) if y]))
    assert [kept.passage_text(n) for n in range(kept.passage_count)] == [
        alone.passage_text(n) for n in range(alone.passage_count)
    ]
    question = bm25(["xen", "alto", "stack"])
    assert np.allclose(
        score(Index([kept]), question, np.arange(kept.passage_count)),
        score(Index([alone]), question, np.arange(alone.passage_count)),
    )


@given(st.lists(st.text("ab1., é\0橋\n", min_size=1, max_size=40) | QUESTIONS, min_size=1), st.sampled_from([0, 2, 17]))
def test_the_forward_index_holds_the_terms_of_every_sentence_in_order(texts: list[str], bits: int) -> None:
    """Also where sentences are read one at a time, and where most words find their row of the table taken."""
    documents = documents_of(texts)
    with patch("qa.index.vocabulary._BITS", bits), patch("qa.index.count._READ_AT_ONCE", bits):
        segment = Segment(count(documents))
    said = [document.text[s.start : s.end] for document in documents for p in passages(document) for s in p.sentences]
    for number, text in enumerate(said):
        assert list(map(segment.term, segment.tokens_of(np.array([number]))[0])) == terms(text)


def test_idf_is_never_negative_and_falls_with_frequency() -> None:
    values = [idf(10, frequency) for frequency in range(11)]
    assert all(left > right for left, right in pairwise(values))
    assert values[-1] > 0


def test_equal_scores_are_ordered_by_path_then_position() -> None:
    same = "xen boots"
    index = build([paragraph_document(f"{name}.txt", "t", same) for name in ("c", "a", "b")])
    assert [index.path_of(int(p)) for p in best(index, bm25(["xen"]), 2)[0]] == ["a.txt", "b.txt"]


def test_the_arrays_are_the_same_whatever_the_order_of_the_documents() -> None:
    documents = documents_of(["xen boots", "the alto", "ocaml stack"])
    forward, backward = count(documents), count(reversed(documents))
    assert all(np.array_equal(array, backward[name]) for name, array in forward.items())


NAMES = [f"word{number}" for number in range(60)]


def random_texts(draw: random.Random) -> list[str]:
    """Texts of 3 to 40 words, some of which are much more frequent than others."""
    rarity = [1 / (number + 1) for number in range(60)]
    return [" ".join(draw.choices(NAMES, rarity, k=draw.randint(3, 40))) for _ in range(3_000)]


@pytest.mark.parametrize("few", [5_000, 0], ids=["two bytes", "four bytes"])
def test_the_best_ten_of_thousands_are_those_of_scoring_everything(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many near-equal scores, where bounds that nearly meet could lose one, in sums of either width."""
    monkeypatch.setattr(searching, "_FEW", few)
    draw = random.Random(5)
    index = index_of(random_texts(draw))
    for _ in range(60):
        clues = [Clue(term, draw.choice([0.3, 1.0]), 0.4) for term in draw.sample(NAMES, draw.randint(1, 12))]
        every = score(index, clues, everywhere(index))
        passages, scores = best(index, clues, 10)
        assert np.allclose(scores, np.sort(every)[::-1][:10], rtol=1e-12)
        assert np.array_equal(scores, every[passages])


def test_an_interrupted_question_leaves_nothing_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control-C in the chat, while scores are being added up."""
    draw = random.Random(5)
    index = index_of(random_texts(draw))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    for _ in range(20):
        with monkeypatch.context() as patched:
            patched.setattr(searching, "_SCORED_WHOLE", 0)
            patched.setattr(searching._Search, "_harvest", interrupted)
            with pytest.raises(KeyboardInterrupt):
                best(index, bm25(draw.sample(NAMES, 8)), 10)
        question = bm25(draw.sample(NAMES, 5))
        assert np.allclose(best(index, question, 10)[1], np.sort(score(index, question, everywhere(index)))[::-1][:10])
