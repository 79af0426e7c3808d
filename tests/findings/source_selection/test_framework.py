"""The framework on the published tables, and what it says and refuses."""

from dataclasses import replace

import pytest

from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.findings.source_selection.framework import Candidate, TargetTask, select_sources
from tests.common.reference.tied_footrule import tied_footrule
from tests.findings.source_selection.published import TARGETS, candidates, dice, rows, task

TARGET = TargetTask("ET-22-T2", "T2", "ET")


def source(name, *, similarity=0.9, score=1.0, **values):
    region, _, modality = name.split("-")
    return Candidate(name, modality, region, similarity, {"h_score": score}, **values)


def names(selection):
    return [outcome.candidate.name for outcome in selection.ranked]


@pytest.mark.parametrize("target", TARGETS)
def test_the_two_steps_leave_the_published_subsets(target):
    found = select_sources(task(target), candidates(target), score="h_score")
    left = {outcome.candidate.name for outcome in found.outcomes}
    modality = target.split("-")[2]
    subset_1 = {o.candidate.name for o in found.outcomes if o.fell_out_at != "modality"}
    assert len(left) == 16
    assert subset_1 == {n for n in left if n.endswith(modality)}
    assert set(names(found)) == {f"ED-{number}-{modality}" for number in (13, 14, 17, 18)}
    assert found.path == 1


TIED = {("ET-20-T1", "OTCE", "no", 3)}
"""Its printed value needs NCR-14-T2 before ED-14-T2, which have one printed score."""


@pytest.mark.parametrize("row", rows("table6_spearman_footrule"), ids=lambda r: r["target"])
def test_rankings_have_the_published_footrules(row):
    filtered = row["prior_knowledge"] == "yes"
    score = {"H-score": "h_score", "OTCE": "otce"}[row["metric"]]
    found = select_sources(
        task(row["target"]),
        candidates(row["target"]),
        score=score,
        by_modality=filtered,
        by_roi=filtered,
    )
    scores = {o.candidate.name: o.candidate.scores[score] for o in found.ranked}
    for k in (1, 2, 3, 4):
        cell = tied_footrule(dice(row["target"]), scores, k)
        is_tied = (row["target"], row["metric"], row["prior_knowledge"], k) in TIED
        assert (cell.lowest if is_tied else cell.value) == int(row[f"top{k}"])


def test_path_2_ranks_every_candidate():
    found = select_sources(
        TARGET, candidates("ET-22-T2"), score="otce", by_modality=False, by_roi=False
    )
    assert found.path == 2
    assert len(found.ranked) == 16
    assert names(found)[0] == "ED-14-T2"


def test_each_reason_names_the_values_that_decided():
    found = select_sources(
        TARGET,
        [
            source("ED-14-T2", similarity=0.987, score=0.5),
            source("NCR-14-T2", similarity=0.985),
            source("ED-14-T1"),
            replace(
                source("ED-13-T2", similarity=0.987, score=None),
                reasons={"h_score": "one class only"},
            ),
        ],
        score="h_score",
    )
    told = {o.candidate.name: (o.fell_out_at, o.reason) for o in found.outcomes}
    assert told["ED-14-T1"] == ("modality", "its modality is T1, the target's is T2")
    assert told["NCR-14-T2"][0] == "roi"
    assert (
        "0.9850, which does not reach the 0.9870 that 1 of 2 regions have" in (told["NCR-14-T2"][1])
    )
    assert told["ED-13-T2"] == ("score", "it has no h_score: one class only")
    assert told["ED-14-T2"][0] is None
    assert told["ED-14-T2"][1].endswith("its h_score is 0.5000; rank 1 of 1")


def test_regions_equal_to_the_last_one_kept_stay():
    found = select_sources(
        TARGET,
        [source("ED-1-T2"), source("NCR-1-T2"), source("WT-1-T2", similarity=0.5)],
        score="h_score",
        keep=0.3,
    )
    assert names(found) == ["ED-1-T2", "NCR-1-T2"]


def test_equal_scores_share_the_better_rank():
    found = select_sources(
        TARGET,
        [source("ED-1-T2"), source("ED-2-T2"), source("ED-3-T2", score=0.1)],
        score="h_score",
    )
    assert [o.rank for o in found.ranked] == [1, 1, 3]
    assert found.ranked[0].reason.endswith("rank 1 of 3, shared with 1 more")


@pytest.mark.parametrize(
    ("given", "options", "reason"),
    [
        ([], {}, "there is no candidate"),
        ([source("ED-1-T1")], {}, "no candidate is left after the modality step .* leave this"),
        ([source("ED-1-T2", similarity=None)], {}, "no candidate has an RoI similarity"),
        ([source("ED-1-T2", score=None)], {}, "no candidate is left after the score step"),
        ([source("ED-1-T2")], {"score": "magic"}, "score 'magic' is unknown; .* h_score"),
        ([source("ED-1-T2", score=float("nan"))], {}, "h_score of ED-1-T2 is nan; give"),
        ([source("ED-1-T2", similarity=float("inf"))], {}, "roi_similarity of ED-1-T2 is inf"),
        ([source("ED-1-T2"), source("ED-1-T2")], {}, "ED-1-T2 is given twice"),
        ([source("ET-22-T2")], {}, "the target is among its own candidates"),
        ([source("ED-1-T2")], {"keep": 0}, "keep must be above 0"),
    ],
)
def test_what_cannot_be_ranked_is_refused_with_task_and_reason(given, options, reason):
    with pytest.raises(SelectionError, match=reason) as refusal:
        select_sources(TARGET, given, **{"score": "h_score", **options})
    assert refusal.value.task == "ET-22-T2"
