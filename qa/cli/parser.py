"""What may be typed: the commands, their options, and the help for both.

A command's name is that of the module whose `run` does it.
"""

from __future__ import annotations

import argparse
from os.path import expanduser
from typing import Any, NoReturn

from qa import __version__
from qa.cli.streams import note, say
from qa.languages import AUTO

__all__ = ["command_line"]

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


def command_line() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="qa", description="Answers from your own documents, quoted word for word. Without a command: a chat."
    )
    parser.add_argument("--version", action="version", version=f"qa {__version__}")
    parser.set_defaults(
        command="chat", corpus=None, exclude=(), language=AUTO, vi=False, no_history=False, resume=None, gold=None
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_asking(commands)
    _add_keeping(commands)
    _add_judging(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one line, as all others are, and which notices when nobody can read its help."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def _print_message(self, message: str, file: object = None) -> None:  # the original passes over any OSError
        say(message.rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        note(f"{message} (see {self.prog} --help)")
        raise SystemExit(2)


def _command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    does: str,
    epilog: str | None = None,
) -> _Parser:
    parser = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=epilog)
    parser.set_defaults(command=name)
    return parser


def _add_asking(commands: argparse._SubParsersAction[_Parser]) -> None:
    chat = _command(commands, "chat", "ask questions one after the other")
    _corpus_options(chat)
    chat.add_argument("--vi", action="store_true", help="edit lines as vi does, not as Emacs")
    chat.add_argument("--no-history", action="store_true", help="leave no trace of what is typed")
    _path(chat, "--resume", metavar="FILE", help="go on from a conversation that /save or /export wrote")
    _path(chat, "--gold", metavar="FILE", help="your own questions, to which /good, /bad and /span add")

    ask = _command(commands, "ask", "answer one question", _ASK_FILTERS)
    ask.add_argument("question", metavar="QUESTION", help="with --batch: a file of questions, or - for standard input")
    ask.add_argument("--batch", action="store_true", help="answer every line of the file, as JSON Lines with --json")
    _corpus_options(ask)
    _output_options(ask, "quotes", 3)
    ask.add_argument("--explain", action="store_true", help="say why each quote won, to the last point of its score")

    search = _command(commands, "search", "find passages", _SEARCH_FILTERS)
    search.add_argument("query", metavar="QUERY")
    _corpus_options(search)
    _output_options(search, "passages", 10)


def _add_keeping(commands: argparse._SubParsersAction[_Parser]) -> None:
    index = _command(commands, "index", "build or refresh the index of a folder")
    _path(index, "corpus", nargs="+", metavar="PATH", help="a file or folder; several are one corpus")
    _reading_options(index)

    cache = _command(commands, "cache", "list or clean the cached indexes")
    cache.add_argument("action", nargs="?", choices=("list", "clean"), default="list")

    _command(commands, "formats", "list the formats that can be read")


def _add_judging(commands: argparse._SubParsersAction[_Parser]) -> None:
    verify = _command(commands, "verify", "check that quotes still stand where they stood", _VERIFY)
    _path(verify, "transcript", metavar="TRANSCRIPT.json", help="what --json or /export wrote; - standard input")
    _path(verify, "--corpus", action="append", metavar="PATH", help="look here, not where the transcript says")
    verify.add_argument("--json", action="store_true", help="print what became of each quote as JSON")

    calibrate = _command(commands, "calibrate", "promise how many answers are wrong at most", _CALIBRATE)
    _path(calibrate, "gold", metavar="GOLD", nargs="?", help="questions about the documents, as eval/gold.jsonl")
    _corpus_options(calibrate)
    calibrate.add_argument("--risk", type=float, default=0.10, metavar="R", help="share of wrong answers (0.10)")
    calibrate.add_argument("--forget", action="store_true", help="go back to the cut that ships with qa")

    gold = _command(commands, "gold", "check or extend a file of your own test questions", _GOLD)
    gold.add_argument("action", choices=("check", "new"))
    _path(gold, "file", metavar="FILE")
    gold.add_argument("-n", type=int, default=10, metavar="N", help="questions to propose at most (10)")
    _corpus_options(gold)


def _path(parser: argparse.ArgumentParser, *names: str, **options: Any) -> None:
    """An option that is a path: `~` is a home here, too, for no shell sees it in `--gold=~/own.jsonl`."""
    parser.add_argument(*names, type=expanduser, **options)


def _output_options(parser: argparse.ArgumentParser, what: str, most: int) -> None:
    parser.add_argument("-k", type=int, default=most, metavar="N", help=f"{what} to show at most ({most})")
    parser.add_argument("--json", action="store_true", help="print them as JSON")


def _corpus_options(parser: argparse.ArgumentParser) -> None:
    more = "a file or folder; again for more (default: the bundled documents)"
    _path(parser, "--corpus", action="append", metavar="PATH", help=more)
    _reading_options(parser)


def _reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="leave files out, as in a .gitignore"
    )
    parser.add_argument(
        "--language",
        default=AUTO,
        metavar="CODE",
        help="of all documents, such as de or german (default: each document tells)",
    )
