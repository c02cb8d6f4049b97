"""Languages: told by each document, or chosen; stems, sentences, questions and refusals in them."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
import Stemmer
from hypothesis import given
from hypothesis import strategies as st

import qa
from qa.cli import main
from qa.index.batches import count_batches
from qa.index.folder import Corpus, open_folder
from qa.languages import ABBREVIATIONS, AUTO, CODES, FUNCTION_WORDS, LANGUAGES, language_named, language_of
from qa.library import cache_folder, cached_indexes
from qa.load import find
from qa.text import content_terms, sentence_spans, spans, stop_terms, terms

GERMAN = """Die Reiherbrücke ist eine steinerne Brücke nördlich der Stadt. Sie wurde am 3. Mai 1874 von der Ingenieurin
Ada Stein entworfen. Ihre Bögen bestehen aus Granit, und sie trägt z. B. Fuhrwerke auf der Straße nach Harlau.

Die alten Mühlen gehörten der Familie Brand. Nach dem Hochwasser wurden ihre Räder durch Turbinen ersetzt.
"""
FRENCH = """Le pont du Héron est un ancien pont de pierre au nord de la ville. Il fut dessiné en 1874 par M. Dupont, un
ingénieur de l'école centrale. Ses arches sont en granit et portent la route de la vallée.

Les vieux moulins appartenaient à une famille de drapiers. Après la crue, leurs roues furent remplacées par des
turbines.
"""
SPANISH = """El puente de la Garza es un puente antiguo de piedra al norte de la ciudad. Fue diseñado en 1874 por la
Sra. Piedra, una ingeniera de la región. Sus arcos están hechos de granito y llevan la carretera del valle.

Los viejos molinos pertenecían a una familia de pañeros. Después de la inundación, sus ruedas fueron sustituidas por
turbinas.
"""
ENGLISH = """The old mill stands by the river in the north. It was built by Tom Hale in 1820 for the drapers.

Its wheels were replaced by turbines after the flood, and the owners sold them to a museum in the valley.
"""
NOTES = {"de.txt": GERMAN, "fr.txt": FRENCH, "es.txt": SPANISH, "en.txt": ENGLISH}

INFLECTED = [
    ("de.txt", "Wem gehörte die alte Mühle?", "Die alten Mühlen gehörten der Familie Brand."),
    ("de.txt", "Wem gehoerte die alte Muehle?", "Die alten Mühlen gehörten der Familie Brand."),
    ("de.txt", "Was ersetzte das Rad der Mühle durch eine Turbine?", "durch Turbinen ersetzt"),
    ("de.txt", "Nach welchen Hochwassern wurde das Rad ersetzt?", "Nach dem Hochwasser wurden ihre Räder"),
    ("de.txt", "Welche Fuhrwerken trägt sie auf den Straßen nach Harlau?", "Fuhrwerke auf der Straße nach Harlau"),
    ("fr.txt", "À quelles familles appartenait le vieux moulin ?", "Les vieux moulins appartenaient"),
    ("fr.txt", "Quelle turbine remplaça la roue ?", "remplacées par des\nturbines"),
    ("es.txt", "¿A qué familias pertenecía el molino viejo?", "Los viejos molinos pertenecían"),
    ("es.txt", "¿Qué turbina sustituyó la rueda?", "sustituidas por\nturbinas"),
    ("es.txt", "¿Qué arco lleva las carreteras de los valles?", "llevan la carretera del valle"),
]


@pytest.fixture(scope="module")
def notes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("notes")
    for name, text in NOTES.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def first(reply: qa.Answer) -> str:
    return (reply.quotes or reply.nearest)[0].text


@pytest.mark.parametrize(("name", "question", "said"), INFLECTED)
def test_other_forms_of_a_word_find_it_where_the_language_is_told_or_chosen(
    notes: Path, name: str, question: str, said: str
) -> None:
    told = qa.answer(question, corpus=notes)
    chosen = qa.answer(question, corpus=notes / name, language=name.removesuffix(".txt"))
    for reply in (told, chosen):
        assert reply.answered
        assert said in first(reply)
    as_english = qa.answer(question, corpus=notes / name, language="en")
    assert as_english.read_as or as_english.confidence < chosen.confidence  # other words, misspelt at best


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Wann wurde der Leuchtturm eröffnet?", ("Leuchtturm", "eröffnet")),
        ("Quand le phare fut-il inauguré ?", ("phare", "inauguré")),
        ("¿Cuándo se inauguró el faro?", ("inauguró", "faro")),
    ],
)
def test_what_the_documents_do_not_say_is_refused_in_every_language(
    notes: Path, question: str, missing: tuple[str, ...]
) -> None:
    reply = qa.answer(question, corpus=notes)
    assert not reply.answered
    assert reply.missing == missing


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("Wem gehörten die Mülhen?", ("Mülhen", "Mühlen")),
        ("À qui appartenaient les moulnis ?", ("moulnis", "moulins")),
        ("¿De quién eran los molnios?", ("molnios", "molinos")),
    ],
)
def test_misspelt_words_are_read_in_the_language_of_the_question(
    notes: Path, question: str, read: tuple[str, str]
) -> None:
    reply = qa.answer(question, corpus=notes)
    assert read in reply.read_as
    assert "famil" in first(reply).casefold()


def test_english_answers_are_the_same_beside_documents_in_other_languages(notes: Path, tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text(ENGLISH, encoding="utf-8")
    for question in ("Who built the old mill?", "Who sold the wheels?", "What were its wheels replaced by?"):
        alone, among = qa.answer(question, corpus=tmp_path), qa.answer(question, corpus=notes)
        assert among.language == alone.language == "english"
        assert (first(among), among.answered) == (first(alone), alone.answered)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wo steht sie?", "german"),
        ("Où est le pont ?", "french"),
        ("¿Dónde está el puente?", "spanish"),
        ("Where is it?", "english"),
        ("Brücken", "german"),
        ("inundaciones", "spanish"),
        ("1820", "english"),
    ],
)
def test_a_question_is_read_in_the_language_that_it_tells_else_in_the_one_that_holds_its_words(
    notes: Path, question: str, language: str
) -> None:
    assert qa.answer(question, corpus=notes).language == language


def test_a_word_is_found_in_a_document_of_another_language_than_the_question(notes: Path) -> None:
    assert "Tom Hale" in first(qa.answer("Was hat Tom Hale gebaut, the mills?", corpus=notes))
    with qa.open(notes) as library:
        assert {hit.path for hit in library.search("turbines")} >= {"fr.txt", "en.txt"}


def test_filters_of_a_search_hold_in_every_language(notes: Path) -> None:
    with qa.open(notes) as library:
        assert [hit.path for hit in library.search('"alter Mühlen"')] == ["de.txt"]
        assert [hit.path for hit in library.search('"vieux moulin"')] == ["fr.txt"]
        assert {hit.path for hit in library.search("granit -arche")} <= {"de.txt", "es.txt"}
        assert {hit.path for hit in library.search("title:en mills")} == {"en.txt"}
        assert library.knows("Mühle")
        assert library.knows("moulin")
        assert not library.knows("Leuchtturm")


def test_short_answers_and_follow_ups_are_left_alone_in_other_languages(notes: Path) -> None:
    with qa.open(notes) as library:
        earlier = library.answer("Wem gehörte die alte Mühle?")
        reply = library.answer("Und wann?", history=[earlier])
        assert reply.standalone == "Und wann?"
        assert all(quote.answer is None for quote in (*earlier.quotes, *earlier.nearest))
        assert library.explain(earlier).reasons[0].words[0].word == "gehörte"
        assert library.answer("Who built it?", history=["What is the old mill?"]).standalone != "Who built it?"


SENTENCES = {
    "english": "The bridge was built in the year of the flood, and it is still there.",
    "german": "Die Brücke wurde im Jahr des Hochwassers gebaut, und sie steht noch immer dort.",
    "french": "Le pont fut construit dans l'année de la crue, et il est encore là avec ses arches.",
    "spanish": "El puente fue construido en el año de la inundación, y todavía está con sus arcos.",
    "italian": "Il ponte è stato costruito nell'anno della piena, e si trova ancora lì con i suoi archi.",
    "portuguese": "A ponte foi construída no ano da cheia, e ainda está lá com os seus arcos.",
    "dutch": "De brug is gebouwd in het jaar van de overstroming, en zij staat er nog steeds met haar bogen.",
    "swedish": "Bron byggdes under översvämningens år, och den är kvar med alla sina valv som förr.",
    "danish": "Broen blev bygget i det år, hvor oversvømmelsen kom, og den er der også nu med sine buer.",
    "norwegian": "Broen ble bygget i det året da flommen kom, og den er der også nå med sine buer, som hver mann ser.",
    "finnish": "Silta on rakennettu tulvan vuonna, ja se on vielä siellä, mutta kaikki ei ole niin kuin ennen.",
    "hungarian": "A híd az árvíz évében épült, és még most is ott van, de nem olyan, mint volt, hanem más.",
    "romanian": "Podul a fost construit în anul inundației, și este încă acolo cu toate arcele sale din piatră.",
    "turkish": "Köprü sel yılında yapıldı ve hâlâ orada, ama her şey eskisi gibi değil, çok daha az su var.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_tells_its_language(language: str) -> None:
    assert language_of(SENTENCES[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "Juan de la Cruz, Maria de los Angeles",
        "der die das",
        "var en = de.map(e => e.i); var a = en; var o = a;",
        "The word die is German, la and le are French, and el is Spanish: der, die, das, les, los.",
        "Мост был построен в 1874 году.",
        "東京タワーは1958年に完成した。",
    ],
)
def test_what_tells_no_other_language_is_read_as_english(text: str) -> None:
    assert language_of(text) == "english"


@given(st.text() | st.lists(st.sampled_from(" ".join(SENTENCES.values()).split())).map(" ".join))
def test_any_text_is_in_some_language(text: str) -> None:
    assert language_of(text) in LANGUAGES


def test_numbers_of_languages_in_an_index_stay_what_they_are() -> None:
    assert LANGUAGES[:14] == tuple(SENTENCES)


def test_every_language_has_a_stemmer_and_lists_of_its_own() -> None:
    assert set(LANGUAGES) <= set(Stemmer.algorithms())
    assert set(FUNCTION_WORDS) == set(CODES) == {*ABBREVIATIONS, "english"}
    for words in (*FUNCTION_WORDS.values(), *ABBREVIATIONS.values()):
        assert words.split() == list(dict.fromkeys(words.split()))
        assert words == words.lower() or "İ" in words


@pytest.mark.parametrize(
    ("language", "left", "right"),
    [
        ("german", "Brücken", "bruecke"),
        ("german", "Straße", "STRASSEN"),
        ("german", "Häuser", "Hauses"),
        ("french", "école", "ECOLES"),
        ("french", "construites", "construit"),
        ("french", "œuvre", "oeuvres"),
        ("spanish", "inundación", "inundaciones"),
        ("spanish", "inundación", "inundacion"),
        ("italian", "città", "citta"),
        ("italian", "costruzioni", "costruzione"),
        ("portuguese", "construções", "construcoes"),
        ("dutch", "bruggen", "brug"),
        ("swedish", "kvarnarna", "kvarnar"),
        ("danish", "øer", "oer"),
        ("norwegian", "elvene", "elver"),
        ("finnish", "taloissa", "talot"),
        ("hungarian", "hidak", "hidakat"),
        ("romanian", "podurile", "podurilor"),
        ("turkish", "KIRMIZI", "kırmızı"),
        ("turkish", "İstanbul'un", "istanbul'un"),
        ("turkish", "kitapları", "kitaplari"),
        ("german", "мост", "Мостами"),
    ],
)
def test_forms_of_a_word_are_one_term_in_its_language(language: str, left: str, right: str) -> None:
    assert terms(left, language) == terms(right, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_function_words_carry_no_meaning_in_their_language(language: str) -> None:
    assert set(terms(FUNCTION_WORDS[language], language)) <= stop_terms(language)
    assert content_terms(f"{FUNCTION_WORDS[language].split()[3]} Xylophon 42", language)[1:] == ["42"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("german", "Das gilt z. B. für Brücken im engl. Stil.|Danach nicht."),
        ("german", "Am 3. Mai kam Frau Stein ins 19. Haus, vgl. Abb. 3 und Kap. 4.|Sie blieb."),
        ("french", "Mme. Stone et MM. Martin sont venus, p. ex. Lundi.|Voir l'éd. Paris."),
        ("spanish", "El Sr. Pérez y la Sra. Gómez viven en la Avda. Madrid.|Véase la pág. 5."),
        ("italian", "Il dott. Bianchi, cfr. Paolo, cita l'art. 5 del codice.|Poi tace."),
        ("portuguese", "O Sr. Silva e a Dra. Costa vieram.|Ver a pág. 3."),
        ("dutch", "Hij woont o.a. In Utrecht, bijv. Amsterdam.|Daarna niet."),
        ("swedish", "Det var t.ex. Anna som kom.|Bl.a. Sverige vann."),
        ("danish", "Se f.eks. Odense og bl.a. Bergen.|Den 3. maj kom hr. Hansen."),
        ("norwegian", "Se f.eks. Oslo og bl.a. Bergen.|Hun dro."),
        ("finnish", "Ks. esim. Helsinki ja sivu 5.|Hän tuli 3. toukokuuta."),
        ("hungarian", "Pl. Budapest és kb. Öt ember.|Dr. Kovács jött."),
        ("romanian", "Str. Mihai și d-na. Popescu, de ex. București.|Apoi nu."),
        ("turkish", "Örn. Ankara güzeldir.|Bkz. Bölüm 3."),
    ],
)
def test_abbreviations_and_ordinals_end_no_sentence_in_their_language(language: str, text: str) -> None:
    expected = text.split("|")
    joined = " ".join(expected)
    assert [joined[start:end] for start, end in sentence_spans(joined, language)] == expected


ANY_TEXT = st.text(max_size=200) | st.text("zBdh. 3MaiÖöıİıŒœ,\nЖ橋", max_size=60)


@given(ANY_TEXT, st.sampled_from(LANGUAGES))
def test_sentences_of_any_text_cover_it_once_in_every_language(text: str, language: str) -> None:
    found = sentence_spans(text, language)
    assert all(left[1] <= right[0] for left, right in pairwise(found))
    assert "".join(text.split()) == "".join("".join(text[start:end].split()) for start, end in found)


@given(ANY_TEXT, st.sampled_from(LANGUAGES))
def test_words_of_any_text_are_the_same_in_every_language(text: str, language: str) -> None:
    assert [term.term for term in spans(text, language)] == terms(text, language)
    assert [(term.start, term.end) for term in spans(text, language)] == [(t.start, t.end) for t in spans(text)]
    assert all(terms(text, language))


@pytest.mark.parametrize("name", ["de", "DE", "de-AT", "de_DE", "German", " german "])
def test_a_language_goes_by_its_code_or_name(name: str) -> None:
    assert language_named(name) == "german"


@pytest.mark.parametrize("name", ["klingon", "", "deutsch ", "-", "ru", 5, None, ["de"]])
def test_a_language_that_is_not_known_is_told_in_a_line(notes: Path, name: object) -> None:
    with pytest.raises(qa.CorpusError, match="no such language; auto, en, de") as caught:
        qa.open(notes, language=name)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_an_index_in_a_chosen_language_is_kept_apart(notes: Path) -> None:
    with qa.open(notes) as told, qa.open(notes, language="de") as chosen, qa.open(notes, language="german") as same:
        assert told._folder != chosen._folder == same._folder
        assert told._index.languages == ("english", "german", "french", "spanish")
        assert chosen._index.languages == ("german",)
    kept = [folder for folder, what in cached_indexes() if what == str(notes)]
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in kept]
    assert {AUTO, "german"} <= {manifest["language"] for manifest in manifests}
    assert cache_folder() == kept[0].parent


def test_an_index_in_another_language_is_built_anew_in_its_folder(notes: Path, tmp_path: Path) -> None:
    sources, _ = find((notes,), exclude=())
    opened = open_folder(tmp_path / "index", sources, corpus=Corpus((str(notes),), language="french"))
    assert opened.index.languages == ("french",)
    again = open_folder(tmp_path / "index", sources, corpus=Corpus((str(notes),), language="dutch"))
    assert again.index.languages == ("dutch",)
    assert again.notice is not None
    assert "in another language" in again.notice
    assert open_folder(tmp_path / "index", sources, corpus=Corpus((str(notes),), language="dutch")).notice is None


def test_a_promise_in_one_language_is_none_in_another(notes: Path) -> None:
    made = qa.Promise(risk=0.1, sure=0.95, cut=0.5, asked=100, shown=40, wrong=1)
    with qa.open(notes, language="de") as library:
        library.keep_promise(made)
    with qa.open(notes) as other, qa.open(notes, language="de") as same:
        assert (other.promise, same.promise) == (None, made)
    assert main(["calibrate", "--forget", "--corpus", str(notes), "--language", "de"]) == 0
    with qa.open(notes, language="de") as library:
        assert library.promise is None


def test_documents_that_change_their_language_are_read_in_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GERMAN, encoding="utf-8")
    (tmp_path / "b.txt").write_text(GERMAN, encoding="utf-8")
    with qa.open(tmp_path) as library:
        assert library._index.languages == ("german",)
        for name, text in (("a.txt", FRENCH), ("c.txt", ENGLISH), ("d.txt", ENGLISH)):
            (tmp_path / name).write_text(text, encoding="utf-8")
            library.refresh()
        (tmp_path / "b.txt").unlink()
        library.refresh()
        changed = library._index
        assert changed.languages == ("english", "french")
    with qa.open(tmp_path, exclude=["nothing"]) as anew:
        assert anew._index.languages == changed.languages
        assert anew.answer("Quelle turbine remplaça la roue ?").quotes == library_answer(tmp_path)


def library_answer(folder: Path) -> tuple[qa.Quote, ...]:
    with qa.open(folder) as library:
        return library.answer("Quelle turbine remplaça la roue ?").quotes


@pytest.mark.parametrize("language", [AUTO, "german"])
def test_worker_processes_read_in_the_same_language(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    sources, _ = find((notes,), exclude=())
    here = next(iter(count_batches(sources, tmp_path, "here-", language=language)))
    monkeypatch.setattr("qa.index.batches._WORTH_WORKERS", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    there = next(iter(count_batches(sources, tmp_path, "there-", language=language)))
    assert here.file.read_bytes() == there.file.read_bytes()


def test_the_command_line_takes_a_language_where_it_takes_a_corpus(
    notes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = ["--corpus", str(notes), "--language", "de"]
    assert main(["index", str(notes), "--language", "de"]) == 0
    assert main(["search", "Mühle", *corpus]) == 0
    assert "Reiherbrücke" in capsys.readouterr().out
    main(["ask", "Wem gehörte die alte Mühle?", *corpus, "--json"])
    assert json.loads(capsys.readouterr().out)["language"] == "german"
    assert main(["ask", "Wem?", "--corpus", str(notes), "--language", "klingon"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("qa: klingon: no such language")
    assert err.count("\n") == 1
