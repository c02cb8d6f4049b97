"""What every test needs: a cache of its own, one hypothesis profile, a small corpus."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from qa.library import Library, open_library

settings.register_profile(
    "fixed",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("fixed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="keep the screens of tests/test_terminal.py anew")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests, and the processes they start, never touch the user's cache."""
    os.environ["QA_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["QA_STATE"] = str(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="session")
def bundled() -> Library:
    """The bundled documents."""
    return open_library()


@pytest.fixture
def no_hang() -> Iterator[None]:
    """Ends a test after 20 s of its own processor time: what takes two at most takes hours when it is quadratic."""

    def give_up(*_: object) -> None:
        pytest.fail("still at work after 20 seconds")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, 20)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder of two small documents."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "bridge.md").write_text(
        "# The bridge\n\nThe old bridge was built in 1874 by Ada Stone.\nIt is made of *granite*.\n\n"
        "## Repairs\n\nIt was closed in 1990 because the river had washed out its second pier.\n",
        encoding="utf-8",
    )
    (folder / "mill.txt").write_text(
        "The mill ground barley for the brewery.\n\nIts wheel has twelve paddles, and turns four times a minute.\n",
        encoding="utf-8",
    )
    return folder
