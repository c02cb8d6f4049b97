"""Where a text says what an acronym stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.acronyms import definitions

DEFINED = {
    "A library operating system (libOS) is linked.": [("libOS", "library operating system")],
    "A libOS (library operating system) is linked.": [("libOS", "library operating system")],
    "the Department of Defense (DoD)": [("DoD", "Department Defense")],
    "Transport Layer Security (TLS; see below)": [("TLS", "Transport Layer Security")],
    "virtual machines (VMs)": [("VMs", "virtual machines"), ("VM", "virtual machines")],
    "Standard ML (SML) and Objective Caml (OCaml)": [("SML", "Standard ML"), ("OCaml", "Objective Caml")],
    "the TCP/IP (Transmission Control Protocol/Internet Protocol) stack": [
        ("TCP IP", "Transmission Control Protocol Internet Protocol")
    ],
}

NOTHING_DEFINED = [
    "A unikernel (see above) boots.",
    "Anil Madhavapeddy (Cambridge) wrote it.",
    "information technology (IT)",  # "it" would stand in every sentence
    "the hypervisor Xen (Xen)",
    "a paper (ASPLOS) on unikernels",
    "f(XY)",
    "the Xen Project (XP (and more))",
    "()",
    "OCaml (which is fast and safe)",
]


@pytest.mark.parametrize("sentence", DEFINED)
def test_a_short_form_in_brackets_or_before_them_is_defined(sentence: str) -> None:
    assert [(" ".join(short), " ".join(long)) for short, long in definitions(sentence)] == DEFINED[sentence]


@pytest.mark.parametrize("sentence", NOTHING_DEFINED)
def test_other_brackets_define_nothing(sentence: str) -> None:
    assert list(definitions(sentence)) == []


@given(st.lists(st.sampled_from(["(", ")", " ", "AB", "a", "b", "İ", "ß", "5", ".", "\n"]), max_size=40).map("".join))
def test_any_text_is_looked_through(sentence: str) -> None:
    for short, long in definitions(sentence):
        assert short
        assert long
