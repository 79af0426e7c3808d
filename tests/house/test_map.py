"""The map is made from the tree, and names only what is there."""

import pytest

from reviewdb.house.map import check_map, map_text
from reviewdb.house.rooms import APPS, HouseError


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Return a small tree in which every file says what it is for."""
    monkeypatch.setattr("reviewdb.house.map.JOURNEYS", {"Review": ("taxonomy/a.py:read",)})
    monkeypatch.setattr("reviewdb.house.map.QUESTIONS", {})
    for app in APPS:
        (tmp_path / app).mkdir()
        (tmp_path / app / "__init__.py").write_text(f'"""The {app}."""\n')
    (tmp_path / "docs").mkdir()
    (tmp_path / "taxonomy/a.py").write_text(
        '"""A file."""\n\n\ndef read():\n    """Return rows."""\n'
    )
    return tmp_path


def test_a_stop_of_a_journey_is_told_by_its_own_first_line(tree):
    assert "[`taxonomy/a.py`](../taxonomy/a.py) `read`: Return rows." in map_text(tree)


def test_a_stop_that_is_not_there_is_named(tree):
    (tree / "taxonomy/a.py").write_text('"""A file."""\n')
    with pytest.raises(HouseError, match=r"taxonomy/a\.py:read"):
        map_text(tree)


def test_a_file_that_says_nothing_is_named(tree):
    (tree / "benchmarks/mute.py").write_text("x = 1\n")
    with pytest.raises(HouseError, match=r"benchmarks/mute\.py"):
        map_text(tree)


def test_a_map_of_another_tree_is_refused(tree):
    (tree / "docs/map.md").write_text(map_text(tree))
    check_map(tree)
    (tree / "frontend/new.py").write_text('"""New."""\n')
    with pytest.raises(HouseError, match="make map"):
        check_map(tree)
