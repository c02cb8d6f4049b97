"""What a question may hold beside its words: filters, phrases, misspelt words, acronyms."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qa
from eval.questions import paragraph_document
from qa.index import Index, build
from qa.index.count import count
from qa.index.segment import Segment
from qa.library import Library
from qa.present import text
from qa.query import query
from qa.retrieve import retrieve
from qa.spelling import meant

FILES = {
    "log/2023/may.md": "# The mill in May\n\nThe mill ground barley.\n\nThe heron left the weir in the morning.\n",
    "log/2024/may.md": "# The weir in May\n\nThe weir was closed. A heron was seen at the mill.\n",
    "log/2024-old.txt": "The heron stood at the old mill.\n",
    "letters/a b.md": "# Ada's letter\n\nThe heron of the mill was grey, and the weir full.\n",
    "acts.txt": "A library operating system (libOS) is linked with the program.\n\nThe libOS was small and quick.\n\n"
    "The supervisor of an operating system guards the memory.\n\nUnikernels were built by Ada Stone in 1974.\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    root = tmp_path_factory.mktemp("filters")
    for name, body in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(body, encoding="utf-8")
    return qa.open(root)


LOG_23, LOG_24, OLD, LETTER = "log/2023/may.md", "log/2024/may.md", "log/2024-old.txt", "letters/a b.md"
FOUND = {
    "heron": {LOG_23, LOG_24, OLD, LETTER},
    "heron in:log": {LOG_23, LOG_24, OLD},
    "heron in:./log/2024/": {LOG_24},  # not 2024-old.txt: a folder ends where its name ends
    "heron in:log/2024*": {LOG_24, OLD},
    "heron in:MAY.md": {LOG_23, LOG_24},
    "heron in:*.txt in:letters": {OLD, LETTER},
    'heron in:"letters/a b.md"': {LETTER},
    "heron title:weirs": {LOG_24},  # matched as everything is: without case, stemmed
    'heron title:"may mill"': {LOG_23},
    "heron title:may title:mill": {LOG_23},
    "heron title:may in:log/2024": {LOG_24},
    "heron title:ada in:log": set(),
    '"the mill"': {LOG_24, LETTER, LOG_23},  # "the old mill" is another
    '"heron left the weir"': {LOG_23},
    '"barley the heron"': set(),  # one sentence ends and another begins
    '"of the mill" "was grey"': {LETTER},
    "heron -old": {LOG_23, LOG_24, LETTER},
    'heron -old -"of the mill"': {LOG_23, LOG_24},
    "in:log/2024": {LOG_24},
    "-heron in:log": set(),
    "?": set(),
}


@pytest.mark.parametrize("typed", FOUND)
def test_a_search_finds_what_passes_its_filters(library: Library, typed: str) -> None:
    assert {hit.path for hit in library.search(typed)} == FOUND[typed]


def test_filters_alone_list_what_passes_them_in_order(library: Library) -> None:
    hits = library.search("in:log -zebra", k=2)
    assert [(hit.path, hit.score) for hit in hits] == [(LOG_23, 0.0), (OLD, 0.0)]


@pytest.mark.parametrize(
    ("question", "paths"),
    [
        ("Where was the heron in:log/2024", {LOG_24}),
        ('Where was the heron? in:"letters/a b.md"', {LETTER}),
        ("Where was the heron title:mill -weir", {LOG_23}),  # -word means nothing here
        ("Where was the heron title:ada in:log", set()),
    ],
)
def test_an_answer_comes_from_what_passes_the_filters(library: Library, question: str, paths: set[str]) -> None:
    reply = library.answer(question)
    assert {quote.path for quote in reply.quotes + reply.nearest} == paths
    assert reply.standalone == question


@pytest.mark.parametrize("ask", [Library.answer, Library.search])
@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("heron in:nowhere", "in:nowhere: no such"),
        ("heron in:log in:mayo.md", "in:mayo.md"),
        ("in:[ heron", r"in:\[: no such"),
        ("title:owl x", "title:owl"),
    ],
)
def test_a_filter_that_no_document_passes_is_named(
    library: Library, ask: Callable[[Library, str], object], typed: str, named: str
) -> None:
    with pytest.raises(qa.QuestionError, match=named):
        ask(library, typed)


def test_nothing_but_filters_is_no_question(library: Library) -> None:
    with pytest.raises(qa.QuestionError, match="in:log title:may: these are filters"):
        library.answer(" in:log title:may ")


@pytest.mark.parametrize("typed", ["in:log " * 20_000, f"heron in:{'n' * 20_000}", f"heron title:{'n' * 20_000}"])
def test_what_is_wrong_with_a_long_question_is_said_in_a_short_line(library: Library, typed: str) -> None:
    with pytest.raises(qa.QuestionError) as error:
        library.answer(typed)
    assert len(str(error.value)) < 180


def test_a_bracket_that_is_never_closed_is_a_character_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "[").mkdir()
    (tmp_path / "[" / "may.md").write_text("The heron left.\n")
    (tmp_path / "[old.md").write_text("The heron came.\n")
    library = qa.open(tmp_path)
    found = {typed: {hit.path for hit in library.search(f"heron in:{typed}")} for typed in ("[", "[old.md", "[o*")}
    assert found == {"[": {"[/may.md"}, "[old.md": {"[old.md"}, "[o*": {"[old.md"}}


def test_a_follow_up_keeps_its_own_filters_and_no_others(library: Library) -> None:
    first = library.answer("Where was the heron? in:letters")
    assert library.answer("And the mill? in:log", history=[first]).standalone == "Where was the mill? in:log"
    assert library.answer("And the mill?", history=[first]).standalone == "Where was the mill?"


def test_a_quoted_phrase_is_a_bonus_to_a_question() -> None:
    """Both hold the words: "noted boot" stands in the first only, and weighs less once "boot time" is asked for."""
    bodies = ["They noted boot by boot the time.", "The boot time was noted by all of them."]
    index = build([paragraph_document(f"{name}.txt", "t", body) for name, body in zip("ab", bodies, strict=True)])
    assert best(index, "noted boot time") == "a.txt"
    assert best(index, 'noted "boot time"') == best(index, "noted “boot time”") == "b.txt"


def best(index: Index, question: str) -> str:
    return index.path_of(int(retrieve(index, query(index, question)).passages[0]))


def test_a_misspelt_word_is_read_as_one_of_the_documents_and_the_answer_says_so(library: Library) -> None:
    reply = library.answer("Who built the unikernals in:acts.txt", k=1)
    assert text(reply) == (
        "(read 'unikernals' as 'Unikernels')\n\n"
        " 1  Unikernels were built by Ada Stone in 1974.\n"
        f"    acts.txt:7 · acts · {text(reply).rpartition(' · ')[2]}"
    )
    assert reply.to_dict()["read_as"] == [{"word": "unikernals", "as": "Unikernels"}]
    assert (reply.missing, reply.answered, reply.quotes[0].answer) == ((), True, "Ada Stone")
    assert reply.confidence < library.answer("Who built the unikernels in:acts.txt").confidence
    assert library.read_as("herom -barly") == (("herom", "heron"),)


VOCABULARY = """heron herons granite weir Docker docker Oxfam families failed family open fixed reformulated imported
important libraries Zürich TFEU accommodation accommodations virtualization"""
READ = {
    "heorn": "heron",  # two swapped
    "gramite": "granite",  # another letter
    "granitte": "granite",  # one more
    "Zurrich": "Zürich",  # accents are none of its letters
    "Dcoker": "Docker",  # as it is written: a name
    "dcoker": "docker",
    "TEFU": "TFEU",
    "familes": "families",  # and not "failed", though "failes" would be one letter less
    "improtant": "important",  # and not "imported", which has the same stem
    "reformilate": "reformulated",  # two edits, of which one is a stem's
    "virtualizaton": "virtualization",  # one edit, far from the stem "virtual"
    "acomodation": "accommodation",
    "Oxford": None,  # three edits from Oxfam
    "OPEC": None,  # a name is no misspelt "open"
    "fiss": None,  # "fixs" would stem to "fix", but is no word
    "weor": "weir",
    "xeir": None,  # short words keep their first letter
    "xgranite": "granite",
    "wei": None,  # too short
    "heron5": None,  # a number means itself
    "lantern": None,  # English, not misspelt
    "гранит": None,
    "w" * 500: None,
}


@pytest.mark.parametrize("word", READ)
def test_a_word_is_read_as_the_nearest_of_the_documents(word: str) -> None:
    assert meant(build([paragraph_document("a.txt", "t", VOCABULARY)]), word) == READ[word]


def test_between_words_as_near_the_more_frequent_is_meant_then_the_first_by_alphabet() -> None:
    documents = [paragraph_document(f"{n}.txt", "t", body) for n, body in enumerate(["barge", "barle barre", "barre"])]
    assert meant(build(documents), "barse") == "barre"
    assert meant(build(documents[:2]), "barse") == "barge"


def test_a_misspelt_word_counts_less_than_the_word_itself() -> None:
    index = build(
        [paragraph_document("a.txt", "t", "The heron stood."), paragraph_document("b.txt", "t", "The weir stood.")]
    )
    assert best(index, "heorn weir") == "b.txt"
    assert best(index, "weri heron") == "a.txt"


def test_an_acronym_finds_its_long_form_and_the_reverse(library: Library) -> None:
    """The other form counts, less than the one that is asked for."""
    asked = {
        "libOS": ["A library operating system (libOS) is", "The libOS was small"],
        "a library operating system": ["A library operating system (libOS) is", "The libOS was small"],
    }
    for question, starts in asked.items():
        reply = library.answer(f"What is {question}?", k=3)
        quotes = [quote.text for quote in reply.quotes or reply.nearest]
        assert all(any(quote.startswith(start) for quote in quotes) for start in starts), quotes


def test_a_long_form_is_known_by_its_order_and_however_often_it_is_named(library: Library) -> None:
    def other_forms(question: str) -> list[tuple[str, ...]]:
        return [stand_in.terms for stand_in in query(library._index, question).stand_ins]

    assert other_forms("library operating system") == [("libo",)]
    assert other_forms("libOS or libOS " * 500) == [("librari", "oper", "system")]
    assert other_forms("is the operating system a library operating system") == [("libo",)]
    assert other_forms("system operating library") == other_forms("library system") == []


def test_only_the_whole_long_form_stands_for_an_acronym() -> None:
    defined = "The library operating system (libOS) came late."
    bodies = ["An operating system was here.", "Here was a library operating system.", "The libOS was here.", defined]
    index = build([paragraph_document(f"{n}.txt", "t", body) for n, body in enumerate(bodies)])
    found = retrieve(index, query(index, "libOS was here"))
    paths = [index.path_of(int(passage)) for passage in found.passages]
    assert paths.index("2.txt") < paths.index("1.txt") < paths.index("0.txt")
    inside = found.evidence.inside[:, 0]
    assert dict(zip((paths[owner] for owner in found.evidence.owners), inside.tolist(), strict=True)) == {
        "0.txt": 0.0,
        "1.txt": 0.8,
        "2.txt": 1.0,
        "3.txt": 1.0,
    }


SENTENCES = st.lists(
    st.lists(
        st.sampled_from(["heron", "Granite", "weir", "mill", "the", "Old Mill (OMI)"]), min_size=1, max_size=6
    ).map(lambda words: f"The {' '.join(words)}."),
    min_size=1,
    max_size=8,
)
FILTERS = {
    "-weir": lambda path, body: "weir" not in body,
    '"the weir"': lambda path, body: "the weir" in body,
    "in:b": lambda path, body: path.startswith("b/"),
    "in:*1.txt": lambda path, body: path.endswith("1.txt"),
    "title:odd": lambda path, body: int(re.sub(r"\D", "", path)) % 2 == 1,
}


@given(SENTENCES, st.lists(st.sampled_from(list(FILTERS)), max_size=3, unique=True), st.integers(1, 3))
def test_filters_choose_and_never_score(bodies: list[str], filters: list[str], parts: int) -> None:
    """With all passages among the candidates, a filtered ranking is the unfiltered one without some passages."""
    documents = [
        paragraph_document(f"{'ab'[n % 2]}/{n}.txt", ("even", "odd")[n % 2], body) for n, body in enumerate(bodies)
    ]
    index = Index([Segment(count(documents[part::parts])) for part in range(min(parts, len(documents)))])
    question = 'heron granit OMI "the weir"'
    everything = retrieve(index, query(index, question))
    try:
        found = retrieve(index, query(index, f"{question} {' '.join(filters)}", search=True))
    except qa.QuestionError:
        return
    texts = {document.path: document.text.lower() for document in documents}
    kept = [
        place
        for place, passage in enumerate(everything.passages)
        if all(
            FILTERS[name](index.path_of(int(passage)), texts[index.path_of(int(passage))])
            for name in [*filters, '"the weir"']
        )
    ]
    assert found.passages.tolist() == everything.passages[kept].tolist()
    assert found.scores.tolist() == pytest.approx(everything.scores[kept].tolist(), rel=1e-12)


def test_a_chat_keeps_the_filters_when_it_shows_more(library: Library) -> None:
    from qa.repl import Chat

    written: list[str] = []
    chat = Chat(library, written.append)
    chat.take("Where was the heron? in:may.md")
    chat.take("/more")
    assert "letters" not in "".join(written)
    assert chat.shown is not None
    assert chat.shown.standalone.endswith("in:may.md")
