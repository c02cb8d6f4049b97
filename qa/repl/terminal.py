"""The terminal between two prompts: what is typed ahead waits, unseen, for the next one.

Else its letters would stand amid an answer or a progress line, and Control-D typed ahead would be lost. Control-C
interrupts all the time. Where there is no terminal, nothing happens.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["as_usual", "typed_ahead"]


@contextmanager
def typed_ahead() -> Iterator[None]:
    """No echo, and no waiting for the end of a line."""
    with _echoing(False):
        yield


@contextmanager
def as_usual() -> Iterator[None]:
    """As a program expects it that is started from a shell."""
    with _echoing(True):
        yield


@contextmanager
def _echoing(wanted: bool) -> Iterator[None]:
    if not sys.stdin or not sys.stdin.isatty() or sys.platform == "win32":
        yield
        return
    import termios

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    modes = [*before]
    flags = termios.ECHO | termios.ICANON
    modes[3] = before[3] | flags if wanted else before[3] & ~flags
    termios.tcsetattr(number, termios.TCSANOW, modes)
    try:
        yield
    finally:
        termios.tcsetattr(number, termios.TCSANOW, before)
