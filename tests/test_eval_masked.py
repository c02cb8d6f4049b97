"""Masked questions never see their evidence, plain overlap is what it says, and what is said of trust adds up."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import squad

from eval import across
from eval.__main__ import main
from eval.judge import Results
from eval.masking import NEAR_DUPLICATE, Masking
from eval.metrics import auroc
from eval.part import Part, ready_for_parts
from eval.questions import MASKED, QuestionSet, from_squad, paragraph_document, with_masked
from eval.run import Choice, run
from eval.systems import OUTSIDE, system
from eval.trust import ANSWERABLE, MEASURES, WITH_MASKED, WITH_UNANSWERABLE, populations, trusted
from qa.gold import Anchor
from qa.index import Index, bm25, build, idf, top
from qa.index.count import count
from qa.index.segment import Segment
from qa.model import Document
from qa.text import content_terms, terms

WORDS = ["bridge", "granite", "river", "mill", "barley", "wheel", "ferry", "captain", "tower", "bell", "old", "new"]
sentences = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(lambda said: " ".join(said).capitalize() + ".")
texts = st.lists(st.lists(sentences, min_size=1, max_size=4).map(" ".join), min_size=2, max_size=8)


def documents_of(said: list[str]) -> tuple[Document, ...]:
    return tuple(paragraph_document(f"{number}.txt", "", text) for number, text in enumerate(said))


def triples(text: str) -> set[tuple[str, ...]]:
    said = terms(text)
    return set(zip(said, said[1:], said[2:], strict=False))


def alike(one: str, other: str) -> bool:
    """Near-duplicates from the definition."""
    left, right = triples(one), triples(other)
    return bool(left & right) and len(left & right) >= NEAR_DUPLICATE * min(len(left), len(right))


@given(texts, st.booleans())
def test_near_duplicates_share_half_of_the_shorter_ones_word_triples(said: list[str], copied: bool) -> None:
    said = [*said, f"Nothing. {said[0]}"] if copied else said
    index = build(documents_of(said))
    masking = Masking(index)
    whole = [index.passage_text(passage) for passage in range(index.passage_count)]
    for passage, text in enumerate(whole):
        expected = [other for other, compared in enumerate(whole) if alike(text, compared)]
        assert masking.near_duplicates(passage).tolist() == expected


@given(texts, st.data())
def test_what_is_left_holds_no_part_of_the_evidence_and_nothing_nearly_like_its_passage(
    said: list[str], data: st.DataObject
) -> None:
    index = build(documents_of(said))
    path = data.draw(st.sampled_from(index.paths))
    length = len(index.document(path).text)
    start = data.draw(st.integers(0, length - 1))
    anchor = Anchor(path, start, data.draw(st.integers(start + 1, length)))
    left = Masking(index).without([anchor]).live_passages(0)
    for passage, kept in enumerate(left):
        begin, end = index.passage_range(passage)
        held = [number for number in range(index.passage_count) if holds(index, number, anchor)]
        hidden = passage in held or any(
            alike(index.passage_text(number), index.passage_text(passage)) for number in held
        )
        assert kept != hidden, (begin, end)


def test_what_says_the_answer_in_other_words_is_hidden_too_and_what_says_something_else_is_not() -> None:
    documents = documents_of(
        [
            "The mill at Harlow was built in 1874 by Ada Stone, a mason from the north.",
            "Much later people said of Harlow that Ada Stone had its mill built after a flood.",
            "The mill at Harlow was sold twice, and once it burned.",
            "Ada Stone was fond of barley and kept a ferry on the river.",
        ]
    )
    index = ready_for_parts(build(documents))
    anchor = Anchor("0.txt", 0, len(documents[0].text))
    kept = Masking(index).without([anchor], "Who built the mill at Harlow?", ["Ada Stone"]).live_passages(0)
    assert kept.tolist() == [False, False, True, True]
    kept = Masking(index).without([anchor], "Who built the mill at Harlow?").live_passages(0)
    assert kept.tolist() == [False, True, True, True]  # it is the short answer that tells


def holds(index: Index, passage: int, anchor: Anchor) -> bool:
    """Whether a passage has any character of the evidence."""
    start, end = index.passage_range(passage)
    return index.path_of(passage) == anchor.path and bool(set(range(start, end)) & set(range(anchor.start, anchor.end)))


@given(texts)
def test_near_duplicates_are_found_across_segments(said: list[str]) -> None:
    documents = documents_of([*said, said[0]])
    one = build(documents)
    several = Index([Segment(count(documents[:1])), Segment(count(documents[1:]))])
    assert several.passage_count == one.passage_count
    for passage in range(one.passage_count):
        assert Masking(several).near_duplicates(passage).tolist() == Masking(one).near_duplicates(passage).tolist()


@given(texts, st.data())
def test_a_part_scores_what_is_in_it_as_the_whole_does(said: list[str], data: st.DataObject) -> None:
    index = ready_for_parts(build(documents_of(said)))
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=index.passage_count, max_size=index.passage_count)))
    asked = bm25(data.draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)))
    part, whole = (
        dict(zip(*map(np.ndarray.tolist, top(of, asked, 100)), strict=True)) for of in (Part(index, [kept]), index)
    )
    assert part == {passage: score for passage, score in whole.items() if kept[passage]}


TOPICS = {
    "Bridge": ["The old bridge was built in 1874 by Ada Stone.", "It is made of granite and has five piers."],
    "Bridge_again": ["The old bridge was built in 1874 by Ada Stone, says the plate.", "Nobody reads it."],
    "Bridge_too": ["Many people cross the old bridge in May, when the river is low and the town is full of guests."],
    "Mill": ["The mill ground barley for the brewery.", "Its wheel was made by Jonas Wheeler in 1801."],
}
ASKED = [
    ("b1", "Bridge", "Who built the old bridge?", "Ada Stone"),
    ("m1", "Mill", "Who made the wheel of the mill?", "Jonas Wheeler"),
    ("m2", "Mill", "What does a zebra eat?", None),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return squad(tmp_path / "set.json", {title: " ".join(said) for title, said in TOPICS.items()}, ASKED)


@pytest.fixture
def questions(file: Path) -> QuestionSet:
    found = from_squad(file)
    return replace(found, questions=tuple(with_masked(found.questions)))


OWN = ("fused", "bm25", "tfidf", "answer", "overlap")


def test_no_system_finds_or_quotes_what_answers_a_masked_question(questions: QuestionSet) -> None:
    by_id = {outcome.question.id: outcome for outcome in run(questions, systems=OWN)}
    assert list(by_id) == ["b1", "m1", "m2", "b1 masked", "m1 masked"]
    hidden = {"b1 masked": ("Bridge/", "Bridge_again/"), "m1 masked": ("Mill/",)}
    for name, paths in hidden.items():
        for of in OWN:
            found = by_id[name].rankings[of].labels
            assert not any(label.startswith(paths) for label in found), (name, of)
            assert any(label.startswith(paths) for label in by_id[name.split()[0]].rankings[of].labels), (name, of)
        for choice in by_id[name].choices.values():
            assert not any(quote.path.startswith(paths) for quote in choice.quotes)
    assert by_id["b1 masked"].rankings["fused"].labels[0].startswith("Bridge_too/")


def test_a_masked_question_is_one_to_refuse_and_keeps_nothing_to_be_judged_by(questions: QuestionSet) -> None:
    masked = [question for question in questions.questions if question.group == MASKED]
    assert [(question.id, question.asked_as) for question in masked] == [("b1 masked", "b1"), ("m1 masked", "m1")]
    assert not any(question.answerable or question.answers for question in masked)
    assert with_masked(questions.questions) == [*questions.questions, *masked]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_library_that_searches_everything_is_not_asked_of_a_part(
    name: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(OUTSIDE[name][1])
    for part in ("--masked", "--given-paragraph"):
        assert main(["--squad", str(file), part, "--system", name]) == 2
        assert capsys.readouterr().err == (
            f"eval: {OUTSIDE[name][1]} searches all documents: it cannot be asked of some of them only\n"
        )


def overlapping(index: Index, question: str, passages: list[int]) -> list[tuple[str, float]]:
    """Plain overlap from its definition: every sentence, and the idf of the question's terms in it over all of them."""
    wanted = content_terms(question)
    weight = {term: idf(index.passage_count, index.frequency(term)) for term in wanted}
    found = []
    for passage in passages:
        for sentence in range(*index.passage_sentences(passage)):
            start, end, _, _ = index.sentence(sentence)
            text = index.document_of(passage).text[start:end]
            held = sum(weight[term] for term in wanted if term in terms(text))
            found.append((f"{index.path_of(passage)}:{start}", held / sum(weight.values())))
    return sorted(found, key=lambda row: -round(row[1], 12))


@given(texts, st.lists(st.sampled_from([*WORDS, "zebra", "the"]), min_size=1, max_size=6).map(" ".join))
@settings(max_examples=40)
def test_plain_overlap_is_that_of_its_definition(said: list[str], question: str) -> None:
    index = build(documents_of(said))
    passages = [int(passage) for passage in top(index, bm25(content_terms(question)), 50)[0]]
    selection = system("overlap")(index, question, 50).selection
    assert selection is not None
    expected = overlapping(index, question, passages)
    assert [f"{quote.path}:{quote.start}" for quote in selection.quotes] == [place for place, _ in expected[:10]]
    assert [quote.confidence for quote in selection.quotes] == pytest.approx([share for _, share in expected[:10]])
    assert selection.confidence == pytest.approx(expected[0][1] if expected else 0.0)
    assert selection.answered == bool(expected)


def test_plain_overlap_quotes_no_heading() -> None:
    text = "The old bridge\n\nThe old one was built of granite."
    document = paragraph_document("a.txt", "", text)
    heading, body = (replace(document.blocks[0], start=at, end=end) for at, end in ((0, 14), (16, len(text))))
    document = replace(document, blocks=(replace(heading, kind="heading", level=1), body))
    selection = system("overlap")(build([document]), "the old bridge", 5).selection
    assert selection is not None
    assert [quote.text for quote in selection.quotes] == ["The old one was built of granite."]


@pytest.fixture
def results(questions: QuestionSet) -> Results:
    """Those five questions, with choices made up: confidence, answered, and whether the first quote answers."""
    made = {
        "b1": (0.9, True, True),
        "m1": (0.4, True, False),
        "m2": (0.2, False, False),
        "b1 masked": (0.6, True, False),
        "m1 masked": (0.1, False, False),
    }
    return Results(
        [replace(outcome, choices={"fused": choice(*made[outcome.question.id])}) for outcome in run(questions)]
    )


def choice(confidence: float, answered: bool, right: bool) -> Choice:
    return Choice((), (frozenset({Anchor("x", 0, 1)}),) if right else (frozenset(),), confidence, answered)


def test_the_figures_of_trust_are_those_counted_by_hand(results: Results) -> None:
    found = {(row.population, row.measure): row for row in trusted(results)}
    masked = {measure: found[WITH_MASKED, measure].figure for measure in MEASURES}
    assert masked == pytest.approx(
        {
            "AUROC": 3 / 4,  # 0.9 above both, 0.4 above one
            "refused": 1 / 2,
            "balanced error": (0 + 1 / 2) / 2,
            "coverage": 3 / 4,
            "risk": 2 / 3,
            "AURC": (0 + 1 / 2 + 2 / 3 + 3 / 4) / 4,
            "ECE": (0.1 + 0.4 + 0.6 + 0.1) / 4,
            "Brier": (0.1**2 + 0.4**2 + 0.6**2 + 0.1**2) / 4,
        }
    )
    assert found[WITH_UNANSWERABLE, "risk"].figure == 1 / 2
    assert found[WITH_UNANSWERABLE, "AUROC"].figure == 1.0
    assert found[ANSWERABLE, "coverage"].figure == 1.0
    assert (ANSWERABLE, "AUROC") not in found
    assert {row.questions for row in trusted(results) if row.population == WITH_MASKED} == {4}


def test_masked_questions_are_judged_apart_from_those_that_nothing_answers(results: Results) -> None:
    ids = np.array([outcome.question.id for outcome in results.outcomes])
    found = {name: ids[mask].tolist() for name, mask in populations(results).items()}
    assert found == {
        ANSWERABLE: ["b1", "m1"],
        WITH_UNANSWERABLE: ["b1", "m1", "m2"],
        WITH_MASKED: ["b1", "m1", "b1 masked", "m1 masked"],
    }


def test_a_question_and_its_masked_twin_are_drawn_together(results: Results) -> None:
    """Drawn together, as many are answerable as are not, so coverage lies between that of either pair."""
    [coverage] = [row for row in trusted(results) if (row.population, row.measure) == (WITH_MASKED, "coverage")]
    assert coverage.interval is not None
    assert (coverage.interval.low, coverage.interval.high) == (0.5, 1.0)


def test_the_report_says_how_far_masked_questions_are_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--squad", str(file), "--masked", "--system", "fused", "--system", "overlap"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("set.json: 4 documents, 5 questions\n")
    for head in ("answerable alone: 2 questions", "with unanswerable: 3 questions", "with masked: 4 questions"):
        assert head in out
    for row in (r"AUROC", r"risk", r"AURC"):
        assert row in out.split("with masked: 4")[1]
    assert "to be refused, all" not in out  # masked ones and the set's own are not counted together


def test_one_masked_question_is_shown_with_what_was_found_instead(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--squad", str(file), "--masked", "--show", "b1 masked"]) == 0
    assert capsys.readouterr().out.startswith("b1 masked [masked] Who built the old bridge?\n")


def test_several_sets_are_reported_in_one_table(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = file.parent / "gold.jsonl"
    asked = {"question": "What does a zebra eat?", "kind": "off-topic", "paraphrase": False, "evidence": []}
    gold.write_text("".join(json.dumps({**asked, "id": split, "split": split}) + "\n" for split in ("tune", "test")))
    assert across.main(["--squad", str(file), "--gold", str(gold)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("the cut that ships: 0.")
    assert [line.split()[0] for line in lines[2:]] == ["set.json", "with", "with", "gold.jsonl"]
    assert lines[-1].split()[1:4] == ["with", "unanswerable", "1"]  # the half that may be tuned on is not asked


def test_a_wrong_set_among_several_is_one_line_and_2(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert across.main(["--squad", str(file), "--squad", "nowhere.json"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err.startswith("eval.across: nowhere.json: ")) == ("", 1, True)
    with pytest.raises(SystemExit) as stopped:
        across.main([])
    assert stopped.value.code == 2


def test_confidence_is_learned_from_questions_with_and_without_their_answer(questions: QuestionSet) -> None:
    from eval.train import confidence_examples
    from qa.extract.model import model

    own = replace(questions, questions=tuple(q for q in questions.questions if not q.masked))
    examples = confidence_examples(own, [], model().sentence)
    assert examples.lacking.tolist() == ["", MASKED, "", MASKED]
    assert examples.answerable.tolist() == [True, False, True, False]  # nothing is found for the zebra
    assert not examples.right[~examples.answerable].any()
    sure = np.array([model().probability(signs) for signs in examples.signs])
    assert auroc(sure, examples.answerable) == 1.0


def test_confidence_is_learned_from_questions_about_other_documents_too(questions: QuestionSet) -> None:
    from eval.train import confidence_examples, cross_validated, strangers_to
    from qa.extract.model import model

    other = replace(questions.questions[0], text="Who painted the old bridge?", source="Ferry")
    strangers = strangers_to([questions, replace(questions, questions=(other,))], 0)
    assert strangers == [other]
    own = replace(questions, questions=tuple(q for q in questions.questions if not q.masked))
    examples = confidence_examples(own, strangers, model().sentence)
    assert (examples.lacking[-1], bool(examples.right[-1]), bool(examples.answerable[-1])) == ("stranger", False, False)
    assert examples.shares.sum() == pytest.approx(1.15)  # what its questions and the others weigh together
    (line,) = cross_validated([examples], ["set"])
    assert line.startswith("set  AUROC masked ")


def test_confidence_is_judged_on_documents_that_it_was_not_learned_from() -> None:
    """Of signs that mean nothing something is always learned by heart, and is worth nothing elsewhere."""
    from eval.train import Examples, _logistic, _probabilities, cross_validated
    from qa.extract.confidence import CONFIDENCE_FEATURES

    draw = np.random.default_rng(1)
    right = draw.random(60) < 0.5
    signs = draw.normal(size=(60, len(CONFIDENCE_FEATURES)))
    sources = np.array([f"{number}.txt" for number in range(60)])
    examples = Examples(signs, right, np.where(right, "", MASKED), sources)
    by_heart = auroc(_probabilities(examples, *_logistic([examples])), right)
    (line,) = cross_validated([examples], ["noise"])
    assert float(line.split()[3]) < 0.6 < 0.7 < by_heart


def test_the_chosen_sentence_is_quoted_alone_by_the_system_of_that_name(tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    text = "The old bridge was built of granite. It was built in 1874 by Ada Stone."
    answer = {"text": "Ada Stone", "answer_start": text.index("Ada")}
    asked = {"id": "b", "question": "Who built the bridge in 1874?", "answers": [answer]}
    paragraph = {"context": text, "qas": [asked]}
    file.write_text(json.dumps({"data": [{"title": "Bridge", "paragraphs": [paragraph]}]}))
    (outcome,) = run(from_squad(file), systems=["answer", "sentence"])
    assert outcome.choices["answer"].quotes[0].text == text
    assert outcome.choices["sentence"].quotes[0].text == "It was built in 1874 by Ada Stone."


def test_the_cut_errs_least_on_both_sides_of_every_set_alike() -> None:
    from eval.train import best_cut

    there = np.array([True, True, False, False])
    cleanly = np.array([0.9, 0.61, 0.4, 0.1])  # any cut from 0.41 to 0.61
    higher = np.array([0.9, 0.8, 0.52, 0.1])  # any from 0.53 to 0.80
    assert 0.4 < best_cut([(cleanly, there)]) <= 0.61
    assert 0.52 < best_cut([(cleanly, there), (higher, there)]) <= 0.61
    once = np.array([0.9, 0.9, *[0.1] * 998, 0.4, 0.4])  # to refuse these two as well would gain 0.001
    assert best_cut([(once, np.arange(len(once)) < 2)]) == 0.11
