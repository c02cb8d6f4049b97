"""The README's conversation, held again: `python scripts/readme_session.py` writes what the chat says now into it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from qa.library import Library, open_library
from qa.repl import Chat

README = Path(__file__).resolve().parent.parent / "README.md"
SHOWN = re.compile(r"(?<=^\$ qa\n)(?:.*\n)*?(?=```)", re.MULTILINE)


def held(talk: str, library: Library) -> str:
    """A conversation as it goes when its questions are asked now."""
    written: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        chat = Chat(library, lambda value: written.append(f"{value}\n\n"), gold=Path(folder) / "my-questions.jsonl")
        for line in re.findall(r"^\? (.*)$", talk, re.MULTILINE):
            written.append(f"? {line}\n")
            chat.take(line)
        return re.sub(rf"{re.escape(folder)}/| \(python -m eval .*\)", "", "".join(written))


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    with open_library() as bundled:
        README.write_text(SHOWN.sub(lambda shown: held(shown[0], bundled), text), encoding="utf-8")
