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
