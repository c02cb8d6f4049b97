"""Sentences that many documents repeat are quoted once, and nothing that says something else is hidden by that."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.extract.repeats import repeats, wording

PORT = "The default port is 8080 on every host."


def write(folder: Path, sentences: dict[str, str]) -> Path:
    for name, sentence in sentences.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# Manual\n\n{sentence}\n")
    return folder


def test_versions_of_a_manual_are_answered_once_with_where_else_it_stands(tmp_path: Path) -> None:
    versions = {f"v{number}/manual.md": PORT for number in range(1, 6)}
    write(
        tmp_path, {**versions, "other.md": "The admin port is 9090 on every host.", "far.md": "Herons stand in weirs."}
    )
    reply = qa.answer("What is the default port?", corpus=tmp_path)
    first = reply.quotes[0]
    assert sorted([first.path, *first.also_in]) == sorted(versions)
    assert [quote.text for quote in reply.quotes + reply.nearest] == [PORT, "The admin port is 9090 on every host."]
    assert reply.to_dict()["quotes"][0]["also_in"] == list(first.also_in)


def test_copies_are_no_rivals_of_what_they_repeat(tmp_path: Path) -> None:
    question = "What is the default port?"
    other = {"other.md": "The admin port is 9090 on every host."}
    copies = {f"v{number}.md": PORT for number in range(1, 4)}
    alone = qa.answer(question, corpus=write(tmp_path / "one", {"v1.md": PORT, **other}))
    several = qa.answer(question, corpus=write(tmp_path / "many", {**copies, **other}))
    assert several.confidence > 0.8 * alone.confidence


def test_a_sentence_that_needs_those_beside_it_repeats_another_only_with_them(tmp_path: Path) -> None:
    built, needs = "It was built in the year 1874 by Ada Stone.", "The mill needs all of these parts:\n\n- {}\n- a weir"
    write(tmp_path, {"a.md": f"The old bridge is of granite. {built}", "b.md": f"The new mill is of oak. {built}"})
    write(tmp_path, {"c.md": needs.format("a wheel"), "d.md": needs.format("a sail"), "e.md": needs.format("a wheel")})
    replies = [
        qa.answer(question, corpus=tmp_path, k=9)
        for question in ("What did Ada Stone build?", "What does the mill need?")
    ]
    built_by, needed = ([(quote.path, quote.also_in) for quote in reply.quotes + reply.nearest] for reply in replies)
    assert {("a.md", ()), ("b.md", ())} <= set(built_by)
    assert {("c.md", ("e.md",)), ("d.md", ())} <= set(needed)


@pytest.mark.parametrize(
    "other",
    [
        "In this release, the default port is 8080 on every host.",
        "the DEFAULT ports were 8080, on every host",
        "The default port\nis *8080* on every host!",
    ],
)
def test_what_differs_in_form_alone_is_a_repeat(other: str) -> None:
    assert repeats(wording(PORT), wording(other))


@pytest.mark.parametrize(
    "other",
    [
        "The default port is not 8080 on every host.",
        "The default port is only 8080 on every host.",
        "The default port isn't 8080 on every host.",
        "The default port is 8081 on every host.",
        "The default port of Xen is 8080 on every host.",
        "The default port is 8080 on every host with 2 cards.",
        "The host port is 8080 on every default.",
        "The default port is 8080 on every host, or so it has been claimed by people of great wisdom.",
        "The default port is 8080 on no host.",
        "",
        "8080.",
    ],
)
def test_what_says_more_or_other_is_none(other: str) -> None:
    assert not repeats(wording(PORT), wording(other))


@pytest.mark.parametrize("sentence", ["Default: 8080.", "8080", "See above."])
def test_what_depends_on_what_stands_above_it_repeats_nothing(sentence: str) -> None:
    assert not repeats(wording(sentence), wording(sentence))


WORDS = ["the", "heron", "Xen", "1874", "not", "is", "built", "weir", "only", "of", "unless", "granite", "a"]
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


@given(SENTENCES, SENTENCES)
def test_repeating_goes_both_ways_and_holds_numbers_names_and_limits(one: str, other: str) -> None:
    assert repeats(wording(one), wording(other)) == repeats(wording(other), wording(one))
    if repeats(wording(one), wording(other)):
        for word in ("Xen", "1874", "not", "only", "unless"):
            assert one.split().count(word) == other.split().count(word)


def test_no_quote_repeats_another(bundled: qa.Library) -> None:
    for question in ("What is a unikernel?", "Who wrote MirageOS?", "What is Jitsu?"):
        reply = bundled.answer(question, k=9)
        said = [wording(quote.text) for quote in reply.quotes + reply.nearest]
        assert not any(repeats(one, other) for at, one in enumerate(said) for other in said[:at])


def test_a_sentence_that_denies_in_another_language_is_no_repeat() -> None:
    for said, denied in (
        ("Порт сервера равен 8080.", "Порт сервера не равен 8080."),
        ("Der Port des Servers ist 8080.", "Der Port des Servers ist nicht 8080."),
        ("默认的端口是八千零八十。", "默认的端口不是八千零八十。"),
    ):
        assert repeats(wording(said), wording(said))
        assert not repeats(wording(said), wording(denied))


def test_how_sure_the_first_quote_is_does_not_depend_on_how_many_are_asked_for(tmp_path: Path) -> None:
    """All of the sentences stand in three files; each copy that were taken for a rival would cost confidence."""
    said = ["The mill burned.", "The mill was sold in 1901.", "The mill ground barley.", "The mill stood at Harlow."]
    write(tmp_path, {f"{number}/{version}.md": one for number, one in enumerate(said) for version in "abc"})
    with qa.open(tmp_path) as library:
        sure = {library.answer("What of the mill?", k=k).confidence for k in (1, 2, 3, 8)}
    assert len(sure) == 1
