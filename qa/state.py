"""Where that is kept which cannot be made again: promises, lines typed, questions of one's own. Not the cache."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["state_folder"]


def state_folder() -> Path:
    """The folder; not made here. `QA_STATE` overrides it."""
    import platformdirs

    return Path(os.environ.get("QA_STATE") or platformdirs.user_state_path("qa", appauthor=False))
