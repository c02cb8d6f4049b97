"""markdown-it-py with a memory: every inline token knows the offset in its block at which it stands."""

from __future__ import annotations

from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

__all__ = ["MAX_NESTING", "parser"]

MAX_NESTING = 60  # blocks inside blocks; markdown-it-py drops what is deeper, and recurses three frames for each


class _State(StateInline):
    """Notes in `token.meta["at"]` where a token begins. Pending text is always one unbroken stretch of the block."""

    _pending_at = 0
    _last: tuple[int, Token] | None = None

    def append_pending(self, text: str) -> None:
        if not self.pending:
            self._pending_at = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:
        token = super().pushPending()
        token.meta["at"] = self._pending_at
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        at = self.pos
        if self._last is not None and self._last[0] == self.pos:  # one marker of several: `**` is pushed as two tokens
            at = self._last[1].meta["at"] + len(self._last[1].content)
        token.meta["at"] = at
        self._last = (self.pos, token)
        return token


class _Inline(ParserInline):
    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _Markdown(MarkdownIt):
    """Takes link targets as they are: they are left out of the text, and to normalise them is a fifth of the time."""

    def normalizeLink(self, url: str) -> str:
        return url

    def normalizeLinkText(self, link: str) -> str:
        return link

    def validateLink(self, url: str) -> bool:
        return True


@cache
def parser(*, indented_code: bool = True) -> MarkdownIt:
    """CommonMark with tables and strikethrough, its inline tokens placed."""
    markdown = _Markdown("zero")
    markdown.inline = _Inline()
    markdown.configure("commonmark", {"maxNesting": MAX_NESTING})
    markdown.enable(["table", "strikethrough"])
    markdown.disable(["text_join", "fragments_join"])  # they would merge what is placed apart
    if not indented_code:
        markdown.disable("code")
    return markdown
