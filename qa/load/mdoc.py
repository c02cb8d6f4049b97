"""The macros of mdoc(7) that stand inside a line: options, arguments, names, enclosures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.load.protocol import TextBuilder
from qa.load.roff import Argument, add_text, pairs

__all__ = ["MACROS", "Line"]

_ENCLOSED = pairs('Op []  Aq <>  Bq []  Brq {}  Dq “”  Pq ()  Sq ‘’  Ql ‘’  Qq ""  Sx “”  In <>')
_OPENS = {"Oo": "[", "Ao": "<", "Bo": "[", "Bro": "{", "Do": "“", "Po": "(", "So": "‘", "Qo": '"'}
_CLOSES = {"Oc": "]", "Ac": ">", "Bc": "]", "Brc": "}", "Dc": "”", "Pc": ")", "Sc": "’", "Qc": '"', "Fc": ")"}
_NAMES = {
    "Ux": "UNIX",
    "Bx": "BSD",
    "Fx": "FreeBSD",
    "Nx": "NetBSD",
    "Ox": "OpenBSD",
    "Dx": "DragonFly",
    "At": "AT&T UNIX",
}
_DEFAULTS = {"Ar": "file ...", "Pa": "~"}
_STYLES = frozenset(
    {
        *(
            "Nm",
            "Nd",
            "Fl",
            "Ar",
            "Cm",
            "Pa",
            "Xr",
            "Em",
            "Sy",
            "Li",
            "Va",
            "Vt",
            "Fa",
            "Ft",
            "Fn",
            "Fo",
            "Ic",
            "Ev",
            "Er",
        )
    }
    | {*("Lk", "Mt", "No", "Ns", "Ap", "Tn", "An", "Dv", "Ad", "Cd", "Ms", "St", "Lb", "Ta", "Pf", "Fd", "Eo", "Ec")}
)
MACROS = _STYLES | set(_ENCLOSED) | set(_OPENS) | set(_CLOSES) | set(_NAMES)
_BEFORE = frozenset("([")
_AFTER = frozenset({*".,:;)]?!"})


@dataclass(slots=True)
class Line:
    """One line of macros on its way into a TextBuilder. `name` is what the page is about, for a bare `Nm`."""

    builder: TextBuilder
    source: str
    name: str = ""
    _tight: bool = True  # no space before what comes next
    _function: bool = False  # only the name of a function was read, no parameter yet

    def add(self, words: Sequence[Argument]) -> None:
        """Adds a line: the macro that begins it, and its arguments, other macros among them."""
        closing: list[tuple[str, int]] = []
        macro, bare = "No", False
        words = list(words)
        last = len(words)
        while last and words[last - 1].text in _AFTER:
            last -= 1
        for number, word in enumerate(words):
            if number == last:
                self._close(closing)
                macro, bare = "No", False
            if word.text in MACROS and number < last:
                self._finish(macro, bare, words[number - 1])
                macro, bare = word.text, True
                self._begin(word, closing)
            else:
                self._word(macro, word, first=bare)
                bare = False
        if words:
            self._finish(macro, bare, words[-1])
        self._close(closing)

    def _begin(self, macro: Argument, closing: list[tuple[str, int]]) -> None:
        """What a macro itself stands for."""
        name = macro.text
        if name in _ENCLOSED:
            self._mark(_ENCLOSED[name][0], macro.start, before=True)
            closing.append((_ENCLOSED[name][1], macro.start))
        elif name in _OPENS:
            self._mark(_OPENS[name], macro.start, before=True)
        elif name in _CLOSES:
            self._tight = True
            self._mark(_CLOSES[name], macro.start)
        elif name in _NAMES:
            self._mark(_NAMES[name], macro.start)
        elif name == "Ap":
            self._tight = True
            self._mark("'", macro.start, before=True)
        elif name in {"Ns", "Pf"}:
            self._tight = name == "Ns"

    def _finish(self, macro: str, bare: bool, last: Argument) -> None:
        """What a macro without arguments stands for."""
        if bare and (text := self.name if macro == "Nm" else "-" if macro == "Fl" else _DEFAULTS.get(macro)):
            self._mark(text, last.start, before=macro == "Fl")
        if macro == "Fo" and not bare:
            self._tight = True
            self._mark("(", last.start, before=True)
        elif macro == "Fn" and not bare:
            self._tight = True
            self._mark("()" if self._function else ")", last.start)

    def _word(self, macro: str, word: Argument, *, first: bool) -> None:
        if word.text in _AFTER:
            self._tight = True
        if macro == "Fl":
            self._mark("-", word.start, before=True)
        elif macro == "Xr" and not first and word.text[:1].isdigit():
            self._tight = True
            self._mark("(", word.start, before=True)
        elif macro == "Fn" and not first:
            self._tight = True
            self._mark("(" if self._function else ",", word.start, before=self._function)
        self._function = macro == "Fn" and first
        if not self._tight:
            self.builder.space()
        add_text(self.builder, self.source, word.start, word.end)
        self._tight = word.text in _BEFORE or macro == "Pf"
        if macro == "Xr" and not first and word.text[:1].isdigit():
            self._tight = True
            self._mark(")", word.start)

    def _mark(self, text: str, at: int, *, before: bool = False) -> None:
        if not self._tight:
            self.builder.space()
        self.builder.add_decoded(text, at)
        self._tight = before

    def _close(self, closing: list[tuple[str, int]]) -> None:
        while closing:
            self._tight = True
            self._mark(*closing.pop())
