"""Results -> one page for a browser: no network, complete without a script, readable on a phone and on paper."""

from eval.html.assemble import check, page

__all__ = ["check", "page"]
