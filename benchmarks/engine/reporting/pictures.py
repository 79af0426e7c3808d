"""Figures of a run: predictions over images, feature spaces, instance weights, ranking."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.engine.reporting.ranking import Ranking
from benchmarks.engine.steps.comparison.outputs import FeatureSpace, TestedSlices
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import TestOutputs
from benchmarks.plan.catalog import strategy_card
from benchmarks.plan.steps.shared import ComparedCell, LabelledStep
from benchmarks.plan.steps.step import Step

TRUTH_COLOUR, PREDICTION_COLOUR = "#ffd166", "#06d6a0"
COLUMNS = 4
MARGINS = {
    "left": 0.065,
    "right": 0.995,
    "bottom": 0.01,
    "top": 0.955,
    "wspace": 0.02,
    "hspace": 0.03,
}
"""Of the pictures of predictions, which all have the same panels: no layout has to be solved."""
TITLE_WIDTH = 32  # characters that fit above one panel


def draw_predictions(
    context: StepContext[LabelledStep], cell: ComparedCell, rule: str, path: Path
) -> None:
    """Write a PNG: worst, median and best test subject by Dice, of the first seed's network.

    Solid lines are the prediction, dashed ones the truth.
    """
    outputs = context.outputs(cell.evaluations[0], TestOutputs)
    dice = np.array([scores["dice"] for scores in outputs["rules"][rule]["subjects"]], np.float64)
    order = np.argsort(dice)
    chosen = {"worst": order[0], "median": order[len(order) // 2], "best": order[-1]}
    domain = context.domain("target")
    masks = _masks(context, cell.evaluations[0], rule, domain.images.shape[-1])
    columns = min(COLUMNS, domain.labels.shape[1])
    figure = Figure(figsize=(2.2 * columns, 2.35 * len(chosen)))
    axes = figure.subplots(len(chosen), columns, squeeze=False, gridspec_kw=MARGINS)
    for row, (word, position) in enumerate(chosen.items()):
        subject = outputs["test_subjects"][position]
        slices = _informative_slices(domain.labels[subject])
        for axis, index in zip(axes[row], slices, strict=True):
            image, truth = domain.images[subject, index], domain.labels[subject, index]
            _draw(axis, image, truth, masks[position, index])
        axes[row][0].set_ylabel(f"{word}\n{domain.subjects[subject]}\nDice {dice[position]:.2f}")
    kind = "simulated data; " if domain.simulated else ""
    figure.suptitle(f"{kind}solid: prediction, dashed: truth", fontsize=9)
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=110)


def draw_feature_spaces(
    points: Mapping[str, NDArray[np.float32]],
    about: TestedSlices,
    rows: list[FeatureSpace],
    path: Path,
) -> None:
    """Write a PNG: each strategy's slices in one joint projection, coloured by domain.

    ``points`` holds (slices, 2) by strategy slug; titles give the names of the strategies' cards.
    The projection is common, but each panel has its own scale: the features of one network can be
    many times as large as those of another.
    """
    is_target = np.asarray(about["is_target"])
    measures = {row["strategy"]: row["proxy_a_distance_after"] for row in rows}
    columns = min(COLUMNS, len(points))
    lines = -(-len(points) // columns)
    figure = Figure(figsize=(2.4 * columns, 2.5 * lines + 0.5), layout="constrained")
    axes = figure.subplots(lines, columns, squeeze=False)
    for axis in axes.flat[len(points) :]:
        axis.set_visible(False)
    for axis, (name, found) in zip(axes.flat, points.items(), strict=False):
        for mask, colour, word in (
            (~is_target, "#0072b2", "source"),
            (is_target, "#e69f00", "target"),
        ):
            axis.scatter(*found[mask].T, s=5, c=colour, alpha=0.6, linewidths=0, label=word)
        title = fill(strategy_card(name).name, TITLE_WIDTH)
        axis.set_title(f"{title}\nproxy A-distance {measures[name]:.2f}", fontsize=8)
        axis.set_xticks([])
        axis.set_yticks([])
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, fontsize=8)
    kind = "simulated data; " if about["simulated"] else ""
    caption = f"{kind}one dot a slice, one projection for all, each panel at its own scale"
    figure.suptitle(caption, fontsize=9, x=0.01, ha="left")
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=110)


def draw_instance_weights(images: NDArray[np.float32], weights: list[float], path: Path) -> None:
    """Write a PNG: histogram of the weights, and the slices of least and most weight.

    ``images`` is (slices, height, width); the effective sample size is (sum w)^2 / sum w^2.
    """
    values = np.asarray(weights, dtype=np.float64)
    order = np.argsort(values)
    effective = values.sum() ** 2 / (values**2).sum()
    figure = Figure(figsize=(2.2 * COLUMNS, 6.4), layout="constrained")
    grid = figure.add_gridspec(3, COLUMNS, height_ratios=[1.2, 1, 1])
    histogram = figure.add_subplot(grid[0, :])
    histogram.hist(values / values.mean(), bins=40, color="#0072b2")
    histogram.set_xlabel("weight over the mean weight")
    histogram.set_ylabel("source slices")
    histogram.set_title(f"effective sample size {effective:.0f} of {len(values)}", fontsize=9)
    rows = (("least weight", order[:COLUMNS]), ("most weight", order[::-1][:COLUMNS]))
    for row, (word, chosen) in enumerate(rows, start=1):
        for column, index in enumerate(chosen):
            axis = figure.add_subplot(grid[row, column])
            axis.imshow(images[index], cmap="gray", interpolation="nearest")
            axis.set_title(f"{values[index] / values.mean():.2g}", fontsize=8)
            axis.set_xticks([])
            axis.set_yticks([])
            if column == 0:
                axis.set_ylabel(word)
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=110)


def draw_ranking(ranking: Ranking, title: str, path: Path, *, simulated: bool) -> None:
    """Write a PNG: average ranks as dots, best on top; bars show the critical difference."""
    names = sorted(ranking.average_ranks, key=ranking.average_ranks.__getitem__)
    values = [ranking.average_ranks[name] for name in names]
    figure = Figure(figsize=(7.0, 1.2 + 0.28 * len(names)), layout="constrained")
    axis = figure.subplots()
    axis.scatter(values, range(len(names)), c="#0072b2", s=30, zorder=3)
    difference = ranking.critical_difference
    if difference is not None:
        axis.barh(
            range(len(names)), difference, left=values, height=0.18, color="#56b4e9", alpha=0.5
        )
    axis.set_yticks(range(len(names)), [strategy_card(name).name for name in names])
    axis.invert_yaxis()
    note = "too few blocks for a test" if difference is None else f"bars: {difference:.2f} ranks"
    axis.set_xlabel(f"average rank over {ranking.blocks} blocks, 1 is best; {note}")
    kind = "simulated data; " if simulated else ""
    axis.set_title(f"{kind}{title}; a dot inside another's bar does not differ from it", fontsize=9)
    axis.grid(axis="x", alpha=0.3)
    FigureCanvasAgg(figure)
    figure.savefig(path, dpi=110)


def _masks(context: StepContext[Step], address: str, rule: str, width: int) -> NDArray[np.uint8]:
    with np.load(context.file(address, "predictions.npz")) as packed:
        return np.unpackbits(packed[rule], axis=-1, count=width)


def _informative_slices(labels: NDArray[np.uint8]) -> list[int]:
    """Return the slices with most of the region, in order; figures may use the labels."""
    count = min(COLUMNS, len(labels))
    largest = np.argsort(labels.reshape(len(labels), -1).sum(axis=1))[-count:]
    return sorted(int(index) for index in largest)


def _draw(axis: Any, image: Any, truth: Any, prediction: Any) -> None:
    axis.imshow(image, cmap="gray", interpolation="nearest")
    for mask, colour, style in (
        (truth, TRUTH_COLOUR, "dashed"),
        (prediction, PREDICTION_COLOUR, "solid"),
    ):
        if mask.any() and not mask.all():
            axis.contour(mask, levels=[0.5], colors=[colour], linestyles=[style], linewidths=1.2)
    axis.set_xticks([])
    axis.set_yticks([])
