"""The process in which untrusted files are parsed: `python -m qa.load.worker BYTES`; see `qa.load.isolated`.

It ends with its input, after the time for a file, and when it runs out of memory.
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import sys
from typing import Any

from qa.load import LIMIT
from qa.load.isolated import NO_MEMORY, encoded
from qa.load.protocol import Unreadable

__all__ = ["main"]


def main() -> None:
    """Serve files from standard input until it ends."""
    _limit_memory(int(sys.argv[1]))
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = open(os.devnull, "wb")  # noqa: SIM115  # stays open: a parser may print, and the watchdog reports
    os.dup2(nowhere.fileno(), 1)
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        # A thread of its own ends the process, whatever native code is doing, and whether or not anybody waits for it.
        faulthandler.dump_traceback_later(request["seconds"], exit=True, file=nowhere)
        reply = _reply(request["module"], sys.stdin.buffer.read(request["size"]))
        replies.write(json.dumps(reply).encode() + b"\n")
        faulthandler.cancel_dump_traceback_later()
        replies.flush()


def _reply(module: str, data: bytes) -> dict[str, Any]:
    try:
        parsed = importlib.import_module(module).parse(data)
        if len(parsed.text) > LIMIT:  # a small file may draw or hold the same text over and over
            raise Unreadable(f"too large: {len(parsed.text):,} characters of text, the limit is {LIMIT:,}")
        return {"parsed": encoded(parsed)}
    except Unreadable as error:
        return {"unreadable": str(error)}
    except MemoryError:
        sys.exit(NO_MEMORY)
    except Exception as error:  # a parser met something unforeseen: one file, not the corpus
        return {"failed": " ".join(f"{type(error).__name__}: {error}".split())}


def _limit_memory(size: int) -> None:
    """Limits what the process may allocate, where the system can, and leaves no image of its memory when it crashes."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        pass


if __name__ == "__main__":
    main()
