"""What data there are, for people."""

from typing import Any

from benchmarks.engine.domains.real.describe import describe_real_worlds
from benchmarks.engine.domains.sites import CONTRASTS, site_names
from benchmarks.engine.domains.tissues import COHORT_REGIONS


def describe_worlds() -> list[dict[str, Any]]:
    """Return one row a world: what it holds and whether it is found on this machine."""
    return [
        {
            "world": "simulated",
            "is_simulated": True,
            "found": True,
            "source": "made here from the MNI152 templates that nilearn ships",
            "sites": list(site_names()),
            "contrasts": list(CONTRASTS),
            "cohorts": {cohort: list(regions) for cohort, regions in COHORT_REGIONS.items()},
        },
        *describe_real_worlds(),
    ]
