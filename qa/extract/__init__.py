"""Question and passages -> quotes: the sentences that answer, how sure that is, and the short answer inside."""

from qa.extract.choose import Rated, Selection, quotes, rate, rerank, select
from qa.extract.explain import reasons

__all__ = ["Rated", "Selection", "quotes", "rate", "reasons", "rerank", "select"]
