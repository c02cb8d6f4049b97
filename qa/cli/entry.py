"""The process: streams, signals, and every ending turned into a line and an exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import NoReturn

from qa.cli.parser import command_line
from qa.cli.streams import drop, note, prepare_streams
from qa.errors import QAError

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy reads it when imported; more threads only wait here
    try:
        prepare_streams()
        try:
            options = command_line().parse_args(argv)
            with _ending_in_order():
                return _done(options)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except QAError as error:
        note(str(error))
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        drop(sys.stdout)
        return 0
    except OSError as error:  # standard output is full or closed
        drop(sys.stdout)
        note(f"{error.filename or 'the answer cannot be written'}: {error.strerror or error}")
        return 2


def _done(options: argparse.Namespace) -> int:
    """The exit code of a command; its module is imported only now: `qa --help` is quick."""
    run: Callable[[argparse.Namespace], int] = import_module(f"qa.cli.{options.command}").run
    return run(options)


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
