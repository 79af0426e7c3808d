"""Source and target data: worlds that turn a DomainSpec into subjects, images and labels."""

from benchmarks.engine.domains.domain import Domain
from benchmarks.engine.domains.errors import DomainError
from benchmarks.engine.domains.registry import WORLDS, World, check_domain, load_domain
from benchmarks.engine.domains.sites import SITES, SiteProfile, site_names, site_profile

__all__ = [
    "SITES",
    "WORLDS",
    "Domain",
    "DomainError",
    "SiteProfile",
    "World",
    "check_domain",
    "load_domain",
    "site_names",
    "site_profile",
]
