"""Many threads asking one Library get what one gets alone."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

import qa
from qa.library import Library, open_library
from qa.model import Answer, Hit

THREADS = 6
ROUNDS = 2
QUESTIONS = (
    "What is Jitsu?",
    "Who acquired Unikernel Systems?",
    "How long does a unikernal take to boot?",  # a word that is read as another
    "What does the libOS of MirageOS hold?",  # an acronym
    'Which "operating system" is a library? in:*.md',  # a filter, and a phrase
    "who is who",
    "zzyzx qqqq",
    "Which language are the drivers of Solo5, Mirage, Xen and Unikraft written in, and who maintains them?",
)


@pytest.fixture(autouse=True)
def _switching_often() -> Iterator[None]:
    """Threads take turns a thousand times as often as they do by themselves."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is remembered is forgotten after two others, so that threads keep clearing it for each other."""
    for name in ("index._REMEMBERED", "segment._REMEMBERED", "segment._REMEMBERED_TERMS"):
        monkeypatch.setattr(f"qa.index.{name}", 2)
    monkeypatch.setattr("qa.text._CACHED_WORDS", 2)


def reply(library: Library, question: str) -> tuple[Answer, list[Hit]]:
    return library.answer(question), library.search(question, k=5)


def asked_by_threads(library: Library, questions: list[list[str]]) -> list[list[tuple[Answer, list[Hit]]]]:
    """What each thread gets for its questions, when all begin at once."""
    gate = Barrier(len(questions))

    def ask(mine: list[str]) -> list[tuple[Answer, list[Hit]]]:
        gate.wait()
        return [reply(library, question) for question in mine]

    with ThreadPoolExecutor(len(questions)) as pool:
        return list(pool.map(ask, questions))


@pytest.mark.usefixtures("_forgetful")
def test_threads_with_questions_of_their_own_get_their_own_answers(bundled: Library) -> None:
    expected = {question: reply(bundled, question) for question in QUESTIONS}
    turned = [[*QUESTIONS[thread:], *QUESTIONS[:thread]] * ROUNDS for thread in range(THREADS)]
    for mine, got in zip(turned, asked_by_threads(open_library(), turned), strict=True):
        assert got == [expected[question] for question in mine]


def test_threads_with_the_same_question_get_the_same_answer(bundled: Library) -> None:
    """A library that nobody has asked yet: all fill what it remembers at the same time."""
    for question in QUESTIONS:
        expected = reply(bundled, question)
        for got in asked_by_threads(open_library(), [[question]] * THREADS):
            assert got == [expected]


def test_a_refresh_meanwhile_gives_the_answer_before_it_or_after_it(notes: Path) -> None:
    library = qa.open(notes)
    question = "When was the weir raised?"
    weir = notes / "weir.txt"
    states = []
    for text in (None, "The weir was raised in 1901.\n"):
        if text:
            weir.write_text(text)
        library.refresh()
        states.append(library.search(question))
    with ThreadPoolExecutor(1) as pool:
        for turn in range(6):
            weir.unlink() if turn % 2 == 0 else weir.write_text("The weir was raised in 1901.\n")
            refreshed = pool.submit(library.refresh)
            while not refreshed.done():
                assert library.search(question) in states
            refreshed.result()
