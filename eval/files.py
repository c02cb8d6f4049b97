"""Writing what a run leaves behind."""

from __future__ import annotations

from pathlib import Path

from qa.errors import QAError

__all__ = ["write"]


def write(file: Path, text: str) -> None:
    """Write a file. Raises QAError when it cannot be."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise QAError(f"{file}: cannot be written: {error.strerror}") from None
