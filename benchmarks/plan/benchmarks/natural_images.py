"""Benchmark: transfer from a network trained on photographs instead of a source domain."""

from dataclasses import replace

from benchmarks.plan.admission import METHODS, admitted, left_out
from benchmarks.plan.benchmarks.site_shift import SITE_SHIFT
from benchmarks.plan.benchmarks.subject_level import AGE, DIAGNOSIS_PROFILES, PATHOLOGY
from benchmarks.plan.limits import Condition
from benchmarks.plan.spec import EFFICIENTNET, BenchmarkCard, PublishedWeights

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
    exclusions=left_out(Condition.PUBLISHED_WEIGHTS, Condition.NEW_DECODER),
)
IMAGENET_TO_PATHOLOGY = replace(
    PATHOLOGY,
    slug="imagenet-to-pathology",
    source=IMAGENET,
    exclusions=left_out(Condition.PUBLISHED_WEIGHTS, Condition.ONE_ANSWER),
)
IMAGENET_TO_AGE = replace(
    AGE,
    slug="imagenet-to-age",
    source=IMAGENET,
    exclusions=left_out(Condition.PUBLISHED_WEIGHTS, Condition.ONE_ANSWER, Condition.REGRESSION),
)
NATURAL_SCENARIOS = (IMAGENET_TO_TUMOUR, IMAGENET_TO_PATHOLOGY, IMAGENET_TO_AGE)
NATURAL_IMAGES = BenchmarkCard(
    slug="natural-images",
    protocol="comparison",
    title="Natural images",
    question="Does a network trained on photographs help with brain images?",
    scenarios=NATURAL_SCENARIOS,
    profiles=DIAGNOSIS_PROFILES,
    strategies=admitted(NATURAL_SCENARIOS, METHODS),
    default_strategies=("target_only", "full_fine_tuning", "frozen_encoder", "frozen_features_svm"),
    admission=(
        "Strategies that need only the source's weights, not its images or predictions. There is "
        "no source_only, because the network predicts ImageNet's classes. So gains are measured "
        "from target_only, the same network trained as long from random weights, and checkpoints "
        "are chosen on target subjects."
    ),
)
