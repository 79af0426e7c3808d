"""One domain as arrays, and the SHA-256 of what it holds."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.plan.spec import DomainSpec

Images = npt.NDArray[np.float32]
Labels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_] | npt.NDArray[np.int8]
UNKNOWN_DIAGNOSIS = -1


@dataclass(frozen=True)
class Domain:
    """Subjects of one site, or of several joined, in one contrast, with one binary region.

    ``images`` are float32 (subjects, slices, rows, columns): intensities, which are not negative,
    over the mean of each subject's brain; background is 0, and brain above it. Networks see their
    z-scores (``standardised``). ``labels`` are uint8 of the same shape, 1 inside ``spec.region``.
    ``pathology`` holds for each subject whether it has any pathology, in the slices shown or not;
    it can be unknown in a real data set. ``spacing`` is in mm: between slices, rows, columns.
    ``sites`` names the site of each subject where there are several; it is empty where there is
    one.
    """

    spec: DomainSpec
    digest: str
    images: Images
    labels: Labels
    subjects: tuple[str, ...]
    ages: Floats
    pathology: Flags
    spacing: tuple[float, float, float]
    simulated: bool
    sites: tuple[str, ...] = ()

    def sites_of(self, subjects: Iterable[int]) -> list[str]:
        """Return the site of each of these subjects; an empty list where the domain has one."""
        return [self.sites[number] for number in subjects] if self.sites else []


def content_digest(domain: Domain) -> str:
    """Return the SHA-256 of images, labels and metadata, whatever digest the domain carries.

    Sites count where there are several: of one site, the digest is that of a domain without.
    """
    arrays = (domain.images, domain.labels, domain.ages, domain.pathology)
    header: dict[str, Any] = {
        "subjects": list(domain.subjects),
        "spacing": list(domain.spacing),
        "simulated": domain.simulated,
        "arrays": [[array.dtype.str, list(array.shape)] for array in arrays],
    }
    if domain.sites:
        header["sites"] = list(domain.sites)
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def several_sites(sites: Iterable[str]) -> tuple[str, ...]:
    """Return the sites, one a subject, as a domain carries them: none where all are the same."""
    named = tuple(sites)
    return named if len(set(named)) > 1 else ()


def with_digest(domain: Domain) -> Domain:
    """Return the domain carrying the digest of its contents."""
    return replace(domain, digest=content_digest(domain))
