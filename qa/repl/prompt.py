"""The line that is typed: its history, completion, colours, and the bar below it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import QAError
from qa.present import counted, one_line, printable
from qa.repl.chat import Chat
from qa.repl.opening import Opening
from qa.state import state_folder

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings

__all__ = ["Lines", "run", "terminal_session", "toolbar"]

_PROMPT = "? "
_FINISHING = "Indexing is finished first. Control-C leaves at once; the next start then goes on from there."
_STOPPED = "Stopped at {:.0f} of {:.0f} MB."
_LOOK_SECONDS = 0.1
_SHOWN_SECONDS = 0.02
"""After which the prompt stands there, and the documents are opened."""
_COLORS = {
    "prompt": "bold",
    "command": "ansicyan",
    "filter": "ansimagenta",
    "phrase": "ansigreen",
    "unknown": "underline",
    "auto-suggestion": "ansibrightblack",
    "bottom-toolbar": "noreverse ansibrightblack",
}
_PLAIN = {"bottom-toolbar": "noreverse", "unknown": "underline"}


class Lines:
    """A session without a terminal: the lines of a stream, each written down before what it gets."""

    def __init__(self, stream: Iterable[str], write: Callable[[str], None]) -> None:
        self._lines = iter(stream)
        self._write = write

    def prompt(self, message: str, **_: object) -> str:
        line = next(self._lines, None)
        if line is None:
            raise EOFError
        self._write(message + printable(line.strip()))
        return line


def run(session: PromptSession[str] | Lines, chat: Chat) -> None:
    """Read lines until the user leaves. Raises QAError when the documents cannot be opened."""
    if not isinstance(session, Lines):
        chat.say(_greeting(chat))
    while True:
        try:
            line = session.prompt(_PROMPT, pre_run=partial(_open_below, chat))
        except KeyboardInterrupt:
            continue
        except EOFError:
            break
        try:
            if not chat.take(line):
                break
        except QAError as error:
            if isinstance(chat.source, Opening):
                raise
            chat.say(str(error))
        except KeyboardInterrupt:
            chat.say("(interrupted)")
    _finish(chat)


def _greeting(chat: Chat) -> str:
    greeting = "Ask, or /help for help; Control-D leaves."
    if isinstance(chat.source, Opening):
        return greeting
    counts = f"{counted(len(chat.library.paths), 'document')}, {counted(chat.library.passage_count, 'passage')}"
    return f"{counts}. {greeting}"


def _finish(chat: Chat) -> None:
    """Let indexing come to its end, in view of who has left before it did, so that it is not lost."""
    opening = chat.source
    if not isinstance(opening, Opening) or opening.done or opening.progress is None:
        return
    chat.say(_FINISHING)
    try:
        opening.get(chat.waiting)
    except KeyboardInterrupt:
        done, total = opening.progress
        chat.say(_STOPPED.format(done / 1e6, total / 1e6))


def _open_below(chat: Chat) -> None:
    """Open the documents once the prompt is shown, and end it when they turn out not to be readable."""
    from prompt_toolkit.application import get_app

    opening, app = chat.source, get_app()
    if not isinstance(opening, Opening):
        return

    loop = app.loop
    if loop is None:
        return

    def look() -> None:
        if not app.is_running or app.is_done:
            return
        app.invalidate()
        if not opening.done:
            loop.call_later(_LOOK_SECONDS, look)
        elif opening.failed:
            try:
                opening.get()
            except QAError as error:
                app.exit(exception=error)

    loop.call_later(_SHOWN_SECONDS, opening.start)
    look()


def terminal_session(chat: Chat, *, remember: bool = True, vi: bool = False, **parts: Any) -> PromptSession[str]:
    """A prompt in the terminal; `remember` its lines from one time to the next, where they can be written down.

    `parts` are handed to the PromptSession, as tests do with an input and an output.
    """
    from prompt_toolkit import PromptSession
    from prompt_toolkit.application import get_app
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.cursor_shapes import ModalCursorShapeConfig
    from prompt_toolkit.enums import EditingMode
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.output import ColorDepth
    from prompt_toolkit.styles import Style

    from qa.repl.words import LineCompleter, LineLexer, Words, is_offered

    words = Words(chat)
    return PromptSession(
        history=_history() if remember else InMemoryHistory(),
        auto_suggest=AutoSuggestFromHistory(),
        completer=LineCompleter(words),
        complete_while_typing=Condition(lambda: is_offered(get_app().current_buffer.document.text_before_cursor)),
        complete_in_thread=True,
        lexer=LineLexer(words),
        bottom_toolbar=lambda: toolbar(chat, get_app().output.get_size().columns),
        key_bindings=_bindings(),
        editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
        style=Style.from_dict(_COLORS if chat.color else _PLAIN),
        color_depth=None if chat.color else ColorDepth.DEPTH_1_BIT,
        prompt_continuation="  ",
        reserve_space_for_menu=6,
        mouse_support=False,
        enable_suspend=True,
        cursor=ModalCursorShapeConfig() if vi else None,
        **parts,
    )


def _bindings() -> KeyBindings:
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    bindings = KeyBindings()

    @bindings.add("escape", "enter")
    @bindings.add("escape", "c-j")  # what the same keys are when typed ahead
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return bindings


def toolbar(chat: Chat, width: int) -> str:
    """What is asked of: the folders, how much is in them, what narrows it; or how far the index is.

    As much as fits, the most telling first.
    """
    if isinstance(chat.source, Opening) and not chat.source.done:
        if chat.source.progress is None:
            return "opening the documents …"[:width]
        done, total = chat.source.progress
        amount = f" {done / 1e6:.0f} of {total / 1e6:.0f} MB" if total >= 1e6 else ""
        return f"indexing{amount}, type ahead"[:width]
    if isinstance(chat.source, Opening) and chat.source.failed:
        return ""
    library = chat.source.get() if isinstance(chat.source, Opening) else chat.source
    parts = [
        " ".join(one_line(root.name or str(root)) for root in library.roots),
        *([one_line(chat.scope)] if chat.scope else []),
        counted(len(library.paths), "document"),
        counted(library.passage_count, "passage"),
        *([f"risk {library.promise.risk:.0%}"] if library.promise else []),
        *([f"k {chat.k}"] if chat.k != 3 else []),
        *([f"{len(chat.history)} asked"] if chat.history else []),
        "/help",
    ]
    shown = parts[0][:width]
    for part in parts[1:]:
        if len(shown) + 3 + len(part) <= width:
            shown += f" · {part}"
    return shown


def _history() -> History:
    """The lines typed before: from a file, or none where that cannot be used."""
    from prompt_toolkit.history import FileHistory, InMemoryHistory

    class Kept(FileHistory):
        """A history that loses a line rather than the chat when the disk is full."""

        def store_string(self, string: str) -> None:
            with suppress(OSError):
                super().store_string(string)

    try:
        return Kept(str(_history_file()))
    except OSError:
        return InMemoryHistory()


def _history_file() -> Path:
    """The file of lines typed, for its user alone. Raises OSError when it cannot be read and written."""
    folder = state_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "history"
    file.touch(mode=0o600)
    file.chmod(0o600)  # one that was there already
    with file.open("a+b"):  # prompt_toolkit would notice only when the chat is under way
        return file
