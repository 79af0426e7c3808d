import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from benchmarks.models import Run
from benchmarks.services.runs import run_request
from taxonomy.models import Node, Taxonomy

FAKE_ENGINE = [sys.executable, str(Path(__file__).with_name("fake_engine.py"))]
PATHS = ("parameter", "parameter/prior-sharing", "parameter/parameter-sharing",
         "parameter/parameter-sharing/one-model", "feature", "feature/symmetric",
         "feature/symmetric/direct")  # fmt: skip


@pytest.fixture
def home(settings, tmp_path):
    """A state folder of this test alone, and the pretended engine."""
    settings.REVIEWDB_HOME = tmp_path
    settings.REVIEWDB_ENGINE_COMMAND = FAKE_ENGINE
    location = {"OPTIONS": {"location": str(tmp_path / "media")}}
    settings.STORAGES = {**settings.STORAGES, "default": settings.STORAGES["default"] | location}
    return tmp_path


@pytest.fixture
def nodes(db):
    tree = Taxonomy.objects.create(slug="transfer", title="Transfer")
    return {p: Node.objects.create(taxonomy=tree, path=p, name=p.title()) for p in PATHS}


@pytest.fixture
def queued(home, nodes, person) -> Run:
    """A small run whose message was not sent: tests deliver it themselves."""
    return run_request(benchmark="site-shift", profile="smoke", requested_by=person)


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("ada", password="analytical")


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def signed_in(api, person) -> APIClient:
    api.force_authenticate(person)
    return api
