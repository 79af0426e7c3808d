"""Worlds by name; `load_domain` returns a domain of any of them, through the cache."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine.domains.domain import Domain, with_digest
from benchmarks.engine.domains.errors import unknown
from benchmarks.engine.domains.real import world as real
from benchmarks.engine.domains.real.catalog import DATASETS
from benchmarks.engine.domains.simulated import WORLD_REVISION, build_domain, check_spec
from benchmarks.engine.domains.store import cache_file, read_domain, write_domain
from benchmarks.plan.spec import DomainSpec

OnProgress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class World:
    """A source of domains: ``check`` refuses a spec before any work, ``build`` makes the domain.

    ``revision`` is raised whenever the same spec would give other contents; ``fingerprint`` is a
    digest of the files that a domain is made of, so that changed files are read again.
    """

    revision: int
    check: Callable[[DomainSpec], None]
    build: Callable[[DomainSpec, OnProgress], Domain]
    fingerprint: Callable[[DomainSpec], str] | None = None

    def state(self, spec: DomainSpec) -> int | str:
        """Return what determines the contents besides the spec; part of the cache's address."""
        if self.fingerprint is None:
            return self.revision
        return f"{self.revision}-{self.fingerprint(spec)}"


REAL = World(
    revision=real.WORLD_REVISION,
    check=real.check_spec,
    build=real.build_domain,
    fingerprint=real.fingerprint,
)


WORLDS: dict[str, World] = {
    "simulated": World(revision=WORLD_REVISION, check=check_spec, build=build_domain),
    **dict.fromkeys(DATASETS, REAL),
}


def load_domain(spec: DomainSpec, cache: Path, on_progress: OnProgress | None = None) -> Domain:
    """Return the domain from the cache, or build it and keep it there.

    ``on_progress`` is called with subjects done, subjects requested, and what was just done. Raises
    ValueError naming the field and its choices for a spec that no world can serve.
    """
    report = on_progress or _ignore
    world = _world(spec)
    path = cache_file(cache, spec, world.state(spec))
    stored = read_domain(path, spec)
    if stored is not None:
        report(len(stored.subjects), len(stored.subjects), "read from the cache")
        return stored
    domain = with_digest(world.build(spec, report))
    write_domain(path, domain)
    return domain


def check_domain(spec: DomainSpec) -> None:
    """Raise ValueError naming the field and its choices for a spec that no world can serve."""
    _world(spec)


def _world(spec: DomainSpec) -> World:
    if spec.world not in WORLDS:
        raise unknown("world", spec.world, sorted(WORLDS))
    world = WORLDS[spec.world]
    world.check(spec)
    return world


def _ignore(_done: int, _total: int, _what: str) -> None:
    """Do nothing: the default of ``on_progress``."""
