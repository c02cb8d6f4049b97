"""A cache, a model or a document from an attacker runs no code: nothing here can turn data into a program."""

import ast
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import qa
from qa.index.store import read_arrays, write_arrays

ROOT = Path(qa.__file__).parent
CHECKOUT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT, CHECKOUT / "eval", CHECKOUT / "benchmarks", CHECKOUT / "scripts")
MODULES = sorted(path for folder in FOLDERS for path in folder.rglob("*.py"))

IMPORTS = {
    *("pickle", "cPickle", "dill", "joblib", "marshal", "shelve", "code", "codeop"),  # data that runs as code
    *("socket", "http", "urllib.request", "ftplib", "smtplib", "requests", "httpx", "xmlrpc"),  # the network
    *("xml.sax", "xml.dom", "lxml"),  # XML parsers that follow external entities when asked to
}
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"}
ALLOWED = {
    "scripts/nasty.py": {"socket"},  # a socket in a folder is one of the nasty files
    "benchmarks/systems.py": {"pickle"},  # rank_bm25 cannot save an index; it is read where it was written just before
    "qa/load/frontmatter.py": {"yaml.load"},  # with a Base loader, which builds text, lists and mappings alone
}


def imported(tree: ast.AST) -> Iterator[str]:
    """The modules that a module imports, each with those that it is in."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def called(tree: ast.AST) -> Iterator[tuple[str, dict[str | None, str]]]:
    """What a module calls, by the name that it has there, with the options that it gives."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {word.arg: ast.unparse(word.value) for word in node.keywords}


def harm_in(text: str) -> set[str]:
    """What a module does that could let data become a program, or reach the network."""
    tree = ast.parse(text)
    found = {name for name in imported(tree) if name in IMPORTS}
    for name, options in called(tree):
        found |= {name} & CALLS
        found |= {"shell=True"} if options.get("shell", "False") != "False" else set()
        found |= {"allow_pickle"} if options.get("allow_pickle", "False") != "False" else set()
        if re.fullmatch(r"(?:np|numpy)\.load", name) and options.get("allow_pickle") != "False":
            found.add(name)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_module_runs_data_or_a_shell_or_reaches_the_network(path: Path) -> None:
    allowed = next((names for name, names in ALLOWED.items() if path.as_posix().endswith(name)), set())
    assert harm_in(path.read_text(encoding="utf-8")) - allowed == set()


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from urllib import request",
        "import urllib.request as r",
        "from sklearn.externals import joblib\nimport joblib",
        "np.load(file)",
        "numpy.load(file, allow_pickle=True)",
        "subprocess.run(command, shell=True)",
        "eval(text)",
        "yaml.load(text)",
        "os.system('ls')",
    ],
)
def test_the_check_finds_what_it_is_for(code: str) -> None:
    assert harm_in(code)


def test_an_index_file_that_asks_for_python_objects_is_refused(tmp_path: Path) -> None:
    """Its checksums are right: whoever can write it can count."""
    file = tmp_path / "a.segment"
    write_arrays(file, [("numbers", np.arange(3))])
    start, end = (whole := file.read_bytes()).index(b'{"numbers"'), len(whole) - 20
    header = whole[start:end].replace(b'"<i8"', b'"|O"')
    tail = len(header).to_bytes(8, "little") + zlib.crc32(header).to_bytes(4, "little") + whole[-8:]
    file.write_bytes(whole[:start] + header + tail)
    with pytest.raises(qa.CacheError, match="OBJECT array"):
        read_arrays(file)


def test_what_ships_as_data_is_text_or_numbers() -> None:
    kinds = {path.suffix for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert kinds <= {".py", ".json", ".npy", ".npz", ".md", ".txt", ".typed", "", ".html", ".css", ".js"}
