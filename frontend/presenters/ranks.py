"""Ranks with intervals under three schemes, and files for other tools, on a run's page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.models import Artifact, Result
from benchmarks.selectors.run_parts import artifact_json
from frontend.presenters.results import NAMES, scenario_title
from frontend.presenters.words import metric_word
from reviewdb.common.json_object import JsonObject

SCHEMES = {"mean": "By mean", "ranks": "By mean rank", "tests": "By tests won"}
SHOWN_PAIRS = 3


@dataclass(frozen=True)
class RankedRow:
    """A strategy's rank under each scheme, as text such as ``2 (1 to 4)``."""

    name: str
    cells: list[str]


@dataclass(frozen=True)
class RankedTable:
    """One scenario's ranks at one label count."""

    title: str
    metric: str
    n_target: int
    resamples: int
    rows: list[RankedRow]
    warning: str

    @property
    def schemes(self) -> list[str]:
        """Return the headings of the schemes."""
        return list(SCHEMES.values())


def ranked_blocks(benchmark: str, files: Sequence[Artifact]) -> list[RankedTable]:
    """Return the tables of a run's file of rank intervals; none for a run without one."""
    content = artifact_json(files[0]) if files else None
    blocks: list[JsonObject] = content if isinstance(content, list) else []
    return [_table(benchmark, block) for block in blocks]


def _table(benchmark: str, block: JsonObject) -> RankedTable:
    ranks = block["ranks"]
    first = next(iter(ranks.values()))
    rows = [
        RankedRow(NAMES.get(slug, slug), [_cell(*ranks[scheme][slug]) for scheme in SCHEMES])
        for slug in sorted(first, key=lambda slug: first[slug])
    ]
    return RankedTable(
        title=scenario_title(benchmark, block["scenario"]),
        metric=metric_word(block["metric"]),
        n_target=block["n_target"],
        resamples=block["resamples"],
        rows=rows,
        warning=_warning(block),
    )


def _cell(rank: int, low: int, high: int) -> str:
    return f"{rank}" if low == high == rank else f"{rank} ({low} to {high})"


def _warning(block: JsonObject) -> str:
    """Return in what the schemes disagree; empty where they give one order."""
    if block["agree"]:
        return ""
    pairs = [
        " and ".join(NAMES.get(slug, slug) for slug in pair) for pair in block["reversed_pairs"]
    ]
    if not pairs:
        return "The schemes do not put the same strategy first."
    more = f", and {len(pairs) - SHOWN_PAIRS} more pairs" if len(pairs) > SHOWN_PAIRS else ""
    shown = "; ".join(pairs[:SHOWN_PAIRS])
    return f"The order depends on the scheme: it is reversed for {shown}{more}."


@dataclass(frozen=True)
class Layouts:
    """The files that a run offers for other tools: metrics for one, places for the other."""

    metrics: list[tuple[str, str]]
    places: list[tuple[str, int]]


def exported_layouts(results: Iterable[Result]) -> Layouts:
    """Return the metrics and the scenarios with scores per subject."""
    kept = [result for result in results if result.detail.get("per_subject")]
    metrics = dict.fromkeys(result.metric for result in kept)
    dice = (r for r in kept if r.metric == "dice")
    return Layouts(
        metrics=[(slug, metric_word(slug)) for slug in metrics],
        places=sorted({(result.scenario, result.n_target) for result in dice}),
    )
