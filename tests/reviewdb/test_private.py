"""Who may read what lies on disk."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reviewdb.env import env_secret
from reviewdb.hosts.private import close, private_file, private_folder

ROOT = Path(__file__).resolve().parents[2]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(home):
    return [path for path in (home, *home.rglob("*")) if mode(path) & 0o077]


def test_a_new_state_folder_is_its_owners_alone_also_under_a_loose_umask(tmp_path):
    home = tmp_path / "new" / "home"
    environment = {**os.environ, "REVIEWDB_HOME": str(home), "DATABASE_URL": ""}
    environment |= {"DJANGO_SETTINGS_MODULE": "reviewdb.settings", "REVIEWDB_SECRET_KEY": ""}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "contenttypes", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        check=True,
        umask=0o000,
    )
    assert mode(home) == 0o700
    assert mode(home / "reviewdb.sqlite3") == 0o600
    assert mode(home / "secret_key") == 0o600
    assert open_to_others(home) == []


def test_an_older_looser_folder_is_closed_with_all_in_it_and_a_line(tmp_path, capsys):
    home = tmp_path / "home"
    (home / "media").mkdir(parents=True)
    for name in ("secret_key", "reviewdb.sqlite3-wal", "media/a.png"):
        (home / name).write_text("secret")
        (home / name).chmod(0o644)
    home.chmod(0o755)
    (home / "media").chmod(0o755)
    private_folder(home)
    assert open_to_others(home) == []
    assert "was open to others (0755); now only its owner may enter" in capsys.readouterr().err
    private_folder(home)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("case", ["everybodys", "foreign"])
def test_a_folder_that_is_not_ours_to_close_is_left_with_a_line(
    tmp_path, capsys, monkeypatch, case
):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o1777 if case == "everybodys" else 0o755)
    before = mode(home)
    if case == "foreign":
        owner = home.stat().st_uid
        monkeypatch.setattr("os.geteuid", lambda: owner + 1)
    private_folder(home)
    assert mode(home) == before
    assert "choose another folder" in capsys.readouterr().err


def test_what_lies_beside_a_database_is_closed_with_it(tmp_path):
    for name in ("r.sqlite3", "r.sqlite3-wal", "r.sqlite3-shm"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    private_file(tmp_path / "r.sqlite3")
    assert {mode(path) for path in tmp_path.iterdir()} == {0o600}


def test_an_older_secret_that_others_may_read_is_closed(tmp_path, monkeypatch):
    monkeypatch.delenv("REVIEWDB_SECRET_KEY", raising=False)
    path = tmp_path / "secret_key"
    path.write_text("tea")
    path.chmod(0o644)
    assert env_secret("REVIEWDB_SECRET_KEY", path) == "tea"
    assert mode(path) == 0o600


def test_a_link_is_not_followed(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("not ours to change")
    target.chmod(0o644)
    link.symlink_to(target)
    close(link)
    assert mode(target) == 0o644
