"""Passages: whole sentences, of a good size, under one heading, everything once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.chunk import MAX_WORDS, passages
from qa.load.plain import parse
from qa.model import Block, Document


def document(text: str, blocks: tuple[Block, ...]) -> Document:
    return Document("a.txt", text, "A", "text", "", blocks)


def joined(*parts: tuple[str, str, int]) -> Document:
    """A document of (kind, text, level) blocks."""
    text, blocks = "", []
    for kind, body, level in parts:
        start = len(text) + (2 if text else 0)
        text = f"{text}\n\n{body}" if text else body
        blocks.append(Block(start, start + len(body), kind, level))  # type: ignore[arg-type]
    return document(text, tuple(blocks))


def texts(made: Document) -> list[str]:
    return [made.text[passage.start : passage.end] for passage in passages(made)]


def words(count: int, name: str = "word") -> str:
    return " ".join([name.capitalize(), *[name] * (count - 2), f"{name}."])


def test_a_heading_begins_a_passage_and_takes_its_parents_along() -> None:
    made = joined(
        ("heading", "Top", 1),
        ("heading", "Sub", 2),
        ("paragraph", "One.", 0),
        ("heading", "Next", 2),
        ("paragraph", "Two.", 0),
    )
    assert texts(made) == ["Top\n\nSub\n\nOne.", "Next\n\nTwo."]


def test_short_paragraphs_stay_together_and_long_ones_apart() -> None:
    made = joined(("paragraph", words(90, "a"), 0), ("paragraph", words(20, "b"), 0), ("paragraph", words(90, "c"), 0))
    assert [len(text.split()) for text in texts(made)] == [110, 90]


def test_a_list_stays_with_the_line_that_introduces_it() -> None:
    made = joined(
        ("paragraph", words(158, "a"), 0),
        ("paragraph", "There are two:", 0),
        ("item", "Alto.", 1),
        ("item", "Pilot.", 1),
    )
    assert texts(made)[-1].startswith("There are two:\n\nAlto.")


def test_a_long_paragraph_is_cut_into_even_parts_at_sentence_ends() -> None:
    made = joined(("paragraph", " ".join(words(10) for _ in range(20)), 0))
    sizes = [len(text.split()) for text in texts(made)]
    assert sizes == [100, 100]


def test_a_paragraph_without_spaces_is_cut_into_passages_too() -> None:
    made = joined(("paragraph", ("橋" * 19 + "。") * 50, 0))
    assert [len(text) for text in texts(made)] == [260, 260, 260, 220]


def test_a_sentence_longer_than_a_passage_is_one_passage() -> None:
    made = joined(("paragraph", words(MAX_WORDS * 2), 0))
    assert len(passages(made)) == 1


def test_text_without_sentence_ends_is_cut_at_lines() -> None:
    line = "x" * 99
    made = joined(("paragraph", "\n".join([line] * 100), 0))
    assert all(len(sentence) <= 2000 and set(sentence.split("\n")) == {line} for sentence in sentence_texts(made))


def sentence_texts(made: Document) -> list[str]:
    return [made.text[s.start : s.end] for passage in passages(made) for s in passage.sentences]


@pytest.mark.usefixtures("no_hang")
def test_a_list_without_headings_takes_time_in_proportion() -> None:
    made = document("x\n" * 200_000, tuple(Block(2 * at, 2 * at + 1, "code") for at in range(200_000)))
    assert sum(len(passage.sentences) for passage in passages(made)) == 200_000


@given(st.text(alphabet="ab .:\n-#*1\t\r\x0b\u2028é。橋ก", max_size=600))
def test_passages_cover_every_character_once_in_order_and_never_cut_a_sentence(text: str) -> None:
    parsed = parse(text)
    made = passages(document(parsed.text, parsed.blocks))
    covered = [place for passage in made for s in passage.sentences for place in range(s.start, s.end)]
    assert covered == sorted(set(covered))
    assert {place for place, char in enumerate(parsed.text) if not char.isspace()} <= set(covered)
    assert all(
        passage.start == passage.sentences[0].start and passage.end == passage.sentences[-1].end for passage in made
    )


def test_a_row_of_values_is_one_sentence_and_one_with_text_is_cut_in_its_cells() -> None:
    values = "\t".join(f"value {number} of the row" for number in range(40))
    text = "Kelso\t" + words(60, "one") + " " + words(60, "two") + "\tno"
    made = joined(("row", values, 0), ("row", text, 0))
    sentences = [sentence for passage in passages(made) for sentence in passage.sentences]
    assert made.text[sentences[0].start : sentences[0].end] == values
    assert len(sentences) == 5


def test_a_term_stays_with_the_first_sentence_of_what_it_means() -> None:
    made = joined(("item", "run (…)\nstop (…)\nIt runs. Then it stops.", 1))
    assert [made.text[s.start : s.end] for p in passages(made) for s in p.sentences] == [
        "run (…)\nstop (…)\nIt runs.",
        "Then it stops.",
    ]
