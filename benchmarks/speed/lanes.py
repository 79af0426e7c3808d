"""Throughput of several small fits at once, by the way they are run together."""

import copy
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch
from torch import nn

from benchmarks.engine.networks.backbones import UNet
from benchmarks.engine.running.device import Compute, choose_compute
from benchmarks.engine.running.lanes import MOST_LANES, lanes_for
from benchmarks.engine.training.losses import task_loss
from benchmarks.plan.profiles import QUICK
from benchmarks.speed.report import Measurement, Ratio, progress, table
from benchmarks.speed.training import (
    PEER,
    RATIO_ON_NATIVE_BF16,
    our_rate,
    peer_rate,
    random_slices,
    seconds_of,
)

SEEDS = 3
ITERATIONS = 32
ONE = "one process, a thread a core, one fit after another"
MANY = "a process a core, one thread each (what the engine does)"
GROUPED = f"one network of grouped convolutions for {SEEDS} seeds, a thread a core"


def measure_lanes() -> Measurement:
    """Return samples per second of the quick profile's fits, for each way to run them together."""
    compute = choose_compute("cpu")
    rates = {ONE: _one_after_another(compute)}
    progress(f"  {ONE}: {rates[ONE]:.0f} samples/s")
    rates[MANY] = _process_each(lanes_for(compute))
    progress(f"  {MANY}: {rates[MANY]:.0f} samples/s")
    rates[GROUPED] = _grouped(compute)
    progress(f"  {GROUPED}: {rates[GROUPED]:.0f} samples/s")
    script = peer_rate(compute, QUICK, *random_slices(QUICK))
    progress(f"  {PEER}: {script:.0f} samples/s")
    ratios = (
        _ratio("lanes", ONE, rates[MANY], rates[ONE], None),
        _ratio(
            "lanes/the engine as it runs",
            PEER,
            rates[MANY],
            script,
            RATIO_ON_NATIVE_BF16[QUICK.slug] if compute.is_mixed else None,
        ),
    )
    text = (
        f"Training of the quick profile's U-Net (width {QUICK.width}, {QUICK.image_size} x "
        f"{QUICK.image_size}, batch {QUICK.batch}) on random data, {os.cpu_count()} cores, at most "
        f"{MOST_LANES} lanes. The grouped network is timed only: its concatenations mix the seeds, "
        "which costs no time but would spoil the numbers.\n\n"
        + table(
            ("how", "samples/s", "against one process"),
            [(how, f"{rate:.0f}", f"{rate / rates[ONE]:.2f}") for how, rate in rates.items()],
        )
    )
    return Measurement("lanes", "Several fits at once", text, ratios)


def _ratio(name: str, peer: str, ours: float, theirs: float, target: float | None) -> Ratio:
    return Ratio(name, peer, ours, theirs, "samples/s", ours / theirs, target)


def _one_after_another(compute: Compute) -> float:
    images, labels = random_slices(QUICK)
    our_rate(compute, QUICK, images, labels)  # the first call also plans the convolutions
    return our_rate(compute, QUICK, images, labels)


def _process_each(lanes: int) -> float:
    """Return the sum of rates, samples per second, of ``lanes`` fits run at the same time."""
    with ProcessPoolExecutor(lanes, mp_context=get_context("spawn")) as pool:
        list(pool.map(_rate_of_one, range(lanes)))  # imports, and planning of convolutions
        return sum(pool.map(_rate_of_one, range(lanes)))


def _rate_of_one(_lane: int) -> float:
    torch.set_num_threads(1)
    return our_rate(choose_compute("cpu"), QUICK, *random_slices(QUICK))


def _grouped(compute: Compute) -> float:
    images, labels = random_slices(QUICK)
    network = grouped(UNet(QUICK.width), SEEDS).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.Adam(network.parameters(), QUICK.learning_rate, fused=True)
    batch = images[: QUICK.batch].repeat(1, SEEDS, 1, 1)
    wanted = labels[: QUICK.batch].repeat_interleave(SEEDS, dim=0)

    def train() -> None:
        for _ in range(ITERATIONS):
            with compute.autocast():
                logits = network(batch).unflatten(1, (SEEDS, -1)).flatten(0, 1)
                loss = task_loss(logits, wanted)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()

    train()
    return ITERATIONS * QUICK.batch * SEEDS / seconds_of(compute, train)


def grouped(network: nn.Module, copies: int) -> nn.Module:
    """Return the network with every layer ``copies`` times as wide, in as many groups."""
    found = copy.deepcopy(network)
    for name, layer in list(found.named_modules()):
        if wide := _wide(layer, copies):
            parent, _, own = name.rpartition(".")
            setattr(found.get_submodule(parent), own, wide)
    return found


def _wide(layer: nn.Module, copies: int) -> nn.Module | None:
    if isinstance(layer, nn.BatchNorm2d):
        return nn.BatchNorm2d(layer.num_features * copies)
    if not isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        return None
    kind = type(layer)
    return kind(
        layer.in_channels * copies,
        layer.out_channels * copies,
        kernel_size=layer.kernel_size,  # type: ignore[arg-type]
        stride=layer.stride,  # type: ignore[arg-type]
        padding=layer.padding,  # type: ignore[arg-type]
        groups=copies,
        bias=layer.bias is not None,
    )
