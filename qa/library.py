"""A corpus and its index: open it once, then ask.

    with qa.open("~/notes") as library:
        library.answer("When was it founded?")

Opening walks the folders, compares what it finds with the index in the cache, and builds the index anew only when a
file has come, gone or changed. The documents themselves are never written to.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from numbers import Integral
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from qa import dialogue, promise
from qa.errors import CacheError, CorpusError, QAError, QuestionError, ReadError, brief
from qa.index import Index, build
from qa.index.folder import Corpus, Opened, corpus_of, open_folder
from qa.languages import AUTO, CODES, language_named
from qa.load import Source, find, read
from qa.model import Answer, Document, Hit, Promise, Quote, Skipped
from qa.narrow import without_documents
from qa.query import Query, language_asked, query
from qa.reasons import Explanation
from qa.retrieve import Candidates, listed, retrieve
from qa.syntax import parse
from qa.text import spelt, stop_terms, term_of

if TYPE_CHECKING:
    from qa.extract import Selection

__all__ = [
    "Library",
    "PathLike",
    "bundled_corpus",
    "cache_folder",
    "cached_indexes",
    "check",
    "forget_promise",
    "index_size",
    "open_library",
    "remove_index",
    "sureness",
]

_INDEX_NAME = re.compile(r"[0-9a-f]{24}")
"""What the folder of an index is called: nothing else in the cache folder is ours to list or to remove."""

PathLike = str | os.PathLike[str]
Progress = Callable[[int, int], None]
"""Called with bytes of files done and bytes in all."""


def bundled_corpus() -> Path:
    """The documents that come with the package: inside it when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "corpus"
    return inside if inside.is_dir() else package.parent / "corpus"


def cache_folder() -> Path:
    """Where indexes are kept; made, for its user alone, when it is not there. `QA_CACHE` overrides it.

    Raises CacheError for one that cannot be made, or in which somebody else could put an index of theirs.
    """
    import platformdirs

    named = os.environ.get("QA_CACHE")
    folder = Path(named or platformdirs.user_cache_path("qa", appauthor=False))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_others_out(folder, own=not named)
    except OSError as error:
        raise CacheError(
            f"{folder}: the cache folder cannot be used: {error.strerror}; set QA_CACHE to another"
        ) from None
    return folder


def _keep_others_out(folder: Path, *, own: bool) -> None:
    """Close a folder to all but its user when it is our `own`; one that the user named may hold other things, too."""
    status = folder.stat()
    if not hasattr(os, "geteuid"):  # Windows: the user's own folders are closed to others
        return
    if status.st_uid != os.geteuid():
        raise CacheError(f"{folder}: the cache folder belongs to somebody else; set QA_CACHE to another")
    if own and status.st_mode & 0o077:
        folder.chmod(0o700)
    elif status.st_mode & 0o022:
        raise CacheError(f"{folder}: others may write to the cache folder; chmod go-w it, or set QA_CACHE to another")


def cached_indexes() -> list[tuple[Path, str]]:
    """The folders of the cached indexes, each with the corpus that it is of or with what is wrong with it.

    Raises CacheError when the cache folder cannot be listed.
    """
    cache = cache_folder()
    try:
        folders = sorted(path for path in cache.iterdir() if _INDEX_NAME.fullmatch(path.name))
    except OSError as error:
        raise CacheError(f"{cache}: the cache folder cannot be read: {error.strerror}") from None
    return [(folder, _indexed(folder)) for folder in folders]


def _indexed(folder: Path) -> str:
    try:
        corpus = corpus_of(folder)
    except CacheError as error:
        return str(error)
    without = f" without {', '.join(corpus.exclude)}" if corpus.exclude else ""
    return ", ".join(corpus.roots) + without


def index_size(folder: Path) -> int:
    """Bytes of the files of a cached index, as far as they can be seen; one may vanish while they are counted."""
    size = 0
    try:
        for file in folder.iterdir():
            size += file.lstat().st_size
    except OSError:
        pass
    return size


def remove_index(folder: Path) -> None:
    """Remove a cached index, or as much of it as can be. Raises CacheError when something stays."""
    problems: list[OSError] = []
    is_link = folder.is_symlink()
    try:
        files = [] if is_link else list(folder.iterdir())
    except OSError as error:
        files, problems = [], [error]
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            problems.append(error)
    try:
        folder.unlink() if is_link else folder.rmdir()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CacheError(f"{folder}: cannot be removed: {[*problems, error][0].strerror}") from None


def open_library(
    corpus: PathLike | Sequence[PathLike] | None = None,
    *,
    exclude: Sequence[str] = (),
    language: str = AUTO,
    progress: Progress | None = None,
) -> Library:
    """Load or build the index of a path or several and return the Library; without a path, the bundled corpus.

    `exclude` holds patterns as in a .gitignore. `language` is that of all documents and questions, by its name or code;
    "auto" lets each document tell its own. Raises CorpusError for a path that does not exist, a language that is not
    known and a corpus in which nothing can be read.
    """
    given = _several(bundled_corpus() if corpus is None else corpus)
    if isinstance(exclude, str) or not _all_of(exclude, str):
        raise CorpusError(f'exclude is a list of patterns such as ["*.log"], not {_shortened(exclude)}')
    return Library(
        tuple(map(_absolute, given)), exclude=tuple(exclude), language=_language(language), progress=progress
    )


def forget_promise(
    corpus: PathLike | Sequence[PathLike] | None = None, *, exclude: Sequence[str] = (), language: str = AUTO
) -> bool:
    """Drop what was promised for a corpus, which need not exist any more; whether there was anything.

    Raises CacheError when it cannot be removed.
    """
    given = _several(bundled_corpus() if corpus is None else corpus)
    return promise.forget(_name(tuple(map(_absolute, given)), tuple(exclude), _language(language)))


def _language(named: object) -> str:
    """The language of a name or code, or AUTO. Raises CorpusError for none that is known."""
    if named == AUTO:
        return AUTO
    if isinstance(named, str) and (found := language_named(named)):
        return found
    known = ", ".join(CODES.values())
    shown = named if isinstance(named, str) else _shortened(named)
    raise CorpusError(
        f"{shown}: no such language; {AUTO}, {known}, or their English names (others are told by their letters)"
    )


def _name(roots: tuple[Path, ...], exclude: tuple[str, ...], language: str) -> str:
    """What a set of roots, patterns and a language is called in the cache and among the promises."""
    chosen = [] if language == AUTO else [language]
    name = json.dumps([[str(root) for root in roots], exclude, *chosen])
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def _several(corpus: object) -> list[str]:
    """The paths of a corpus that is one path or some."""
    given = [corpus] if isinstance(corpus, str | os.PathLike) else corpus
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise CorpusError(f"a corpus is a path or a list of paths, not {_shortened(corpus)}")
    paths = [os.fspath(path) if isinstance(path, os.PathLike) else path for path in given]
    for path in paths:
        if not isinstance(path, str):
            raise CorpusError(f"a path is text or a Path, not {_shortened(path)}")
    if not paths or not all(paths):
        raise CorpusError("no corpus given: name at least one file or folder")
    return paths


def _absolute(path: str) -> Path:
    try:
        os.fsencode(path)
        return Path(os.path.abspath(Path(path).expanduser()))
    except (RuntimeError, OSError, ValueError) as error:  # no such user, no working folder, no name for a file
        shown = path.encode("utf-8", "backslashreplace").decode()
        raise CorpusError(f"{shown}: no such file or folder ({error})") from None


def _all_of(values: object, kind: type | tuple[type, ...]) -> bool:
    """Whether something is a sequence of one kind of thing."""
    return isinstance(values, Sequence) and all(isinstance(value, kind) for value in values)


def _shortened(value: object) -> str:
    """A wrong argument, named for its user."""
    return f"{type(value).__name__} {brief(ascii(value), 41)}"


@dataclass(frozen=True, slots=True)
class _State:
    """What is asked, and the files that it was made of, by path. A refresh replaces it as one."""

    index: Index
    sources: Sequence[Source]

    def source(self, path: str) -> Source | None:
        """The file at a path; None where there is none."""
        at = bisect_left(self.sources, path, key=attrgetter("path"))
        return self.sources[at] if at < len(self.sources) and self.sources[at].path == path else None

    def changed(self, paths: Iterable[str]) -> set[str]:
        """Those of some paths whose file is no longer as it was read."""
        found = {path: self.source(path) for path in paths}
        return {path for path, source in found.items() if source is None or not source.is_as_found()}


class Library:
    """An open corpus. It answers from the state in which it was opened; `refresh` takes changes in.

    Threads may share one; a question that is asked during a refresh is answered from the state before it or after it.
    """

    def __init__(
        self,
        roots: tuple[Path, ...],
        *,
        exclude: tuple[str, ...] = (),
        language: str = AUTO,
        progress: Progress | None = None,
    ) -> None:
        self.roots = roots
        self.exclude = exclude
        self.language = language
        self.notice: str | None = None
        """One line that its user should know, such as that a damaged index was built anew or a promise is ignored."""
        self.promise: Promise | None = None
        """What was promised for this corpus; its cut then decides what is an answer, in place of the shipped one."""
        self._open: _State | None = None
        self._skipped: tuple[Sequence[Skipped], Sequence[Skipped]] = ((), ())
        self.refresh(progress=progress)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index; the Library cannot be asked afterwards."""
        self._open = None

    @property
    def _state(self) -> _State:
        if self._open is None:
            raise QAError("the library is closed")
        return self._open

    @property
    def _index(self) -> Index:
        return self._state.index

    def refresh(self, *, progress: Progress | None = None) -> None:
        """Take in what has changed in the files since the index was made."""
        sources, skipped = find(self.roots, exclude=self.exclude)
        opened = self._opened(sources, progress)
        if not opened.index.passage_count:
            raise CorpusError(_nothing_readable(self.roots, (*skipped, *opened.unread)))
        self.promise, ignored = promise.kept(self._name)
        self.notice = "; ".join(filter(None, [opened.notice, ignored])) or None
        self._open = _State(opened.index, sources)
        self._skipped = skipped, opened.unread

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read, and why: what the walk passed over, then what no reader could make sense of."""
        found, unread = self._skipped
        return (*found, *unread)

    @property
    def unread(self) -> tuple[int, Skipped | None]:
        """How many files could not be read, hidden ones left out, and the first of them. Quicker than `skipped`."""
        found, unread = self._skipped
        seen = [entry for entry in found if not entry.reason.startswith("hidden")]
        first = seen[0] if seen else unread[0] if unread else None
        return len(seen) + len(unread), first

    def _opened(self, sources: Sequence[Source], progress: Progress | None) -> Opened:
        """The cached index brought in step with the files, or one in memory where the cache cannot be used."""
        corpus = Corpus(tuple(map(str, self.roots)), self.exclude, self.language)
        try:
            return open_folder(self._folder, sources, corpus=corpus, progress=progress)
        except CacheError as error:
            problem = str(error)
        except OSError as error:
            problem = f"{error.filename or self._folder}: the cache cannot be used: {error.strerror or error}"
        return _in_memory(sources, self.language, f"{problem}; the next start builds the index again")

    @property
    def _folder(self) -> Path:
        """The index's place in the cache: one a set of roots and patterns, and a language."""
        return cache_folder() / self._name

    @property
    def _name(self) -> str:
        return _name(self.roots, self.exclude, self.language)

    def keep_promise(self, made: Promise) -> None:
        """Hold to a promise from now on, and whenever this corpus is opened again, until `forget_promise`.

        Raises CacheError when it cannot be written down.
        """
        promise.keep(self._name, made)
        self.promise = made

    def answer(self, question: str, *, history: Sequence[Answer | str] = (), k: int = 3) -> Answer:
        """Quotes that answer the question, up to `k`, best first; none when the documents do not answer.

        A file that has changed since it was read is not quoted, but named in `changed` of the Answer. `history` holds
        earlier Answers or questions, oldest first, for a question that leans on them. `in:path` and
        `title:word` in the question say in which documents to look (see `qa.syntax`). Raises QuestionError as `check`
        does, for a question of nothing but these, and for a path or a title that no document has.
        """
        check(question, k=k, history=history)
        if not parse(question).text:
            raise QuestionError(f"{brief(question.strip())}: these are filters; ask something beside them")
        state = self._state
        language = language_asked(state.index, question)
        standalone = dialogue.standalone(
            question, history, sure=lambda text: sureness(state.index, text), language=language
        )
        asked = query(state.index, standalone)
        selection, changed = self._selected(state, asked, k)
        quotes: tuple[Quote, ...] = selection.quotes
        return Answer(
            question=question,
            standalone=standalone,
            quotes=quotes if selection.answered else (),
            nearest=() if selection.answered else quotes,
            confidence=selection.confidence,
            corpus=tuple(str(root) for root in self.roots),
            missing=spelt(asked.text, set(asked.missing) - stop_terms(asked.language), asked.language),
            changed=tuple(sorted(changed)),
            read_as=asked.read_as,
            promised=self.promise.risk if self.promise else None,
            language=asked.language,
        )

    def _selected(self, state: _State, asked: Query, k: int) -> tuple[Selection, set[str]]:
        """The quotes, of files that are as they were read, and the files that are not and might have been quoted.

        When one has changed, so may have others: the documents of all candidates are looked at next, then all.
        """
        from qa.extract import select

        cut = self.promise.cut if self.promise else None
        changed: set[str] = set()
        for turn in count():
            found = retrieve(state.index, _without(state.index, asked, changed))
            selection = select(state.index, asked, found, k=k, cut=cut)
            stale = state.changed(path for quote in selection.quotes for path in (quote.path, *quote.also_in))
            if not stale:
                break
            candidates = {state.index.path_of(int(passage)) for passage in found.passages}
            changed |= stale | state.changed(candidates if turn == 0 else state.index.paths)
        return selection, changed

    def explain(self, answer: Answer) -> Explanation:
        """Why the quotes of an answer, or its near misses, won: the exact contributions to their scores.

        Raises QuestionError for an answer that was not given from these documents as they were when this was opened.
        """
        from qa.extract import reasons, select
        from qa.extract.model import model

        shown = answer.quotes or answer.nearest
        asked = query(self._index, answer.standalone)
        found = retrieve(self._index, _without(self._index, asked, answer.changed))
        best = select(self._index, asked, found, k=2).quotes if shown else ()
        others = [quote for quote in best if (quote.path, quote.start) != (shown[0].path, shown[0].start)][:1]
        why = reasons(self._index, asked, found, [*shown, *others])
        if why is None or not all(self._index.document(quote.path).sha256 == quote.sha256 for quote in shown):
            raise QuestionError("the answer is not of these documents as they are now; ask again")
        return Explanation(
            question=answer.standalone,
            answered=answer.answered,
            confidence=answer.confidence,
            cut=self.promise.cut if self.promise else model().cut,
            reasons=why[: len(shown)],
            runner_up=why[-1] if others else None,
        )

    def search(self, question: str, *, k: int = 10) -> list[Hit]:
        """The best `k` passages, best first.

        To a search, a "quoted phrase" and `-word` are filters, too. Filters without a question find all that passes
        them, by path and position, with scores of 0. Raises QuestionError as `answer` does.
        """
        from qa.extract import rate, rerank

        check(question, k=k)
        index = self._index
        asked = query(index, question, search=True)
        if not asked.terms:
            return _hits(index, listed(index, asked, k))
        found = retrieve(index, asked, k=k)
        return _hits(index, rerank(index, found, rate(index, asked, found, k=0)))[:k]

    def read_as(self, question: str) -> tuple[tuple[str, str], ...]:
        """The words of a search that are taken for misspelt, each with the word that it is read as."""
        return query(self._index, question, search=True).read_as

    def knows(self, word: str) -> bool:
        """Whether a word stands in the documents, in whatever form."""
        return any(self._index.stands(term_of(word, language)) for language in self._index.languages)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the documents that can be quoted, in order."""
        return self._index.paths

    def file(self, path: str) -> Path:
        """The file of the document at a path as quotes name it. Raises CorpusError when there is none."""
        source = self._state.source(path)
        if source is None:
            raise CorpusError(f"{path}: no such document in this corpus")
        return source.file

    @property
    def passage_count(self) -> int:
        """How many passages the documents make."""
        return self._index.passage_count

    def document(self, path: str) -> Document:
        """The document at a path as quotes name it. Raises CorpusError when there is none."""
        try:
            return self._index.document(path)
        except KeyError:
            raise CorpusError(f"{path}: no such document in this corpus") from None


def sureness(index: Index, question: str) -> float:
    """The probability that the best sentence answers a question that is asked alone."""
    from qa.extract import rate

    asked = query(index, question)
    rated = rate(index, asked, retrieve(index, asked), k=1)
    return rated.confidence if rated else 0.0


def _without(index: Index, asked: Query, changed: Collection[str]) -> Query:
    """The question asked of all documents but some; what is frequent in the documents stays as it is."""
    return replace(asked, allowed=without_documents(index, asked.allowed, changed)) if changed else asked


def _hits(index: Index, found: Candidates) -> list[Hit]:
    hits = []
    parts = (found.passages, found.scores, found.signal("bm25"), found.signal("tfidf"))
    for passage, score, bm25, tfidf in zip(*parts, strict=True):
        document = index.document_of(int(passage))
        start, end = index.passage_range(int(passage))
        hits.append(
            Hit(
                text=document.text[start:end],
                path=document.path,
                start=start,
                end=end,
                line=document.line(start),
                page=document.page(start),
                heading=document.heading(start),
                score=float(score),
                bm25=float(bm25),
                tfidf=float(tfidf),
            )
        )
    return hits


def check(question: object, *, k: object, history: object = ()) -> None:
    """Raise QuestionError for a question that is empty or no text, a `k` that is no number from 1, a wrong history."""
    if not isinstance(question, str):
        raise QuestionError(f"a question is text, not {_shortened(question)}")
    if not question.strip():
        raise QuestionError("the question is empty")
    if not isinstance(k, Integral):
        raise QuestionError(f"k is a whole number, not {_shortened(k)}")
    if k < 1:
        raise QuestionError(f"k is {k}: ask for at least 1")
    if isinstance(history, str) or not _all_of(history, (Answer, str)):
        raise QuestionError(f"history is a list of earlier questions or Answers, not {_shortened(history)}")


def _in_memory(sources: Sequence[Source], language: str, notice: str) -> Opened:
    documents, unread = [], []
    for source in sources:
        try:
            documents.append(read(source))
        except ReadError as error:
            unread.append(Skipped(error.path, error.reason))
    return Opened(build(documents, language), tuple(unread), notice)


def _nothing_readable(roots: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    where = ", ".join(map(str, roots))
    if not skipped:
        return f"{where}: no documents here; the folder is empty or everything in it is excluded"
    first = f"{skipped[0].path}: {skipped[0].reason}"
    more = f" and {len(skipped) - 1} more" if len(skipped) > 1 else ""
    return f"{where}: nothing readable here ({first}{more})"
