"""What the terminal can show."""

from __future__ import annotations

import os
import sys

__all__ = ["in_color", "links_are_shown", "width"]


def width() -> int:
    import shutil

    return min(shutil.get_terminal_size().columns, 100)


def _terminal() -> bool:
    """Whether answers go to a terminal that heeds escape sequences."""
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def in_color() -> bool:
    return _terminal() and not os.environ.get("NO_COLOR")


def links_are_shown() -> bool:
    """Whether the terminal is known to turn OSC 8 into hyperlinks; `QA_LINKS` set to 0 or 1 knows better."""
    if (told := os.environ.get("QA_LINKS")) is not None:
        return told not in ("", "0") and _terminal()
    known = ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM", "WEZTERM_PANE")
    programs = ("iTerm.app", "vscode", "WezTerm", "ghostty", "Hyper")
    terms = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour")
    vte = os.environ.get("VTE_VERSION", "")
    modern = any(os.environ.get(name) for name in known) or os.environ.get("TERM_PROGRAM") in programs
    modern = modern or os.environ.get("TERM", "").startswith(terms)
    return _terminal() and (modern or (vte.isdecimal() and int(vte) >= 5000))
