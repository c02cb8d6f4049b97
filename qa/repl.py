"""The chat: a line in, a quoted answer out.

Control-C drops the line, Control-D leaves. `run` is handed its parts, so that tests need no terminal.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import QAError
from qa.library import Library
from qa.model import Answer
from qa.present import one_line, printable, skipped_text, text

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History

__all__ = ["Chat", "editor_command", "run", "terminal_session"]

_MORE = 5
_LONGEST_NUMBER = 9
"""Digits of a quote's number: int() raises beyond some thousand."""
_HELP = """\
Ask in your own words; the answer is a quotation with its place, or the word that the documents do not answer.
/more        further quotes for the last question
/open N      open the file of quote N at its line ($VISUAL, $EDITOR, or a pager)
/sources     the documents, and what could not be read
/help        this
/quit        leave (also Control-D); Control-C drops the line
in:notes/a   in a question: only documents below a folder, in a file, or of a pattern such as in:*.md
title:irmin  only documents with this word in their title
"boot time"  words that had better stand together"""
_HANGING = " " * 13


@dataclass(slots=True)
class Chat:
    """One conversation: the library it asks and what was answered so far."""

    library: Library
    write: Callable[[str], None]
    width: Callable[[], int] = lambda: 80
    color: bool = False
    history: list[Answer] = field(default_factory=list)
    shown: Answer | None = None

    def take(self, line: str) -> bool:
        """Handle one line; False when it asked to leave."""
        line = line.strip()
        if not line:
            return True
        if line.startswith("/"):
            return self._command(*line[1:].split(maxsplit=1))
        self._ask(line)
        return True

    def _ask(self, question: str) -> None:
        answer = self.library.answer(question, history=self.history)
        self.history.append(answer)
        self.shown = answer
        self.write(text(answer, width=self.width(), color=self.color))

    def _command(self, name: str = "", argument: str = "") -> bool:
        commands: dict[str, Callable[[str], None]] = {
            "more": self._more,
            "open": self._open,
            "sources": self._sources,
            "help": self._help,
        }
        if name in ("quit", "exit", "q"):
            return False
        if name in commands:
            commands[name](argument)
        else:
            self.write(f"/{printable(name)}: no such command; /help lists them")
        return True

    def _more(self, _: str) -> None:
        if self.shown is None:
            self.write("Ask something first.")
            return
        before = len(self.shown.quotes or self.shown.nearest)
        answer = self.library.answer(self.shown.standalone, k=before + _MORE)
        if len(answer.quotes or answer.nearest) == before:
            self.write("There is no more.")
            return
        self.shown = answer
        page = replace(
            answer, question=answer.standalone, quotes=answer.quotes[before:], nearest=answer.nearest[before:]
        )
        self.write(text(page, width=self.width(), color=self.color, first=before + 1))

    def _open(self, argument: str) -> None:
        quotes = (self.shown.quotes or self.shown.nearest) if self.shown else ()
        number = int(argument) if argument.isdecimal() and len(argument) <= _LONGEST_NUMBER else 0
        if not 1 <= number <= len(quotes):
            self.write(f"/open N, with N from 1 to {len(quotes)}" if quotes else "There is no quote to open yet.")
            return
        quote = quotes[number - 1]
        try:
            _show(editor_command(self.library.file(quote.path), quote.line))
        except (OSError, ValueError) as error:  # no such program, or no command
            self.write(f"{one_line(str(error))}; set $EDITOR to an editor")

    def _help(self, _: str) -> None:
        first, *commands = _HELP.split("\n")
        lines = [textwrap.fill(line, self.width(), subsequent_indent=_HANGING) for line in commands]
        self.write("\n".join([textwrap.fill(first, self.width()), *lines]))

    def _sources(self, _: str) -> None:
        lines = [one_line(path) for path in self.library.paths]
        if self.library.skipped:
            lines += ["", "not read:", skipped_text(self.library.skipped)]
        self.write("\n".join(lines))


def editor_command(file: Path, line: int | None) -> list[str]:
    """The program and arguments that show a file at a line: $VISUAL, $EDITOR, else a pager.

    Raises ValueError for a variable that is no command.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        program = shlex.split(editor)
    except ValueError as error:
        raise ValueError(f"{editor}: {error}") from None
    return [*(program or [shutil.which("less") or "more"]), *([f"+{line}"] if line else []), os.path.abspath(file)]


def _show(command: Sequence[str]) -> None:
    """Run an editor or a pager until it ends. Raises OSError when it cannot be started."""
    with _control_c_is_the_childs():
        try:
            subprocess.run(command, check=False)
        except OSError as error:
            raise OSError(f"{command[0]}: {error.strerror}") from None


@contextmanager
def _control_c_is_the_childs() -> Iterator[None]:
    """Let Control-C pass: else Python would kill the pager, which then leaves the terminal as it is.

    A handler that does nothing instead of SIG_IGN, because the child would inherit that.
    """
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run(session: PromptSession[str], talk: Chat) -> None:
    """Read lines until the user leaves."""
    greeting = (
        f"{len(talk.library.paths)} documents, {talk.library.passage_count} passages. "
        "Ask, or /help for help; Control-D leaves."
    )
    talk.write(textwrap.fill(greeting, talk.width()))
    while True:
        try:
            line = session.prompt("? ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        try:
            if not talk.take(line):
                return
        except QAError as error:
            talk.write(printable(str(error)))
        except KeyboardInterrupt:
            continue


def terminal_session() -> PromptSession[str]:
    """A prompt in the terminal that remembers its lines from one time to the next, where it can write them down."""
    from prompt_toolkit import PromptSession

    return PromptSession(history=_history())


def _history() -> History:
    """The lines typed before: from a file, or none where that cannot be used."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    class Kept(FileHistory):
        """A history that loses a line rather than the chat when the disk is full."""

        def store_string(self, string: str) -> None:
            with suppress(OSError):
                super().store_string(string)

    try:
        return Kept(str(_history_file()))
    except OSError:
        return InMemoryHistory()


def _history_file() -> Path:
    """The file of lines typed, for its user alone. Raises OSError when it cannot be read and written."""
    import platformdirs

    folder = Path(os.environ.get("QA_STATE") or platformdirs.user_state_path("qa", appauthor=False))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "history"
    file.touch(mode=0o600)
    with file.open("a+b"):  # prompt_toolkit would notice only when the chat is under way
        return file
