"""Commands that judge an answer: each adds a question, with the places that answer it, to the user's own gold file."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from qa.gold import Anchor, add_item, judged_questions, kind_of, places_of
from qa.model import Answer
from qa.present import confidence_word, one_line
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
        import platformdirs

        roots = [str(root) for root in chat.library.roots]
        name = re.sub(r"[^\w-]+", "-", chat.library.roots[0].name)[:40] or "documents"
        own = hashlib.sha256("\n".join(roots).encode(errors="surrogateescape")).hexdigest()[:8]
        state = Path(os.environ.get("QA_STATE") or platformdirs.user_state_path("qa", appauthor=False))
        chat.gold = state / "gold" / f"{name}-{own}.jsonl"
    return chat.gold


def _good(chat: Chat, argument: str) -> None:
    if (quote := chat.numbered(argument, "/good N")) and chat.shown:
        _add(chat, [Anchor(quote.path, quote.start, quote.end)], quote.answer)


def _answer(chat: Chat, argument: str) -> None:
    if not argument:
        chat.write("/answer N: the quote, or near miss, that does answer")
        return
    _good(chat, argument)


def _bad(chat: Chat, _: str) -> None:
    if chat.shown is None:
        chat.write("Ask something first.")
        return
    _add(chat, [], None)
    chat.write("If they do answer it, /answer N or /span TEXT names the place.")


def _span(chat: Chat, argument: str) -> None:
    if chat.shown is None:
        chat.write("Ask something first.")
        return
    text = argument.strip().strip('"“”')
    if not text:
        chat.write("/span TEXT: the words of the documents that answer, copied from them")
        return
    paths = dict.fromkeys(quote.path for quote in chat.quotes)
    paths |= dict.fromkeys(hit.path for hit in chat.library.search(re.sub(r'[-":“”]', " ", text), k=_LOOKED_AT))
    found = [place for path in paths for place in places_of(chat.library.document(path), text)]
    if found:
        _add(chat, found, None)
    else:
        chat.write("This text stands nowhere in the documents; copy it word for word.")


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
    corpus = "" if len(chat.library.roots) > 1 else f" --corpus {chat.library.roots[0]}"
    first = f" (python -m eval --gold {file}{corpus} measures them)" if number == 1 else ""
    chat.write(one_line(f"Noted: {where}. {number} questions in {file}{first}"))


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
    known = judged_questions(gold_file(chat))
    unsure = [answer for answer in chat.history if (answer.question, answer.standalone) not in known]
    unsure = sorted(unsure, key=lambda answer: abs(answer.confidence - 0.5))[:_REVIEWED]
    if not unsure:
        chat.write("Every question of this conversation is judged, or none was asked.")
        return
    if argument.isdecimal() and len(argument) < 4 and 1 <= int(argument) <= len(unsure):
        chat.show(unsure[int(argument) - 1])
        chat.write("/good N, /bad or /span TEXT judges it.")
        return
    lines = [
        f"{number:>2}  {one_line(answer.standalone)} · {confidence_word(answer.confidence)} ({answer.confidence:.0%})"
        for number, answer in enumerate(unsure, 1)
    ]
    chat.write("\n".join(["Least sure of; /review N shows one again:", *lines]))


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
    "review": Command("N", "the questions it was least sure of, to be judged", _review),
}
