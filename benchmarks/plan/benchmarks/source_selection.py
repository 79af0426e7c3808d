"""Benchmarks: which of several source tasks is best for a target (Li et al. 2023)."""

from dataclasses import replace

from benchmarks.plan.profiles import PAPER, QUICK, SMOKE, STANDARD
from benchmarks.plan.protocols.source_selection.tasks import REAL_STUDY, STUDY, scenarios
from benchmarks.plan.spec import BenchmarkCard

SOURCE_SELECTION_PROFILES = (
    replace(
        SMOKE,
        slices=3,
        batch=4,
        pretraining_iterations=8,
        adapting_iterations=4,
        checkpoints=1,
        # A resample of two labelled people may hold nobody with the region, so no score.
        n_targets=(4,),
        seeds=1,
        source_train=2,
        source_validation=1,
        source_test=0,
        target_pool=4,
        target_validation=1,
        target_test=3,
    ),
    replace(
        QUICK,
        title="Quick: about an hour on two cores, small images",
        batch=8,
        pretraining_iterations=240,
        adapting_iterations=200,
        n_targets=(12,),
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
    protocol="source_selection",
    title="Source selection",
    question="Which of several source tasks is worth transferring from, and what predicts it?",
    scenarios=scenarios(STUDY),
    profiles=SOURCE_SELECTION_PROFILES,
    strategies=("target_only", "frozen_encoder"),
    default_strategies=("target_only", "frozen_encoder"),
    needs=("source_only", "target_only", "frozen_encoder"),
    admission=(
        "Only the protocol of Li et al. 2023: the encoder of the source network is frozen, its "
        "decoder trained on the target. Training from scratch is the baseline."
    ),
)

SOURCE_SELECTION_REAL = replace(
    SOURCE_SELECTION,
    slug="source-selection-real",
    title="Source selection on the paper's data",
    question="Can the paper's tables be reproduced on the data sets that it names?",
    scenarios=scenarios(REAL_STUDY),
    admission=(
        f"{SOURCE_SELECTION.admission} It runs on those of FeTS 2021, iSeg-2019 and WMH 2017 that "
        "are on this machine; a group with fewer people than a profile asks for is divided in the "
        "same proportions."
    ),
)
