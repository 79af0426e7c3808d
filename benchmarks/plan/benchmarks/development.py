"""Development transfers: where rate and strength are searched; no benchmark reports them."""

from dataclasses import replace

from benchmarks.plan.benchmarks.site_shift import DEEP_GREY_T1, TUMOUR_FLAIR
from benchmarks.plan.spec import Scenario

FROM, TO = "partition-15", "partition-04"
"""A site of 3 T and one of 1.5 T with thick slices, as far apart as the sites of `site-shift`."""
FIRST_PERSON = 60_000
"""Added to the numbers of people, so that nobody here takes part in a benchmark."""

DEVELOPMENT = tuple(
    Scenario(
        slug=f"development-{name}",
        title=f"Development, {name}",
        source=replace(place, site=FROM, people_from=FIRST_PERSON),
        target=replace(place, site=TO, people_from=FIRST_PERSON),
    )
    for name, place in (("tissue", DEEP_GREY_T1), ("tumour", TUMOUR_FLAIR))
)
