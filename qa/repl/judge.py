"""Commands that judge an answer: each adds a question, with the places that answer it, to the user's own gold file."""

from __future__ import annotations

import re
import textwrap
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from qa.gold import Anchor, add_item, judged_questions, kind_of, places_of
from qa.model import Answer
from qa.present import confidence_word, counted, one_line
from qa.repl.asked import Asked, noted
from qa.repl.command import Command

if TYPE_CHECKING:
    from qa.repl.chat import Chat

__all__ = ["COMMANDS", "gold_file"]

_REVIEWED = 5
_LOOKED_AT = 20
"""Passages whose documents are searched for a text that was named."""


def gold_file(chat: Chat) -> Path:
    """The user's own question file: the one that was named, else one a corpus in the state folder."""
    if chat.gold is None:
        chat.gold = chat.own_file("gold")
    return chat.gold


def _good(chat: Chat, argument: str) -> None:
    if (judged := chat.numbered(argument, "/good N")) and chat.shown:
        _add(chat, [Anchor(judged.path, judged.start, judged.end)], judged.answer)


def _answer(chat: Chat, argument: str) -> None:
    if not argument:
        chat.say("/answer N: the quote, or near miss, that does answer")
        return
    _good(chat, argument)


def _bad(chat: Chat, _: str) -> None:
    if chat.shown is None:
        chat.say("Ask something first.")
        return
    _add(chat, [], None)
    chat.say("If they do answer it, /answer N or /span TEXT names the place.")


def _span(chat: Chat, argument: str) -> None:
    if chat.shown is None:
        chat.say("Ask something first.")
        return
    text = argument.strip().strip('"“”')
    if not text:
        chat.say("/span TEXT: the words of the documents that answer, copied from them")
        return
    paths = dict.fromkeys(quote.path for quote in chat.quotes)
    paths |= dict.fromkeys(hit.path for hit in chat.library.search(re.sub(r'[-":“”]', " ", text), k=_LOOKED_AT))
    found = [place for path in paths for place in places_of(chat.library.document(path), text)]
    if found:
        _add(chat, found, None)
    else:
        chat.say("This text stands nowhere in the documents; copy it word for word.")


def _add(chat: Chat, places: list[Anchor], answer: str | None) -> None:
    """Write the item, and say where."""
    assert chat.shown is not None
    asked = _asked(chat)
    file = gold_file(chat)
    kind = "unanswerable" if not places else kind_of(asked.standalone)
    number = add_item(
        file,
        question=asked.question,
        standalone=asked.standalone,
        history=_before(chat, asked),
        kind=kind,
        answer=answer,
        places=places,
        document=chat.library.document,
    )
    where = ", ".join(dict.fromkeys(place.path for place in places)) if places else "the documents do not answer"
    corpus = "" if len(chat.library.roots) > 1 else f" --corpus {quote(str(chat.library.roots[0]))}"
    first = f" (python -m eval --gold {quote(str(file))}{corpus} measures them)" if number == 1 else ""
    chat.say(f"Noted: {where}. {counted(number, 'question')} in {file}{first}", folded=False)


def _asked(chat: Chat) -> Answer:
    """The question that the shown quotes are of, as it was asked; /more asks its standalone form."""
    assert chat.shown is not None
    same = [answer for answer in chat.history if answer.standalone == chat.shown.standalone]
    return same[-1] if same else chat.shown


def _before(chat: Chat, asked: Answer) -> list[str]:
    """The questions before one that leans on them."""
    if asked.standalone == asked.question or asked not in chat.history:
        return []
    return [answer.question for answer in chat.history[: chat.history.index(asked)]]


def _review(chat: Chat, argument: str) -> None:
    unsure = _unsure(chat)
    if not unsure:
        chat.say("Every question that was asked is judged, or none was asked.")
        return
    if argument.isdecimal() and len(argument) < 4 and 1 <= int(argument) <= len(unsure):
        asked = unsure[int(argument) - 1]
        chat.show(asked.answer or chat.library.answer(asked.question, k=chat.k))
        chat.say("/good N, /bad or /span TEXT judges it.")
        return
    lines = [
        f"{one_line(asked.question)} · {confidence_word(asked.confidence)} ({asked.confidence:.0%})" for asked in unsure
    ]
    filled = partial(textwrap.fill, width=chat.width(), subsequent_indent=" " * 4)
    numbered = [filled(line, initial_indent=f"{number:>2}  ") for number, line in enumerate(lines, 1)]
    head = textwrap.fill("Least sure of; /review N shows one again:", chat.width())
    chat.write("\n".join([head, *numbered]))


def _unsure(chat: Chat) -> list[Asked]:
    """The questions that nobody has judged, of this conversation and those before it, the least sure first."""
    asked = {each.question: each for each in noted(chat.own_file("asked"))}
    asked |= {answer.standalone: Asked(answer.standalone, answer.confidence, answer) for answer in chat.history}
    judged = {standalone for _, standalone in judged_questions(gold_file(chat))}
    left = [each for question, each in asked.items() if question not in judged]
    return sorted(left, key=lambda each: abs(each.confidence - 0.5))[:_REVIEWED]


COMMANDS = {
    "good": Command(
        "N",
        "quote N does answer: keep it as a test question",
        _good,
        "The question is added to your own gold file with the place that answers it; `qa gold check FILE` finds the"
        " place again after the documents changed, `python -m eval --gold FILE` measures by it.",
    ),
    "answer": Command("N", "it is quote, or near miss, N that answers", _answer),
    "bad": Command("", "the documents do not answer: keep it as one to refuse", _bad),
    "span": Command("TEXT", "it is this text of the documents that answers", _span),
    "review": Command(
        "N",
        "the questions it was least sure of, to be judged",
        _review,
        "Of this conversation and of earlier ones with the same documents; with N it is shown again. `qa chat"
        " --no-history` notes none.",
    ),
}
