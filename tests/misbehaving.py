"""A parser for tests of isolation: the file says what it does."""

import os
import sys
import time

from qa.load import LIMIT
from qa.load.protocol import Parsed, Unreadable
from qa.model import Block

held: list[bytes] = []


def parse(data: bytes) -> Parsed:
    """Reads a file, or does what no reader should do."""
    deed = data.decode()
    if deed == "hang":
        time.sleep(600)
    elif deed == "crash":
        os.abort()
    elif deed == "crash once used":
        if held:
            os.abort()
    elif deed == "leave":
        os._exit(7)
    elif deed == "swallow":
        held.append(bytes(4 << 30))
    elif deed == "print":
        print("{}", flush=True)
        sys.stderr.write("noise")
    elif deed == "raise":
        raise ValueError("two\nlines")
    elif deed == "refuse":
        raise Unreadable("not this one")
    elif deed == "swell":
        deed *= LIMIT
    held.append(data)
    return Parsed("odd", deed, (Block(0, len(deed), "paragraph"),), title=str(os.getpid()), pages=(0,))
