"""The paper's questions, each answered from measured pairs with an interval.

Intervals are the central 95% of bootstrap draws of seeds and test subjects. Draws are
paired: all sources and targets of the same people use the same drawn subjects. With one seed an
interval holds no variation over seeds; ``seeds`` is their number, and below that of a verdict no
question is answered.

A draw in which a score is not defined counts for neither path. A case is kept where both paths
have a footrule in ``LEAST_SHARE`` of the draws, and is compared in these; else it is left out, and
named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypedDict

import numpy as np

from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.findings.source_selection.measured import (
    Floats,
    Interval,
    Pair,
    by_target,
    draw,
    interval,
)
from benchmarks.findings.source_selection.stability import DRAWS, TOPS, repeat
from benchmarks.findings.source_selection.tables import METRICS, Design, Key, candidates_by_score
from benchmarks.plan.verdict_rules import too_few_seeds

SAME_MODALITY = "Does another task of the same modality beat the same task of another modality?"
SIMILARITY = "Does RoI similarity rank the sources of one modality?"
FOOTRULE = "Does prior knowledge lower the footrule?"
ALL = "all"
WITHHELD = "withheld"
LEAST_SHARE = 0.9
"""The share of draws that a comparison of two rankings needs: the rest tells of other people."""


class Answer(Interval):
    """A question's answer in one case, or in the mean over ``all`` of them.

    ``answer`` is yes, no, open or withheld; ``withheld`` says why, as for a verdict. ``draws``
    counts the draws that mean and interval are of.
    """

    question: str
    case: str
    unit: str
    no_effect: float
    answer: str
    withheld: str | None
    seeds: int
    draws: int


class LeftOutCase(TypedDict):
    """A case of a question that could not be compared, and why."""

    question: str
    case: str
    reason: str


@dataclass
class Answers:
    """The questions' answers, and the cases left out; ``withheld``: why the run gets no answer."""

    withheld: str | None = None
    found: list[Answer] = field(default_factory=list)
    left_out: list[LeftOutCase] = field(default_factory=list)

    def leave_out(self, question: str, case: str, reason: str) -> None:
        """Note a case without an answer."""
        self.left_out.append({"question": question, "case": case, "reason": reason})

    def add(
        self,
        question: str,
        drawn: Mapping[str, Floats],
        *,
        unit: str,
        no_effect: float,
        seeds: int,
    ) -> None:
        """Add the answer for the mean over cases, then one per case; NaN is no draw of a case.

        The mean is of the draws that all cases have; where these are too few it is left out.
        """
        if not drawn:
            return
        overall: Floats = np.mean(list(drawn.values()), axis=0)
        shared = int(np.isfinite(overall).sum())
        cases = dict(drawn)
        if _are_enough(shared, len(overall)):
            cases = {ALL: overall, **drawn}
        else:
            self.leave_out(question, ALL, f"its cases share {_of_draws(shared, len(overall))}")
        withheld = self.withheld or too_few_seeds(seeds)
        for case, values in cases.items():
            known = values[np.isfinite(values)]
            told = interval(known)
            self.found.append(
                {
                    "question": question,
                    "case": case,
                    "unit": unit,
                    "no_effect": no_effect,
                    **told,
                    "answer": WITHHELD if withheld else _answer(told, no_effect),
                    "withheld": withheld,
                    "seeds": seeds,
                    "draws": len(known),
                }
            )


def _answer(told: Interval, no_effect: float) -> str:
    if told["low"] <= no_effect <= told["high"]:
        return "open"
    return "yes" if told["mean"] > no_effect else "no"


def _are_enough(known: int, draws: int) -> bool:
    return known >= LEAST_SHARE * draws


def _of_draws(known: int, draws: int) -> str:
    return f"{known:,} of {draws:,} draws, and at least {LEAST_SHARE * draws:,.0f} are needed"


def answers(pairs: Sequence[Pair], design: Design, *, withheld: str | None = None) -> Answers:
    """Return each question's answers: case, unit, no-effect value, mean and interval.

    An interval above ``no_effect`` means yes, one below it no; one that contains it leaves the
    question open. ``withheld`` says why no comparison of the run has a verdict: then, and with too
    few seeds, intervals are told and no question is answered.
    """
    measured = {(pair.target.name, pair.source.name): pair for pair in pairs}
    chosen = [measured[key] for key in design.ranked if key in measured]
    told = Answers(withheld)
    _same_modality(told, measured, design)
    _similarity(told, measured, design)
    _prior_knowledge(told, chosen)
    return told


def _drawn_dice(pair: Pair) -> Floats:
    return draw(pair.dice.shape, pair.target.people, count=DRAWS).means(pair.dice)


def _same_modality(told: Answers, measured: Mapping[Key, Pair], design: Design) -> None:
    drawn: dict[str, dict[str, Floats]] = {}
    seeds = 0
    for target, kind, names in design.trials:
        found = [measured[target, name] for name in names if (target, name) in measured]
        if len(found) == len(names):
            seeds = found[0].dice.shape[0]
            mean: Floats = np.mean([_drawn_dice(pair) for pair in found], axis=0)
            drawn.setdefault(target, {})[kind] = mean
    gaps = {
        target: kinds["cross-task"] - kinds["cross-modality"]
        for target, kinds in drawn.items()
        if len(kinds) == 2
    }
    unit = "Dice, cross-task less cross-modality"
    told.add(SAME_MODALITY, gaps, unit=unit, no_effect=0.0, seeds=seeds)


def _similarity(told: Answers, measured: Mapping[Key, Pair], design: Design) -> None:
    keys = (*design.same_dataset, *design.cross_dataset)
    known = [measured[key] for key in keys if key in measured]
    known = [pair for pair in known if pair.roi_similarity is not None]
    shares = {target: _concordance(group) for target, group in by_target(known).items()}
    seeds = known[0].dice.shape[0] if known else 0
    told.add(
        SIMILARITY,
        {target: share for target, share in shares.items() if len(share)},
        unit="share of pairs of sources that similarity orders as Dice does",
        no_effect=0.5,
        seeds=seeds,
    )


def _concordance(group: Sequence[Pair]) -> Floats:
    """Return, in every draw, the share of pairs of sources in the order of their similarity."""
    signs = []
    for one, other in combinations(group, 2):
        gap = (one.roi_similarity or 0.0) - (other.roi_similarity or 0.0)
        if gap:
            signs.append(np.sign(gap) * np.sign(_drawn_dice(one) - _drawn_dice(other)))
    return np.mean([(1 + sign) / 2 for sign in signs], axis=0) if signs else np.empty(0)


def _prior_knowledge(told: Answers, chosen: Sequence[Pair]) -> None:
    gaps: dict[str, Floats] = {}
    for target, group in by_target(chosen).items():
        for metric, score in METRICS.items():
            try:
                lowered = _lowered(group, score)
            except SelectionError as error:
                told.leave_out(FOOTRULE, f"{metric} on {target}", str(error))
                continue
            for top, values in zip(TOPS, lowered.T, strict=True):
                case, known = f"{metric} on {target}, top {top}", int(np.isfinite(values).sum())
                if _are_enough(known, len(values)):
                    gaps[case] = values
                else:
                    words = f"both paths rank so many in {_of_draws(known, len(values))}"
                    told.leave_out(FOOTRULE, case, words)
    seeds = chosen[0].dice.shape[0] if chosen else 0
    unit = "places, footrule without less footrule with prior knowledge"
    told.add(FOOTRULE, gaps, unit=unit, no_effect=0.0, seeds=seeds)


def _lowered(group: Sequence[Pair], score: str) -> Floats:
    """Return (draws, tops), NaN in draws in which one of the paths ranks fewer sources than that.

    Raises SelectionError where a path has nothing to rank in any draw.
    """
    plain, known = (
        repeat(
            group, score=score, among=candidates_by_score(group, score, prior_knowledge=known)
        ).footrules_of_all_draws
        for known in (False, True)
    )
    return plain - known
