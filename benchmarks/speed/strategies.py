"""Cost of a strategy's training step relative to the plain supervised step and to SKADA."""

import statistics
from dataclasses import dataclass
from functools import partial

import torch

from benchmarks.engine.errors import EngineError
from benchmarks.engine.networks.backbones import Classifier, UNet
from benchmarks.engine.running.device import Compute, choose_compute
from benchmarks.plan.catalog import STRATEGIES, strategy_card
from benchmarks.plan.profiles import QUICK
from benchmarks.plan.spec import Profile
from benchmarks.speed.report import Measurement, Ratio, progress, table
from benchmarks.speed.steps import PEERS, Slices, our_step_seconds, peer_step_seconds
from benchmarks.speed.whole_methods import CHANNELS, PAIRS, pair_seconds

NOT_SLOWER = 1.0


@dataclass(frozen=True)
class Sizes:
    """Sizes of the measurement; smaller in tests."""

    profile: Profile = QUICK
    slices: int = 96
    iterations: int = 24
    rounds: int = 3
    samples: int = 1000


FULL = Sizes()


def measure_strategies(sizes: Sizes = FULL) -> Measurement:
    """Return milliseconds per step of every strategy, and ratios to its peer's."""
    compute = choose_compute()
    steps = _steps_against_plain(compute, sizes)
    ratios = _steps_against_peers(compute, sizes) + _whole_methods(sizes)
    profile = sizes.profile
    text = (
        f"Every strategy that trains a network, on random slices: U-Net of width {profile.width}, "
        f"{profile.image_size} x {profile.image_size}, batch {profile.batch}, "
        f"{sizes.iterations} steps, {compute.describe()['precision']}; next to each the plain "
        "supervised step, measured just before and after it. A step is a batch of source slices; "
        "strategies that also read target slices process twice as many.\n\n"
        + table(("strategy", "ms a step", "plain ms", "times plain"), steps)
        + "\n\nThe same methods in SKADA, whole fits of its own networks (skorch, float32) against "
        "ours: the encoder classifies slices, its features are vectors as SKADA needs them; same "
        "network, batch, data, optimiser and device, medians of alternating rounds. Rows without "
        "`fp32` are the engine as it runs; those with it run in SKADA's precision. Methods on "
        f"arrays have {sizes.samples} samples a domain with {CHANNELS} features; kernel "
        "mean matching runs to the objective at which SKADA's default iterations end (the engine "
        "itself goes on), optimal transport is POT's exact solver on both sides. "
        "SKADA has no sliced Wasserstein, uLSIF or TrAdaBoost. pytorch-adapt and "
        "TLlib are left out: they need torchvision, whose builds install another torch."
    )
    return Measurement("strategies", "Strategies, step by step", text, ratios)


def _steps_against_plain(compute: Compute, sizes: Sizes) -> list[tuple[str, str, str, str]]:
    slices = Slices.drawn(sizes.slices, sizes.profile.image_size)
    seconds = partial(
        our_step_seconds,
        compute=compute,
        profile=sizes.profile,
        slices=slices,
        build=UNet,
        iterations=sizes.iterations,
    )
    plain_card = strategy_card("source_only")
    seconds(plain_card)
    before, rows = seconds(plain_card) or 0.0, []
    for card in STRATEGIES.values():
        try:
            own = seconds(card)
        except EngineError as error:  # such as published weights that are not here
            progress(f"  {card.slug}: left out: {error}")
            continue
        if own is None:
            continue
        after = seconds(plain_card) or 0.0
        plain = (before + after) / 2
        before = after
        progress(f"  {card.slug}: {own * 1000:.1f} ms, plain {plain * 1000:.1f} ms")
        rows.append((card.slug, f"{own * 1000:.1f}", f"{plain * 1000:.1f}", f"{own / plain:.2f}"))
    return rows


def _steps_against_peers(compute: Compute, sizes: Sizes) -> tuple[Ratio, ...]:
    full = Compute(compute.device, torch.float32)
    slices = Slices.drawn(sizes.slices, sizes.profile.image_size, is_diagnosis=True)
    ratios = []
    for slug, peer in PEERS.items():
        rounds = [_round(slug, compute, full, slices, sizes) for _ in range(sizes.rounds + 1)]
        ours, ours_full, theirs = (
            statistics.median(times) for times in zip(*rounds[1:], strict=True)
        )
        progress(f"  {slug}: {ours:.1f} ms, fp32 {ours_full:.1f} ms, SKADA {theirs:.1f} ms")
        name = f"SKADA {peer.__name__}, fp32"
        ratios.append(_ratio(f"{slug} step", name, ours, theirs, "ms"))
        if compute.is_mixed:
            ratios.append(_ratio(f"{slug} step, fp32", name, ours_full, theirs, "ms"))
    return tuple(ratios)


def _round(
    slug: str, compute: Compute, full: Compute, slices: Slices, sizes: Sizes
) -> tuple[float, float, float]:
    """Return milliseconds per step: ours, ours in fp32, SKADA's."""
    card, iterations = strategy_card(slug), sizes.iterations
    ours, ours_full = (
        our_step_seconds(
            card,
            compute=each,
            profile=sizes.profile,
            slices=slices,
            build=Classifier,
            iterations=iterations,
        )
        or 0.0
        for each in (compute, full)
    )
    theirs = peer_step_seconds(slug, full, sizes.profile, slices, iterations=iterations)
    return 1000 * ours, 1000 * ours_full, 1000 * theirs


def _whole_methods(sizes: Sizes) -> tuple[Ratio, ...]:
    return tuple(
        _ratio(pair.name, pair.peer, *pair_seconds(pair, sizes.samples), "s") for pair in PAIRS
    )


def _ratio(name: str, peer: str, ours: float, theirs: float, unit: str) -> Ratio:
    return Ratio(f"strategies/{name}", peer, ours, theirs, unit, theirs / ours, NOT_SLOWER)
