"""On a CUDA device: every strategy trains there, and what it learned predicts as on a processor."""

import pytest
import torch

from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.running.run import run_plan
from tests.engine.conftest import RecordedEvents, smoke_plan

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device on this machine"),
]


@pytest.fixture(scope="module")
def on_gpu(tmp_path_factory):
    said = RecordedEvents()
    plan = smoke_plan(strategies=["all"])
    failed = run_plan(plan, tmp_path_factory.mktemp("gpu"), choose_compute("cuda:0"), said)
    return plan, failed, said


def test_every_strategy_runs_on_the_device(on_gpu):
    plan, failed, said = on_gpu
    assert failed == 0, [p for p in said.of("step") if p.get("state") == "failed"]
    fitted = {step.strategy for step in plan.steps if step.kind == "fit"}
    assert {row["strategy"] for row in said.results} == fitted


def test_memory_and_rate_of_each_fit_are_measured(on_gpu):
    costs = [row["cost"] for row in on_gpu[2].results if row.get("cost")]
    assert costs
    assert all(cost["peak_memory_bytes"] > 0 for cost in costs)


def test_the_u_net_predicts_as_on_a_processor():
    from benchmarks.engine.networks.backbones import UNet

    torch.manual_seed(0)
    network = UNet(8).eval()
    images = torch.randn(4, 1, 64, 64)
    with torch.no_grad():
        here = network(images)
        there = network.cuda()(images.cuda()).cpu()
    assert (here - there).abs().max() < 1e-2  # TF32 keeps ten bits
    assert (here.argmax(1) == there.argmax(1)).float().mean() > 0.999
