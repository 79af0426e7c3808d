"""Domains on disk: named by a digest of the request, written whole, verified when read."""

import hashlib
import json
import logging
import os
import tempfile
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine.domains.domain import Domain, content_digest
from benchmarks.plan.spec import DomainSpec
from benchmarks.plan.steps.step import canonical

logger = logging.getLogger(__name__)

UNREADABLE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error)
"""What numpy and zipfile raise for a file cut short, overwritten or of another kind."""


def cache_file(cache: Path, spec: DomainSpec, revision: int | str) -> Path:
    """Return the domain's file, named by the SHA-256 of the spec and its world's state."""
    content = canonical({"spec": spec.as_fields(), "revision": revision})
    address = hashlib.sha256(content.encode()).hexdigest()
    return cache / "domains" / spec.world / f"{address}.npz"


def read_domain(path: Path, spec: DomainSpec) -> Domain | None:
    """Return the stored domain, or None where there is none or its checksum is wrong."""
    if not path.exists():
        return None
    try:
        domain = _load(path, spec)
    except UNREADABLE as error:
        logger.warning("%s cannot be read (%s): it is computed again", path, error)
        return None
    if content_digest(domain) != domain.digest:
        logger.warning("%s does not match its checksum: it is computed again", path)
        return None
    return domain


def write_domain(path: Path, domain: Domain) -> None:
    """Write the domain atomically: no reader or second writer ever sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **_arrays(domain))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _arrays(domain: Domain) -> dict[str, Any]:  # numpy's stubs take no typed arrays by name
    metadata = {
        "digest": domain.digest,
        "subjects": domain.subjects,
        "spacing": domain.spacing,
        "simulated": domain.simulated,
        "sites": domain.sites,
    }
    return {
        "images": domain.images,
        "labels": domain.labels,
        "ages": domain.ages,
        "pathology": domain.pathology,
        "metadata": np.frombuffer(json.dumps(metadata).encode(), dtype=np.uint8),
    }


def _load(path: Path, spec: DomainSpec) -> Domain:
    with np.load(path, allow_pickle=False) as file:
        metadata = json.loads(file["metadata"].tobytes())
        across, row, column = metadata["spacing"]
        return Domain(
            spec=spec,
            digest=metadata["digest"],
            images=file["images"],
            labels=file["labels"],
            subjects=tuple(metadata["subjects"]),
            ages=file["ages"],
            pathology=file["pathology"],
            spacing=(across, row, column),
            simulated=metadata["simulated"],
            sites=tuple(metadata.get("sites", ())),  # older files are of one site
        )
