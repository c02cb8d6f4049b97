"""What is promised about the answers from a corpus, and where that is kept.

A promise is a file of the user's state folder, one a set of roots, beside the history of the chat and apart from the
indexes, so that cleaning the cache leaves it. It holds for the weights that it was measured with: others make other
confidences, and then it is ignored with a word about it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from qa import __version__
from qa.chunk import CHUNKING
from qa.errors import CacheError
from qa.model import Promise
from qa.state import put, state_folder
from qa.text import ANALYSIS
from qa.vectors import TABLE

__all__ = ["forget", "keep", "kept", "model_identity"]

_FOLDER = "promises"
_AGAIN = "calibrate again, or drop it with qa calibrate --forget"


@cache
def model_identity() -> str:
    """A name for all that confidence is made from, other after any change to weights, word vectors or analysis."""
    data = [file for file in files("qa.extract").iterdir() if file.name.endswith((".json", ".npy"))]
    data = [*sorted(data, key=lambda file: file.name), *map(files("qa").joinpath, ("fusion.json", "importance.json"))]
    digest = hashlib.sha256(json.dumps([__version__, ANALYSIS, CHUNKING, TABLE]).encode())
    for file in data:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:24]


def kept(name: str) -> tuple[Promise | None, str | None]:
    """The promise under a name, None where there is none that holds, and then a line about why, if there is a file."""
    try:
        file = _file(name)
        data = json.loads(file.read_bytes())
        promise = _promise(data["promise"])
        if data["model"] != model_identity():
            return None, f"{file}: the promise was made with other weights and is ignored; {_AGAIN}"
        return promise, None
    except (FileNotFoundError, NotADirectoryError):
        return None, None
    except OSError as error:
        return None, f"{error.filename or name}: the promise cannot be read: {error.strerror or error}"
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, f"{file}: the promise is damaged and is ignored; {_AGAIN}"


def _promise(data: dict[str, Any]) -> Promise:
    """A promise from a file. Raises ValueError, KeyError or TypeError for what is none."""
    promise = Promise(**{field.name: data[field.name] for field in fields(Promise)})
    shares = (promise.risk, promise.sure, promise.cut)
    if not all(isinstance(share, float) and 0 < share < 1 for share in shares):
        raise ValueError("a share is not between 0 and 1")
    if not all(isinstance(count, int) for count in (promise.asked, promise.shown, promise.wrong)):
        raise ValueError("a count is no whole number")
    return promise


def keep(name: str, promise: Promise) -> Path:
    """Write a promise down under a name, for its user alone, in one step. Raises CacheError when that cannot be."""
    file = _file(name)
    try:
        put(file, json.dumps({"model": model_identity(), "promise": asdict(promise)}))
    except OSError as error:
        raise CacheError(f"{file}: the promise cannot be written: {error.strerror}; set QA_STATE to another") from None
    return file


def forget(name: str) -> bool:
    """Remove the promise under a name; whether there was one. Raises CacheError when it stays."""
    file = _file(name)
    try:
        file.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise CacheError(f"{file}: the promise cannot be removed: {error.strerror}") from None
    return True


def _file(name: str) -> Path:
    return state_folder() / _FOLDER / f"{name}.json"
