"""Variables: typed, with a refusal that names the variable."""

import stat

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
