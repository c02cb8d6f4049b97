"""What kind of answer a question wants, and what a sentence has to offer."""

import pytest

from qa.extract.answer_type import expected, offers


@pytest.mark.parametrize(
    ("question", "text", "defines"),
    [
        ("What is a kernel?", "A kernel is a program.", True),
        ("WHAT’S a kernel?", "A kernel is a program.", True),
        ("What are a kernel's advantages?", "A kernel is a program.", False),
        ("What are a kernel’s advantages?", "A kernel is a program.", False),
        ("What are kernels' advantages?", "A kernel is a program.", False),
        ("What is Windows' registry?", "Windows is a system.", False),
        ("What is Windows' registry?", "The registry is a database.", True),
        ("What is Newton's method exactly?", "Newton's method is a way to find roots.", True),
        ("What is St John’s wort?", "St John’s wort is a plant.", True),
        ("What does Murphy's law mean?", "Murphy's law is an adage.", True),
        ("What does the kernel's ABI stand for?", "ABI stands for an interface.", True),
        ("It's unclear to me: what does kernel mean?", "A kernel is a program.", True),
    ],
)
def test_a_thing_is_defined_where_it_is_named_and_not_where_its_owner_is(
    question: str, text: str, defines: bool
) -> None:
    assert expected(question) == "definition"
    assert offers(text, "definition", question) is defines


@pytest.mark.parametrize(
    ("text", "explains"),
    [
        ("They store it in Irmin, a database.", True),
        ("They store it in Irmin (a database) and go on.", True),
        ("They store it in Irmin — the database of the project.", True),
        ("They store it in Irmin, which is a database.", True),
        ('They called it "Irmin" -- versioned storage for kernels.', True),
        ("They store it in Irmin, and a cache helps.", False),
        ("They store it in Irmin, which a database needs.", False),
        ("They store it in Irmin -- versioned by hand.", False),
        ("It was stored in Irminsule, a database.", False),
        ("They store it in a cache, a database.", False),
    ],
)
def test_a_thing_is_defined_where_it_is_explained_in_passing(text: str, explains: bool) -> None:
    assert offers(text, "definition", "What is Irmin?") is explains


def test_of_a_subject_of_several_words_all_are_explained() -> None:
    assert offers("It keeps a version store, a kind of database.", "definition", "What is a version store?")
    assert not offers("It keeps a big block store, a kind of database.", "definition", "What is a version store?")


def test_a_line_of_nothing_but_brackets_that_stay_open_is_read_in_time_that_grows_with_it() -> None:
    assert not offers("kernel (" * 200_000, "definition", "What is a kernel?")
