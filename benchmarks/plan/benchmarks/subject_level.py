"""Benchmarks: one prediction per subject, a diagnosis or an age."""

from dataclasses import replace

from benchmarks.plan.admission import FIRST_LIGHT, METHODS, admitted, left_out
from benchmarks.plan.benchmarks.site_shift import TUMOUR_FLAIR, WHITE_MATTER_T1
from benchmarks.plan.limits import Condition
from benchmarks.plan.profiles import PROFILES, TEST_PROFILES
from benchmarks.plan.spec import BenchmarkCard, Scenario
from benchmarks.plan.verdict_rules import LEAST_PEOPLE_FOR_AUC

PATHOLOGY = Scenario(
    slug="pathology",
    title="Tumour present, FLAIR",
    source=replace(TUMOUR_FLAIR, cohort="mixed"),
    target=replace(TUMOUR_FLAIR, cohort="mixed", site="borealis"),
    task="classification",
    exclusions=left_out(Condition.ONE_ANSWER),
)
AGE = Scenario(
    slug="age",
    title="Age, T1",
    source=WHITE_MATTER_T1,
    target=replace(WHITE_MATTER_T1, site="borealis"),
    task="regression",
    exclusions=left_out(Condition.ONE_ANSWER, Condition.REGRESSION),
)

DIAGNOSIS_PROFILES = tuple(
    profile
    if profile.slug in TEST_PROFILES
    else replace(profile, target_test=max(profile.target_test, LEAST_PEOPLE_FOR_AUC))
    for profile in PROFILES
)
"""With test people enough for a test of a gain in AUC."""

SUBJECT_LEVEL = BenchmarkCard(
    slug="subject-level",
    protocol="comparison",
    title="Diagnosis and age",
    question="Do strategies that help segmentation also help with one prediction per subject?",
    scenarios=(PATHOLOGY, AGE),
    profiles=DIAGNOSIS_PROFILES,
    strategies=admitted([PATHOLOGY, AGE], METHODS),
    default_strategies=FIRST_LIGHT,
    admission="Every strategy whose equations apply to a class, or to a number.",
)
