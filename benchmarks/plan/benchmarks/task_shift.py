"""Benchmark: transfer from one region to another, so that labels have another meaning."""

from dataclasses import replace

from benchmarks.plan.admission import METHODS, admitted, left_out
from benchmarks.plan.baselines import SOURCE_ONLY
from benchmarks.plan.benchmarks.site_shift import TUMOUR_FLAIR, WHITE_MATTER_T1
from benchmarks.plan.limits import Condition
from benchmarks.plan.profiles import PROFILES
from benchmarks.plan.spec import BenchmarkCard, Scenario

TISSUE_TO_TUMOUR = Scenario(
    slug="tissue-to-tumour",
    title="White matter to whole tumour, FLAIR",
    source=replace(WHITE_MATTER_T1, contrast="flair"),
    target=TUMOUR_FLAIR,
    exclusions=left_out(Condition.NEW_TASK),
)

TASK_SHIFT = BenchmarkCard(
    slug="task-shift",
    protocol="comparison",
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
