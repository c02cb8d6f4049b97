"""What a line that begins with a slash does."""

from __future__ import annotations

import os
import shlex
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import QAError
from qa.present import (
    context_text,
    counted,
    explanation_text,
    hits_text,
    one_line,
    read_as_text,
    skipped_text,
)
from qa.repl import editor, judge
from qa.repl.command import Command
from qa.repl.transcript import exported

if TYPE_CHECKING:
    from qa.repl.chat import Chat

__all__ = ["COMMANDS", "command"]

_MORE = 5
_FOUND = 5
_MOST_QUOTES = 50
_INTRO = (
    "Ask in your own words; the answer is a quotation with its place, or the word that the documents do not answer."
)
_TYPING = {
    "in:notes/a": "in a question: only documents below a folder, in a file, or of a pattern such as in:*.md",
    "title:irmin": "only documents with this word in their title",
    '"boot time"': "words that had better stand together",
    "Alt-Enter": "another line",
    "Tab": "completes commands, paths, headings and words of the documents",
    "Control-R": "searches what was typed before",
}
_COLUMN = 14


def _more(chat: Chat, _: str) -> None:
    if chat.shown is None:
        chat.say("Ask something first.")
        return
    before = len(chat.quotes)
    answer = chat.library.answer(chat.shown.standalone, k=before + _MORE)
    if len(answer.quotes or answer.nearest) == before:
        chat.say("There is no more.")
        return
    chat.show(answer, kept=before)


def _alone(chat: Chat, _: str) -> None:
    if not chat.history:
        chat.say("Ask something first.")
        return
    chat.ask(chat.history[-1].question, alone=True)


def _new(chat: Chat, _: str) -> None:
    chat.history, chat.shown = [], None
    chat.say("Forgotten; the next question stands alone.")


def _context(chat: Chat, argument: str) -> None:
    if quote := chat.numbered(argument, "/context N"):
        document = chat.library.document(quote.path)
        chat.write(context_text(document, quote, width=chat.width(), color=chat.color))


def _why(chat: Chat, argument: str) -> None:
    quote = chat.numbered(argument, "/why N")
    if quote is None or chat.shown is None:
        return
    why = chat.library.explain(chat.shown)
    number = chat.quotes.index(quote)
    only = replace(why, reasons=why.reasons[number : number + 1], runner_up=None if number else why.runner_up)
    chat.write(explanation_text(only, width=chat.width(), first=number + 1))


def _open(chat: Chat, argument: str) -> None:
    quote = chat.numbered(argument, "/open N")
    if quote is None:
        return
    try:
        editor.show(editor.editor_command(chat.library.file(quote.path), quote.line))
    except (OSError, ValueError) as error:  # no such program, or no command
        chat.say(f"{error}; set $EDITOR to an editor")


def _sources(chat: Chat, _: str) -> None:
    lines = [one_line(path) for path in chat.library.paths]
    if chat.library.skipped:
        lines += ["", "not read:", skipped_text(chat.library.skipped)]
    chat.write("\n".join(lines))


def _search(chat: Chat, argument: str) -> None:
    if not argument:
        chat.say("/search QUERY")
        return
    query = f"{argument} {chat.scope}".strip()
    hits = chat.library.search(query, k=_FOUND)
    if read_as := chat.library.read_as(query):
        chat.say(f"({read_as_text(read_as)})")
    chat.write(hits_text(hits, width=chat.width()))


def _in(chat: Chat, argument: str) -> None:
    if not argument:
        chat.scope = ""
        chat.say("Questions are asked of all documents.")
        return
    path = argument.strip('"')
    scope = f'in:"{path}"' if " " in path else f"in:{path}"
    found = chat.library.search(scope, k=1)  # raises for a path that is not there
    chat.scope = scope if found else ""
    chat.say(f"Questions are asked of {path} alone; /in without a path lifts it.")


def _add(chat: Chat, argument: str) -> None:
    from qa.library import open_library

    if not argument:
        chat.say("/add PATH")
        return
    before = chat.library
    chat.source = open_library(
        [*before.roots, argument], exclude=before.exclude, language=before.language, progress=chat.waiting
    )
    before.close()
    chat.scope, chat.shown = "", None  # paths now begin with the name of their root
    chat.say(_counted(chat))


def _reload(chat: Chat, _: str) -> None:
    chat.library.refresh(progress=chat.waiting)
    chat.say(_counted(chat))


def _counted(chat: Chat) -> str:
    unread, _ = chat.library.unread
    also = f", {unread} not read (/sources lists them)" if unread else ""
    return f"{counted(len(chat.library.paths), 'document')}, {counted(chat.library.passage_count, 'passage')}{also}."


def _set(chat: Chat, argument: str) -> None:
    name, _, value = argument.replace("=", " ").partition(" ")
    value = value.strip()
    if name == "k" and value.isdecimal() and len(value) < 4 and 1 <= int(value) <= _MOST_QUOTES:
        chat.k = int(value)
        chat.say(f"k is {chat.k}: up to {counted(chat.k, 'quote')} an answer.")
        return
    chat.say(f"/set k N, with N from 1 to {_MOST_QUOTES}: quotes an answer (now {chat.k})")


def _export(chat: Chat, argument: str) -> None:
    file = Path(os.path.expanduser(argument))
    if not chat.history:
        chat.say("Ask something first.")
    elif file.suffix.lower() not in (".md", ".json"):
        chat.say("/export FILE.md or /export FILE.json")
    elif file.exists() and file.absolute() not in chat.exported:
        chat.say(f"{file} is there already; choose another name")
    else:
        try:
            file.write_text(exported(chat.history, file.suffix.lower()), encoding="utf-8")
        except OSError as error:
            raise QAError(f"{file}: cannot be written: {error.strerror}") from None
        chat.exported.add(file.absolute())
        again = f"; qa chat --resume {shlex.quote(str(file))} goes on from it" if file.suffix.lower() == ".json" else ""
        chat.say(f"{counted(len(chat.history), 'question')} in {file}{again}", folded=False)


def _save(chat: Chat, argument: str) -> None:
    _export(chat, argument if Path(argument).suffix.lower() == ".json" else f"{argument or 'chat'}.json")


def _help(chat: Chat, argument: str) -> None:
    wanted = argument.lstrip("/")
    if not wanted:
        listed = {f"/{name} {each.takes}".strip(): each.does for name, each in COMMANDS.items()} | _TYPING
        lines = [_filled(f"{name:<{_COLUMN}}{does}", chat.width(), " " * _COLUMN) for name, does in listed.items()]
        chat.write("\n".join([_filled(_INTRO, chat.width()), *lines]))
    elif found := command(wanted):
        lines = [f"/{wanted} {found.takes}".strip(), found.does[0].upper() + found.does[1:] + ".", found.more]
        chat.write("\n".join(_filled(line, chat.width()) for line in lines if line))
    else:
        chat.say(f"/{wanted}: no such command; /help lists them")


def _filled(line: str, width: int, hanging: str = "") -> str:
    return textwrap.fill(line, max(width, 2 * _COLUMN), subsequent_indent=hanging)


def _quit(chat: Chat, _: str) -> None:
    chat.leaving = True


_ALSO = {"exit": "quit"}
COMMANDS = {
    "more": Command("", "further quotes for the last question", _more),
    "alone": Command(
        "",
        "ask the last question again without what came before",
        _alone,
        "A follow-up is read with the questions before it, and the reading is shown; this undoes it.",
    ),
    "new": Command("", "forget what was asked before", _new),
    "context": Command("N", "what stands around quote N, and all of it when it is folded", _context),
    "why": Command("N", "what quote N was chosen for, to the last point of its score", _why),
    "open": Command("N", "open the file of quote N at its line ($VISUAL, $EDITOR, or a pager)", _open),
    "search": Command("QUERY", "whole passages, by their score", _search, '-word and "a phrase" are filters here.'),
    "sources": Command("", "the documents, and what could not be read", _sources),
    "in": Command("PATH", "ask only the documents below a folder, in a file or of a pattern; without PATH all", _in),
    "add": Command("PATH", "open another file or folder beside the others", _add),
    "reload": Command("", "take in what has changed in the files", _reload),
    "set": Command("k N", "show up to N quotes an answer", _set),
    "export": Command(
        "FILE",
        "write the conversation to FILE.md or FILE.json",
        _export,
        "The JSON holds each quote with its file's checksum, and `qa chat --resume FILE` goes on from it. A file that"
        " is there already is not written over, unless this conversation wrote it.",
    ),
    "save": Command("FILE", "the same as /export FILE.json", _save),
    **judge.COMMANDS,
    "help": Command("COMMAND", "this, or more about a command", _help),
    "quit": Command("", "leave (also Control-D, /exit); Control-C drops the line", _quit),
}


def command(name: str) -> Command | None:
    """The command of a name, or of the only one that begins so."""
    if name in COMMANDS or name in _ALSO:
        return COMMANDS[_ALSO.get(name, name)]
    begun = [other for other in COMMANDS if name and other.startswith(name)]
    return COMMANDS[begun[0]] if len(begun) == 1 else None
