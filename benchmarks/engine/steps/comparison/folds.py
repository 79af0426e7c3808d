"""Draw of one fold of a cross-validation over the target's people, near copies kept together."""

from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

import numpy as np

from benchmarks.engine.domains.domain import Domain
from benchmarks.engine.domains.errors import DomainError
from benchmarks.engine.domains.real.likeness import fingerprint_of, same_people
from benchmarks.engine.steps.comparison.outputs import SourceParts, SplitOutputs, TargetParts
from benchmarks.engine.steps.shared.context import Role, StepContext
from benchmarks.engine.training.trainer import derived_seed
from benchmarks.plan.protocols.comparison.steps import FoldStep

Unit = tuple[int, ...]
"""People who stay together, by their indices: one, or several whose images are near copies."""
Key = tuple[Role, int]
"""Side and index of a person."""


def draw(context: StepContext[FoldStep]) -> SplitOutputs:
    """Return who trains, validates and is tested in the step's fold.

    People are dealt to folds in the order of their names, by class in a diagnosis: a site whose
    names begin with its scanner is spread evenly. People whose images are near copies of one
    another by perceptual hash are never parted; source people who are near copies of target people
    are left out. Raises DomainError where a fold leaves too few people.
    """
    step = context.step
    domains: dict[Role, Domain] = {"target": context.domain("target")}
    if step.parents.source is not None:
        domains["source"] = context.domain("source")
    copies = _near_copies(domains)
    names = [[f"{side} {domains[side].subjects[number]}" for side, number in c] for c in copies]
    if names and step.fold == 0:  # once per scenario
        context.progress.warn(_warning(names))
    target = _units(domains["target"], "target", copies, without=())
    outputs: SplitOutputs = {
        "target": _target(step, domains["target"], target),
        "near_copies": names,
    }
    if step.source is not None:
        others = _units(domains["source"], "source", copies, without=("target",))
        outputs["source"] = _source(step, domains["source"], others)
    return outputs


def _near_copies(domains: dict[Role, Domain]) -> list[list[Key]]:
    """Return the sets of people, of one side or of both, whose slices are near copies."""
    owners: dict[str, Key] = {}
    shown, prints = [], []
    for side, domain in domains.items():
        for number, slices in enumerate(domain.images):
            owners[f"{side} {number}"] = side, number
            for image in slices:
                if image.any():
                    shown.append(f"{side} {number}")
                    prints.append(fingerprint_of(image))
    groups = same_people(shown, np.array(prints)) if prints else ()
    return sorted(sorted(owners[name] for name in group) for group in groups)


def _warning(names: Sequence[Sequence[str]]) -> str:
    shown = "; ".join(" = ".join(group) for group in names[:5])
    return (
        f"{len(names)} groups of people have images that are near copies of one another: {shown}. "
        "Each group stays in one part, and source people among them who are near copies of "
        "target people are left out"
    )


def _units(
    domain: Domain, side: Role, copies: Iterable[Sequence[Key]], without: Sequence[Role]
) -> list[Unit]:
    """Return the people of a side as units, without those who are near copies of another side's."""
    taken: set[int] = set()
    units: list[Unit] = []
    for group in copies:
        own = tuple(number for where, number in group if where == side)
        taken.update(own)
        if own and not any(where in without for where, _ in group):
            units.append(own)
    units += [(number,) for number in range(len(domain.subjects)) if number not in taken]
    return sorted(units)


def _target(step: FoldStep, domain: Domain, units: list[Unit]) -> TargetParts:
    """Return the target's parts: the people of the fold are tested."""
    classes = _by_class(step, domain, units)
    for own in classes:
        if len(own) < step.folds:
            who = f"people of one class at {domain.spec.site}" if step.by_class else "people"
            message = f"{len(own)} {who} cannot be divided into {step.folds} folds; ask for fewer"
            raise DomainError("seeds", message)
    dealt = list(chain.from_iterable(classes))
    tested = dealt[step.fold :: step.folds]
    left = [unit for unit in units if unit not in set(tested)]
    drawn = _drawn(step, domain, left, "target")
    pool, validation, _ = step.target
    held, rest = _cut(drawn, validation / (pool + validation), least=1 + step.by_class)
    if len(rest) < step.labelled:
        message = (
            f"fold {step.fold + 1} of {step.folds} at {domain.spec.site} leaves {len(rest)} people "
            f"for labels, but {step.labelled} are needed; ask for more folds (seeds)"
        )
        raise DomainError("seeds", message)
    return {"pool": rest, "validation": held, "test": sorted(chain.from_iterable(tested))}


def _source(step: FoldStep, domain: Domain, units: list[Unit]) -> SourceParts:
    """Return the source's parts in the proportions of the step."""
    train, validation, test = step.source or (0, 0, 0)
    drawn = _drawn(step, domain, units, "source")
    least = 1 + step.by_class
    total = train + validation + test
    held, others = _cut_units(drawn, validation / total, least)
    tested, rest = _cut_units(others, test / (total - validation), least)
    if not rest:
        message = f"{len(units)} people at {domain.spec.site} are too few to train on"
        raise DomainError("subjects", message)
    return {"train": _people(rest), "validation": _people(held), "test": _people(tested)}


def _by_class(step: FoldStep, domain: Domain, units: Iterable[Unit]) -> list[list[Unit]]:
    """Return the units of each class of a diagnosis, or all units of any other task."""
    if not step.by_class:
        return [list(units)]
    found: dict[int, list[Unit]] = {}
    for unit in units:
        found.setdefault(int(domain.pathology[unit[0]]), []).append(unit)
    return [found[name] for name in sorted(found)]


def _drawn(step: FoldStep, domain: Domain, units: list[Unit], side: Role) -> list[Unit]:
    """Return the units in random order, classes by turns, so that a few are of every class."""
    rng = np.random.default_rng(derived_seed(step.fold, f"{side} fold"))
    shuffled = [units[number] for number in rng.permutation(len(units))]
    turns = zip_longest(*_by_class(step, domain, shuffled))
    return [unit for turn in turns for unit in turn if unit is not None]


def _cut(units: list[Unit], share: float, least: int) -> tuple[list[int], list[int]]:
    held, rest = _cut_units(units, share, least)
    return _people(held), _people(rest)


def _cut_units(units: list[Unit], share: float, least: int) -> tuple[list[Unit], list[Unit]]:
    """Return the first units that hold a share of the people, at least some, and the others."""
    count = max(least, round(share * len(units)))
    return units[:count], units[count:]


def _people(units: Iterable[Unit]) -> list[int]:
    return list(chain.from_iterable(units))
