"""The page of an evaluation: complete in itself, safe with any text, the same bytes for the same run."""

import base64
import hashlib
import html
import json
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import matplotlib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.__main__ import main
from eval.compared import cells, compared
from eval.html import page
from eval.html.markup import text
from eval.html.plots import plots
from eval.html.questions import listed, marked, verdict
from eval.judge import Results
from eval.questions import QuestionSet, by_document, from_squad, paragraph_document
from eval.run import run
from qa.gold import Anchor
from qa.present import printable

HOSTILE = "<script>alert(1)</script> & \"quoted\" 'x' \x1b[2J\x00 \u202egnol"
CONTEXTS = {
    "Bridge": "The old bridge was built in 1874 by Ada Stone. It is made of granite and stands on five piers.",
    "Mill": "The mill ground barley for the brewery. Its wheel was made by Jonas Wheeler in 1801.",
    "Tower": f"The tower holds four bells {HOSTILE}. The largest bell was cast in 1650 and weighs two tons.",
}
ASKED = [
    ("b1", "Bridge", "Who built the old bridge?", "Ada Stone"),
    ("m1", "Mill", f"Who made the wheel of the mill {HOSTILE}?", "Jonas Wheeler"),
    ("t1", "Tower", "How many bells does the tower hold?", "four"),
    ("t2", "Tower", "What does a zebra eat?", None),
]


def articles() -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for title, context in CONTEXTS.items():
        entries = [
            {"id": name, "question": asked, "answers": answers(context, answer), "is_impossible": answer is None}
            for name, of, asked, answer in ASKED
            if of == title
        ]
        found.append({"title": f"{title} <b>", "paragraphs": [{"context": context, "qas": entries}]})
    return found


def answers(context: str, answer: str | None) -> list[dict[str, object]]:
    return [{"text": answer, "answer_start": context.index(answer)}] if answer else []


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "set.json"
    path.write_text(json.dumps({"data": articles()}), encoding="utf-8")
    return path


@pytest.fixture
def questions(file: Path) -> QuestionSet:
    return from_squad(file)


class Reader(HTMLParser):
    """What a browser would see: elements, attributes, and text; raises at an element that is closed out of order."""

    EMPTY = ("meta", "path", "use", "br")

    def __init__(self, whole: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.elements: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(whole)
        self.close()
        assert self.opened == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.EMPTY:
            self.opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.opened or self.opened[-1] not in ("script", "style"):
            self.text += data


def made(questions: QuestionSet, systems: tuple[str, ...] = ("bm25", "fused")) -> str:
    return page(questions, Results(run(questions, systems=systems)), {"corpus": "abc", "versions": {"qa": "1"}})


def test_the_page_loads_nothing_and_runs_its_own_script_alone(questions: QuestionSet) -> None:
    whole = made(questions)
    seen = Reader(whole)
    assert {
        value for name, value in seen.attributes if name in ("src", "href", "xlink:href") and value[0] != "#"
    } == set()
    assert re.findall(r"url\((?!#)|@import", whole) == []
    [script] = re.findall(r"<script>(.*?)</script>", whole, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in whole


def test_text_of_documents_and_questions_is_never_markup_and_steers_nothing(questions: QuestionSet) -> None:
    whole = made(questions)
    seen = Reader(whole)
    assert seen.elements["script"] == 1
    assert seen.elements["h1"] == 1
    assert printable(f"Who made the wheel of the mill {HOSTILE}?") in seen.text
    assert printable(HOSTILE) in re.sub(r"\s+", " ", seen.text)
    assert re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", whole) == []


def test_another_engines_run_may_be_called_anything(file: Path, tmp_path: Path) -> None:
    name = "_$\\frac<b>$" + "x" * 50
    exported = tmp_path / "run.trec"
    assert main(["--squad", str(file), "--system", "bm25", "--export-run", str(exported)]) == 0
    exported.write_text(exported.read_text().replace(" bm25\n", f" {name}\n"))
    target = tmp_path / "page.html"
    assert main(["--squad", str(file), "--run", str(exported), "--html", str(target)]) == 0
    assert name in Reader(target.read_text(encoding="utf-8")).text


def test_ids_are_unique_so_that_no_picture_borrows_from_another(questions: QuestionSet) -> None:
    whole = made(questions)
    ids = [value for name, value in Reader(whole).attributes if name == "id"]
    assert len(ids) == len(set(ids)) > 10
    uses = re.findall(r'(?:url\(|href=")#([^")]+)', whole)
    assert set(uses) <= set(ids)


def test_the_same_run_is_the_same_page_whatever_the_settings_of_matplotlib(questions: QuestionSet) -> None:
    results = Results(run(questions))
    plain = page(questions, results, {})
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": None, "axes.facecolor": "red", "text.usetex": True}):
        assert page(questions, results, {}) == plain
    assert "<dc:date>" not in plain


def test_every_figure_of_the_comparison_stands_on_the_page(questions: QuestionSet) -> None:
    results = Results(run(questions))
    whole = page(questions, results, {})
    for row in compared(results):
        assert "".join(f'<td class="n">{text(cell)}</td>' for cell in cells(row)) in whole


def test_each_question_is_listed_with_its_quotes_and_verdict(questions: QuestionSet) -> None:
    whole = made(questions)
    body = whole[whole.index('<table id="questions">') :]
    assert [html.unescape(name) for name in re.findall(r"<tr><td>(.*?)</td>", body)][: len(ASKED)] == [
        name for name, *_ in ASKED
    ]
    assert "<mark><u>Ada Stone</u></mark>" in body
    assert "<b>bridge</b>" in body
    assert "Nothing answers it: to be refused." in body


def test_of_many_questions_each_verdict_has_its_share_and_the_page_says_so(
    questions: QuestionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.html.questions._ALL", 10)
    monkeypatch.setattr("eval.html.questions.MOST", 3)
    many = replace(questions, questions=questions.questions * 5)
    results = Results(run(many, systems=["fused"]))
    chosen = listed(results)
    every, shown = (Counter(verdict(results, results.outcomes[at]) for at in some) for some in (range(20), chosen))
    assert shown == {name: min(3, count) for name, count in every.items()}
    assert max(every.values()) > 3
    assert f"Listed are {len(chosen)} of 20 questions: of each verdict the 3 whose" in page(many, results, {})


def test_those_whose_confidence_misleads_most_are_listed(
    questions: QuestionSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.html.questions._ALL", 1)
    monkeypatch.setattr("eval.html.questions.MOST", 1)
    results = Results(run(replace(questions, questions=questions.questions[:3]), systems=["fused"]))
    trust, verdicts = results.values["fused trust"], [verdict(results, outcome) for outcome in results.outcomes]
    worst = {name: min(trust[at] for at in range(3) if verdicts[at] == name) for name in verdicts}
    assert {verdicts[at]: trust[at] for at in listed(results)} == worst


def test_judged_documents_make_a_page_without_quotes(questions: QuestionSet) -> None:
    judged = by_document(questions)
    whole = made(judged)
    assert "fused found:" in whole
    assert "<mark>Bridge" in whole
    assert "Reliability" not in whole
    Reader(whole)


def test_a_set_of_refusals_alone_makes_a_page(questions: QuestionSet) -> None:
    nothing = replace(questions, questions=questions.questions[-1:])
    assert "Nothing answers it: to be refused." in made(nothing)


def test_a_system_that_neither_quotes_nor_answers_makes_a_page(questions: QuestionSet) -> None:
    assert "bm25 found:" in made(questions, ("bm25",))


@given(
    st.text(st.sampled_from("ab <&\"'\n\u202e\x00é1") | st.characters(), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 45), st.integers(1, 20)), max_size=4),
    st.sets(st.sampled_from(["a", "b", "1", "ab"])),
)
def test_a_marked_quote_reads_as_the_quote_and_its_elements_close(
    value: str, ranges: list[tuple[int, int]], wanted: set[str]
) -> None:
    value = value.encode("utf-8", "replace").decode()
    document = paragraph_document("a.txt", "A", value)
    anchors = [Anchor("a.txt", start, start + length) for start, length in ranges]
    quote = document.quote(0, len(value), answer=(0, 1))
    shown = marked(quote, anchors, wanted)
    Reader(f"<p>{shown}</p>")
    assert html.unescape(re.sub(r"</?(?:mark|b|u)>", "", shown)) == printable(value)
    inside = "".join(re.findall(r"<mark>(.*?)</mark>", shown, re.DOTALL))
    covered = {at for start, length in ranges for at in range(start, start + length) if at < len(value)}
    assert html.unescape(re.sub(r"</?[bu]>", "", inside)) == "".join(printable(value[at]) for at in sorted(covered))


def test_pictures_show_what_a_set_allows(questions: QuestionSet) -> None:
    titles = [plot.title for plot in plots(Results(run(questions)))]
    assert titles == ["Recall against k", "By kind", "Reliability", "Risk and coverage", "Time"]
    refusals = replace(questions, questions=questions.questions[-1:])
    assert [plot.title for plot in plots(Results(run(refusals)))] == ["Reliability", "Risk and coverage", "Time"]


@pytest.mark.parametrize("where", ["nowhere/page.html", "."], ids=["no folder", "a folder"])
def test_a_page_that_cannot_be_written_is_refused_before_the_run(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str
) -> None:
    assert main(["--squad", str(file), "--html", str(tmp_path / where)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"eval: {tmp_path / where}: cannot be written: ")


def test_without_matplotlib_the_extra_is_named(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.html.assemble.find_spec", lambda _: None)
    assert main(["--squad", str(file), "--html", str(tmp_path / "page.html")]) == 2
    assert capsys.readouterr().err == "eval: --html needs the package matplotlib: install the extra eval\n"


def test_a_comparison_with_a_saved_run_is_on_the_page_too(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    assert main(["--squad", str(file), "--save", str(tmp_path / "run")]) == 0
    assert main(["--squad", str(file), "--compare", str(tmp_path / "run"), "--html", str(target)]) == 0
    whole = target.read_text(encoding="utf-8")
    assert "4 questions asked in both" in whole
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["corpus"] in whole


def test_masked_questions_have_a_curve_and_figures_of_their_own(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    assert main(["--squad", str(file), "--masked", "--html", str(target)]) == 0
    whole = target.read_text(encoding="utf-8")
    Reader(whole)
    assert whole.count("with masked") > 1
    results = Results(run(from_squad(file)))
    assert "with masked" not in page(from_squad(file), results, {})
