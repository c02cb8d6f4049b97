"""The command line: the only place that prints and exits.

Exit codes: 0 answered, 1 the documents do not answer or allow no promise, 2 wrong usage or nothing readable, 130 after
Control-C, 143 after SIGTERM. Answers go to stdout and nothing else does.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from qa import __version__
from qa.errors import CacheError, QAError

# All else is imported by the command that needs it: `qa --help` is quick, and Control-C finds `main` listening.
if TYPE_CHECKING:
    from pathlib import Path

    from prompt_toolkit import PromptSession

    from qa.library import Library
    from qa.model import Answer, Explanation
    from qa.propose import Proposal
    from qa.repl import Chat, Lines

__all__ = ["main"]

_FILTERS = """\
in the text:
  in:notes/2024 in:*.md        only documents below a folder, or that fit a pattern; again for more
  title:irmin                  only documents with this word in their title
"""
_ASK_FILTERS = f"""{_FILTERS}\
  "boot time"                  words that had better stand together"""
_SEARCH_FILTERS = f"""{_FILTERS}\
  "boot time"                  only passages in which these words stand together
  -docker                      only passages without this word
Filters alone list what passes them."""

_CALIBRATE = """\
Asks the questions and looks for the lowest confidence from which on, 95 % sure, no more
than R of the answers are wrong; that then decides what is answered from these documents.
Exit code 1: nothing can be promised, and nothing is changed."""

_VERIFY = """\
Opens the quoted files again and says of each quote: intact; moved, and where to; changed, with
what stands there now; gone. Exit code: 0 all intact, 1 not all, 2 no transcript."""

_GOLD = """\
check   finds the evidence again after the documents changed; exit code 1: some is gone
new     proposes questions about passages that have none, those that the tool is least
        certain of first; in a terminal it asks and adds to the file what you confirm,
        otherwise it prints them as JSON Lines; exit code 1: there is nothing to propose"""

_SILENT_SECONDS = 0.5
_REDRAWN_SECONDS = 0.1
_BAR = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy reads it when imported; more threads only wait here
    try:
        _prepare_streams()
        try:
            options = _parser().parse_args(argv)
            run: Callable[[argparse.Namespace], int] = options.run
            with _ending_in_order():
                return run(options)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except QAError as error:
        _note(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop(sys.stdout)
        return 0
    except OSError as error:  # standard output is full or closed
        _drop(sys.stdout)
        _note(f"{error.filename or 'the answer cannot be written'}: {error.strerror or error}")
        return 2


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Turn SIGTERM into an exit: workers are ended, files half written removed, the terminal left as it was found."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _exit_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit_on(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def _prepare_streams() -> None:
    """Fill the places of streams that the caller closed, and let no character break the others.

    The next file to be opened would become standard output, and `print(file=None)` writes to standard output.
    """
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    if sys.stdout is None:  # stays None for `_say`
        os.open(os.devnull, os.O_WRONLY)
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _drop(stream: TextIO | None) -> None:
    """Point a stream elsewhere, so that the flush at exit does not complain."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _say(text: str) -> None:
    """Print an answer."""
    if sys.stdout is None:
        raise OSError("standard output is closed")
    print(text)


def _note(line: str) -> None:
    """Print a line about the answer, where somebody listens."""
    from qa.present import one_line

    try:
        print(f"qa: {one_line(line)}", file=sys.stderr)
    except OSError:
        _drop(sys.stderr)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, as all others are, and which notices when nobody can read its help."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def _print_message(self, message: str, file: object = None) -> None:  # the original passes over any OSError
        _say(message.rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        _note(f"{message} (see {self.prog} --help)")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="qa", description="Answers from your own documents, quoted word for word. Without a command: a chat."
    )
    parser.add_argument("--version", action="version", version=f"qa {__version__}")
    parser.set_defaults(run=_chat, corpus=None, exclude=(), vi=False, no_history=False, resume=None, gold=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_asking(commands)
    _add_keeping(commands)
    _add_judging(commands)
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    does: str,
    run: Callable[[argparse.Namespace], int],
    epilog: str | None = None,
) -> _Parser:
    parser = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=epilog)
    parser.set_defaults(run=run)
    return parser


def _add_asking(commands: argparse._SubParsersAction[_Parser]) -> None:
    chat = _command(commands, "chat", "ask questions one after the other", _chat)
    _corpus_options(chat)
    chat.add_argument("--vi", action="store_true", help="edit lines as vi does, not as Emacs")
    chat.add_argument("--no-history", action="store_true", help="leave no trace of what is typed")
    chat.add_argument("--resume", metavar="FILE", help="go on from a conversation that /save or /export wrote")
    chat.add_argument("--gold", metavar="FILE", help="your own questions, to which /good, /bad and /span add")

    ask = _command(commands, "ask", "answer one question", _ask, _ASK_FILTERS)
    ask.add_argument("question", metavar="QUESTION", help="with --batch: a file of questions, or - for standard input")
    ask.add_argument("--batch", action="store_true", help="answer every line of the file, as JSON Lines with --json")
    _corpus_options(ask)
    _output_options(ask, "quotes", 3)
    ask.add_argument("--explain", action="store_true", help="say why each quote won, to the last point of its score")

    search = _command(commands, "search", "find passages", _search, _SEARCH_FILTERS)
    search.add_argument("query", metavar="QUERY")
    _corpus_options(search)
    _output_options(search, "passages", 10)


def _add_keeping(commands: argparse._SubParsersAction[_Parser]) -> None:
    index = _command(commands, "index", "build or refresh the index of a folder", _index)
    index.add_argument("corpus", nargs="+", metavar="PATH", help="a file or folder; several are one corpus")
    _exclude_option(index)

    cache = _command(commands, "cache", "list or clean the cached indexes", _cache)
    cache.add_argument("action", nargs="?", choices=("list", "clean"), default="list")

    _command(commands, "formats", "list the formats that can be read", _formats)


def _add_judging(commands: argparse._SubParsersAction[_Parser]) -> None:
    verify = _command(commands, "verify", "check that quotes still stand where they stood", _verify, _VERIFY)
    verify.add_argument("transcript", metavar="TRANSCRIPT.json", help="what --json or /export wrote; - standard input")
    verify.add_argument("--corpus", action="append", metavar="PATH", help="look here, not where the transcript says")
    verify.add_argument("--json", action="store_true", help="print what became of each quote as JSON")

    calibrate = _command(commands, "calibrate", "promise how many answers are wrong at most", _calibrate, _CALIBRATE)
    calibrate.add_argument("gold", metavar="GOLD", nargs="?", help="questions about the documents, as eval/gold.jsonl")
    _corpus_options(calibrate)
    calibrate.add_argument("--risk", type=float, default=0.10, metavar="R", help="share of wrong answers (0.10)")
    calibrate.add_argument("--forget", action="store_true", help="go back to the cut that ships with qa")

    gold = _command(commands, "gold", "check or extend a file of your own test questions", _gold, _GOLD)
    gold.add_argument("action", choices=("check", "new"))
    gold.add_argument("file", metavar="FILE")
    gold.add_argument("-n", type=int, default=10, metavar="N", help="questions to propose at most (10)")
    _corpus_options(gold)


def _output_options(parser: argparse.ArgumentParser, what: str, most: int) -> None:
    parser.add_argument("-k", type=int, default=most, metavar="N", help=f"{what} to show at most ({most})")
    parser.add_argument("--json", action="store_true", help="print them as JSON")


def _corpus_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus",
        action="append",
        metavar="PATH",
        help="a file or folder; again for more (default: the bundled documents)",
    )
    _exclude_option(parser)


def _exclude_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="leave files out, as in a .gitignore"
    )


def _open(options: argparse.Namespace) -> Library:
    """The library of a command's options; what its user should know about it goes to stderr."""
    from qa.library import open_library

    progress = _progress()
    try:
        library = open_library(options.corpus, exclude=options.exclude, progress=progress)
    except KeyboardInterrupt:
        if progress and progress.clear():
            _note("stopped; the next time goes on from what is finished")
        raise
    if library.notice:
        _note(library.notice)
    return library


def _progress() -> _Progress | None:
    return _Progress() if sys.stderr.isatty() else None


class _Progress:
    """A counter on one line of the terminal, for corpora that take a while; gone again when all is done.

    prompt_toolkit has one, too. It draws from a thread of its own and reads the keyboard in raw mode meanwhile, so that
    Control-C becomes a key, what is typed ahead is lost, and a process that is killed leaves the terminal in that mode.
    Indexing has to bear being killed, and here there is nothing to restore.
    """

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None
        self._drawn = 0.0
        self._columns = 0

    def __call__(self, done: int, total: int) -> None:
        import time

        now = time.monotonic()
        began, before = self._first = self._first or (now, done)
        if done >= total:
            self.clear()
        elif now - began >= _SILENT_SECONDS and now - self._drawn >= _REDRAWN_SECONDS:
            line = _indexing(done, total, rate=(done - before) / (now - began), width=_width() - 1)
            print(f"\r{line:<{self._columns}}", end="", file=sys.stderr, flush=True)
            self._drawn, self._columns = now, len(line)

    def clear(self) -> bool:
        """Take the line away; whether it was there."""
        drawn = self._columns > 0
        if drawn:
            print(f"\r{'':<{self._columns}}\r", end="", file=sys.stderr, flush=True)
        self._first, self._columns = None, 0
        return drawn


def _indexing(done: int, total: int, *, rate: float, width: int) -> str:
    """What is done, how fast, and the time left, as much as fits.

    >>> _indexing(30_000_000, 60_000_000, rate=3_000_000, width=79)
    'indexing ━━━━━━━━━━           30 of 60 MB, 10 s left, 3.0 MB/s'
    >>> _indexing(30_000_000, 60_000_000, rate=3_000_000, width=39)
    'indexing 30 of 60 MB, 10 s left'
    """
    bar = "━" * round(_BAR * done / max(total, 1))
    shown = f"{done / 1e6:.0f} of {total / 1e6:.0f} MB"
    if rate > 0:
        shown += f", {(total - done) / rate:.0f} s left"
    whole = f"{shown}, {rate / 1e6:.1f} MB/s"
    return (f"indexing {bar:<{_BAR}} {whole}" if _BAR + len(whole) + 10 <= width else f"indexing {shown}")[:width]


def _width() -> int:
    import shutil

    return min(shutil.get_terminal_size().columns, 100)


def _terminal() -> bool:
    """Whether answers go to a terminal that heeds escape sequences."""
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _color() -> bool:
    return _terminal() and not os.environ.get("NO_COLOR")


def _links() -> bool:
    """Whether the terminal is known to turn OSC 8 into hyperlinks; `QA_LINKS` set to 0 or 1 knows better."""
    if (told := os.environ.get("QA_LINKS")) is not None:
        return told not in ("", "0") and _terminal()
    known = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM", "WEZTERM_PANE")
    programs = ("iTerm.app", "vscode", "WezTerm", "ghostty", "Hyper")
    terms = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")
    vte = os.environ.get("VTE_VERSION", "")
    modern = any(os.environ.get(name) for name in known) or os.environ.get("TERM_PROGRAM") in programs
    modern = modern or os.environ.get("TERM", "").startswith(terms)
    return _terminal() and (modern or (vte.isdecimal() and int(vte) >= 5000))


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _ask(options: argparse.Namespace) -> int:
    from qa.library import check
    from qa.present import json_text

    if options.batch:
        return _batch(options)
    check(options.question, k=options.k)
    with _open(options) as library:
        answer, why = _answered(library, options.question, options)
        _note_unread(library)
    _say(json_text(answer, explanation=why, encoding=_encoding()) if options.json else _shown(answer, why))
    return 0 if answer.answered else 1


def _answered(library: Library, question: str, options: argparse.Namespace) -> tuple[Answer, Explanation | None]:
    answer = library.answer(question, k=options.k)
    return answer, library.explain(answer) if options.explain else None


def _shown(answer: Answer, why: Explanation | None) -> str:
    from qa.present import explanation_text, text

    shown = text(answer, width=_width(), color=_color())
    return f"{shown}\n\n{explanation_text(why, width=_width())}" if why else shown


def _batch(options: argparse.Namespace) -> int:
    """Answer each line in turn; a wrong one is reported in its place, and by its number, and does not stop the rest."""
    from qa.library import check

    check("any", k=options.k)
    answered, wrong = 0, 0
    lines = _lines(options.question)
    with _open(options) as library:
        _note_unread(library)
        for number, line in enumerate(lines, 1):
            question = line.rstrip("\r\n")
            if not question.strip():
                continue
            try:
                answer, why = _answered(library, question, options)
            except QAError as error:
                wrong += 1
                _note(f"line {number}: {error}")
                _say_one_of_many(question, error, None, options)
            else:
                answered += answer.answered
                _say_one_of_many(question, answer, why, options)
    return 2 if wrong else 0 if answered else 1


def _say_one_of_many(
    question: str, reply: Answer | QAError, why: Explanation | None, options: argparse.Namespace
) -> None:
    """Print what a question got: a line of JSON, or the question and text. Whoever reads it need not wait for more."""
    from qa.present import json_text, one_line

    if options.json:
        value = {"question": question, "error": str(reply)} if isinstance(reply, QAError) else reply
        _say(json_text(value, explanation=why, indent=None, encoding=_encoding()))
    else:
        shown = one_line(str(reply)) if isinstance(reply, QAError) else _shown(reply, why)
        _say(f"? {one_line(question)}\n{shown}\n")
    sys.stdout.flush()


def _lines(name: str) -> Iterable[str]:
    """The lines of a file, or of standard input for "-"; a mark of the byte order is none of them.

    Bytes that are no UTF-8 become U+FFFD.
    """
    if name == "-":
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
        return sys.stdin
    try:
        with open(name, encoding="utf-8-sig", errors="replace") as file:
            return file.readlines()
    except OSError as error:
        raise QAError(f"{name}: cannot be read: {error.strerror}") from None


def _search(options: argparse.Namespace) -> int:
    from qa.library import check
    from qa.present import hits_text, json_text, read_as_text

    check(options.query, k=options.k)
    with _open(options) as library:
        hits = library.search(options.query, k=options.k)
        if read_as := library.read_as(options.query):
            _note(read_as_text(read_as))
        _note_unread(library)
    _say(json_text(hits, encoding=_encoding()) if options.json else hits_text(hits, width=_width()))
    return 0 if hits else 1


def _note_unread(library: Library) -> None:
    from qa.present import unread_text

    if unread := unread_text(*library.unread):
        _note(f"{unread} (qa index PATH lists them)")


def _chat(options: argparse.Namespace) -> int:
    from pathlib import Path

    from qa.repl import Chat, Opening, resumed, run, typed_ahead

    opening = Opening(lambda progress: _opened(options, progress))
    chat = Chat(opening, lambda value: _say(f"{value}\n"), _width, _color(), links=_links())
    chat.waiting = _progress()
    chat.remember = not options.no_history
    chat.gold = Path(options.gold).expanduser() if options.gold else None
    try:
        if options.resume:
            chat.history = resumed(Path(options.resume).expanduser(), chat.library)
            chat.shown = chat.history[-1] if chat.history else None
            _note(f"{len(chat.history)} questions of {options.resume} come before")
        with typed_ahead():
            run(_session(options, chat), chat)
    finally:
        opening.close()
    return 0


def _session(options: argparse.Namespace, chat: Chat) -> PromptSession[str] | Lines:
    """A prompt where somebody types, on standard error when answers go elsewhere; else the lines that come in."""
    from qa.repl import Lines, terminal_session

    if not sys.stdin.isatty():
        return Lines(_lines("-"), chat.write)
    from prompt_toolkit.output import create_output

    output = create_output(always_prefer_tty=True)
    return terminal_session(chat, remember=chat.remember, vi=options.vi, output=output)


def _opened(options: argparse.Namespace, progress: Callable[[int, int], None]) -> Library:
    from qa.library import open_library

    return open_library(options.corpus, exclude=options.exclude, progress=progress)


def _gold(options: argparse.Namespace) -> int:
    return _gold_new(options) if options.action == "new" else _gold_check(options)


def _gold_new(options: argparse.Namespace) -> int:
    from pathlib import Path

    from qa.errors import QuestionError
    from qa.gold import read_gold
    from qa.present import coverage_text
    from qa.propose import alike, coverage, proposals

    if options.n < 1:
        raise QuestionError(f"-n is {options.n}: at least one question is proposed")
    file = Path(options.file).expanduser()
    with _open(options) as library:
        items = read_gold(file, library.document) if file.exists() else []
        for line in coverage_text(coverage(items, library.paths), alike(items)).split("\n"):
            _note(line)
        found = proposals(library, items, count=options.n)
        asks = sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty()
        (_confirm if asks else _print_proposals)(library, file, found)
    return 0 if found else 1


def _print_proposals(library: Library, file: Path, found: Sequence[Proposal]) -> None:
    """As lines of a question file, with how sure the tool is; a question that is null is still to be written."""
    from qa.gold import free_ids, new_item
    from qa.present import json_text

    for name, one in zip(free_ids(file), found, strict=False):
        item = new_item(
            name, one.question, kind=one.kind, answer=one.answer, places=[one.place], document=library.document
        )
        sure = {"confidence": one.confidence} if one.question is not None else {}
        _say(json_text({**item, **sure}, indent=None, encoding=_encoding()))


def _confirm(library: Library, file: Path, found: Sequence[Proposal]) -> None:
    """Ask about each, and add what is confirmed to the file at once."""
    from qa.gold import add_item, kind_of
    from qa.present import one_line, proposal_text

    _say("Return keeps a question, - leaves it out, other words take its place; Control-D ends.")
    for one in found:
        quote = library.document(one.place.path).quote(one.place.start, one.place.end)
        _say("\n" + proposal_text(one, quote, width=_width()))
        try:
            typed = input("> ").strip()
        except EOFError:
            _say("")
            return
        question = typed or one.question
        if typed == "-" or question is None:
            continue
        kind, answer = (kind_of(typed), None) if typed else (one.kind, one.answer)
        number = add_item(
            file,
            question=question,
            standalone=question,
            history=(),
            kind=kind,
            answer=answer,
            places=[one.place],
            document=library.document,
        )
        _say(one_line(f"Kept: {number} questions in {file}"))


def _gold_check(options: argparse.Namespace) -> int:
    from pathlib import Path

    from qa.gold import recheck
    from qa.present import one_line

    with _open(options) as library:
        changes = recheck(Path(options.file), library.document)
    for change in changes:
        what = "gone" if change.to is None else "moved, and corrected"
        _say(one_line(f"{options.file}:{change.line}: {change.id}: {what}: {change.path}: {change.text[:60]!r}"))
    gone = sum(change.to is None for change in changes)
    _say(f"{len(changes) - gone} moved, {gone} gone")
    return 1 if gone else 0


def _index(options: argparse.Namespace) -> int:
    from qa.present import counted, skipped_text

    with _open(options) as library:
        _say(f"{counted(len(library.paths), 'document')}, {counted(library.passage_count, 'passage')}")
        if library.skipped:
            print(f"{len(library.skipped)} skipped:\n{skipped_text(library.skipped)}", file=sys.stderr)
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    from pathlib import Path

    from qa.errors import QuestionError
    from qa.library import forget_promise
    from qa.present import calibration_text

    if options.forget == (options.gold is not None):
        raise QuestionError("calibrate needs a file of questions, or --forget, and not both")
    if options.forget:
        dropped = forget_promise(options.corpus, exclude=options.exclude)
        _say("The promise is dropped." if dropped else "There is no promise.")
        return 0
    from qa.calibrate import calibrate, check
    from qa.gold import read_gold

    check(options.risk)
    with _open(options) as library:
        found = calibrate(library, read_gold(Path(options.gold), library.document), risk=options.risk)
        if found.promise:
            library.keep_promise(found.promise)
        earlier = library.promise
    _say(calibration_text(found))
    if not found.promise and earlier:
        _note(f"the earlier promise of {100 * earlier.risk:g} % stays; --forget drops it")
    return 0 if found.promise else 1


def _cache(options: argparse.Namespace) -> int:
    from qa.library import cached_indexes, index_size, remove_index
    from qa.present import one_line

    problems = []
    for folder, what in cached_indexes():
        if options.action == "list":
            _say(f"{index_size(folder):>14,}  {one_line(what)}")
            continue
        try:
            remove_index(folder)
        except CacheError as error:
            problems.append(error)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise CacheError(f"{problems[0]}{more}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from qa.present import checks_text, json_text
    from qa.receipt import claims_in, prove

    transcript = "".join(_lines(options.transcript))
    roots = options.corpus and [os.path.expanduser(root) for root in options.corpus]
    try:
        checks = prove(claims_in(transcript, corpus=roots))
    except QAError as error:
        raise QAError(f"{options.transcript}: {error}") from None
    _say(json_text(checks, encoding=_encoding()) if options.json else checks_text(checks, width=_width()))
    return 0 if all(check.status == "intact" for check in checks) else 1


def _formats(_: argparse.Namespace) -> int:
    from qa.load import formats

    for reader in formats():
        _say(f"{reader.name:<12} {' '.join(suffix for suffix in reader.suffixes if suffix)}")
    _say(f"{'compressed':<12} .gz of any of these, .zip of any of these")
    _say("A file of any other name is read as text where it decodes as such.")
    return 0
