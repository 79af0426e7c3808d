"""The bundled review, a person, and a run that has measured something."""

import hashlib
import json

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client

from benchmarks.models import Artifact, Event, Result, Run, RunState
from benchmarks.services.runs import run_request
from reviewdb.reviews.models import Review
from taxonomy.models import Node
from taxonomy.services.loading import review_load
from tests.frontend.pages import PageClient

CURVES = [
    {
        "n_target": 2,
        "seed": 0,
        "curve": [{"iteration": 1, "loss": 0.9}, {"iteration": 2, "loss": 0.5}],
        "validations": [{"iteration": 2, "source_validation": 0.4, "target_validation": 0.3}],
        "chosen": {},
    }
]


@pytest.fixture
def review(db) -> Review:
    review_load(slug="valverde2021")
    return Review.objects.get(slug="valverde2021")


@pytest.fixture
def person(db) -> User:
    return User.objects.create_user("ada", password="analytical engine")


@pytest.fixture
def client() -> PageClient:
    return PageClient()


@pytest.fixture
def signed_in(client, person) -> Client:
    client.force_login(person)
    return client


@pytest.fixture
def queued(person) -> Run:
    """A run that waits; its message is sent on commit, which a test's transaction never has."""
    return run_request(benchmark="site-shift", profile="quick", requested_by=person)


@pytest.fixture
def measured(review, queued, settings, tmp_path) -> Run:
    """A run that has ended, with a gain, a negative transfer, a failure and a baseline."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    Run.objects.filter(pk=queued.pk).update(
        state=RunState.SUCCEEDED, reason="all steps finished",
        provenance={
            "device": {"device": "cpu", "threads": 1}, "versions": {"torch": "2", "numpy": "2"},
        },
    )  # fmt: skip
    for selection in ("last", "target_validation"):
        _result(queued, "target_only", 2, selection)
        _result(queued, "full_fine_tuning", 2, selection, gain=0.12, verdict="gain")
        _result(queued, "full_fine_tuning", 8, selection, gain=0.02, verdict="no_difference")
        _result(queued, "frozen_encoder", 2, selection, gain=-0.21, verdict="negative_transfer")
        _result(queued, "deep_coral", 0, selection, verdict="failed")
    Event.objects.create(run=queued, name="log", payload={"message": "<b>hello</b>"})
    artifact = Artifact(run=queued, name="curves.json", kind="curves", title="Training")
    content = json.dumps(CURVES)
    artifact.scenario, artifact.strategy = "tissue", "full_fine_tuning"
    artifact.digest = hashlib.sha256(content.encode()).hexdigest()
    artifact.file.save("curves.json", ContentFile(content))
    queued.refresh_from_db()
    return queued


NODES = {
    "full_fine_tuning": "parameter/prior-sharing",
    "frozen_encoder": "parameter/parameter-sharing/one-model",
    "deep_coral": "feature/symmetric/direct",
}


def _result(run, strategy, n_target, selection, *, gain=None, verdict=""):
    has_failed = verdict == "failed"
    mean = None if has_failed else 0.7 + (gain or 0)
    Result.objects.create(
        run=run, scenario="tissue", strategy=strategy, n_target=n_target, metric="dice",
        node=Node.objects.filter(path=NODES.get(strategy, "none")).first(),
        selection=selection, mean=mean, low=mean and mean - 0.05, high=mean and mean + 0.05,
        baseline="target_only" if strategy in NODES else "", gain=gain,
        gain_low=gain and gain - 0.04, gain_high=gain and gain + 0.04, verdict=verdict, seeds=3,
        simulated=True, detail={"reason": "out of memory"} if has_failed else {},
    )  # fmt: skip
