"""The tasks: segmentation of a region, diagnosis, and age.

Every task is dense prediction: a subject-level task has one output pixel. In every task, images are
(slices, 1, height, width), outputs (slices, channels, h, w) and labels (slices, 1, h, w), so that
strategies do not depend on the task.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from benchmarks.engine.domains import Domain, DomainError
from benchmarks.engine.domains.domain import UNKNOWN_DIAGNOSIS
from benchmarks.engine.domains.real.case import NO_REGION
from benchmarks.engine.networks.backbones import Classifier, Network, UNet
from benchmarks.engine.networks.efficientnet import NaturalClassifier, NaturalUNet
from benchmarks.engine.networks.outputs import answers
from benchmarks.engine.reporting.roc import auc_shares, balanced_shares
from benchmarks.engine.tasks.metrics import mean_dice, segmentation_scores
from benchmarks.plan.metrics import Metric, metrics_of
from benchmarks.plan.spec import EFFICIENTNET, U_NET

AGE_CENTRE_YEARS, AGE_SCALE_YEARS = 50.0, 20.0
RIGHT = "right"
"""Beside the scores of a diagnosis: whether it was right, which its shares do not tell."""
Scores = list[dict[str, float | None]]


@dataclass(frozen=True)
class Task:
    """One kind of prediction.

    ``networks`` maps the scenario's architecture to a function from width to network. ``metrics``
    lists the task's metrics, the main one first. ``labels`` returns (subjects, slices, 1, h, w) of
    a domain, and raises DomainError where there are none. ``read`` turns outputs into predictions
    (slices, h, w). ``score`` returns each subject's scores, whose mean over subjects is the metric.
    ``validate`` returns one number for choosing checkpoints, higher is better. ``strata`` returns
    each subject's stratum for resampling.
    """

    slug: str
    metrics: tuple[Metric, ...]
    networks: Mapping[str, Callable[[int], Network]]
    labels: Callable[[Domain], NDArray[np.generic]]
    read: Callable[[Tensor], Tensor]
    score: Callable[[Tensor, Tensor, tuple[float, float, float]], Scores]
    validate: Callable[[Tensor, Tensor], float]
    strata: Callable[[Tensor], list[int]]


def _subject_values(domain: Domain, values: NDArray[np.generic]) -> NDArray[np.generic]:
    slices = domain.images.shape[1]
    return np.repeat(values[:, None], slices, axis=1)[:, :, None, None, None]


def _regions(domain: Domain) -> NDArray[np.generic]:
    if domain.spec.region == NO_REGION:
        message = f"{domain.spec.world} at {domain.spec.site} has no region to segment"
        raise DomainError("region", message)
    return domain.labels[:, :, None]


def _diagnoses(domain: Domain) -> NDArray[np.generic]:
    _check_known(domain, domain.pathology == UNKNOWN_DIAGNOSIS, "diagnosis")
    if len(np.unique(domain.pathology)) < 2:
        word = "has" if domain.pathology.any() else "lacks"
        message = (
            f"every subject of {domain.spec.cohort!r} {word} the pathology; choose a mixed one"
        )
        raise DomainError("cohort", message)
    return _subject_values(domain, domain.pathology.astype(np.uint8))


def _ages(domain: Domain) -> NDArray[np.generic]:
    _check_known(domain, np.isnan(domain.ages), "age")
    years = (domain.ages - AGE_CENTRE_YEARS) / AGE_SCALE_YEARS
    return _subject_values(domain, years.astype(np.float32))


def _check_known(domain: Domain, is_unknown: NDArray[np.bool_], what: str) -> None:
    names = [name for name, lacks in zip(domain.subjects, is_unknown, strict=True) if lacks]
    if names:
        shown = ", ".join(names[:5])
        message = f"no {what} is known of {shown} ({len(names)} in all); add it, or skip them"
        raise DomainError("subjects", f"{domain.spec.world}: {message}")


def _score_regions(
    predictions: Tensor, labels: Tensor, spacing: tuple[float, float, float]
) -> Scores:
    pairs = zip(predictions.bool(), labels[:, :, 0].bool(), strict=True)
    return [segmentation_scores(predicted, true, spacing) for predicted, true in pairs]


def _validate_regions(predictions: Tensor, labels: Tensor) -> float:
    return mean_dice(predictions.bool(), labels[:, :, 0].bool())


def _by_subject(values: Tensor) -> Tensor:
    """Return (subjects,), the mean over each subject's slices."""
    return values.flatten(1).double().mean(dim=1)


def _score_diagnoses(
    predictions: Tensor, labels: Tensor, spacing: tuple[float, float, float]
) -> Scores:
    probabilities, truth = _by_subject(predictions).numpy(), _by_subject(labels).numpy() > 0.5
    rights = (probabilities > 0.5) == truth
    shares = zip(
        auc_shares(probabilities, truth), balanced_shares(probabilities, truth), rights, strict=True
    )
    return [
        {"auc": float(auc), "balanced_accuracy": float(balanced), RIGHT: float(right)}
        for auc, balanced, right in shares
    ]


def _validate_diagnoses(predictions: Tensor, labels: Tensor) -> float:
    """Return minus the cross-entropy, since the AUC of few subjects is a coarse step function."""
    probabilities = _by_subject(predictions).clamp(1e-6, 1 - 1e-6)
    return -float(functional.binary_cross_entropy(probabilities, _by_subject(labels)))


def _one_stratum(labels: Tensor) -> list[int]:
    return [0] * len(labels)


def _classes(labels: Tensor) -> list[int]:
    return [int(value) for value in _by_subject(labels)]


def _errors_in_years(predictions: Tensor, labels: Tensor) -> Tensor:
    return (_by_subject(predictions) - _by_subject(labels)).abs() * AGE_SCALE_YEARS


def _score_ages(predictions: Tensor, labels: Tensor, spacing: tuple[float, float, float]) -> Scores:
    return [{"mae": float(error)} for error in _errors_in_years(predictions, labels)]


def _validate_ages(predictions: Tensor, labels: Tensor) -> float:
    return -float(_errors_in_years(predictions, labels).mean())


SEGMENTATION = Task(
    slug="segmentation",
    metrics=metrics_of("segmentation"),
    networks={U_NET: UNet, EFFICIENTNET: NaturalUNet},
    labels=_regions,
    read=lambda outputs: outputs.argmax(dim=1).bool(),
    score=_score_regions,
    validate=_validate_regions,
    strata=_one_stratum,
)
CLASSIFICATION = Task(
    slug="classification",
    metrics=metrics_of("classification"),
    networks={U_NET: Classifier, EFFICIENTNET: lambda _: NaturalClassifier()},
    labels=_diagnoses,
    read=answers,
    score=_score_diagnoses,
    validate=_validate_diagnoses,
    strata=_classes,
)
REGRESSION = Task(
    slug="regression",
    metrics=metrics_of("regression"),
    networks={
        U_NET: lambda width: Classifier(width, outputs=1),
        EFFICIENTNET: lambda _: NaturalClassifier(outputs=1),
    },
    labels=_ages,
    read=answers,
    score=_score_ages,
    validate=_validate_ages,
    strata=_one_stratum,
)
TASKS = {task.slug: task for task in (SEGMENTATION, CLASSIFICATION, REGRESSION)}
