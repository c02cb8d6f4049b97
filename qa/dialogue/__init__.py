"""History and a follow-up -> a question that stands alone."""

from qa.dialogue.read import standalone

__all__ = ["standalone"]
