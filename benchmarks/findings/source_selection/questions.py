"""The paper's questions, each answered from measured pairs with an interval.

Intervals are the central 95% of bootstrap draws of seeds and test subjects. Draws are
paired: all sources and targets of the same people use the same drawn subjects. With one seed an
interval holds no variation over seeds; ``seeds`` is their number.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

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

SAME_MODALITY = "Does another task of the same modality beat the same task of another modality?"
SIMILARITY = "Does RoI similarity rank the sources of one modality?"
FOOTRULE = "Does prior knowledge lower the footrule?"


class Answer(Interval):
    """A question's answer in one case, or in the mean over ``all`` of them."""

    question: str
    case: str
    unit: str
    no_effect: float
    answer: str
    seeds: int


def answers(pairs: Sequence[Pair], design: Design) -> list[Answer]:
    """Return each question's answers: case, unit, no-effect value, mean and interval.

    An interval above ``no_effect`` means yes, one below it no; one that contains it leaves the
    question open.
    """
    measured = {(pair.target.name, pair.source.name): pair for pair in pairs}
    chosen = [measured[key] for key in design.ranked if key in measured]
    return [
        *_same_modality(measured, design),
        *_similarity(measured, design),
        *_prior_knowledge(chosen),
    ]


def _drawn_dice(pair: Pair) -> Floats:
    return draw(pair.dice.shape, pair.target.people, count=DRAWS).means(pair.dice)


def _same_modality(measured: Mapping[Key, Pair], design: Design) -> Iterator[Answer]:
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
    yield from _cases(SAME_MODALITY, gaps, unit=unit, no_effect=0.0, seeds=seeds)


def _similarity(measured: Mapping[Key, Pair], design: Design) -> Iterator[Answer]:
    keys = (*design.same_dataset, *design.cross_dataset)
    known = [measured[key] for key in keys if key in measured]
    known = [pair for pair in known if pair.roi_similarity is not None]
    shares = {target: _concordance(group) for target, group in by_target(known).items()}
    seeds = known[0].dice.shape[0] if known else 0
    yield from _cases(
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


def _prior_knowledge(chosen: Sequence[Pair]) -> Iterator[Answer]:
    gaps: dict[str, Floats] = {}
    for target, group in by_target(chosen).items():
        for metric, score in METRICS.items():
            lowered = _lowered(group, score)
            for column, top in enumerate(TOPS):
                if lowered is not None and np.isfinite(lowered[:, column]).all():
                    gaps[f"{metric} on {target}, top {top}"] = lowered[:, column]
    seeds = chosen[0].dice.shape[0] if chosen else 0
    unit = "places, footrule without less footrule with prior knowledge"
    yield from _cases(FOOTRULE, gaps, unit=unit, no_effect=0.0, seeds=seeds)


def _lowered(group: Sequence[Pair], score: str) -> Floats | None:
    """Return (draws, tops), or None where a path has nothing to rank."""
    try:
        plain, known = (
            repeat(
                group, score=score, among=candidates_by_score(group, score, prior_knowledge=known)
            ).footrules
            for known in (False, True)
        )
    except SelectionError:
        return None
    # Draws without any score are dropped, so the two may hold different draws.
    return plain - known if len(plain) == len(known) == DRAWS else None


def _cases(
    question: str, drawn: Mapping[str, Floats], *, unit: str, no_effect: float, seeds: int
) -> Iterator[Answer]:
    """Return the answer for the mean over cases, then one per case."""
    if not drawn:
        return
    overall = {"all": np.mean(list(drawn.values()), axis=0)}
    for case, values in {**overall, **drawn}.items():
        found = interval(values)
        is_open = found["low"] <= no_effect <= found["high"]
        yield {
            "question": question,
            "case": case,
            "unit": unit,
            "no_effect": no_effect,
            **found,
            "answer": "open" if is_open else "yes" if found["mean"] > no_effect else "no",
            "seeds": seeds,
        }
