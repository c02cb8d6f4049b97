"""Starts a module of the package as a process of its own, which is spoken to through pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["start"]


def start(module: str, *arguments: str, silent: bool = False) -> subprocess.Popen[bytes]:
    """`python -m module` with pipes for its input and output; what it says beside is lost where it is to be silent.

    The working folder is not searched for modules (-P): it may be anybody's.
    """
    package = Path(__file__).resolve().parents[2]
    path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if silent else None,
        env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        start_new_session=True,  # Control-C reaches us, and we end them
    )
