"""Folds of whole people, so that no held-out slice has a neighbour from its own head.

Slices of one person are nearly copies of each other. A width, a penalty or a probability that is
judged on slices whose neighbours were fitted is judged on what it has memorised.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.engine.methods.weighting.ratio import Array

People = NDArray[np.int_]
"""The person of each sample, (n,): any whole numbers."""
LEAST = 2


@dataclass(frozen=True)
class PeopleOfBoth:
    """The people of the source's and of the target's samples; None: each sample is a person."""

    source: People | None = None
    target: People | None = None


NOBODY_KNOWN = PeopleOfBoth()


@dataclass(frozen=True)
class Split:
    """Samples to fit, and those of other people to judge the fit on."""

    source: Array
    target: Array
    held_source: Array
    held_target: Array


def splits_by_people(
    source: Array,
    target: Array,
    people: PeopleOfBoth,
    *,
    folds: int,
    generator: np.random.Generator,
) -> Iterator[Split]:
    """Yield the splits of ``source`` (n, d) and ``target`` (m, d), at most ``folds``.

    Raises ValueError for fewer than two people on a side.
    """
    of_source = folds_of_people(people.source, len(source), folds=folds, generator=generator)
    of_target = folds_of_people(people.target, len(target), folds=folds, generator=generator)
    for fold in range(1 + min(of_source.max(), of_target.max())):
        mine, theirs = of_source == fold, of_target == fold
        yield Split(source[~mine], target[~theirs], source[mine], target[theirs])


def folds_of_people(
    people: People | None, count: int, *, folds: int, generator: np.random.Generator
) -> NDArray[np.int_]:
    """Return the fold of each of ``count`` samples, (n,), from 0; a person is in one fold only.

    Without ``people`` every sample is a person. There are as many folds as people, at most
    ``folds``. Raises ValueError for fewer than two people.
    """
    known = np.arange(count) if people is None else people
    if len(known) != count:
        raise ValueError(f"{len(known)} people were given for {count} samples")
    names, index = np.unique(known, return_inverse=True)
    if len(names) < LEAST:
        raise ValueError("with one person no fold can be held out: give two people or more")
    fold_of_person = generator.permutation(np.arange(len(names)) % min(folds, len(names)))
    found: NDArray[np.int_] = fold_of_person[index]
    return found
