"""One seed of two strategies at `paper` on a GPU: samples a second, memory, share of its rate."""

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import cast

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import Compute, choose_compute
from benchmarks.engine.running.run import run_plan
from benchmarks.engine.running.store import Store
from benchmarks.engine.steps.shared.outputs import FitOutputs
from benchmarks.engine.training.losses import task_loss
from benchmarks.plan.baselines import SOURCE_ONLY, TARGET_ONLY
from benchmarks.plan.benchmarks.site_shift import SITE_SHIFT
from benchmarks.plan.plans import Plan
from benchmarks.plan.profiles import PAPER
from benchmarks.plan.protocols.comparison.planner import steps
from benchmarks.plan.protocols.comparison.steps import FitStep, SplitStep
from benchmarks.plan.spec import Profile, RunSpec
from benchmarks.plan.steps.shared import DomainStep
from benchmarks.plan.steps.step import Step
from benchmarks.speed.report import Measurement, progress, table
from benchmarks.speed.training import seconds_of

STRATEGIES = (SOURCE_ONLY, "full_fine_tuning")
ITERATIONS = 600
SIDE = 8192
REPEATS = 10
LABELLED = 4
SMALLER = replace(
    PAPER,
    seeds=1,
    n_targets=(0, LABELLED),
    least_iterations=ITERATIONS,
    most_iterations=ITERATIONS,
    slices=8,
    source_train=8,
    source_validation=2,
    source_test=2,
    target_pool=LABELLED,
    target_validation=2,
    target_test=4,
)


def measure_gpu() -> Measurement:
    """Return what one seed of `STRATEGIES` does on the GPU; without one, a sentence says so."""
    compute = choose_compute()
    title = "One seed at `paper` on a GPU"
    if compute.device.type != "cuda":
        return Measurement("gpu", title, "There was no GPU, so there is no figure.")
    peak = bf16_rate(compute)
    progress(f"  bf16: {peak / 1e12:.0f} TFLOP/s")
    flops = flops_a_sample(compute, PAPER)
    rows = []
    for step, fit in _fits(compute):
        cost = fit["cost"]
        rate = cast(float, cost["samples_per_second"])
        label = f"{step.strategy}" + (f", {step.n_target} labelled" if step.n_target else "")
        gib = cast(float, cost["peak_memory_bytes"]) / 2**30
        cells = (f"{rate:.0f}", f"{gib:.1f}", f"{flops * rate / 1e12:.0f}")
        rows.append((label, *cells, f"{flops * rate / peak:.1%}"))
        progress("  " + ", ".join(map(str, rows[-1])))
    described = compute.describe()
    text = (
        f"{described['name']}, {described['precision']}: {peak / 1e12:.0f} TFLOP/s in a product of "
        f"two {SIDE} x {SIDE} matrices, median of {REPEATS}. The networks, images, batches and "
        f"rates of `paper` (width {PAPER.width}, {PAPER.image_size} x {PAPER.image_size}, batch "
        f"{PAPER.batch}; {flops / 1e9:.0f} GFLOP a sample forward and back, as torch counts), one "
        f"seed, but {ITERATIONS} iterations and {SMALLER.source_train} source people, "
        "because only the time and the memory are looked at.\n\n"
    )
    header = ("fit", "samples/s", "peak GiB", "TFLOP/s", "share of the bf16 rate")
    return Measurement("gpu", title, text + table(header, rows))


def bf16_rate(compute: Compute) -> float:
    """Return the device's rate in a large bf16 matrix product, FLOP a second."""
    left, right = torch.randn(2, SIDE, SIDE, device=compute.device, dtype=torch.bfloat16)

    def product() -> object:
        return left @ right

    for _ in range(3):
        seconds_of(compute, product)
    return float(
        2 * SIDE**3 / statistics.median(seconds_of(compute, product) for _ in range(REPEATS))
    )


def flops_a_sample(compute: Compute, profile: Profile) -> float:
    """Return the operations of one sample, forward and back, as torch counts them."""
    network = UNet(profile.width).to(compute.device)
    images = torch.randn(2, 1, profile.image_size, profile.image_size, device=compute.device)
    labels = (images > 1).to(torch.uint8)
    with FlopCounterMode(display=False) as counted:
        task_loss(network(images), labels).backward()
    return counted.get_total_flops() / len(images)


def _fits(compute: Compute) -> list[tuple[FitStep, FitOutputs]]:
    strategies = (SOURCE_ONLY, TARGET_ONLY, "full_fine_tuning")
    spec = RunSpec("site-shift", SMALLER.slug, strategies, seeds=1)
    card = replace(SITE_SHIFT, scenarios=SITE_SHIFT.scenarios[:1])
    needed = tuple(step for step in steps(card, SMALLER, spec) if _is_needed(step))
    plan = Plan(card.slug, SMALLER.slug, 1, STRATEGIES, needed)
    with tempfile.TemporaryDirectory() as folder:
        run_plan(plan, Path(folder), compute, lambda *_, **__: None)
        store = Store(Path(folder))
        return [
            (step, cast(FitOutputs, store.outputs(step.address)))
            for step in needed
            if isinstance(step, FitStep) and store.has(step.address)
        ]


def _is_needed(step: Step) -> bool:
    return (
        step.strategy in STRATEGIES
        if isinstance(step, FitStep)
        else isinstance(step, DomainStep | SplitStep)
    )
