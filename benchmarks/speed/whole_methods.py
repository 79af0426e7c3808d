"""Methods on whole arrays: ours against SKADA's on the same data."""

import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from skada import (  # type: ignore[import-untyped]
    CORALAdapter,
    KLIEPReweightAdapter,
    KMMReweightAdapter,
    OTMappingAdapter,
)

from benchmarks.engine.methods.translation.optimal_transport import barycentric_map, coral_map
from benchmarks.engine.methods.weighting.kliep import kliep_weights
from benchmarks.engine.methods.weighting.kmm import kmm_weights
from benchmarks.engine.methods.weighting.ratio import median_distance, width_candidates
from benchmarks.speed.report import progress

Array = NDArray[np.float64]
CHANNELS = 4  # as many as the engine's features of slices
KMM_GAP = 3e-4  # with it our objective ends below the peer's
ROUNDS = 3


@dataclass(frozen=True)
class Pair:
    """One method: our function and the peer's, of features (n, d) and (n, d)."""

    name: str
    peer: str
    ours: Callable[[Array, Array], object]
    theirs: Callable[[Array, Array], object]


def _adapted(adapter: object, source: Array, target: Array) -> object:
    domains = np.repeat([1, -2], [len(source), len(target)])
    samples = np.concatenate([source, target])
    return adapter.fit_transform(samples, sample_domain=domains)  # type: ignore[attr-defined]


def _gamma(width: float) -> float:
    return float(1 / (2 * width**2))


def _our_kliep(source: Array, target: Array) -> Array:
    return kliep_weights(source, target, generator=np.random.default_rng(0))


def _their_kliep(source: Array, target: Array) -> object:
    gammas = [_gamma(width) for width in width_candidates(source, target)]
    return _adapted(KLIEPReweightAdapter(gamma=gammas, random_state=0), source, target)


def _our_kmm(source: Array, target: Array) -> Array:
    return kmm_weights(source, target, gap=KMM_GAP)


def _their_kmm(source: Array, target: Array) -> object:
    gamma = _gamma(median_distance(source, target))
    return _adapted(KMMReweightAdapter(gamma=gamma), source, target)


PAIRS = (
    Pair("kernel mean matching", "SKADA KMMReweightAdapter", _our_kmm, _their_kmm),
    Pair("KLIEP", "SKADA KLIEPReweightAdapter", _our_kliep, _their_kliep),
    Pair(
        "optimal-transport mapping",
        "SKADA OTMappingAdapter",
        barycentric_map,
        lambda source, target: _adapted(OTMappingAdapter(), source, target),
    ),
    Pair(
        "CORAL",
        "SKADA CORALAdapter",
        coral_map,
        lambda source, target: _adapted(CORALAdapter(reg=None), source, target),
    ),
)


def two_domains(samples: int) -> tuple[Array, Array]:
    """Return Gaussian features (samples, 4) of two domains, the target narrower and shifted."""
    generator = np.random.default_rng(0)
    source = generator.normal(size=(samples, CHANNELS))
    return source, 0.5 + 0.7 * generator.normal(size=(samples, CHANNELS))


def pair_seconds(pair: Pair, samples: int) -> tuple[float, float]:
    """Return our seconds and theirs: medians of alternating rounds after a warm-up."""
    domains = two_domains(samples)
    rounds = [
        (_seconds(pair.ours, domains), _seconds(pair.theirs, domains)) for _ in range(ROUNDS + 1)
    ]
    ours, theirs = (statistics.median(side) for side in zip(*rounds[1:], strict=True))
    progress(f"  {pair.name}: {ours:.4f} s, {pair.peer} {theirs:.4f} s")
    return ours, theirs


def _seconds(work: Callable[[Array, Array], object], domains: tuple[Array, Array]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the peer's iterations did not suffice
        started = time.perf_counter()
        work(*domains)
        return time.perf_counter() - started
