"""A library that is opened while its user types: the prompt comes first, numpy and the index after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qa.library import Library

__all__ = ["Opening"]

Progress = Callable[[int, int], None]
_LOOK_SECONDS = 0.1


class _Cancelled(BaseException):
    """Nobody waits for the index any more; indexing ends where it next tells its progress."""


class Opening:
    """Opens a library in a thread of its own; `get` waits for it, `progress` says how far it is.

    It begins with `start`, or with the first `get`: what it imports would keep the prompt waiting. What goes wrong is
    raised by `get`.
    """

    def __init__(self, open_library: Callable[[Progress], Library]) -> None:
        self.progress: tuple[int, int] | None = None
        """Bytes of files done and bytes in all; None while nothing is indexed."""
        self._open = open_library
        self._library: Library | None = None
        self._error: Exception | None = None
        self._cancelled = False
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, if that has not happened."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def _run(self) -> None:
        try:
            self._library = self._open(self._seen)
        except _Cancelled:
            pass
        except Exception as error:
            self._error = error
        self._done.set()

    def _seen(self, done: int, total: int) -> None:
        if self._cancelled:
            raise _Cancelled
        self.progress = (done, total)

    @property
    def done(self) -> bool:
        """Whether `get` returns, or raises, at once."""
        return self._done.is_set()

    @property
    def failed(self) -> bool:
        """Whether `get` raises."""
        return self.done and self._library is None

    def within(self, seconds: float) -> bool:
        """Whether it is done before some seconds have passed."""
        self.start()
        return self._done.wait(seconds)

    def get(self, waiting: Callable[[int, int], None] | None = None) -> Library:
        """The library, waited for; `waiting` is called with the progress. Control-C ends the wait, not the opening.

        Raises what opening raised.
        """
        self.start()
        try:
            while not self._done.wait(_LOOK_SECONDS):
                if waiting and self.progress:
                    waiting(*self.progress)
        finally:
            if waiting:
                waiting(1, 1)  # ends its line
        if self._error is not None:
            raise self._error
        if self._library is None:
            raise RuntimeError("the library was not opened")
        return self._library

    def close(self) -> None:
        """End the opening, and let go of the library. What is indexed so far is kept, which is waited for."""
        self._cancelled = True
        if self.done and self._library is not None:
            self._library.close()
        elif self._thread is not None:
            self._thread.join(timeout=_LOOK_SECONDS if self.progress is None else None)
