"""The tests of one cell: one for each seed, or the folds of a cross-validation joined into one."""

from collections.abc import Sequence

import numpy as np

from benchmarks.engine.steps.comparison.outputs import SplitOutputs
from benchmarks.engine.steps.shared.context import StepContext
from benchmarks.engine.steps.shared.outputs import TestedRule, TestOutputs
from benchmarks.plan.protocols.comparison.steps import EvaluateStep, FoldStep
from benchmarks.plan.steps.step import Address, Step


def tests_of(context: StepContext[Step], evaluations: Sequence[Address]) -> list[TestOutputs]:
    """Return the outputs of the tests, one for each seed.

    Folds test different people: they are joined into one test of all people, in the people's order.
    """
    outputs = [context.outputs(address, TestOutputs) for address in evaluations]
    return [joined(outputs)] if folds_of(context, evaluations) else outputs


def folds_of(context: StepContext[Step], evaluations: Sequence[Address]) -> list[SplitOutputs]:
    """Return the folds in which the tests were made; none where people were split by seed."""
    steps = [context.plan_steps[address] for address in evaluations]
    splits = [step.parents.split for step in steps if isinstance(step, EvaluateStep)]
    folds = [address for address in splits if isinstance(context.plan_steps[address], FoldStep)]
    return [context.outputs(address, SplitOutputs) for address in folds]


def joined(outputs: Sequence[TestOutputs]) -> TestOutputs:
    """Return one test of the people of all tests, each tested once, in the order of the domain."""
    people = [person for one in outputs for person in one["test_subjects"]]
    order = np.argsort(people, kind="stable").tolist()
    strata = [stratum for one in outputs for stratum in one["strata"]]
    sites = [site for one in outputs for site in one.get("sites", [])]
    rules: dict[str, TestedRule] = {}
    for rule in outputs[0]["rules"]:
        scores = [score for one in outputs for score in one["rules"][rule]["subjects"]]
        rules[rule] = {"subjects": [scores[number] for number in order]}
    return {
        "test_subjects": [people[number] for number in order],
        "strata": [strata[number] for number in order],
        "sites": [sites[number] for number in order] if sites else [],
        "rules": rules,
        "fit": outputs[0]["fit"],
    }
