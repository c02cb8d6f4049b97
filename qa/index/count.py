"""Documents -> the arrays of a segment: words are read once, stemmed once each, and counted with numpy."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, groupby
from pathlib import PurePosixPath

import numpy as np

from qa.acronyms import definitions
from qa.chunk import passages
from qa.index.aliases import Form, alias_arrays
from qa.index.segment import KINDS, Array
from qa.index.vocabulary import Vocabulary
from qa.languages import AUTO, ENGLISH, LANGUAGES, language_of
from qa.model import Document, Passage
from qa.text import STOP_TERMS, terms_of
from qa.vectors import UNKNOWN, shipped

__all__ = ["BM25_B", "BM25_K1", "IMPACT_STEPS", "Counter", "count", "impacts", "starts_of", "vector_rows"]

BM25_K1 = 1.5
BM25_B = 0.75

IMPACT_STEPS = 255
"""Into how many steps what BM25 gives for a count is cut, to name candidates by."""

_POSTINGS = 1 << 20
"""Postings whose impact is computed at a time."""

_READ_AT_ONCE = 1 << 17
"""Characters whose words are read together: what numpy makes of them stays in the cache of a core."""

_LONGEST_ABOVE = 300
"""Characters of a title or heading that count; every passage below it counts them again."""

_Numbered = tuple[str, Array]
"""A language, and words as their numbers in its vocabulary."""

_as_json = json.JSONEncoder(ensure_ascii=False).encode
_KIND_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}


class Counter:
    """Takes documents one after the other and gives the arrays of their segment.

    Memory grows with what was added: 4 bytes a word and the texts themselves. Whoever has more than fits adds a part,
    keeps its arrays, and merges the parts. Documents are in `language`, AUTO for that which each tells.
    """

    def __init__(self, language: str = AUTO) -> None:
        self._language = language
        self._languages = array("B")
        self._vocabularies: dict[str, Vocabulary] = {}
        self._waiting: list[str] = []
        self._waiting_size = 0
        self._waiting_language = ENGLISH
        self._tokens: list[_Numbered] = []
        self._sentence_sizes: list[Array] = []
        self._sentences = array("i")
        self._passage_sentences = array("q", [0])
        self._passage_documents = array("i")
        self._passage_bytes = array("q")
        self._contexts: dict[tuple[str, str], int] = {}
        self._passage_contexts = array("i")
        self._defined: list[tuple[int, str, Form, Form]] = []
        self._texts: list[bytes] = []
        self._text_bytes = 0
        self._paths: list[bytes] = []
        self._records: list[bytes] = []
        self._stats = array("q")
        self._rows = {name: array("i") for name in ("blocks", "runs", "lines")}
        self._row_starts = {name: array("q", [0]) for name in self._rows}

    @property
    def size(self) -> int:
        """Bytes of text so far."""
        return self._text_bytes

    def add(
        self, document: Document, stat: tuple[int, int, int] = (0, 0, 0), ready: Sequence[Passage] | None = None
    ) -> None:
        """Count one document with its passages, or with `ready` ones; `stat` is its file's `Source.stat`."""
        language = language_of(document.text) if self._language == AUTO else self._language
        self._languages.append(LANGUAGES.index(language))
        self._stats.extend(stat)
        before, at = 0, self._text_bytes
        size = _sizer(document.text)
        above: dict[tuple[tuple[str, ...], ...], int] = {}  # headings and columns -> number of the context
        for passage in passages(document, language) if ready is None else ready:
            at += size(before, passage.start)
            end = at + size(passage.start, passage.end)
            self._passage_bytes.extend((at, end))
            before, at = passage.end, end
            self._add_sentences(document.text, passage, language)
            key = document.headings(passage.sentences[-1].start), _columns(document, passage)
            if key not in above:
                above[key] = self._contexts.setdefault((language, _context(document, *key)), len(self._contexts))
            self._passage_contexts.append(above[key])
        text = document.text.encode()
        self._texts.append(text)
        self._text_bytes += len(text)
        self._paths.append(document.path.encode())
        self._records.append(_as_json(_record(document)).encode())
        for name, width, rows in _structure(document):
            self._rows[name].extend(rows)
            self._row_starts[name].append(len(self._rows[name]) // width)

    def _add_sentences(self, text: str, passage: Passage, language: str) -> None:
        if language != self._waiting_language:
            self._read_waiting()
            self._waiting_language = language
        for sentence in passage.sentences:
            said = text[sentence.start : sentence.end]
            self._waiting.append(said)
            self._waiting_size += len(said)
            if " (" in said or "\n(" in said:
                self._add_definitions(said, language)
            self._sentences.extend((sentence.start, sentence.end, _KIND_NUMBERS[sentence.kind]))
        self._passage_sentences.append(len(self._sentences) // 3)
        self._passage_documents.append(len(self._texts))
        if self._waiting_size > _READ_AT_ONCE:
            self._read_waiting()

    def _read_waiting(self) -> None:
        """Turn the sentences that wait into the numbers of their words."""
        tokens, sizes = self._vocabulary(self._waiting_language).numbers(self._waiting)
        self._tokens.append((self._waiting_language, tokens))
        self._sentence_sizes.append(sizes)
        self._waiting, self._waiting_size = [], 0

    def _add_definitions(self, sentence: str, language: str) -> None:
        """Note what a sentence of the document that is being added says about acronyms.

        A form cut out of its sentence may be words of its own: "5G" of "4.5G".
        """
        number = self._vocabulary(language).number
        for short, long in definitions(sentence, language):
            self._defined.append((len(self._texts), language, tuple(map(number, short)), tuple(map(number, long))))

    def _vocabulary(self, language: str) -> Vocabulary:
        if language not in self._vocabularies:
            self._vocabularies[language] = Vocabulary()
        return self._vocabularies[language]

    def _above(self) -> tuple[list[_Numbered], Array]:
        """The words of the contexts, in their order, and how many each has."""
        numbered, sizes = [], [np.zeros(0, dtype=np.int64)]
        for language, contexts in groupby(self._contexts, key=lambda key: key[0]):
            tokens, size = self._vocabulary(language).numbers([context for _, context in contexts])
            numbered.append((language, tokens))
            sizes.append(size)
        return numbered, np.concatenate(sizes)

    def arrays(self) -> dict[str, Array]:
        """The arrays of the segment."""
        self._read_waiting()
        above, above_sizes = self._above()
        terms, term_of_word = _stemmed({name: every.words() for name, every in self._vocabularies.items()})
        tokens, above_tokens = _renumbered(self._tokens, term_of_word), _renumbered(above, term_of_word)
        sentences = np.frombuffer(self._sentences, dtype=np.int32).reshape(-1, 3)
        sentence_tokens = _edges(np.concatenate(self._sentence_sizes))
        passage_sentences = np.frombuffer(self._passage_sentences, dtype=np.int64)
        passage_contexts = np.frombuffer(self._passage_contexts, dtype=np.int32)
        lengths = np.diff(sentence_tokens[passage_sentences])
        above_starts = _edges(above_sizes)
        owner = np.repeat(np.arange(len(lengths)), lengths)
        made = {
            "terms": np.frombuffer(b"".join(terms), dtype=np.uint8),
            "term_starts": starts_of(map(len, terms)),
            "tokens": tokens,
            "sentence_tokens": sentence_tokens,
            "sentence_starts": np.ascontiguousarray(sentences[:, 0]),
            "sentence_ends": np.ascontiguousarray(sentences[:, 1]),
            "sentence_kinds": sentences[:, 2].astype(np.uint8),
            "passage_sentences": passage_sentences,
            "passage_documents": np.frombuffer(self._passage_documents, dtype=np.int32),
            "passage_bytes": np.frombuffer(self._passage_bytes, dtype=np.int64).reshape(-1, 2),
            "passage_lengths": lengths.astype(np.int32),
            "passage_contexts": passage_contexts,
            "context_tokens": above_tokens,
            "context_tokens_starts": above_starts,
            **_postings("words", tokens, owner, len(terms)),
            **_context_postings(above_tokens, above_starts, passage_contexts, len(terms)),
            **vector_rows(terms),
            **alias_arrays(
                (document, _form(short, term_of_word[language]), _form(long, term_of_word[language]))
                for document, language, short, long in self._defined
            ),
            **self._document_arrays(),
        }
        return made | impacts(made)

    def _document_arrays(self) -> dict[str, Array]:
        """Texts, records and structure, each as one run of rows with the first row of every document."""
        rows = {name: np.frombuffer(values, dtype=np.int32) for name, values in self._rows.items()}
        starts = {f"{name}_starts": np.frombuffer(values, dtype=np.int64) for name, values in self._row_starts.items()}
        return {
            "texts": np.frombuffer(b"".join(self._texts), dtype=np.uint8),
            "text_starts": starts_of(map(len, self._texts)),
            "paths": np.frombuffer(b"".join(self._paths), dtype=np.uint8),
            "path_starts": starts_of(map(len, self._paths)),
            "records": np.frombuffer(b"".join(self._records), dtype=np.uint8),
            "record_starts": starts_of(map(len, self._records)),
            "document_languages": np.frombuffer(self._languages, dtype=np.uint8),
            "file_stats": np.frombuffer(self._stats, dtype=np.int64).reshape(-1, 3),
            **starts,
            "blocks": rows["blocks"].reshape(-1, 4),
            "runs": rows["runs"].reshape(-1, 2),
            "lines": rows["lines"],
        }


def vector_rows(terms: Sequence[bytes]) -> dict[str, Array]:
    """`term_rows`: the row of each term in the table of word vectors, -1 for one without, shape (terms,).

    Function words have none, though a word of the table may share their stem ("does" and "doe").
    """
    names = [term.decode() for term in terms]
    rows = shipped().rows(names)
    rows[[name in STOP_TERMS for name in names]] = UNKNOWN
    return {"term_rows": rows.astype(np.int32)}


def _structure(document: Document) -> Iterator[tuple[str, int, Iterable[int]]]:
    """Name, columns and flattened rows of each table that a document has."""
    found = document.source_map
    yield "blocks", 4, (n for b in document.blocks for n in (b.start, b.end, KINDS.index(b.kind), b.level))
    pairs = zip(found.text_starts, found.source_starts, strict=True) if found else ()
    yield "runs", 2, chain.from_iterable(pairs)
    yield "lines", 1, found.line_starts if found else ()


def count(documents: Iterable[Document], language: str = AUTO) -> dict[str, Array]:
    """The arrays of a segment of these documents, in the order of their paths; `language` as to a Counter."""
    counter = Counter(language)
    for document in sorted(documents, key=lambda document: document.path):
        counter.add(document)
    return counter.arrays()


def _sizer(text: str) -> Callable[[int, int], int]:
    """Tells the bytes of a range of some text."""
    if text.isascii():
        return lambda start, end: end - start
    return lambda start, end: len(text[start:end].encode())


def _context(document: Document, headings: Sequence[str], columns: Sequence[str]) -> str:
    """What stands above a passage: title, headings, column headers, and the file's name without its suffix."""
    name = PurePosixPath(document.path).stem.replace("_", " ")
    return "\n".join(part[:_LONGEST_ABOVE] for part in (name, document.title, *headings, *columns))


def _columns(document: Document, passage: Passage) -> tuple[str, ...]:
    """The column headers above each table that has rows in a passage."""
    rows = [sentence for sentence in passage.sentences if sentence.kind == "row"]
    return tuple(dict.fromkeys(" ".join(document.columns(row.start, row.end)) for row in rows))


def _stemmed(raw: Mapping[str, Sequence[bytes]]) -> tuple[list[bytes], dict[str, Array]]:
    """The distinct terms of the words of some languages, sorted, and for each language the term of each word's number.

    The second holds arrays of shape (words of the language,).
    """
    terms = {language: terms_of(words, language) for language, words in raw.items()}
    distinct = sorted(set(chain.from_iterable(terms.values())))
    number = {term: position for position, term in enumerate(distinct)}
    return distinct, {
        language: np.fromiter(map(number.__getitem__, every), dtype=np.int32, count=len(every))
        for language, every in terms.items()
    }


def _form(words: Form, term_of_word: Array) -> Form:
    """The numbers of the terms of a form's words."""
    return tuple(term_of_word[list(words)].tolist())


def _renumbered(parts: Sequence[_Numbered], term_of_word: Mapping[str, Array]) -> Array:
    """The numbers of the terms of some words, given by language."""
    found = [term_of_word[language][numbers] for language, numbers in parts]
    return np.concatenate([np.zeros(0, dtype=np.int32), *found])


def _context_postings(tokens: Array, starts: Array, passage_contexts: Array, terms: int) -> dict[str, Array]:
    """Postings of what stands above: each passage gets the terms of its context."""
    sizes = np.diff(starts)[passage_contexts]
    owner = np.repeat(np.arange(len(passage_contexts)), sizes)
    before = np.cumsum(sizes) - sizes
    places = np.arange(len(owner)) + np.repeat(starts[passage_contexts] - before, sizes)
    return _postings("context", tokens[places], owner, terms)


def _postings(name: str, terms: Array, owner: Array, total: int) -> dict[str, Array]:
    """Counts each term in each passage, grouped by term; `owner` is the passage of each token."""
    bits = int(owner[-1]).bit_length() if len(owner) else 0
    keys = terms.astype(np.int64)
    keys <<= bits
    keys |= owner
    keys.sort()
    new = np.ones(len(keys) + 1, dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=new[1:-1])
    edges = np.flatnonzero(new)
    counts, keys = np.diff(edges), keys[edges[:-1]]
    return {
        f"{name}_starts": _edges(np.bincount(keys >> bits, minlength=total)),
        f"{name}_passages": (keys & ((1 << bits) - 1)).astype(np.int32),
        f"{name}_counts": np.minimum(counts, np.iinfo(np.uint16).max).astype(np.uint16),
    }


def impacts(made: dict[str, Array]) -> dict[str, Array]:
    """How much BM25 gives each posting for its count, in steps, at this segment's mean length.

    `word_impacts` has shape (postings,): the least whole number above `IMPACT_STEPS` times `count / (count + damping)`,
    which lies between 0 and 1. `word_peaks` is each term's highest, shape (terms,), `mean_length` has shape (1,). At a
    mean length that is higher by some factor the true share is higher by at most that factor.
    """
    starts, lengths = made["words_starts"], made["passage_lengths"]
    mean = float(lengths.mean()) if lengths.any() else 1.0
    damping = (BM25_K1 * (1 - BM25_B + BM25_B * lengths / mean)).astype(np.float32)
    found = np.empty(len(made["words_counts"]), dtype=np.uint8)
    for begin in range(0, len(found), _POSTINGS):
        part = slice(begin, begin + _POSTINGS)
        counts = made["words_counts"][part].astype(np.float32)
        shares = damping.take(made["words_passages"][part])
        shares += counts
        np.divide(counts, shares, out=shares)
        shares *= IMPACT_STEPS
        found[part] = shares.astype(np.uint8) + np.uint8(1)  # a share is below 1, also in single precision
    peaks = np.zeros(len(starts) - 1, dtype=np.uint8)
    held = np.diff(starts) > 0
    if held.any():
        peaks[held] = np.maximum.reduceat(found, starts[:-1][held])
    return {"word_impacts": found, "word_peaks": peaks, "mean_length": np.array([mean])}


def _record(document: Document) -> dict[str, object]:
    names = ("title", "format", "sha256", "url", "date", "author")
    record: dict[str, object] = {name: getattr(document, name) for name in names}
    return record | {"has_lines": document.source_map is not None, "pages": list(document.pages)}


def _edges(sizes: Array) -> Array:
    """`starts_of` for an array."""
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)


def starts_of(sizes: Iterable[int]) -> Array:
    """Where each of some consecutive runs begins, and where the last ends."""
    return np.array([0, *accumulate(sizes)], dtype=np.int64)
