"""What gaps' pages show from runs' files: instance weights, feature spaces, predictions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from benchmarks.findings.charts import gaps as charts_gaps
from benchmarks.findings.instance_weights import WeightFigures, weight_figures
from benchmarks.models import Artifact
from benchmarks.plan.cards import StrategyCard
from benchmarks.plan.catalog import STRATEGIES
from benchmarks.selectors.gap_evidence import (
    RECORDS,
    SPACES,
    SPACES_PICTURES,
    WEIGHTS_PICTURE,
)
from benchmarks.selectors.run_parts import artifact_json
from frontend.presenters.gap_places import Place, by_place
from frontend.presenters.results import BASELINES, NAMES

LAYERS = {
    "bottleneck": "at the bottleneck",
    "last_features": "at the last features before the head",
}
FIRST_LAYER = "bottleneck"
"""The layer of files that name none."""
MEASURES = ("proxy_a_distance", "mmd_squared", "separability")


@dataclass(frozen=True)
class WeightRow:
    """One strategy's weights at one label count, and the file that holds them."""

    file: Artifact
    figures: WeightFigures

    @property
    def card(self) -> StrategyCard | None:
        """Return the strategy's card; None for one that this version no longer has."""
        return STRATEGIES.get(self.file.strategy)

    @property
    def panel(self) -> charts_gaps.WeightPanel:
        """Return the row as a panel of the chart."""
        count = f"{self.figures.effective:.0f} of {self.figures.slices} slices in effect"
        return {
            "title": NAMES.get(self.file.strategy, self.file.strategy),
            "subtitle": f"{labels_word(self.figures.n_target)}; {count}",
            "weights": self.figures.relative,
        }


@dataclass(frozen=True)
class WeightSection:
    """All weights of one scenario."""

    place: Place
    rows: list[WeightRow]
    pictures: list[Artifact]
    simulated: bool

    @cached_property
    def chart(self) -> str:
        """Return the histograms as SVG."""
        return charts_gaps.weight_histograms([row.panel for row in self.rows])


def weight_sections(files: Iterable[Artifact]) -> list[WeightSection]:
    """Return a section per scenario, from ``weights.png`` and ``records.json`` files."""
    sections = []
    for place, found in by_place(files):
        pictures = [file for file in found if file.name == WEIGHTS_PICTURE]
        rows = [
            WeightRow(file, figures)
            for file in found
            if file.name == RECORDS
            for figures in weight_figures(artifact_json(file))
        ]
        if pictures or rows:
            sections.append(WeightSection(place, rows, pictures, _simulated(found)))
    return sections


@dataclass(frozen=True)
class Measure:
    """One measure of a feature space: of the source network, and after adapting."""

    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """Return after minus before."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class SpaceRow:
    """One strategy's feature space."""

    strategy: str
    n_target: int
    measures: list[Measure]

    @property
    def card(self) -> StrategyCard | None:
        """Return the strategy's card; None for one that this version no longer has."""
        return STRATEGIES.get(self.strategy)

    @property
    def is_baseline(self) -> bool:
        """Return whether the strategy is a baseline."""
        return self.strategy in BASELINES


@dataclass(frozen=True)
class SpaceLayer:
    """The feature spaces at one layer, nearest domains first, and their picture."""

    name: str
    picture: Artifact | None
    rows: list[SpaceRow]

    @property
    def word(self) -> str:
        """Return where in the network the layer is."""
        return LAYERS.get(self.name, self.name)


@dataclass(frozen=True)
class SpaceSection:
    """The feature spaces of one scenario, by layer."""

    place: Place
    data: Artifact
    layers: list[SpaceLayer]
    slices: int
    subjects: int
    simulated: bool


def space_sections(files: Iterable[Artifact]) -> list[SpaceSection]:
    """Return a section per scenario whose measures can be read."""
    sections = []
    for place, found in by_place(files):
        data = next((file for file in found if file.name == SPACES), None)
        content = artifact_json(data) if data else None
        if not data or not isinstance(content, dict):
            continue
        people = zip(content.get("is_target", []), content.get("subject", []), strict=False)
        sections.append(
            SpaceSection(
                place=place,
                data=data,
                layers=_space_layers(content, found),
                slices=len(content.get("is_target", [])),
                subjects=len(set(people)),
                simulated=_simulated(found),
            )
        )
    return sections


def _space_layers(content: Mapping[str, Any], files: Iterable[Artifact]) -> list[SpaceLayer]:
    by_name = {file.name: file for file in files}
    measures: dict[str, list[Mapping[str, Any]]] = {}
    for row in content.get("measures", []):
        measures.setdefault(str(row.get("layer") or FIRST_LAYER), []).append(row)
    return [
        SpaceLayer(name, by_name.get(SPACES_PICTURES.get(name, "")), _space_rows(rows))
        for name, rows in measures.items()
    ]


def _space_rows(measures: Iterable[Mapping[str, Any]]) -> list[SpaceRow]:
    rows = [
        SpaceRow(
            strategy=str(row.get("strategy", "")),
            n_target=int(row.get("n_target") or 0),
            measures=[
                Measure(row.get(f"{name}_before"), row.get(f"{name}_after")) for name in MEASURES
            ],
        )
        for row in measures
    ]
    return sorted(rows, key=_nearest_first)


def _nearest_first(row: SpaceRow) -> tuple[bool, float]:
    distance = row.measures[0].after
    return distance is None, distance or 0.0


@dataclass(frozen=True)
class PictureSection:
    """The pictures of one scenario's predictions."""

    place: Place
    pictures: list[Artifact]
    simulated: bool


def picture_sections(files: Iterable[Artifact]) -> list[PictureSection]:
    """Return a section per scenario, strategies as the catalogue lists them."""
    return [PictureSection(place, found, _simulated(found)) for place, found in by_place(files)]


def labels_word(n_target: int) -> str:
    """Return the number of labelled target subjects in words."""
    return f"{n_target} labelled" if n_target else "no labels"


def _simulated(files: Iterable[Artifact]) -> bool:
    return all(getattr(file, "simulated", False) for file in files)
