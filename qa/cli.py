"""The command line: the only place that prints and exits.

Exit codes: 0 answered, 1 the documents do not answer, 2 wrong usage or nothing readable, 130 after Control-C. Answers
go to stdout and nothing else does.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

import qa
from qa.errors import QAError
from qa.library import Library, cached_indexes, open_library
from qa.present import printable

__all__ = ["main"]

_SILENT_SECONDS = 0.5
_BAR = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        options = _parser().parse_args(argv)
        run: Callable[[argparse.Namespace], int] = options.run
        code = run(options)
        sys.stdout.flush()
        return code
    except QAError as error:
        _note(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:  # standard output is full or closed
        _drop_output()
        _note(f"the answer cannot be written: {error.strerror}")
        return 2


def _drop_output() -> None:
    """Point standard output elsewhere, so that the flush at exit does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, as all others are."""

    def error(self, message: str) -> NoReturn:
        _note(f"{message} (see {self.prog} --help)")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="qa", description="Answers from your own documents, quoted word for word. Without a command: a chat."
    )
    parser.add_argument("--version", action="version", version=f"qa {qa.__version__}")
    parser.set_defaults(run=_chat, corpus=None, exclude=())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    chat = commands.add_parser("chat", help="ask questions one after the other")
    _corpus_options(chat)
    chat.set_defaults(run=_chat)

    ask = commands.add_parser("ask", help="answer one question")
    ask.add_argument("question", metavar="QUESTION")
    _corpus_options(ask)
    ask.add_argument("-k", type=int, default=3, metavar="N", help="quotes to show at most (3)")
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    ask.set_defaults(run=_ask)

    search = commands.add_parser("search", help="find passages")
    search.add_argument("query", metavar="QUERY")
    _corpus_options(search)
    search.add_argument("-k", type=int, default=10, metavar="N", help="passages to show at most (10)")
    search.add_argument("--json", action="store_true", help="print the passages as JSON")
    search.set_defaults(run=_search)

    index = commands.add_parser("index", help="build or refresh the index of a folder")
    index.add_argument("corpus", nargs="+", metavar="PATH")
    index.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="leave files out, as in a .gitignore"
    )
    index.set_defaults(run=_index)

    cache = commands.add_parser("cache", help="list or clean the cached indexes")
    cache.add_argument("action", nargs="?", choices=("list", "clean"), default="list")
    cache.set_defaults(run=_cache)

    formats = commands.add_parser("formats", help="list the formats that can be read")
    formats.set_defaults(run=_formats)
    return parser


def _corpus_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus",
        action="append",
        metavar="PATH",
        help="a file or folder; again for more (default: the bundled documents)",
    )
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="leave files out, as in a .gitignore"
    )


def _open(options: argparse.Namespace) -> Library:
    """The library of a command's options; what its user should know about it goes to stderr."""
    library = open_library(
        options.corpus, exclude=options.exclude, progress=_progress() if sys.stderr.isatty() else None
    )
    if library.notice:
        _note(library.notice)
    return library


def _progress() -> Callable[[int, int], None]:
    """A counter on one line of the terminal, for corpora that take a while."""

    began = time.monotonic()

    def show(done: int, total: int) -> None:
        spent = time.monotonic() - began
        if spent < _SILENT_SECONDS and done < total:
            return
        rate = done / max(spent, 1e-3)
        left = f"{(total - done) / max(rate, 1):.0f} s left"
        bar = "━" * round(_BAR * done / max(total, 1))
        line = f"indexing {bar:<{_BAR}} {done / 1e6:.0f} of {total / 1e6:.0f} MB, {rate / 1e6:.1f} MB/s, {left}"
        print(f"\r{line:<78}", end="\n" if done >= total else "", file=sys.stderr, flush=True)

    return show


def _note(line: str) -> None:
    print("qa: " + printable(line).replace("\n", " "), file=sys.stderr)


def _width() -> int:
    return min(shutil.get_terminal_size().columns, 100)


def _color() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _ask(options: argparse.Namespace) -> int:
    from qa.present import json_text, text

    with _open(options) as library:
        answer = library.answer(options.question, k=options.k)
    print(json_text(answer) if options.json else text(answer, width=_width(), color=_color()))
    return 0 if answer.answered else 1


def _search(options: argparse.Namespace) -> int:
    from qa.present import hits_text, json_text

    with _open(options) as library:
        hits = library.search(options.query, k=options.k)
    print(json_text(hits) if options.json else hits_text(hits, width=_width()))
    return 0 if hits else 1


def _chat(options: argparse.Namespace) -> int:
    from qa.repl import Chat, run, terminal_session

    with _open(options) as library:
        run(terminal_session(), Chat(library, lambda value: print(f"{value}\n"), _width, _color()))
    return 0


def _index(options: argparse.Namespace) -> int:
    from qa.present import skipped_text

    with _open(options) as library:
        print(f"{len(library.paths)} documents, {library.passage_count} passages")
        if library.skipped:
            print(f"{len(library.skipped)} skipped:\n{skipped_text(library.skipped)}", file=sys.stderr)
    return 0


def _cache(options: argparse.Namespace) -> int:
    for folder, what in cached_indexes():
        if options.action == "clean":
            shutil.rmtree(folder)
        else:
            size = sum(file.stat().st_size for file in folder.iterdir())
            print(f"{size:>14,}  {printable(what)}")
    return 0


def _formats(_: argparse.Namespace) -> int:
    from qa.load import formats

    for reader in formats():
        print(f"{reader.name:<12} {' '.join(reader.suffixes)}")
    return 0
