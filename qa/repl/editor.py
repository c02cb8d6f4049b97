"""A file shown at a line, in the user's editor or a pager."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from qa.repl.terminal import as_usual

__all__ = ["editor_command", "show"]

_GOTO = ("code", "code-insiders", "codium", "cursor")
_COLON = ("subl", "hx", "helix", "zed")


def editor_command(file: Path, line: int | None) -> list[str]:
    """The program and arguments that show a file at a line: $VISUAL, $EDITOR, else a pager.

    Raises ValueError for a variable that is no command.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        program = shlex.split(editor)
    except ValueError as error:
        raise ValueError(f"{editor}: {error}") from None
    program = program or [shutil.which("less") or "more"]
    return [*program, *_at(Path(program[0]).stem, os.path.abspath(file), line)]


def _at(program: str, file: str, line: int | None) -> list[str]:
    """A file at a line, as a program takes it: most do as vi does."""
    if line is None:
        return [file]
    if program in _COLON:
        return [f"{file}:{line}"]
    return ["--goto", f"{file}:{line}"] if program in _GOTO else [f"+{line}", file]


def show(command: Sequence[str]) -> None:
    """Run an editor or a pager until it ends. Raises OSError when it cannot be started."""
    with as_usual(), _control_c_is_the_childs():
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
