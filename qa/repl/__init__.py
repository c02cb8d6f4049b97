"""The chat: a line in, a quoted answer out.

Control-C drops the line, Control-D leaves. `run` is handed its parts, so that tests need no terminal.
"""

from qa.repl.chat import Chat
from qa.repl.editor import editor_command
from qa.repl.opening import Opening
from qa.repl.prompt import Lines, run, terminal_session
from qa.repl.terminal import typed_ahead
from qa.repl.transcript import resumed

__all__ = ["Chat", "Lines", "Opening", "editor_command", "resumed", "run", "terminal_session", "typed_ahead"]
