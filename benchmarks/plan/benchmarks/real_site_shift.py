"""Benchmark: transfer between real sites, those of two open collections or a user's own."""

from dataclasses import replace

from benchmarks.plan.admission import FIRST_LIGHT, METHODS, left_out
from benchmarks.plan.baselines import ORACLE
from benchmarks.plan.limits import Condition
from benchmarks.plan.profiles import PROFILES, TEST_PROFILES
from benchmarks.plan.spec import (
    SITES_JOINED,
    BenchmarkCard,
    Exclusion,
    Place,
    Profile,
    Scenario,
)

OASIS, IBSR = "oasis", "ibsr"
PICTURES, PICTURES_CSV, VOLUMES = "pictures", "pictures-csv", "own-volumes"
FROM, TO = "source", "target"
"""Names of the two sites in a user's own data."""
OWN_PEOPLE = 400
"""People of a user's own site that are read at most."""
PEOPLE_UNKNOWN = Exclusion(
    (ORACLE,), "How many people your own sites have is only known when they are read."
)
WHITE_MATTER = Place(site="all", cohort="adults", contrast="t1", region="wm", world=OASIS)
IBSR_GROUPS = SITES_JOINED.join(("voxel-084", "voxel-094", "voxel-100"))
OASIS_TO_IBSR = Scenario(
    slug="oasis-to-ibsr",
    title="White matter on T1, OASIS to IBSR",
    source=WHITE_MATTER,
    target=replace(WHITE_MATTER, world=IBSR, site=IBSR_GROUPS),
)
"""White matter, since CSF has another definition in IBSR: a shift of labels, not of images."""


def _own(world: str, slug: str, title: str) -> Scenario:
    """Return the classification of a user's own images, from the site source to the site target."""
    place = Place(site=FROM, cohort="all", contrast="t1", region="none", world=world)
    return Scenario(
        slug=slug,
        title=title,
        source=place,
        target=replace(place, site=TO),
        task="classification",
        exclusions=(*left_out(Condition.ONE_ANSWER), PEOPLE_UNKNOWN),
        people_at_most=OWN_PEOPLE,
    )


OWN_VOLUMES = Scenario(
    slug="own-volumes",
    title="A region on T1 in your own volumes",
    source=Place(site=FROM, cohort="all", contrast="t1", region="mask", world=VOLUMES),
    target=Place(site=TO, cohort="all", contrast="t1", region="mask", world=VOLUMES),
    exclusions=(PEOPLE_UNKNOWN,),
    people_at_most=OWN_PEOPLE,
)


def _for_few_people(profile: Profile) -> Profile:
    """Return the profile with five folds over 15 people, and 24 people of the source."""
    folded = replace(profile, is_cross_validated=True)
    if profile.slug in TEST_PROFILES:
        return replace(folded, seeds=2, target_pool=2, target_validation=1, target_test=3)
    return replace(
        folded,
        n_targets=(0, 1, 2, 8),
        seeds=5,
        source_train=16,
        source_validation=4,
        source_test=4,
        target_pool=9,
        target_validation=3,
        target_test=3,
    )


REAL_SITE_SHIFT = BenchmarkCard(
    slug="real-site-shift",
    protocol="comparison",
    title="Real site shift",
    question="A network was trained on real scans of one site. What helps it at another?",
    scenarios=(
        OASIS_TO_IBSR,
        OWN_VOLUMES,
        _own(PICTURES, "own-pictures", "Pathology on your own images, by folder"),
        _own(PICTURES_CSV, "own-table", "Pathology on your own images, by table"),
    ),
    profiles=tuple(_for_few_people(profile) for profile in PROFILES),
    strategies=METHODS,
    default_strategies=FIRST_LIGHT,
    admission=(
        "Every strategy. The sets are small: people of the target are cross-validated, each is "
        "tested once and shown, and no comparison has a verdict."
    ),
    data=(
        (
            OASIS,
            "OASIS-1 with manual labels by Neuromorphometrics "
            "(neuromorphometrics.com/2012_MICCAI_Challenge_Data.html)",
        ),
        (IBSR, "IBSR (nitrc.org/projects/ibsr)"),
        (VOLUMES, "or, instead of both, your own volumes of two sites with masks"),
        (PICTURES, "or your own 2D images of two sites in folders"),
        (PICTURES_CSV, "or your own 2D images of two sites in a table (see docs/real-images.md)"),
    ),
)
