"""A follow-up as it is understood: what it takes from its history, in its place.

Three ways to say it: the topic of the question before is swapped ("And Ensemble?"), a pronoun gives way to what it
stands for, and, where that would not read well, the words follow in parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.dialogue.model import Model, shipped_model
from qa.dialogue.signs import EXPLETIVE, PERSON, SWAPS, Candidate, Turn, content, is_bound, is_name
from qa.languages import ENGLISH
from qa.model import Answer
from qa.scripts import is_beyond_latin
from qa.syntax import parse
from qa.text import STOP_TERMS, Term, spans
from qa.vectors import shipped

__all__ = ["Sure", "standalone", "turn"]

Sure = Callable[[str], float]
"""How sure it is that the documents answer a question."""

_MOST_SWAPPED = 4
"""Words beyond which "And …" is a question of its own and not a new topic for the last."""
_ALIKE = 0.3
"""Cosine from which a topic without a name may stand for a word of the question before."""
_MOST_BETWEEN = 2
"""Function words that a phrase may have between two of its terms."""
_DOUBT = 3.5
"""Log odds below which it is in doubt whether a question leans on its history."""
_BETTER = 4.0
"""How many times better the odds must be then that the documents answer it with what it takes than without: more words
find more.
"""
_MOST_TURNS = 20
"""Earlier questions that are looked at."""
_STANDS = re.compile(r"\b(?:it|they|them|he|him|she)\b", re.IGNORECASE)
_OWNS = re.compile(r"\b(?:its|their|his|her)\b(?= \w)", re.IGNORECASE)
_WHO = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)
_ADJUNCT = re.compile(r"^(?:in|on|at|for|to|from|with|by|of|as)\s+(?:the |an? )?", re.IGNORECASE)
_SAID_OF = re.compile(
    r"(?:\b(?:of|in|about|for|by|to|with|from|on|is|are|was|were|a|an|the|some)|'s)\s+$", re.IGNORECASE
)
_ASKS = re.compile(
    r"(?:who|what|which|when|where|why|how|is|are|was|were|did|does|do|can|could|in|by)\b", re.IGNORECASE
)


def standalone(
    question: str,
    history: Sequence[Answer | str],
    *,
    sure: Sure | None = None,
    language: str = ENGLISH,
    model: Model | None = None,
) -> str:
    """The question with what it takes from its history, or as it is when it needs nothing or is not English.

    `sure` tells how well the documents answer a question: where it is in doubt whether this one leans on its history,
    they must answer it clearly better with what it takes than without.

    Its filters stay as they were typed; those of its history are not taken over.

    >>> standalone("Who worked on it?", ["What is Jitsu?"])
    'Who worked on Jitsu?'
    >>> standalone("And Ensemble?", ["Where was FoxNet developed?"])
    'Where was Ensemble developed?'
    >>> standalone("When?", ["Who founded OCLC?", "And Tarides?"])
    'When? (founded Tarides)'
    >>> standalone("Who worked on it? in:papers", ["What is Jitsu? in:news"])
    'Who worked on Jitsu? in:papers'
    >>> standalone("What is Irmin?", ["What is Jitsu?"])
    'What is Irmin?'
    """
    if not history or language != ENGLISH or is_beyond_latin(question):  # all that is learned of is English
        return question
    turns: list[Turn] = []
    for entry in history[-_MOST_TURNS:]:
        if isinstance(entry, Answer):
            turns.append(_answered(entry, turns))
        else:
            turns.append(turn(parse(entry).text, turns, sure=sure, model=model))
    typed = parse(question)
    answered = _filtered(sure, typed.filters) if sure else None
    resolved = turn(typed.text, turns, sure=answered, model=model).text
    return question if resolved == typed.text else " ".join([resolved, *typed.filters])


def _filtered(sure: Sure, filters: Sequence[str]) -> Sure:
    return lambda text: sure(" ".join([text, *filters]))


def _answered(earlier: Answer, before: Sequence[Turn]) -> Turn:
    understood = parse(earlier.standalone).text
    kept = {span.term for span in content(understood)}
    swapped = before and earlier.standalone != earlier.question and SWAPS.match(earlier.question)
    said = {span.term for span in content(before[-1].text)} if swapped else set()
    own = {span.term for span in spans(earlier.question)}
    first = earlier.quotes[0] if earlier.quotes else None
    return Turn(
        understood,
        frozenset(kept - own),
        frozenset(said - kept),
        answer=(first.answer or "") if first else "",
        near=" ".join(filter(None, (first.title, first.heading))) if first else "",
    )


def turn(question: str, history: Sequence[Turn], *, sure: Sure | None = None, model: Model | None = None) -> Turn:
    """A question as it is understood with those before it."""
    if not history:
        return Turn(question)
    model = model or shipped_model()
    if swapped := _swapped(question, history[-1], model.generic):
        return swapped
    text, need = question, model.needs(question, history)
    person, who = PERSON.search(question), _somebody(history[-1])
    if person and who and not is_bound(question, history):
        text = _instead(question, person, who)
    if carried := model.carried(text, history):
        text = _with(text, carried, history)
    doubtful = need < _DOUBT and not SWAPS.search(question)
    if sure and text != question and doubtful and _odds(sure(text)) <= _BETTER * _odds(sure(question)):
        return Turn(question)
    own = {span.term for span in spans(question)}
    return Turn(text, frozenset(span.term for span in content(text)) - own)


def _odds(probability: float) -> float:
    return probability / max(1 - probability, 1e-9)


def _somebody(turn: Turn) -> str | None:
    """The short answer to a question for a person."""
    return turn.answer if _WHO.search(turn.text) and turn.answer[:1].isupper() else None


def _instead(question: str, pronoun: re.Match[str], phrase: str) -> str:
    """The question with a phrase in the place of a pronoun."""
    owns = bool(_OWNS.match(question, pronoun.start()))
    return question[: pronoun.start()] + phrase + ("'s" if owns else "") + question[pronoun.end() :]


def _swapped(question: str, before: Turn, generic: frozenset[str]) -> Turn | None:
    """The question before about another topic, where the follow-up is but a topic."""
    found = SWAPS.match(question)
    if not found or _ASKS.match(found["topic"]) or len(found["topic"].split()) > _MOST_SWAPPED:
        return None
    topic = _ADJUNCT.sub("", found["topic"])
    run = _counterpart(topic, before, generic)
    if not run:
        return None
    text = before.text[: run[0]] + topic + before.text[run[1] :]
    kept = {span.term for span in content(text)}
    said = {span.term for span in content(before.text)}
    return Turn(text, frozenset(kept - {span.term for span in spans(question)}), dropped=frozenset(said - kept))


def _counterpart(topic: str, before: Turn, generic: frozenset[str]) -> tuple[int, int] | None:
    """The range of the question before that a topic takes the place of.

    A name takes that of the names, or of what was carried; all else that of the word that is nearest in meaning, or of
    the only one.
    """
    said = [span for span in content(before.text) if span.term not in generic]
    new = [span.term for span in content(topic)]
    if not said or not new:
        return None
    near = shipped().similarities([span.term for span in said], new).max(axis=1)
    best = int(near.argmax())
    if any(not topic[span.start].islower() for span in content(topic)):
        names = [span for span in said if is_name(before.text, span)]
        named = names or [span for span in said if span.term in before.carried]
        if named:
            return _run(before.text, named)
    if near[best] >= _ALIKE or len(said) == 1:
        first = best
        while first and not before.text[said[first - 1].end : said[first].start].strip(" -"):
            first -= 1  # what stands right before a noun belongs to it
        return said[first].start, said[best].end
    return None


def _run(text: str, names: Sequence[Term]) -> tuple[int, int]:
    """From the first of some names to the last that follows without a word between."""
    end = names[0].end
    for left, right in pairwise(names):
        if text[left.end : right.start].strip(" -'’."):
            break
        end = right.end
    return names[0].start, end


def _with(question: str, carried: Sequence[Candidate], history: Sequence[Turn]) -> str:
    """The question with the words that it takes over: in the place of its pronoun, else behind it."""
    phrase = _phrase(carried, history)
    pronoun = _OWNS.search(question) or _STANDS.search(question)
    if pronoun and phrase and _is_noun(phrase) and not EXPLETIVE.search(question):
        return _instead(question, pronoun, phrase.text)
    return f"{question.rstrip()} ({phrase.text if phrase else ' '.join(one.word for one in carried)})"


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A stretch of an earlier question, and what stands before it there."""

    text: str
    before: str


def _is_noun(phrase: _Phrase) -> bool:
    """Whether a phrase can stand where a pronoun stands: a name, or a few words said of something before them."""
    said = content(phrase.text)
    capitals = [not phrase.text[span.start].islower() for span in said]
    owned = "'s " in phrase.text or "’s " in phrase.text
    return all(capitals) or owned or (not any(capitals) and len(said) <= 3 and bool(_SAID_OF.search(phrase.before)))


def _phrase(carried: Sequence[Candidate], history: Sequence[Turn]) -> _Phrase | None:
    """The latest stretch of the history that holds all of some terms and little else."""
    wanted = {one.term for one in carried}
    for earlier in (text for turn in reversed(history) for text in (turn.answer, turn.text)):
        every = spans(earlier)
        places = [at for at, span in enumerate(every) if span.term in wanted]
        if {every[at].term for at in places} != wanted:
            continue
        close = all(right - left <= _MOST_BETWEEN + 1 for left, right in pairwise(places))
        between = {every[at].term for at in range(places[0], places[-1] + 1)} - wanted
        stretch = earlier[every[places[0]].start : every[places[-1]].end]
        if close and between <= STOP_TERMS and not re.search(r"[()?!;:]", stretch):
            return _Phrase(stretch, earlier[: every[places[0]].start])
    return None
