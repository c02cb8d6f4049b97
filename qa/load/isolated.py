"""Parsers of untrusted binary formats, each file within limits of time and memory, in a process that may die of it.

One process serves all such formats. It is started with the first file and again after one that it did not survive; a
file that a used process died of is tried once more in a new one, lest it pays for what came before it.

    request   {"module": "qa.load.pdf", "size": 5, "seconds": 60}, a line feed, then that many bytes
    reply     one line: {"parsed": {...}}, {"unreadable": "why"} or {"failed": "what went wrong"}
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

from qa.load.protocol import Parsed, Unreadable
from qa.model import Block, SourceMap

if TYPE_CHECKING:
    import subprocess

__all__ = ["NO_MEMORY", "Isolation", "decoded", "encoded", "isolated", "rest"]

NO_MEMORY = 3
"""Exit code of a worker that ran out of memory."""


_BYTES_A_SECOND = 200_000


@dataclass(slots=True)
class Isolation:
    """A process for parsing and its limits: seconds for any file, and one more for each 200 kB; bytes of memory."""

    seconds: int = 60
    memory: int = 2 << 30
    _process: subprocess.Popen[bytes] | None = None
    _owner: int = 0  # the process that started it; a fork of that must not speak to it
    _alone: Lock = field(default_factory=Lock)

    def parse(self, module: str, name: str, data: bytes) -> Parsed:
        """What a module's `parse` makes of a file. Raises Unreadable, with the reader's name where that failed."""
        with self._alone:
            used = self._process is not None
            reply = self._asked(module, data)
            if used and "died" in reply and not reply["late"]:
                reply = self._asked(module, data)
        if "parsed" in reply:
            return decoded(reply["parsed"])
        if "unreadable" in reply:
            raise Unreadable(reply["unreadable"])
        raise Unreadable(
            f"the {name} reader {reply['died'] if 'died' in reply else 'failed (' + reply['failed'] + ')'}"
        )

    def rest(self) -> None:
        """End the process until it is needed again, once the file at hand is parsed."""
        with self._alone:
            self.end()

    def end(self) -> None:
        """End the process, if there is one, at once."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            process.kill()
            process.communicate()  # waits, and closes the pipes

    def _asked(self, module: str, data: bytes) -> dict[str, Any]:
        """The reply of the process, or, when it dies instead: `died`, how, and `late`, whether its time was up."""
        seconds = self.seconds + len(data) // _BYTES_A_SECOND
        try:
            process = self._running()
            begun = time.monotonic()
            line = _exchanged(process, {"module": module, "size": len(data), "seconds": seconds}, data)
            if line:
                reply: dict[str, Any] = json.loads(line)
                return reply
            code = process.wait()
        except BaseException:  # interrupted: what it still says is no answer to the next request
            self.end()
            raise
        late = time.monotonic() - begun >= seconds
        self.end()
        return {"died": f"took longer than {seconds} s" if late else self._died(code), "late": late}

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._owner != os.getpid():
            from qa.load.process import start  # late: most corpora have no such file

            self._process, self._owner = start("qa.load.worker", str(self.memory), silent=True), os.getpid()
        return self._process

    def _died(self, code: int) -> str:
        if code == NO_MEMORY:
            return f"needed more than {self.memory >> 20:,} MB of memory"
        # What native code does when an allocation fails is to crash, so that the two cannot be told apart.
        return f"crashed or ran out of memory ({signal.Signals(-code).name if code < 0 else f'exit code {code}'})"


def _exchanged(process: subprocess.Popen[bytes], request: dict[str, object], data: bytes) -> bytes:
    """The line that answers a request; empty when the process dies."""
    requests, replies = _pipes(process)
    try:
        requests.write(json.dumps(request).encode() + b"\n")
        requests.write(data)
        requests.flush()
    except OSError:
        return b""
    line = replies.readline()
    return line if line.endswith(b"\n") else b""


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def encoded(parsed: Parsed) -> dict[str, Any]:
    """As plain JSON values."""
    found = parsed.source_map
    return {
        **{name: getattr(parsed, name) for name in ("format", "text", "pages", "title", "url", "date", "author")},
        "blocks": [(block.start, block.end, block.kind, block.level) for block in parsed.blocks],
        "source_map": found and (found.text_starts, found.source_starts, found.line_starts),
    }


def decoded(values: dict[str, Any]) -> Parsed:
    """What `encoded` was given.

    >>> parsed = Parsed("pdf", "A\\nb", (Block(0, 3, "paragraph"),), pages=(0, 2), title="A")
    >>> decoded(json.loads(json.dumps(encoded(parsed)))) == parsed
    True
    """
    found = values["source_map"]
    return Parsed(
        **values
        | {
            "blocks": tuple(Block(*block) for block in values["blocks"]),
            "pages": tuple(values["pages"]),
            "source_map": found and SourceMap(*map(tuple, found)),
        }
    )


_shared = Isolation()
atexit.register(_shared.end)


def isolated(name: str) -> Callable[[bytes], Parsed]:
    """The `parse` of `qa.load.<name>`, called in a process of its own."""
    return lambda data: _shared.parse(f"qa.load.{name}", name, data)


def rest() -> None:
    """End the process until it is needed again, so that who has read all files does not keep its memory."""
    _shared.rest()
