"""What many tests share: the shipped datasets, the graph built from them, and the texts of the sources."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from visit import chromium

from graph.compare.index import alone
from graph.dataset import Dataset
from graph.home import Home
from graph.shipped import shipped_datasets
from graph.store import Store

SOURCES = Path(os.environ.get("ZUKUNFTSGRAPH_SOURCES", Path(__file__).parents[2] / "shared" / "sources"))
"""The source texts are not ours to ship; tests that read them are skipped where they are not beside the project."""


@pytest.fixture(scope="session")
def shipped() -> list[Dataset]:
    """Every shipped dataset."""
    return shipped_datasets()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A data directory with the graph of the shipped datasets; tests must not change it.

    All processes of a run share it, and what the first of them computed from it.
    """
    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        place = place.parent
    with alone(place / "graph"):
        home = Home(place / "graph" / "data")
        if not home.exists:
            with home.writing("test") as writer:
                writer.load(shipped_datasets())
    return home


@pytest.fixture(scope="session")
def store(home: Home) -> Store:
    """The graph of the shipped datasets, in memory."""
    return Store.in_memory(home.internal.read().inner)


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """The source texts by the SHA-256 of their bytes."""
    files = sorted(SOURCES.glob("*.txt"))
    if not files:
        pytest.skip(f"Die Quelltexte liegen nicht unter {SOURCES}.")
    return {hashlib.sha256(raw).hexdigest(): raw.decode("utf-8") for raw in (f.read_bytes() for f in files)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser."""
    with chromium() as found:
        yield found


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Home]:
    """A data directory with nothing in it."""
    yield Home(tmp_path / "data")
