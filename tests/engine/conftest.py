"""One smoke run that the engine's tests look at, and a way to make others."""

import json
from pathlib import Path

import pytest

from benchmarks.plan.build import build_plan, request_spec


class Said(list):
    """What a run said, as (event, payload)."""

    def __call__(self, event, **payload):
        self.append((event, payload))

    def of(self, *names):
        return [payload for event, payload in self if event in names]

    @property
    def results(self):
        """Return the last row said for each cell: verdicts come after means."""
        keys = ("scenario", "strategy", "n_target", "metric", "selection")
        rows = {tuple(p["row"][k] for k in keys): p["row"] for p in self.of("result")}
        return json.loads(json.dumps(list(rows.values())))


def smoke_plan(**changes):
    request = {"benchmark": "site-shift", "profile": "smoke", "seeds": 1, **changes}
    return build_plan(request_spec(**request))


def run_smoke(plan, store: Path, said=None):
    from benchmarks.engine.running.device import choose_compute
    from benchmarks.engine.running.run import run_plan

    said = Said() if said is None else said
    run_plan(plan, store, choose_compute("cpu"), said)
    return said


@pytest.fixture(scope="session")
def smoke(tmp_path_factory):
    """Return (plan, store folder, what was said) of one finished run."""
    store = tmp_path_factory.mktemp("store")
    plan = smoke_plan()
    return plan, store, run_smoke(plan, store)
