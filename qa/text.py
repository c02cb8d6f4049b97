"""Words, terms, sentences: the one analysis that documents and questions share.

A *word* is a run of letters or digits as it stands in the text, put together where the end of a line divides it; in
scripts without spaces it is a pair of letters, and the next word begins with the second of them (`scripts`). A *term*
is what a word is matched by: case and accents folded, then stemmed. Analysis changes what is matched, never what is
quoted, so whoever needs a place in the text asks for spans.

What is a stem and what is a function word depends on the `language` of the text, English where nobody says another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import Stemmer

from qa.languages import ABBREVIATIONS, ENGLISH, FUNCTION_WORDS, LANGUAGES
from qa.scripts import FAR_EASTERN, MARK_OR_UNSPACED, UNSPACED, count_unspaced, marks, pairs, unspaced_run

__all__ = [
    "ANALYSIS",
    "STOP_TERMS",
    "Term",
    "content_terms",
    "fold",
    "joined_words",
    "merged",
    "sentence_spans",
    "spans",
    "spelt",
    "stop_terms",
    "term_of",
    "terms",
    "terms_of",
    "trim",
    "word_count",
    "words",
]

ANALYSIS = "english-6"
"""Names this analysis in an index's manifest; a change to anything below needs a new name."""

# A hyphen where the end of a line divides a word, and a soft hyphen, which is printed only there.
_DIVISION = re.compile(r"[-\u2010\u00ad](?<=[^\W\d_].)(?:\r?\n(?=[^\W\d_A-Z])|(?<=\u00ad)(?=[^\W\d_]))")
_NUMBER = r"(?<![\d,])\d{1,3}(?:,\d{3})++(?:\.\d+)?(?![\d,])|\d+(?:\.\d+)+"
_WORD = re.compile(rf"{_NUMBER}|[^\W_]+(?:{_DIVISION.pattern}[^\W_]+)*")
_RUN = re.compile(r"[^\W_]+")
_DECIMAL = re.compile(r"\d[.,]\d")
_DIGITS = re.compile(r"\d+((?:[.,]\d+)+,?[A-Za-z0-9]*)")
_DECIMAL_POINT = re.compile(r"[.,](?<=\d.)\d")
_DECIMALS = re.compile(r"\d+(?:[.,]\d+)+,?[^\W_]*")
_HYPHENATION = re.compile(_DIVISION.pattern.replace(r"[-\u2010\u00ad]", "-"))
_SPACED = {code: " " for code in range(128) if not chr(code).isalnum()}
_POINT_KEPT, _COMMA_KEPT = "\x01", "\x02"
"""Stand for the point and the comma in a number while all others are taken for white space."""
_MEANT = re.compile("[\0-\2]")
"""Characters that have a meaning while words are joined."""
_SMALL = bytes(
    code if code in (0, *range(128, 256)) else ord({1: ".", 2: ","}.get(code) or _SPACED.get(code) or chr(code).lower())
    for code in range(256)
)
# Not the marks that tell letters apart: the voiced "が" is another than "か", and Thai and Devanagari write vowels so.
_ACCENTS = re.compile(
    "[,\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u20d0-\u20f0\ufe00-\ufe0f]+"
)
_CACHED_WORDS = 500_000
_TURKISH = str.maketrans("İ", "i")
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters of other languages that are often typed as others, and are no letters with accents to Unicode."""

# Single characters and pairs that are of nothing else: a pair that reaches into another word may be of any.
_FUNCTION_PAIRS = """
    的 了 吗 嗎 呢 吧 么 麼 什 谁 誰 哪 何 这 這 那 是 怎 个 個 里 裡 如 请问 請問 多少 时候 時候
    です ます でし まし した して ませ せん ある あり いる から まで より こと もの この その あの どの これ それ
    どこ どれ だれ なに なぜ いつ どう よう うに には では とは との ので のは のが とい いう れる れた され する しま
    すか たか てい った って なる なり にな はい はど はな
    คือ ะไ ไร ใค คร ที่ ที่ไ ใน มี ได้ กี่ เมื่ มื่อ
"""
_HIRAGANA = "".join(map(chr, range(0x3041, 0x3097)))
"""Of these a letter between two of other scripts is a particle or the end of a word."""
_BY_LETTERS = {
    "greek": (range(0x370, 0x400), range(0x1F00, 0x2000)),
    "russian": (range(0x400, 0x530),),
    "armenian": (range(0x530, 0x590),),
    "arabic": (range(0x600, 0x780),),
    "hindi": (range(0x900, 0x980),),
    "tamil": (range(0xB80, 0xC00),),
}
"""Stemmers by the letters that tell them; another language of these letters is stemmed alike on both sides."""
# None that denies or limits: what only repeats another sentence is told without these.
_FOREIGN_WORDS = """
    кто что где куда откуда когда почему зачем как какой какая какое какие каком сколько чей это этот эта эти в во на и
    с со по к у за из о об ли был была было были есть для при
    ποιος ποια ποιο ποιοι τι πού πότε γιατί πώς πόσο πόσα είναι ήταν ο η το οι τα του της των τον την στο στη στην και
    σε από με για να
    من ما ماذا متى أين اين كيف لماذا كم هل أي هو هي في على إلى عن و التي الذي هذا هذه كان كانت
    कौन क्या कहाँ कहां कब क्यों कैसे कितना कितनी कितने किस है हैं था थी थे का की के को में से पर ने यह वह और
"""


class Term(NamedTuple):
    """A term and the range of the text whose word it stands for."""

    term: str
    start: int
    end: int


class _Folded(dict[str, str]):
    """Word -> term in a language, remembered, because a corpus repeats its words: PyStemmer sees each word once.

    Threads share it, and PyStemmer does not promise that they may share a stemmer.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._own = language
        self._stemmers: dict[str, Callable[[str], str]] = {}
        self._alone = Lock()

    def __missing__(self, word: str) -> str:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        language = _language(word, self._own)
        is_english = language == ENGLISH  # others tell endings by accents, too
        cased = fold(word) if is_english else _cased(word, language)
        with self._alone:
            stem = self._stemmed(language, cased) or cased
        self[word] = term = stem if is_english else fold(stem).translate(_PLAIN)
        return term

    def _stemmed(self, language: str, word: str) -> str:
        if language not in self._stemmers:
            self._stemmers[language] = Stemmer.Stemmer(language, 0).stemWord
        return self._stemmers[language](word)


def _language(word: str, own: str) -> str:
    """The language that a word is stemmed as: told by its first letter, the text's own where that tells nothing.

    >>> _language("bridge", "english"), _language("мост", "english"), _language("橋", "german")
    ('english', 'russian', 'german')
    """
    if word.isascii():
        return own
    first = ord(word[0])
    return next((name for name, ranges in _BY_LETTERS.items() if any(first in each for each in ranges)), own)


def _cased(word: str, language: str) -> str:
    """The word without case, as stemmers expect it."""
    return unicodedata.normalize("NFKC", word.translate(_TURKISH) if language == "turkish" else word).casefold()


def fold(word: str) -> str:
    """The word without case, accents and digit-grouping commas.

    >>> fold("Meršinjak"), fold("ＸＥＮ"), fold("929,170")
    ('mersinjak', 'xen', '929170')
    """
    if word.isascii():
        return word.lower().replace(",", "")
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word).casefold())
    return unicodedata.normalize("NFC", bare) or word


_FOLDED = {language: _Folded(language) for language in LANGUAGES}


def words(text: str) -> list[str]:
    r"""The words of a text in order, as they stand there, but whole where the end of a line divides them.

    >>> words("a hyphen-\nated word, well-known")
    ['a', 'hyphenated', 'word', 'well', 'known']
    >>> words("東京タワーは1958年")
    ['東京', 'タワ', 'ワー', 'は', '1958', '年']
    """
    if not text.isascii():
        if MARK_OR_UNSPACED.search(text):
            return [_unbroken(text[start:end]) for start, end in _mixed(text)]
        text = _whole(text)
        return (_WORD if _DECIMAL.search(text) else _RUN).findall(text)
    text = _whole(text)
    spaced = text.translate(_SPACED)
    if not _DECIMAL.search(text):
        return spaced.split()  # what the pattern finds, three times as fast
    found, at = [], 0
    for match in _DIGITS.finditer(text):  # only here do the two differ
        start, end = match.span()
        if start and text[start - 1].isalnum():  # the end of a word: "python3.11"
            start = match.start(1)
        found += spaced[at:start].split()
        found += _WORD.findall(text, start, end)
        at = end
    return found + spaced[at:].split()


def joined_words(texts: Sequence[str]) -> bytes:
    r"""The words of many texts at once, as UTF-8 with white space around them, a zero byte between texts.

    They are those that `words` gives, in the same order, letters of ASCII in lower case, which changes no word's term.

    >>> [part.split() for part in joined_words(["Xen 4.17", "a hyphen-\nated word"]).split(b"\0")]
    [[b'xen', b'4.17'], [b'a', b'hyphenated', b'word']]
    """
    joined = "\0".join([text if text.isascii() else _letters_alone(text) for text in texts])
    if joined.count("\0") >= max(len(texts), 1) or _POINT_KEPT in joined or _COMMA_KEPT in joined:
        return joined_words([_MEANT.sub(" ", text) for text in texts])
    return _numbers_kept(_HYPHENATION.sub("", joined)).encode().translate(_SMALL)


@cache
def _symbols() -> re.Pattern[str]:
    """Punctuation and symbols that stand between words in any script: none that joins letters or divides a word."""
    none = "\x00-\x7f\u00ad\u0300-\u1fff\u2010\u20d0-\u20ff\u2c00-\U0001efff\U0001fb00-\U0010ffff"
    return re.compile(rf"[^\w{none}]+")


def _letters_alone(text: str) -> str:
    """A text with the same words and nothing else beyond ASCII."""
    text = _symbols().sub(" ", text)
    if text.isascii() or not (MARK_OR_UNSPACED.search(text) or "\u00ad" in text or "\u2010" in text):
        return text
    return " ".join(words(text))


def _numbers_kept(text: str) -> str:
    """A text whose numbers stand apart, their points and commas replaced by those that are kept."""
    found: list[str] = []
    at = 0
    for match in _DECIMAL_POINT.finditer(text):
        point = match.start()
        start = point
        while start > at and text[start - 1].isdecimal():
            start -= 1
        if start >= point:  # its digits belong to the word before
            continue
        number = _DECIMALS.match(text, start)
        assert number is not None  # there is a digit on each side of the point
        if start and text[start - 1].isalnum():  # the end of a word: "python3.11"
            start = point
        numbers = " ".join(_WORD.findall(text, start, number.end()))
        found += text[at:start], numbers.replace(".", _POINT_KEPT).replace(",", _COMMA_KEPT)
        at = number.end()
    found.append(text[at:])
    return " ".join(found)


def term_of(word: str, language: str = ENGLISH) -> str:
    """The term by which a word is matched."""
    return _FOLDED[language][word]


def terms_of(words: Sequence[bytes], language: str = ENGLISH) -> list[bytes]:
    """The terms of many different words, all UTF-8: what `term_of` gives, which is for words that come again.

    >>> terms_of([b"Unikernels", b"929,170", "naïve".encode()])
    [b'unikernel', b'929170', b'naiv']
    """
    if language != ENGLISH:
        return [term_of(word.decode(), language).encode() for word in words]
    folded = [word.lower().replace(b",", b"") for word in words]  # as `fold` does, where it is ASCII
    stems = Stemmer.Stemmer(ENGLISH, 0).stemWords(folded)
    found = zip(words, folded, stems, strict=True)
    return [stem or cased if word.isascii() else term_of(word.decode()).encode() for word, cased, stem in found]


def terms(text: str, language: str = ENGLISH) -> list[str]:
    """The terms of a text in order, function words among them.

    >>> terms("MirageOS's unikernels boot in 1.5 s")
    ['mirageo', 's', 'unikernel', 'boot', 'in', '1.5', 's']
    >>> terms("steinerne Brücken", "german")
    ['steinern', 'bruck']
    """
    folded = _FOLDED[language]
    return [folded[word] for word in words(text)]


def spans(text: str, language: str = ENGLISH) -> list[Term]:
    """The terms of a text with the place of each one's word.

    >>> spans("Xen's")
    [Term(term='xen', start=0, end=3), Term(term='s', start=4, end=5)]
    """
    folded = _FOLDED[language]
    if not text.isascii() and MARK_OR_UNSPACED.search(text):
        return [Term(folded[_unbroken(text[start:end])], start, end) for start, end in _mixed(text)]
    found = ((match.group(), *match.span()) for match in _WORD.finditer(text))
    return [Term(folded[word if word.isalnum() else _whole(word)], start, end) for word, start, end in found]


def _whole(text: str) -> str:
    """A text with its divided words put together."""
    return _DIVISION.sub("", text) if "-\n" in text or "-\r" in text or not text.isascii() else text


def _unbroken(word: str) -> str:
    """A word put together, also where nothing but the end of a line divides it."""
    return word if word.isalnum() else "".join(_whole(word).split())


@cache
def _mixed_word() -> re.Pattern[str]:
    """A word with its marks, or a run without spaces, which is `run`."""
    part = rf"[^\W_{UNSPACED}](?:[^\W_{UNSPACED}]|[{marks()}])*"
    return re.compile(rf"(?P<run>{unspaced_run()})|{_NUMBER}|{part}(?:{_DIVISION.pattern}{part})*")


def _mixed(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of the words of a text in any script."""
    for match in _mixed_word().finditer(text):
        yield from pairs(text, *match.span()) if match["run"] else (match.span(),)


def content_terms(text: str, language: str = ENGLISH) -> list[str]:
    """The distinct terms that carry meaning, in order of first use; all of them where there is nothing but stop words.

    >>> content_terms("Who is the author of the Irmin paper?"), content_terms("who is who")
    (['author', 'irmin', 'paper'], ['who', 'is'])
    """
    every = dict.fromkeys(terms(text, language))
    stops = stop_terms(language)
    return [term for term in every if term not in stops] or list(every)


@cache
def stop_terms(language: str) -> frozenset[str]:
    """Terms of function words, and of the verbs that only ask ("tell me"), matched where there is nothing else.

    Those of the language, of Russian, Greek, Arabic and Hindi, and for scripts without spaces the pairs of letters of
    such words alone.
    """
    own = (term_of(word, language) for word in (FUNCTION_WORDS[language] + _FOREIGN_WORDS).split())
    return frozenset((*own, *_FUNCTION_PAIRS.split(), *_HIRAGANA))


STOP_TERMS = stop_terms(ENGLISH)
"""Those of English."""


def spelt(text: str, wanted: Collection[str], language: str = ENGLISH) -> tuple[str, ...]:
    """The words of a text that stand for some terms, each spelling once; words that overlap are shown as one.

    >>> spelt("Who built 量子计算机?", {"量子", "子计", "计算", "built"})
    ('built', '量子计算')
    """
    found = merged((span.start, span.end) for span in spans(text, language) if span.term in wanted)
    return tuple(dict.fromkeys(text[start:end] for start, end in found))


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in the order of their starts, those that overlap as one.

    >>> merged([(0, 2), (1, 3), (3, 5)])
    [(0, 3), (3, 5)]
    """
    found: list[tuple[int, int]] = []
    for start, end in ranges:
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def word_count(text: str) -> int:
    """How many words a text has for a reader: between spaces, and two letters to a word where a script has none."""
    between = len(text.split())
    return between if text.isascii() or not MARK_OR_UNSPACED.search(text) else between + count_unspaced(text) // 2


@cache
def _splitter():  # type: ignore[no-untyped-def]  # imported late: only reading documents splits sentences
    import nupunkt

    return nupunkt.load("default")


_UNBROKEN = re.compile(r"\S{1000}")
"""Text without white space that is nobody's sentence; the splitter takes quadratic time over its punctuation."""

_CLOSING = "」』】）〉》”’\"')"
# Where a sentence ends in a script that the splitter does not know. One that is quoted and told on ("…。」と言った")
# does not end there; what has its full stops from Latin is the splitter's.
_FULL_STOP = re.compile(
    rf"(?<![。｡！？!?])(?:[。｡！？]|[!?](?:(?<={FAR_EASTERN}.)|(?={FAR_EASTERN}))|(?<!\d)．(?!\d))[。｡！？!?]*+[{_CLOSING}]*+(?!(?<=[」』”’])[とっ，、])"
    r"|[؟۔।॥።។៕။](?=\s)"
)
_FOREIGN = re.compile(r"[^\x00-\u05ff\u2000-\u2e7f]")
_POINT = re.compile(rf"(?<={FAR_EASTERN})\.\s*$")
_GAP = re.compile("(?<=[\u0e01-\u0edf]) +(?=[\u0e01-\u0edf])")
_LONGEST_ABBREVIATION = 30
_LEAST_THAI = 60
"""Characters from which a space between words of Thai or Lao is taken for the end of a sentence: nothing else is."""


def sentence_spans(text: str, language: str = ENGLISH) -> list[tuple[int, int]]:
    """The sentences of one paragraph as ranges without outer white space, covering all that is not blank.

    >>> text = "It was no. 5, e.g. in the U.S. Army. He left."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['It was no. 5, e.g. in the U.S. Army.', 'He left.']
    >>> text = "Sie wurde am 3. Mai 1874 von Hrn. bzw. Fr. Stein eröffnet. Seither steht sie."
    >>> [text[start:end] for start, end in sentence_spans(text, "german")][1:]
    ['Seither steht sie.']
    """
    starts = [] if _UNBROKEN.search(text) else [start for start, _ in _splitter().span_tokenize(text)]
    if language != ENGLISH:
        starts = [start for start in starts if not _goes_on(text, start, language)]
    if not text.isascii() and _FOREIGN.search(text):
        starts = sorted(
            {*(start for start in starts if not _POINT.search(text, max(start - 9, 0), start)), *_foreign_starts(text)}
        )
    return [trimmed for start, end in pairwise([0, *starts, len(text)]) if (trimmed := trim(text, start, end))]


def _goes_on(text: str, start: int, language: str) -> bool:
    """Whether the sentence before a place goes on there: an abbreviation or an ordinal number ends before it."""
    before = text[max(start - _LONGEST_ABBREVIATION, 0) : start].rstrip()
    if language == "german" and _ordinal().search(before):
        return True
    found = _abbreviated().search(before)
    if not found:
        return False
    word = found["word"]
    return word.casefold() in _abbreviations(language) if len(word) > 1 else word.islower() or bool(found["letters"])


@cache
def _abbreviated() -> re.Pattern[str]:
    """A word with a full stop at the end of a text, and the single letters with full stops before it: "z. B."."""
    return re.compile(r"(?:^|(?<=[\W\d_]))(?P<letters>(?:[^\W\d_]\.\s?)*)(?P<word>[^\W\d_]+)\.$")


@cache
def _ordinal() -> re.Pattern[str]:
    before = "a[bm]|ans|bis|beim|d[ae]s|de[mnr]|die|ein(?:e[mnr]?)?|im|ins|seit|vo[mn]|zu[mr]"
    return re.compile(rf"\b(?:{before})\s\d{{1,2}}\.$", re.IGNORECASE)


@cache
def _abbreviations(language: str) -> frozenset[str]:
    return frozenset(ABBREVIATIONS[language].split())


def _foreign_starts(text: str) -> Iterator[int]:
    """Where sentences begin by the full stops and the spaces of scripts that the splitter does not know."""
    yield from (match.end() for match in _FULL_STOP.finditer(text))
    last = 0
    for match in _GAP.finditer(text):
        if match.start() - last >= _LEAST_THAI:
            last = match.end()
            yield last


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The range without the white space at its ends; None when it is blank."""
    part = text[start:end]
    kept = part.strip()
    if not kept:
        return None
    start += len(part) - len(part.lstrip())
    return start, start + len(kept)
