"""Fixtures that several rooms share."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["tests.review_fixtures"]

WORLDS = "REVIEWDB_TEST_WORLDS"  # a suite within a test is told the folder of the outer one


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of simulated worlds for all of pytest's workers.

    A world's file is named by the digest of its request, written whole and verified when it is
    read; so whoever needs it first simulates it, and the order of tests makes no difference.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = Path(os.environ.get(WORLDS) or shared / "worlds")
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def with_worlds(worlds: Path) -> Callable[[Path], Path]:
    """Return a function that makes a store without a step, whose worlds are the shared ones."""

    def store(folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "worlds").symlink_to(worlds)
        return folder

    return store
