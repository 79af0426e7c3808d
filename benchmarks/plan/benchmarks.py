"""The benchmarks that can be run, and their profiles."""

from dataclasses import replace

from benchmarks.plan.admission import (
    FIRST_LIGHT,
    METHODS,
    NOT_BEHIND_A_NEW_DECODER,
    NOT_FROM_NATURAL_IMAGES,
    NOT_OF_MEASURES,
    NOT_OF_WHOLE_SLICES,
    NOT_WITHOUT_TARGET_LABELS,
    SOURCE_ONLY,
    SWEEP,
    admitted,
    named_once,
)
from benchmarks.plan.errors import unknown
from benchmarks.plan.profiles import PAPER, PROFILES, QUICK, SMOKE, STANDARD
from benchmarks.plan.source_selection import REAL_BENCHMARK, SIMULATED_BENCHMARK
from benchmarks.plan.source_tasks import REAL_STUDY, STUDY, scenarios
from benchmarks.plan.spec import (
    EFFICIENTNET,
    BenchmarkCard,
    Place,
    Profile,
    PublishedWeights,
    Scenario,
)

WHITE_MATTER_T1 = Place(site="aurora", cohort="healthy", contrast="t1", region="wm")
TUMOUR_FLAIR = Place(site="aurora", cohort="glioma", contrast="flair", region="wt")
SITE_SHIFT = BenchmarkCard(
    slug="site-shift",
    title="Site shift",
    question="A network was trained at one scanner. What helps it at another?",
    scenarios=(
        Scenario(
            slug="tissue",
            title="White matter on T1",
            source=WHITE_MATTER_T1,
            target=replace(WHITE_MATTER_T1, site="borealis"),
        ),
        Scenario(
            slug="tumour",
            title="Whole tumour on FLAIR",
            source=TUMOUR_FLAIR,
            target=replace(TUMOUR_FLAIR, site="borealis"),
        ),
    ),
    profiles=PROFILES,
    strategies=METHODS,
    default_strategies=FIRST_LIGHT,
    admission="Every strategy: contrast and labels are shared, only the scanner differs.",
)

CONTRAST_SHIFT = BenchmarkCard(
    slug="contrast-shift",
    title="Contrast shift",
    question="A network knows one MRI contrast. What helps it in another, at the same scanner?",
    scenarios=(
        Scenario(
            slug="t1-to-t2",
            title="White matter, T1 to T2",
            source=WHITE_MATTER_T1,
            target=replace(WHITE_MATTER_T1, contrast="t2"),
        ),
        Scenario(
            slug="t2-to-flair",
            title="Whole tumour, T2 to FLAIR",
            source=replace(TUMOUR_FLAIR, contrast="t2"),
            target=TUMOUR_FLAIR,
        ),
    ),
    profiles=PROFILES,
    strategies=METHODS,
    default_strategies=FIRST_LIGHT,
    admission="Every strategy: the labels mean the same in both contrasts.",
)

TISSUE_TO_TUMOUR = Scenario(
    slug="tissue-to-tumour",
    title="White matter to whole tumour, FLAIR",
    source=replace(WHITE_MATTER_T1, contrast="flair"),
    target=TUMOUR_FLAIR,
    exclusions=(NOT_WITHOUT_TARGET_LABELS,),
)

TASK_SHIFT = BenchmarkCard(
    slug="task-shift",
    title="Task shift",
    question="A network learned to find white matter. Does that help to find tumours?",
    scenarios=(TISSUE_TO_TUMOUR,),
    profiles=PROFILES,
    strategies=admitted([TISSUE_TO_TUMOUR], METHODS),
    default_strategies=(SOURCE_ONLY, "target_only", "full_fine_tuning", "frozen_encoder"),
    admission=(
        "Only strategies that see target labels. The source network itself is applied unchanged, "
        "as the baseline without labels."
    ),
)

FEW_LABELS = BenchmarkCard(
    slug="few-labels",
    title="Few labels",
    question="From how many labelled target subjects on is training from scratch as good?",
    scenarios=tuple(replace(s, title=f"{s.title}, by labels") for s in SITE_SHIFT.scenarios),
    profiles=tuple(
        replace(profile, n_targets=n_targets, target_pool=max(profile.target_pool, *n_targets))
        for profile, n_targets in zip(
            PROFILES, ((0, 1, 2), *((0, 1, 2, 4, 8, 16),) * (len(PROFILES) - 1)), strict=True
        )
    ),
    strategies=METHODS,
    default_strategies=(SOURCE_ONLY, "target_only", "full_fine_tuning", "frozen_encoder"),
    admission="Every strategy: the scenarios are those of the site shift, with more label counts.",
)

FROZEN_DEPTH = BenchmarkCard(
    slug="frozen-depth",
    title="Frozen depth",
    question="Which part of the source network should be kept as it is, and which be trained?",
    scenarios=SITE_SHIFT.scenarios,
    profiles=PROFILES,
    strategies=(SOURCE_ONLY, "target_only", "joint", "oracle", "full_fine_tuning", *SWEEP),
    default_strategies=(SOURCE_ONLY, "target_only", "full_fine_tuning", *SWEEP),
    admission="Fine-tuning at every depth, counted from the input and from the output.",
)

PATHOLOGY = Scenario(
    slug="pathology",
    title="Tumour present, FLAIR",
    source=replace(TUMOUR_FLAIR, cohort="mixed"),
    target=replace(TUMOUR_FLAIR, cohort="mixed", site="borealis"),
    task="classification",
    exclusions=NOT_OF_WHOLE_SLICES,
)
AGE = Scenario(
    slug="age",
    title="Age, T1",
    source=WHITE_MATTER_T1,
    target=replace(WHITE_MATTER_T1, site="borealis"),
    task="regression",
    exclusions=(*NOT_OF_WHOLE_SLICES, *NOT_OF_MEASURES),
)

SUBJECT_LEVEL = BenchmarkCard(
    slug="subject-level",
    title="Diagnosis and age",
    question="Does what helps a segmentation help where each subject has one answer?",
    scenarios=(PATHOLOGY, AGE),
    profiles=PROFILES,
    strategies=admitted([PATHOLOGY, AGE], METHODS),
    default_strategies=FIRST_LIGHT,
    admission="Every strategy whose equations say something of a class, or of a number.",
)

IMAGENET = PublishedWeights(
    network=EFFICIENTNET,
    trained_on="ImageNet",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
IMAGENET_TO_TUMOUR = replace(
    SITE_SHIFT.scenarios[1],
    slug="imagenet-to-tumour",
    title="Whole tumour, FLAIR",
    source=IMAGENET,
    exclusions=named_once([*NOT_FROM_NATURAL_IMAGES, NOT_BEHIND_A_NEW_DECODER]),
)
IMAGENET_TO_PATHOLOGY = replace(
    PATHOLOGY,
    slug="imagenet-to-pathology",
    source=IMAGENET,
    exclusions=named_once([*NOT_FROM_NATURAL_IMAGES, *PATHOLOGY.exclusions]),
)
IMAGENET_TO_AGE = replace(
    AGE,
    slug="imagenet-to-age",
    source=IMAGENET,
    exclusions=named_once([*NOT_FROM_NATURAL_IMAGES, *AGE.exclusions]),
)
NATURAL_SCENARIOS = (IMAGENET_TO_TUMOUR, IMAGENET_TO_PATHOLOGY, IMAGENET_TO_AGE)
NATURAL_IMAGES = BenchmarkCard(
    slug="natural-images",
    title="Natural images",
    question="Does a network that was trained on photographs help with brains?",
    scenarios=NATURAL_SCENARIOS,
    profiles=PROFILES,
    strategies=admitted(NATURAL_SCENARIOS, METHODS),
    default_strategies=(
        "target_only",
        "full_fine_tuning",
        "frozen_encoder",
        "frozen_features_svm",
    ),
    admission=(
        "Strategies that need nothing of the source but its weights, and no answers from it. There "
        "is no source_only: a network of ImageNet's classes has no answer to these questions. So "
        "gains are measured from target_only, the same network from random weights and trained as "
        "long, and checkpoints are chosen on target subjects."
    ),
)

CONTROL_PROFILES = (replace(SMOKE, target_test=12), *PROFILES[1:])

NO_SIGNAL = BenchmarkCard(
    slug="control-no-signal",
    title="Control: no signal",
    question="Is nothing found where there is nothing? A gain here would be a leak of test labels.",
    scenarios=(
        Scenario(
            slug="no-signal",
            title="Tumours with target labels of other people",
            source=TUMOUR_FLAIR,
            target=replace(TUMOUR_FLAIR, site="borealis"),
            shuffled=("target",),
        ),
    ),
    profiles=CONTROL_PROFILES,
    strategies=METHODS,
    default_strategies=FIRST_LIGHT,
    admission="Every strategy.",
)

MISLEADING_SOURCE = BenchmarkCard(
    slug="control-misleading-source",
    title="Control: misleading source",
    question="Is harm reported where a source can only mislead?",
    scenarios=(
        Scenario(
            slug="misleading-source",
            title="White matter after tumours with labels of other people",
            source=TUMOUR_FLAIR,
            target=replace(WHITE_MATTER_T1, site="borealis"),
            shuffled=("source",),
        ),
    ),
    profiles=CONTROL_PROFILES,
    strategies=(*METHODS, "frozen_first_9"),
    default_strategies=(*FIRST_LIGHT, "frozen_first_9"),
    admission="Every strategy, and one that can train nothing but the last layer.",
)

SELECTION_PROFILES = (
    replace(
        SMOKE,
        slices=3,
        batch=4,
        pretraining_iterations=8,
        adapting_iterations=4,
        checkpoints=1,
        n_targets=(2,),
        seeds=1,
        source_train=2,
        source_validation=1,
        source_test=0,
        target_pool=2,
        target_validation=1,
        target_test=3,
    ),
    replace(
        QUICK,
        title="Quick: minutes on two cores, small images, one pretraining seed",
        batch=8,
        pretraining_iterations=240,
        adapting_iterations=200,
        n_targets=(12,),
        seeds=1,
        source_train=12,
        source_validation=3,
        source_test=0,
        target_pool=12,
        target_validation=3,
        target_test=12,
    ),
    replace(
        STANDARD,
        title="Standard: hours on one GPU",
        n_targets=(8,),
        source_train=32,
        source_test=0,
        target_pool=8,
        target_test=16,
    ),
    replace(
        PAPER,
        title="Paper: the protocol of Li et al. 2023, days on one GPU",
        n_targets=(16,),
        source_train=32,
        source_validation=8,
        source_test=0,
        target_pool=16,
        target_validation=8,
        target_test=16,
    ),
)

SOURCE_SELECTION = BenchmarkCard(
    slug=SIMULATED_BENCHMARK,
    title="Source selection",
    question="Of several source tasks, which one is worth transferring from, and what tells?",
    scenarios=scenarios(STUDY),
    profiles=SELECTION_PROFILES,
    strategies=("target_only", "frozen_encoder"),
    default_strategies=("target_only", "frozen_encoder"),
    admission=(
        "Only the protocol of Li et al. 2023: the encoder of the source network is frozen, its "
        "decoder trained on the target. Training from scratch is the baseline."
    ),
)

SOURCE_SELECTION_REAL = replace(
    SOURCE_SELECTION,
    slug=REAL_BENCHMARK,
    title="Source selection on the paper's data",
    question="What becomes of the paper's own tables, on the data sets that it names?",
    scenarios=scenarios(REAL_STUDY),
    admission=(
        f"{SOURCE_SELECTION.admission} It runs on those of FeTS 2021, iSeg-2019 and WMH 2017 that "
        "are on this machine; a group with fewer people than a profile asks for is divided in the "
        "same proportions."
    ),
)

BENCHMARKS = {
    card.slug: card
    for card in (
        SITE_SHIFT,
        CONTRAST_SHIFT,
        TASK_SHIFT,
        FEW_LABELS,
        FROZEN_DEPTH,
        SUBJECT_LEVEL,
        NATURAL_IMAGES,
        NO_SIGNAL,
        MISLEADING_SOURCE,
        SOURCE_SELECTION,
        SOURCE_SELECTION_REAL,
    )
}


def benchmark_card(slug: str) -> BenchmarkCard:
    """Return the card; raises PlanError with the choices for an unknown slug."""
    try:
        return BENCHMARKS[slug]
    except KeyError:
        raise unknown("benchmark", slug, sorted(BENCHMARKS)) from None


def profile_of(card: BenchmarkCard, slug: str) -> Profile:
    """Return the benchmark's profile; raises PlanError with the choices for an unknown slug."""
    for profile in card.profiles:
        if profile.slug == slug:
            return profile
    raise unknown("profile", slug, [profile.slug for profile in card.profiles])
