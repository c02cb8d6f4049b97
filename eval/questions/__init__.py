"""Question sets of several formats, as one: documents, and questions with what is known about their answers.

One reader a format; each raises GoldError that names the wrong entry, or counts it when wrong ones are skipped.
"""

from eval.questions.beir import from_beir
from eval.questions.gold import from_gold
from eval.questions.model import (
    FOLLOW_UPS,
    MASKED,
    Judgement,
    Question,
    QuestionSet,
    by_document,
    followed,
    paragraph_document,
    titled_document,
    with_masked,
)
from eval.questions.sentences import from_sentences
from eval.questions.squad import from_squad
from eval.questions.trec import from_trec
from eval.questions.wrong import Wrong

__all__ = [
    "FOLLOW_UPS",
    "MASKED",
    "Judgement",
    "Question",
    "QuestionSet",
    "Wrong",
    "by_document",
    "followed",
    "from_beir",
    "from_gold",
    "from_sentences",
    "from_squad",
    "from_trec",
    "paragraph_document",
    "titled_document",
    "with_masked",
]
