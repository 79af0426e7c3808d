"""Description of every world and whether its data are on this machine, for `doctor`."""

from benchmarks.engine.domains.real.describe import WorldDescription, describe_real_worlds
from benchmarks.engine.domains.sites import CONTRASTS, site_names
from benchmarks.engine.domains.tissues import COHORT_REGIONS


def describe_worlds() -> list[WorldDescription]:
    """Return one row per world: its contents and whether it was found on this machine."""
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
