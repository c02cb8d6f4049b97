"""Question and passages -> quotes: the sentences that answer, how sure that is, and the short answer inside."""

from qa.extract.choose import Selection, rerank, select

__all__ = ["Selection", "rerank", "select"]
