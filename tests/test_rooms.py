"""The rooms: a module imports only from rooms before it, and the public face is what the contract says."""

import argparse
import ast
from pathlib import Path

import pytest

import qa
from qa.cli.parser import command_line

ROOMS = (
    ("errors",),
    ("state",),
    ("agreement",),
    ("languages",),
    ("lazy",),
    ("model",),
    ("reasons",),
    ("scripts",),
    ("text",),
    ("syntax",),
    ("acronyms",),
    ("vectors",),
    ("importance",),
    ("load",),
    ("chunk",),
    ("index",),
    ("fusion",),
    ("narrow",),
    ("spelling",),
    ("background",),
    ("query",),
    ("evidence",),
    ("retrieve",),
    ("extract",),
    ("wording",),
    ("dialogue",),
    ("promise",),
    ("library",),
    ("gold",),
    ("receipt",),
    ("propose",),
    ("calibrate",),
    ("present",),
    ("repl",),
    ("cli",),
    ("__main__",),
)
ORDER = {name: number for number, names in enumerate(ROOMS) for name in names}
PACKAGE = Path(qa.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem != "__init__")


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """The rooms of the package that a module imports, wherever in its text."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("qa.")}
        if isinstance(node, ast.ImportFrom) and node.level:
            found.add("relative imports are not followed")
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "qa":
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names if alias.name in ORDER}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_its_own_room_and_those_before_it(path: Path) -> None:
    assert room_of(path) in ORDER, "a new room needs its place in ROOMS"
    later = {room for room in imported_rooms(path) if ORDER.get(room, 99) > ORDER[room_of(path)]}
    assert later == set()


def test_only_the_document_makes_quotes() -> None:
    makers = {path.name for path in MODULES if "Quote(" in path.read_text(encoding="utf-8").replace("class Quote(", "")}
    assert makers <= {"model.py"}


def test_only_the_command_line_prints_and_exits() -> None:
    loud = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            if name in {"print", "SystemExit", "exit", "_exit", "stdout", "stderr"}:
                loud.add(path.relative_to(PACKAGE).as_posix())
    speaking = {name for name in loud if not name.startswith("cli/")}
    # a worker speaks to the process that started it, which reads what it prints; the chat ends a prompt, not the tool
    assert speaking <= {
        "__main__.py",
        "index/worker.py",
        "index/batches.py",
        "load/process.py",
        "load/isolated.py",
        "load/worker.py",
        "repl/prompt.py",
    }


def test_a_command_is_a_module_of_its_name() -> None:
    listed = next(action for action in command_line()._actions if isinstance(action, argparse._SubParsersAction))
    commands = {
        path.stem for path in (PACKAGE / "cli").glob("*.py") if "\ndef run(" in path.read_text(encoding="utf-8")
    }
    assert commands == set(listed.choices)


def test_the_public_names_are_those_of_the_contract() -> None:
    assert {"Answer", "Document", "Hit", "Library", "QAError", "Quote", "answer", "open"} <= set(qa.__all__)
    assert all(hasattr(qa, name) for name in qa.__all__)


def test_every_module_says_what_its_room_is_for() -> None:
    silent = [path.name for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []
