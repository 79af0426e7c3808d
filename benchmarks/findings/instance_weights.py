"""Statistics of recorded instance weights: records in, figures out; no Django, no torch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

RECORD = "instance_weights"
TOP = 0.1


@dataclass(frozen=True)
class WeightFigures:
    """Statistics of a strategy's weights over their mean, at one label count, all seeds together.

    The effective sample size is a mean over seeds with its least and greatest value; ``top_share``
    is the part of all weight that the heaviest tenth of the slices carries. ``bound`` is the
    largest weight that the method may give, before flattening, if it has one. ``warnings`` are
    sentences on choices that hit a limit: weights at the bound, a width at the edge of its grid.
    """

    n_target: int
    seeds: int
    slices: int
    effective: float
    effective_least: float
    effective_greatest: float
    unweighted_share: float
    largest: float
    top_share: float
    relative: tuple[float, ...]
    bound: float | None = None
    warnings: tuple[str, ...] = ()

    @property
    def effective_share(self) -> float:
        """Return the effective sample size as a share of the slices."""
        return self.effective / self.slices


def weight_figures(records: Any) -> list[WeightFigures]:
    """Return figures per label count, from the content of a ``records.json``.

    Fits without weights are skipped, and so are malformed records: a file of another version must
    not hide the others.
    """
    found: dict[int, list[Mapping[str, Any]]] = {}
    for record in records if isinstance(records, list) else []:
        weights = _weights(record)
        if weights is not None:
            found.setdefault(int(record.get("n_target") or 0), []).append(weights)
    return [_figures(n_target, seeds) for n_target, seeds in sorted(found.items())]


def _weights(record: Any) -> Mapping[str, Any] | None:
    kept = record.get("records") if isinstance(record, dict) else None
    weights = kept.get(RECORD) if isinstance(kept, dict) else None
    if not isinstance(weights, dict) or "effective_sample_size" not in weights:
        return None
    return weights if weights.get("weights") and sum(weights["weights"]) > 0 else None


def _figures(n_target: int, seeds: Iterable[Mapping[str, Any]]) -> WeightFigures:
    kept = list(seeds)
    values = [np.asarray(seed["weights"], dtype=float) for seed in kept]
    relative = np.concatenate([each / each.mean() for each in values])
    effective = [float(seed["effective_sample_size"]) for seed in kept]
    return WeightFigures(
        n_target=n_target,
        seeds=len(kept),
        slices=round(sum(len(each) for each in values) / len(kept)),
        effective=sum(effective) / len(kept),
        effective_least=min(effective),
        effective_greatest=max(effective),
        unweighted_share=float((relative == 0).mean()),
        largest=float(relative.max()),
        top_share=float(np.mean([_top_share(each) for each in values])),
        relative=tuple(relative.tolist()),
        bound=next((float(seed["bound"]) for seed in kept if "bound" in seed), None),
        warnings=tuple(_warnings(kept)),
    )


def _warnings(seeds: list[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what hit a limit, in how many seeds."""
    counts = [int(seed["at_bound"]) for seed in seeds if seed.get("at_bound")]
    if counts:
        yield (
            f"{_seeds(len(counts), len(seeds))}, weights sit at their bound (at most "
            f"{max(counts)} slices): without it they would be larger still."
        )
    for edge in ("smallest", "largest"):
        count = sum(seed.get("edge") == edge for seed in seeds)
        if count:
            yield (
                f"{_seeds(count, len(seeds))}, the kernel's width is the {edge} that was tried: a "
                "better one may lie beyond."
            )


def _seeds(count: int, of: int) -> str:
    return f"In {count} of {of} seed{'s' * (of > 1)}"


def _top_share(weights: Any) -> float:
    heaviest = np.sort(weights)[::-1][: max(1, round(TOP * len(weights)))]
    return float(heaviest.sum() / weights.sum())
