"""What confidence is judged by, and what a quote takes in: each sign moves for the reason that it has its name for."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.questions import paragraph_document
from qa.extract import Rated, rate
from qa.extract.choose import quoted
from qa.extract.confidence import CONFIDENCE_FEATURES, chances, confidence_signs
from qa.extract.features import rows
from qa.extract.model import model
from qa.index import Index, build
from qa.model import Block
from qa.query import query
from qa.retrieve import SIGNALS, retrieve

MILL = "The mill at Harlow was built by Ada Stone. It was never sold. In 1901 it burned."
FERRY = "The ferry of Captain Bell crossed the river twice a day."


@pytest.fixture(scope="module")
def index() -> Index:
    return build([paragraph_document("mill.txt", "", MILL), paragraph_document("ferry.txt", "", FERRY)])


def signs_of(index: Index, question: str) -> dict[str, float]:
    asked = query(index, question)
    found = retrieve(index, asked)
    seen = rows(index, asked, found)
    scores = model().scores(seen.values)
    order = np.argsort(-scores, kind="stable")
    return dict(zip(CONFIDENCE_FEATURES, confidence_signs(asked, seen, scores, order, found).tolist(), strict=True))


@pytest.mark.parametrize(
    ("sign", "less", "more"),
    [
        ("terms", "Who built the mill?", "Who built the mill at Harlow?"),
        ("unknown", "Who built the mill at Harlow?", "Who built the zeppelin at Harlow?"),
        ("missing", "Who built the mill at Harlow?", "Who built the ferry at Harlow?"),
        ("heaviest", "Who built the mill at Harlow?", "Who built the zeppelin at Harlow?"),
        ("absent", "Was the mill at Harlow sold?", "Was the mill at Harlow painted?"),
        ("names", "Who built the mill at Harlow?", "Who built the mill at Epping?"),
        ("denied", "Who built the mill at Harlow?", "Who did not build the mill at Harlow?"),
        ("score", "Who built the zeppelin at Epping?", "Who built the mill at Harlow?"),
        ("mistype", "Who built the mill at Harlow?", "When did Ada Stone build the mill?"),
        ("ready", "Who sold it never?", "Who built the mill at Harlow?"),
    ],
)
def test_a_sign_is_greater_where_there_is_more_of_what_it_is_named_for(
    index: Index, sign: str, less: str, more: str
) -> None:
    assert signs_of(index, less)[sign] < signs_of(index, more)[sign]


@pytest.mark.parametrize("signal", ["meaning", "covered"])
def test_it_is_told_how_far_the_passage_is_behind_another(index: Index, signal: str) -> None:
    asked = query(index, "Who built the mill, and whose ferry crossed the river?")
    found = retrieve(index, asked)
    seen = rows(index, asked, found)
    order = np.argsort(-model().scores(seen.values), kind="stable")
    signals = found.signals.copy()
    signals[:, SIGNALS.index(signal)] = np.where(found.passages == seen.passages[order[0]], 0.4, 0.7)
    behind = confidence_signs(asked, seen, model().scores(seen.values), order, replace(found, signals=signals))
    assert len(found.passages) == 2
    assert behind[CONFIDENCE_FEATURES.index(signal)] == pytest.approx(0.3)


def test_a_sentence_that_denies_something_may_answer_what_was_denied(index: Index) -> None:
    assert signs_of(index, "What was never sold?")["denied"] == 0
    assert signs_of(index, "Why did the mill fail?")["denied"] == 0  # it is no denial to ask for a failure
    assert signs_of(index, "Who built mill no. 5 at Harlow?")["denied"] == 0
    assert signs_of(index, "Who didn't build the mill at Harlow?")["denied"] == 1


def test_patterns_of_english_words_and_names_are_for_english_questions() -> None:
    german = "Die alte Mühle steht am Fluss und wurde von einem Müller aus dem Norden gebaut, der auch das Haus baute."
    index = build([paragraph_document("m.txt", "", german)])
    signs = signs_of(index, "Wer war no Zeppelin der Mühle?")
    assert (signs["denied"], signs["names"], signs["ready"]) == (0, 0, 0)


def test_signs_far_beyond_all_that_were_learned_from_make_a_probability_still() -> None:
    """A question of thousands of words is missing thousands; numpy would warn of what it cannot raise e to."""
    far = -1e6 * np.sign(model().confidence)
    assert 0 <= model().probability(far) < 1e-9
    assert model().probability(-far) == 1


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20))
def test_chances_sum_to_1_and_fall_in_order(values: list[float]) -> None:
    scores = np.array(values)
    found = chances(scores, np.argsort(-scores, kind="stable"))
    assert found.sum() == pytest.approx(1)
    assert (np.diff(found) <= 0).all()


def rated_by(index: Index, question: str, **higher: float) -> Rated:
    """Sentences that begin with some words have such scores, others 0."""
    asked = query(index, question)
    found = rate(index, asked, retrieve(index, asked), k=1)
    assert found is not None
    texts = found.rows.texts
    scores = np.array([next((v for k, v in higher.items() if text.startswith(k)), 0.0) for text in texts])
    return replace(found, scores=scores, order=np.argsort(-scores, kind="stable"), repeated={})


def texts_of(index: Index, rated: Rated) -> list[str]:
    """What is quoted, best first."""
    made = quoted(index, rated)
    return [index.document_of(int(rated.rows.passages[row])).text[slice(*place)] for row, place in made]


def ranges_of(index: Index, question: str, **higher: float) -> list[str]:
    """What is quoted when sentences that begin with some words have such scores, others 0."""
    return texts_of(index, rated_by(index, question, **higher))


ROADS = "Roads were bad. Carts sank in the mud. Horses drowned. Bridges fell too. Nobody came."


def test_neighbours_that_may_well_answer_are_quoted_too() -> None:
    index = build([paragraph_document("roads.txt", "", ROADS)])
    first, *_ = ranges_of(index, "Why were roads bad?", Horses=5.0, Carts=-9.0, Bridges=4.5)
    assert first == "Horses drowned. Bridges fell too."
    first, *_ = ranges_of(index, "Why were roads bad?", Horses=5.0, Carts=4.0, Bridges=4.5)
    assert first == "Carts sank in the mud. Horses drowned. Bridges fell too."
    assert ranges_of(index, "Why were roads bad?", Horses=9.0, Carts=3.0)[0] == "Horses drowned."  # hardly a rival
    assert ranges_of(index, "Why were roads bad?", Horses=5.0, Roads=4.9)[0] == "Horses drowned."  # no neighbour


def test_of_two_neighbours_that_make_a_quote_too_long_the_likelier_is_taken_in() -> None:
    carts, bridges = (f"{name} {'often ' * 30}fell." for name in ("Carts", "Bridges"))
    index = build([paragraph_document("roads.txt", "", f"{carts} Horses drowned. {bridges}")])
    assert (
        ranges_of(index, "Why did carts fall?", Horses=5.0, Carts=4.0, Bridges=4.5)[0] == f"Horses drowned. {bridges}"
    )
    assert ranges_of(index, "Why did carts fall?", Horses=5.0, Carts=4.5, Bridges=4.0)[0] == f"{carts} Horses drowned."


def test_a_quote_that_would_run_long_stays_one_sentence() -> None:
    long = "Carts " + "and more carts " * 20 + "sank."
    index = build([paragraph_document("roads.txt", "", f"Roads were bad. {long} Horses drowned.")])
    first, *_ = ranges_of(index, "Why were roads bad?", Horses=5.0, Carts=4.9)
    assert first == "Horses drowned."


def test_a_quote_does_not_reach_into_another_paragraph() -> None:
    index = build([paragraph_document("roads.txt", "", "Roads were bad.\n\nCarts sank in the mud. Horses drowned.")])
    assert ranges_of(index, "Why were roads bad?", Roads=5.0, Carts=4.9)[0] == "Roads were bad."
    assert ranges_of(index, "Why were roads bad?", Carts=5.0, Roads=4.9)[0] == "Carts sank in the mud."
    # the likelier neighbour stands in another paragraph, the other may well answer
    both = ranges_of(index, "Why were roads bad?", Carts=5.0, Roads=4.9, Horses=4.8)
    assert both == ["Carts sank in the mud. Horses drowned.", "Roads were bad."]


@pytest.mark.parametrize(
    ("words", "lead", "joined"), [(4, 3.8, True), (4, 4.2, False), (20, 2.3, True), (20, 2.6, False)]
)
def test_a_neighbour_is_taken_in_where_it_is_worth_its_words(words: int, lead: float, joined: bool) -> None:
    """Of two sentences, one that is x behind has a chance of 1 / (1 + exp(x)); it takes 0.004 a word."""
    text = f"Roads were bad. Carts {'often ' * (words - 2)}sank."
    index = build([paragraph_document("roads.txt", "", text)])
    assert (ranges_of(index, "Why were roads bad?", Roads=lead)[0] == text) is joined


def test_what_stands_elsewhere_too_takes_no_neighbour_in() -> None:
    """`also_in` says that the quote stands in other documents; of the neighbour nobody knows that."""
    index = build([paragraph_document("roads.txt", "", ROADS)])
    rated = rated_by(index, "Why were roads bad?", Horses=5.0, Bridges=4.9)
    first = int(rated.order[0])
    assert texts_of(index, replace(rated, repeated={first: []}))[0] == "Horses drowned."


def test_a_lead_in_keeps_its_list_and_a_row_stands_alone() -> None:
    text = "The tool is easy to install. You can install it so:"
    blocks = (Block(0, len(text), "paragraph"), Block(len(text) + 1, len(text) + 15, "item"))
    document = replace(paragraph_document("tool.txt", "", f"{text}\nclone it first"), blocks=blocks)
    first, *_ = ranges_of(build([document]), "How do I install the tool?", The=5.0, You=4.9)
    assert first == "The tool is easy to install."
    rows = (Block(0, 9, "row"), Block(10, 19, "row"))
    document = replace(paragraph_document("t.txt", "", "mill 1874\nmill 1901"), blocks=rows)
    assert ranges_of(build([document]), "When was the mill built?") == ["mill 1874", "mill 1901"]


def test_what_points_back_to_what_is_quoted_is_quoted_alone() -> None:
    index = build([paragraph_document("roads.txt", "", "Roads were bad. Bridges fell. They were never mended.")])
    quotes = ranges_of(index, "Why were roads bad?", Roads=13.0, Bridges=5.0, They=1.0)
    assert quotes == ["Roads were bad.", "Bridges fell.", "They were never mended."]


@given(st.lists(st.floats(0, 6), min_size=5, max_size=5))
def test_quotes_never_overlap_and_leave_no_sentence_out(values: list[float]) -> None:
    index = build([paragraph_document("roads.txt", "", ROADS)])
    names = ("Roads", "Carts", "Horses", "Bridges", "Nobody")
    made = ranges_of(index, "Why were roads bad?", **dict(zip(names, values, strict=True)))
    assert sorted(" ".join(made).split()) == sorted(ROADS.split())
