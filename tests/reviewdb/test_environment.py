"""Variables: typed, with a refusal that names the variable."""

import os
import stat
import subprocess
import sys

import pytest

from reviewdb.env import EnvironmentVariableError, env_bool, env_int, env_list, env_secret
from reviewdb.hosts.brokers import broker_settings
from reviewdb.hosts.storage import storage_settings


@pytest.mark.parametrize(
    ("raw", "value"), [("1", True), ("Yes", True), ("off", False), ("", False)]
)
def test_truth_values(monkeypatch, raw, value):
    monkeypatch.setenv("REVIEWDB_DEBUG", raw)
    assert env_bool("REVIEWDB_DEBUG", default=not value) is value


def test_a_wrong_truth_value_names_the_variable(monkeypatch):
    monkeypatch.setenv("REVIEWDB_DEBUG", "maybe")
    with pytest.raises(EnvironmentVariableError, match="REVIEWDB_DEBUG must be one of"):
        env_bool("REVIEWDB_DEBUG", default=False)


@pytest.mark.parametrize("raw", ["http", "0", "70000"])
def test_a_wrong_number_names_the_variable(monkeypatch, raw):
    monkeypatch.setenv("PORT", raw)
    with pytest.raises(EnvironmentVariableError, match="PORT must be"):
        env_int("PORT", 8000, low=1, high=65535)


def test_lists_are_comma_separated_words(monkeypatch):
    monkeypatch.setenv("REVIEWDB_ALLOWED_HOSTS", " a.org, b.org ,")
    assert env_list("REVIEWDB_ALLOWED_HOSTS", []) == ["a.org", "b.org"]


def test_the_secret_is_made_once_and_only_for_its_owner(monkeypatch, tmp_path):
    monkeypatch.delenv("REVIEWDB_SECRET_KEY", raising=False)
    path = tmp_path / "home" / "secret_key"
    secret = env_secret("REVIEWDB_SECRET_KEY", path)
    assert len(secret) > 40
    assert env_secret("REVIEWDB_SECRET_KEY", path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret_key"]


def test_without_a_url_the_broker_is_a_folder_and_with_one_it_is_that_server(tmp_path):
    embedded = broker_settings("", tmp_path)
    assert embedded["broker_url"].startswith("filesystem://")
    assert (tmp_path / "queue").is_dir()
    assert broker_settings("redis://host/1", tmp_path)["broker_url"] == "redis://host/1"


def test_storage_is_a_folder_or_a_bucket_and_nothing_else(tmp_path):
    assert storage_settings(f"file://{tmp_path}")["OPTIONS"] == {"location": str(tmp_path)}
    bucket = storage_settings("s3://reviews/artifacts?endpoint=https://store.example")["OPTIONS"]
    assert bucket == {
        "bucket_name": "reviews",
        "location": "artifacts",
        "endpoint_url": "https://store.example",
    }
    with pytest.raises(EnvironmentVariableError, match="REVIEWDB_STORAGE_URL"):
        storage_settings("ftp://host/x")


def test_https_is_switched_on_by_one_variable_and_passes_djangos_deploy_check(tmp_path):
    environment = os.environ | {
        "REVIEWDB_HOME": str(tmp_path),
        "REVIEWDB_HTTPS": "1",
        "REVIEWDB_ALLOWED_HOSTS": "reviews.example.org",
        "DJANGO_SETTINGS_MODULE": "reviewdb.settings",
    }
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('check', deploy=True, tags=['security'], fail_level='WARNING')\n"
        "from django.test import Client\n"
        "host = {'host': 'reviews.example.org'}\n"
        "ask = lambda **more: Client(headers=host | more).get('/sign-in/')\n"
        "plain, proxied = ask(), ask(**{'x-forwarded-proto': 'https'})\n"
        "print(plain.status_code, plain['Location'])\n"
        "print(proxied.status_code, proxied['Strict-Transport-Security'])\n"
        "print(proxied.cookies['csrftoken']['secure'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-3:] == [
        "301 https://reviews.example.org/sign-in/",
        "200 max-age=31536000",
        "True",
    ]


def test_home_and_database_are_their_owners_alone_also_where_they_were_open(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / "reviewdb.sqlite3").touch(mode=0o644)
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    environment |= {"REVIEWDB_HOME": str(home), "DJANGO_SETTINGS_MODULE": "reviewdb.settings"}
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "connection.cursor().execute('CREATE TABLE t (x)')\n"
        "import pathlib, os\n"
        "for path in sorted(pathlib.Path(os.environ['REVIEWDB_HOME']).glob('reviewdb*')):\n"
        "    print(path.name, oct(path.stat().st_mode & 0o777))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert len(done.stdout.splitlines()) >= 2  # the database and its log
    assert all(line.endswith(" 0o600") for line in done.stdout.splitlines())
