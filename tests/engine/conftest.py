"""One smoke run that the engine's tests look at, and a way to make others."""

import json
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pytest

from benchmarks.plan.build import build_plan, request_spec


class RecordedEvents(list):
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

    said = RecordedEvents() if said is None else said
    run_plan(plan, store, choose_compute("cpu"), said)
    return said


@contextmanager
def layers_trained(device):
    """Yield the set of (layer in words, shape without the batch) trained under autocast."""
    import torch
    from torch import nn

    seen = set()

    def note(module, inputs):
        is_trained = torch.is_autocast_enabled(device) and torch.is_grad_enabled()
        if is_trained and isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            seen.add((repr(module), tuple(inputs[0].shape[1:])))

    handle = nn.modules.module.register_module_forward_pre_hook(note)
    try:
        yield seen
    finally:
        handle.remove()


@pytest.fixture(scope="session")
def smoke(tmp_path_factory, with_worlds):
    """Return (plan, store folder, what was said) of one finished run."""
    store = with_worlds(tmp_path_factory.mktemp("store"))
    plan = smoke_plan()
    return plan, store, run_smoke(plan, store)


@lru_cache(maxsize=1)
def _small_encoder(sha256, device):
    import torch

    from benchmarks.engine.networks.foundation import VisionTransformer

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return VisionTransformer(depth=1).eval().requires_grad_(requires_grad=False)


@pytest.fixture(autouse=True)
def small_foundation_encoder(monkeypatch):
    """Put an untrained encoder of one block in place of the one whose weights a person names."""
    from benchmarks.engine.networks import foundation

    monkeypatch.setattr(foundation, "foundation_encoder", _small_encoder)
