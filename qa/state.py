"""Where that is kept which cannot be made again: promises, lines typed, questions of one's own. Not the cache."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["put", "state_folder"]


def state_folder() -> Path:
    """The folder; not made here. `QA_STATE` overrides it."""
    import platformdirs

    return Path(os.environ.get("QA_STATE") or platformdirs.user_state_path("qa", appauthor=False))


def put(file: Path, text: str) -> None:
    """Put a text in a file in one step, so that it is never half written; a file that is new is its user's alone.

    Raises OSError, or ValueError for what UTF-8 cannot write; the file is then as it was.
    """
    file = Path(os.path.realpath(file))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o600
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
