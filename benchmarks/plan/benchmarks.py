"""The benchmarks that can be run, and their profiles."""

from collections.abc import Iterable
from dataclasses import replace

from benchmarks.plan.catalog import STRATEGIES, depth
from benchmarks.plan.errors import unknown
from benchmarks.plan.source_tasks import STUDY, scenarios
from benchmarks.plan.spec import (
    EFFICIENTNET,
    BenchmarkCard,
    Exclusion,
    Place,
    Profile,
    PublishedWeights,
    Scenario,
)

SMOKE = Profile(
    slug="smoke",
    title="Smoke: seconds, for tests; its numbers say nothing",
    image_size=32,
    spacing_mm=6.0,
    slices=4,
    width=4,
    batch=4,
    pretraining_iterations=30,
    adapting_iterations=12,
    checkpoints=2,
    learning_rate=1e-2,
    weight_decay=0.0,
    n_targets=(0, 2),
    seeds=2,
    source_train=3,
    source_validation=2,
    source_test=5,
    target_pool=3,
    target_validation=2,
    target_test=6,
)
QUICK = Profile(
    slug="quick",
    title="Quick: minutes on two cores, small images",
    image_size=64,
    spacing_mm=3.0,
    slices=8,
    width=8,
    batch=12,
    pretraining_iterations=120,
    adapting_iterations=60,
    checkpoints=3,
    learning_rate=2e-3,
    weight_decay=5e-5,
    n_targets=(0, 2, 8),
    seeds=3,
    source_train=16,
    source_validation=4,
    source_test=6,
    target_pool=12,
    target_validation=4,
    target_test=12,
)
STANDARD = Profile(
    slug="standard",
    title="Standard: an hour on one GPU",
    image_size=128,
    spacing_mm=1.5,
    slices=16,
    width=32,
    batch=16,
    pretraining_iterations=2000,
    adapting_iterations=600,
    checkpoints=6,
    learning_rate=5e-4,
    weight_decay=5e-5,
    n_targets=(0, 1, 2, 4, 8, 16),
    seeds=5,
    source_train=48,
    source_validation=8,
    source_test=12,
    target_pool=32,
    target_validation=8,
    target_test=24,
)
PAPER = Profile(
    slug="paper",
    title="Paper: the protocol of Li et al. 2023 on one GPU",
    image_size=240,
    spacing_mm=1.0,
    slices=32,
    width=64,
    batch=20,
    pretraining_iterations=10_000,
    adapting_iterations=1_000,
    checkpoints=10,
    learning_rate=1e-4,
    weight_decay=5e-5,
    n_targets=(0, 1, 2, 4, 8, 16),
    seeds=5,
    source_train=64,
    source_validation=12,
    source_test=16,
    target_pool=48,
    target_validation=12,
    target_test=32,
)
PROFILES = (SMOKE, QUICK, STANDARD, PAPER)

WHITE_MATTER_T1 = Place(site="aurora", cohort="healthy", contrast="t1", region="wm")
TUMOUR_FLAIR = Place(site="aurora", cohort="glioma", contrast="flair", region="wt")
SOURCE_ONLY = "source_only"
FIRST_LIGHT = ("source_only", "target_only", "full_fine_tuning", "frozen_encoder", "deep_coral")

SWEEP = tuple(card.slug for card in depth.CARDS)
METHODS = tuple(slug for slug in STRATEGIES if slug not in SWEEP)
WITHOUT_TARGET_LABELS = tuple(
    slug for slug in METHODS if not STRATEGIES[slug].needs_target_labels and slug != SOURCE_ONLY
)


def admitted(scenarios: Iterable[Scenario], strategies: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of ``strategies`` that at least one of the scenarios admits."""
    chosen = tuple(scenarios)
    return tuple(slug for slug in strategies if any(s.admits(slug) for s in chosen))


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
    exclusions=(
        Exclusion(
            WITHOUT_TARGET_LABELS, "Without target labels nothing says what the target task is."
        ),
    ),
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
    strategies=(SOURCE_ONLY, "target_only", "full_fine_tuning", *SWEEP),
    default_strategies=(SOURCE_ONLY, "target_only", "full_fine_tuning", *SWEEP),
    admission="Fine-tuning at every depth, counted from the input and from the output.",
)

NOT_OF_WHOLE_SLICES = (
    Exclusion(
        ("mutual_information",),
        "A slice is one sample here, and a batch holds fewer of them than there are features: "
        "their entropy cannot be estimated.",
    ),
    Exclusion(
        ("linear_probe",),
        "Nothing lies between encoder and head: it would be the frozen encoder once more.",
    ),
)
NOT_OF_MEASURES = (
    Exclusion(("class_balancing",), "An age has no classes to balance."),
    Exclusion(("tradaboost",), "Its weights follow from whether a class is right or wrong."),
    Exclusion(("cdan",), "It conditions on the probabilities of classes."),
    Exclusion(("test_time_adaptation",), "It lowers the entropy of classes; a number has none."),
    Exclusion(
        ("negative_transfer_inhibition",),
        "Its bound is for losses between 0 and 1, as those of probabilities are.",
    ),
    Exclusion(("frozen_features_logistic_regression",), "It models the odds of two classes."),
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
ON_TARGET_ALONE = tuple(
    slug
    for slug in METHODS
    if set(STRATEGIES[slug].reads) <= {"source_weights", "target_images", "target_labels"}
)
NEEDS_SOURCE_DATA = Exclusion(
    tuple(slug for slug in METHODS if slug not in ON_TARGET_ALONE),
    "It reads source images: those of ImageNet are not here, and brains are not among them.",
)
NOT_FROM_NATURAL_IMAGES = (
    NEEDS_SOURCE_DATA,
    Exclusion(
        ("knowledge_distillation", "test_time_adaptation", "negative_transfer_inhibition"),
        "It asks the source network for answers, and what that can name are ImageNet's classes.",
    ),
    Exclusion(
        ("first_layers_only", "fine_tuned_ensemble"),
        "It keeps a head as it is; here every head is new.",
    ),
)
NOT_BEHIND_A_NEW_DECODER = Exclusion(
    (
        "linear_probe",
        "last_layers_only",
        *(slug for slug in METHODS if slug.startswith("frozen_features")),
    ),
    "It keeps what lies before the last layers, and with it a decoder that is new.",
)


def from_natural_images(scenario: Scenario, *exclusions: Exclusion) -> Scenario:
    """Return the scenario with ImageNet's weights for a source; each strategy is left out once."""
    kept, named = [], set[str]()
    for exclusion in exclusions:
        slugs = tuple(slug for slug in exclusion.strategies if slug not in named)
        named.update(slugs)
        if slugs:
            kept.append(replace(exclusion, strategies=slugs))
    return replace(scenario, source=IMAGENET, exclusions=tuple(kept))


NATURAL_SCENARIOS = (
    from_natural_images(
        replace(SITE_SHIFT.scenarios[1], slug="imagenet-to-tumour", title="Whole tumour, FLAIR"),
        *NOT_FROM_NATURAL_IMAGES,
        NOT_BEHIND_A_NEW_DECODER,
    ),
    from_natural_images(
        replace(PATHOLOGY, slug="imagenet-to-pathology"),
        *NOT_FROM_NATURAL_IMAGES,
        *NOT_OF_WHOLE_SLICES,
    ),
    from_natural_images(
        replace(AGE, slug="imagenet-to-age"),
        *NOT_FROM_NATURAL_IMAGES,
        *NOT_OF_WHOLE_SLICES,
        *NOT_OF_MEASURES,
    ),
)
NATURAL_PROFILES = tuple(
    replace(profile, pretraining_iterations=80) if profile is QUICK else profile
    for profile in PROFILES
)
"""EfficientNet's step takes twice the U-Net's, so the quick profile takes fewer."""

NATURAL_IMAGES = BenchmarkCard(
    slug="natural-images",
    title="Natural images",
    question="Does a network that was trained on photographs help with brains?",
    scenarios=NATURAL_SCENARIOS,
    profiles=NATURAL_PROFILES,
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
        adapting_iterations=120,
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
    slug="source-selection",
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
