"""The line that says how far indexing is."""

from __future__ import annotations

import sys

from qa.cli.terminal import width

__all__ = ["Progress", "progress"]

_SILENT_SECONDS = 0.5
_REDRAWN_SECONDS = 0.1
_BAR = 20


def progress() -> Progress | None:
    return Progress() if sys.stderr.isatty() else None


class Progress:
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
            line = _indexing(done, total, rate=(done - before) / (now - began), width=width() - 1)
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
