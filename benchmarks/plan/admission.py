"""Which strategies a scenario admits, and why not the others."""

from collections.abc import Iterable
from dataclasses import replace

from benchmarks.plan.catalog import STRATEGIES, depth
from benchmarks.plan.spec import Exclusion, Scenario

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


def named_once(exclusions: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    """Return the exclusions so that each strategy is left out for the first reason given."""
    kept, named = [], set[str]()
    for exclusion in exclusions:
        slugs = tuple(slug for slug in exclusion.strategies if slug not in named)
        named.update(slugs)
        if slugs:
            kept.append(replace(exclusion, strategies=slugs))
    return tuple(kept)


NOT_WITHOUT_TARGET_LABELS = Exclusion(
    WITHOUT_TARGET_LABELS, "Without target labels nothing says what the target task is."
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
