"""One conversation: what is asked of which library, and what was answered so far."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.model import Answer, Quote
from qa.present import one_line, text
from qa.repl.asked import note
from qa.repl.commands import COMMANDS, command
from qa.repl.opening import Opening
from qa.state import state_folder
from qa.syntax import parse

if TYPE_CHECKING:
    from qa.library import Library

__all__ = ["FOLD", "Chat"]

_READING = "(/alone asks it as typed, /new forgets what was asked before)"
_PATIENCE_SECONDS = 1.0
FOLD = 12
"""Lines of a quote that are shown; `/context` shows all."""


@dataclass(slots=True)
class Chat:
    """A conversation with a library, or with one that is being opened.

    `scope` holds filters that questions get, `shown` the answer whose quotes the commands name by number, `gold` the
    user's own question file, `exported` the files that this conversation wrote. `remember` notes what is asked, for
    `/review` in conversations to come. `remark` takes what is no answer, a line at a time; without it, that is written
    among the answers.
    """

    source: Library | Opening
    write: Callable[[str], None]
    width: Callable[[], int] = lambda: 80
    color: bool = False
    links: bool = False
    history: list[Answer] = field(default_factory=list)
    shown: Answer | None = None
    k: int = 3
    scope: str = ""
    gold: Path | None = None
    exported: set[Path] = field(default_factory=set)
    waiting: Callable[[int, int], None] | None = None
    reading_explained: bool = False
    remember: bool = False
    leaving: bool = False
    remark: Callable[[str], None] | None = None

    @property
    def library(self) -> Library:
        """The library, waited for where it is still being opened."""
        if isinstance(self.source, Opening):
            if not self.source.within(_PATIENCE_SECONDS):
                self.say("The documents are read first; Control-C drops the question, and reading goes on.")
            self.source = self.source.get(self.waiting)
            if self.source.notice:
                self.say(self.source.notice)
        return self.source

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes that commands name by number."""
        return (self.shown.quotes or self.shown.nearest) if self.shown else ()

    def take(self, line: str) -> bool:
        """Handle one line; False when it asked to leave."""
        line = line.strip()
        if not line:
            return True
        if line.startswith("/"):
            self._command(*line[1:].split(maxsplit=1))
        else:
            self.ask(line)
        return not self.leaving

    def ask(self, question: str, *, alone: bool = False) -> None:
        """Answer a question with what was asked before, or `alone`, in place of the last."""
        scoped = f"{question} {self.scope}" if self.scope and not parse(question).in_paths else question
        earlier = self.history[:-1] if alone else self.history
        answer = self.library.answer(scoped, history=() if alone else earlier, k=self.k)
        self.history = [*earlier, answer]
        if self.remember:
            note(self.own_file("asked"), answer)
        explain = answer.standalone != answer.question and not self.reading_explained
        self.reading_explained |= explain
        self.show(answer)
        if explain:
            self.say(_READING)

    def show(self, answer: Answer, *, kept: int = 0) -> None:
        """Write an answer, its quotes from the one after `kept` on; commands then name all its quotes."""
        self.shown = answer
        page = replace(answer, quotes=answer.quotes[kept:], nearest=answer.nearest[kept:])
        link = self._link if self.links else None
        self.write(text(page, width=self.width(), color=self.color, first=kept + 1, fold=FOLD, link=link, grouped=True))

    def say(self, sentence: str, *, folded: bool = True) -> None:
        """Write what is no answer, `folded` in lines that fit; what is longer than one, such as a path, stays whole."""
        line = one_line(sentence)
        if self.remark:
            self.remark(line)
        elif folded:
            self.write(textwrap.fill(line, self.width(), break_long_words=False, break_on_hyphens=False))
        else:
            self.write(line)

    def _link(self, quote: Quote) -> str:
        return self.library.file(quote.path).absolute().as_uri()

    def numbered(self, argument: str, usage: str) -> Quote | None:
        """The shown quote of a number, the first without one; None, and a word about it, for any other."""
        number = int(argument) if argument.isdecimal() and len(argument) < 10 else 0 if argument else 1
        if 1 <= number <= len(self.quotes):
            return self.quotes[number - 1]
        self.say(
            f"{usage}, with N from 1 to {len(self.quotes)}"
            if self.quotes
            else "There is no quote yet; ask something first."
        )
        return None

    def own_file(self, kind: str) -> Path:
        """A file of the user's own about these documents, in the state folder."""
        roots = self.library.roots
        name = re.sub(r"[^\w-]+", "-", roots[0].name)[:40] or "documents"
        own = hashlib.sha256("\n".join(map(str, roots)).encode(errors="surrogateescape")).hexdigest()[:8]
        return state_folder() / kind / f"{name}-{own}.jsonl"

    def _command(self, name: str = "", argument: str = "") -> None:
        found = command(name)
        if found:
            found.run(self, argument.strip())
        else:
            near = [other for other in COMMANDS if name and other.startswith(name)]
            hint = f"; did you mean /{near[0]}?" if near else "; /help lists them"
            self.say(f"/{name}: no such command{hint}")
