"""A strategy against itself: equal but for the training seed, so that every verdict is an error.

Two thousand comparisons of ten trainings a side do not fit, so that comparisons are drawn from a
bank: for each of many splits several trainings that differ in their seed alone, all tested on the
same people. A comparison draws splits, in each of them two different trainings, and people.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.calibration.rates import exact_interval
from benchmarks.engine.reporting.crossed import crossed_mean
from benchmarks.engine.running.device import choose_compute
from benchmarks.engine.running.run import run_plan
from benchmarks.engine.running.store import Store
from benchmarks.findings.calibration import AgainstItself
from benchmarks.plan.benchmarks import benchmark_card
from benchmarks.plan.plans import Plan
from benchmarks.plan.profiles import SMOKE
from benchmarks.plan.protocols.comparison.planner import steps
from benchmarks.plan.protocols.comparison.steps import EvaluateStep, FitStep
from benchmarks.plan.spec import RunSpec
from benchmarks.plan.steps.step import Step

COMPARISONS = 2000
LEVEL = 0.05
STRATEGY = "target_only"
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Bank:
    """How many splits, trainings in each, and test people the bank has."""

    splits: int = 24
    trainings: int = 6
    people: int = 36

    @property
    def how(self) -> str:
        """Return what was trained and drawn, in words."""
        return (
            f"Bootstrapped from a bank of {self.splits * self.trainings} trained networks "
            f"({STRATEGY}, 2 labelled people, smoke size, simulated data: {self.splits} splits, "
            f"{self.trainings} training seeds in each, tested on {self.people} people); to train "
            "2,000 comparisons of ten seeds anew would take 40,000 trainings"
        )


@dataclass(frozen=True)
class Trained:
    """One training of the bank."""

    split: int
    fit: FitStep
    test: EvaluateStep


def bank_scores(bank: Bank) -> Scores:
    """Return the Dice of every trained network, (splits, trainings, people)."""
    planned, trained = _plan(bank)
    plan = Plan("calibration", "smoke", bank.splits, (STRATEGY,), tuple(planned))
    with tempfile.TemporaryDirectory() as folder:
        failed = run_plan(plan, Path(folder), choose_compute("cpu"), _quiet)
        if failed:
            message = f"{failed} steps of the bank failed"
            raise RuntimeError(message)
        store = Store(Path(folder))
        dice = [_dice(store.outputs(one.test.address)) for one in trained]
    return np.array(dice).reshape(bank.splits, bank.trainings, bank.people)


def _plan(bank: Bank) -> tuple[list[Step], list[Trained]]:
    """Return the bank's steps, parents first, and its trainings by split."""
    card = benchmark_card("site-shift")
    profile = replace(SMOKE, target_test=bank.people)
    one = replace(card, scenarios=card.scenarios[:1])
    spec = RunSpec(card.slug, profile.slug, (STRATEGY,), bank.splits)
    found = steps(one, profile, spec)
    fits = [s for s in found if isinstance(s, FitStep) and s.strategy == STRATEGY and s.n_target]
    tests = {s.parents.fit: s for s in found if isinstance(s, EvaluateStep)}
    before = [s for s in found if s.kind in ("domain", "split", "weights")]
    trained = [
        _again(split, fit, tests[fit.address], bank.splits * training)
        for split, fit in enumerate(fits)
        for training in range(bank.trainings)
    ]
    return [*before, *(s for one in trained for s in (one.fit, one.test))], trained


def _again(split: int, fit: FitStep, test: EvaluateStep, offset: int) -> Trained:
    """Return the fit with another training seed on the same split, and its test."""
    other = replace(fit, seed=fit.seed + offset)
    parents = replace(test.parents, fit=other.address, source=None)
    return Trained(split, other, replace(test, parents=parents))


def _dice(outputs: Mapping[str, Any]) -> list[float]:
    rule = next(iter(outputs["rules"]))
    return [subject["dice"] for subject in outputs["rules"][rule]["subjects"]]


def _quiet(event: str, **payload: Any) -> None:
    """Drop the engine's events."""


def compared_with_itself(
    scores: Scores, bank: Bank, *, seeds: int, people: int, comparisons: int = COMPARISONS
) -> AgainstItself:
    """Return how often a crossed t at 0.05 finds a difference where there is none."""
    generator = np.random.default_rng([seeds, people])
    gains = np.stack([_drawn(scores, seeds, people, generator) for _ in range(comparisons)])
    found = crossed_mean(gains)
    verdicts = np.asarray(found.p_value() <= LEVEL)
    wrong = int(verdicts.sum())
    low, high = exact_interval(wrong, comparisons)
    test = stats.binomtest(wrong, comparisons, LEVEL, alternative="greater")
    return {
        "comparisons": comparisons,
        "seeds": seeds,
        "people": people,
        "level": LEVEL,
        "gains": int((verdicts & (found.mean > 0)).sum()),
        "negative_transfers": int((verdicts & (found.mean < 0)).sum()),
        "rate": wrong / comparisons,
        "low": low,
        "high": high,
        "p_value": float(test.pvalue),
        "how": bank.how,
    }


def _drawn(scores: Scores, seeds: int, people: int, generator: np.random.Generator) -> Scores:
    """Return one comparison's gains (seeds, people): two trainings on each drawn split."""
    splits, trainings, everybody = scores.shape
    rows = generator.choice(splits, seeds, replace=False)
    who = generator.choice(everybody, people, replace=False)
    pairs = np.array([generator.choice(trainings, 2, replace=False) for _ in rows])
    gains: Scores = (scores[rows, pairs[:, 0]] - scores[rows, pairs[:, 1]])[:, who]
    return gains
