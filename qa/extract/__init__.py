"""Question and passages -> quotes: the sentences that answer, how sure that is, and the short answer inside."""

from qa.extract.choose import Selection, rerank, select
from qa.extract.explain import reasons

__all__ = ["Selection", "reasons", "rerank", "select"]
