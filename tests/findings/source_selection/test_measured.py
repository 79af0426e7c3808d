"""Tables, stability and answers from measured pairs."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.findings.source_selection.measured import Pair, TaskFacts
from benchmarks.findings.source_selection.questions import answers
from benchmarks.findings.source_selection.stability import repeat, stability_row
from benchmarks.findings.source_selection.tables import (
    Design,
    candidates_by_score,
    reproduced_tables,
)
from benchmarks.plan.verdict_rules import SMOKE_RUN
from reviewdb.common.footrule import footrule_top_k
from tests.findings.source_selection.published import SIMILARITY_TO_ET, TARGETS, rows

SUBJECTS = 8


def facts(name):
    region, partition, modality = name.split("-")
    return TaskFacts(name, "FeTS", f"partition {partition}", partition, modality, region)


def pair(target, source, *, dice, scores, similarity=0.9, reasons=None):
    return Pair(
        target=facts(target),
        source=facts(source),
        dice=np.broadcast_to(np.asarray(dice, dtype=float), (1, SUBJECTS)),
        scores={name: np.atleast_2d(np.asarray(v, dtype=float)) for name, v in scores.items()},
        roi_similarity=similarity,
        reasons=reasons or {},
    )


def published_pairs():
    return [
        pair(
            row["target"],
            row["source"],
            dice=float(row["dice"]),
            scores={name: float(row[name]) for name in ("h_score", "otce")},
            similarity=SIMILARITY_TO_ET[row["source"].split("-")[0]],
        )
        for row in rows("table4_5_transferability")
    ]


def design(pairs):
    keys = tuple((one.target.name, one.source.name) for one in pairs)
    return Design(trials=(), same_dataset=(), cross_dataset=(), ranked=keys)


def test_published_cells_come_out_as_the_published_tables():
    pairs = published_pairs()
    tables, left_out = reproduced_tables(pairs, design(pairs))
    assert left_out == []
    printed = [{k: str(v) for k, v in row.items()} for row in rows("table4_5_transferability")]
    made = tables["table4_5_transferability"]
    for row, cells in zip(made, printed, strict=True):
        assert {k: float(row[k]) for k in ("dice", "h_score", "otce")} == {
            k: float(cells[k]) for k in ("dice", "h_score", "otce")
        }
    differing = [
        (row["target"], row["metric"], row["prior_knowledge"], column)
        for row, cells in zip(
            tables["table6_spearman_footrule"], rows("table6_spearman_footrule"), strict=True
        )
        for column in ("top1", "top2", "top3", "top4")
        if row[column] != int(cells[column])
    ]
    # It hangs on the order of two equal printed scores.
    assert differing == [("ET-20-T1", "OTCE", "no", "top3")]


def test_a_pair_without_a_score_is_left_out_and_named():
    pairs = published_pairs()
    first = pairs[0]
    pairs[0] = replace(
        first,
        scores={**first.scores, "otce": np.full((1, 1), np.nan)},
        reasons={"otce": "one class only"},
    )
    tables, left_out = reproduced_tables(pairs, design(pairs))
    assert len(tables["table4_5_transferability"]) == 31
    assert left_out[0]["reason"] == "one class only"
    assert left_out[0]["source"] == first.source.name


@pytest.mark.parametrize("target", TARGETS)
def test_where_nothing_varies_every_draw_is_the_table(target):
    group = [one for one in published_pairs() if one.target.name == target]
    names = [one.source.name for one in group]
    found = repeat(group, score="h_score", among=names, count=5)
    truth = {one.source.name: float(one.dice.mean()) for one in group}
    scores = {one.source.name: one.score("h_score") for one in group}
    cells = [footrule_top_k(truth, scores, k) for k in (1, 2, 3, 4)]
    assert (found.footrules == cells).all()
    assert not found.right.any()


def noisy(seed, *, informed):
    """Four sources whose Dice differs by subject; the score knows them, or knows nothing."""
    rng = np.random.default_rng(seed)
    pairs = []
    for place in range(4):
        dice = 0.5 + 0.1 * place + 0.01 * rng.normal(size=SUBJECTS)
        values = np.full(6, place) if informed else rng.normal(size=6)
        pairs.append(pair("ET-22-T2", f"ED-{place}-T2", dice=dice, scores={"h_score": values}))
    return pairs


def test_a_score_that_knows_is_always_right_and_one_that_does_not_loses_dice():
    names = [f"ED-{place}-T2" for place in range(4)]
    told = stability_row(
        noisy(0, informed=True), score="h_score", among=names, prior_knowledge=False
    )
    assert told["right_share"] == 1.0
    assert told["lost_dice"]["high"] == 0.0
    blind = stability_row(
        noisy(0, informed=False), score="h_score", among=names, prior_knowledge=False
    )
    assert blind["right_share"] < 0.7
    assert blind["lost_dice"]["mean"] > 0.03


def test_the_best_source_cannot_be_picked_once_it_fell_out():
    found = stability_row(
        noisy(0, informed=True), score="h_score", among=["ED-0-T2"], prior_knowledge=True
    )
    assert (found["right_share"], found["best_is_candidate_share"]) == (0.0, 0.0)


def test_a_source_without_a_score_is_never_picked_and_none_at_all_is_refused():
    pairs = noisy(0, informed=True)
    silent = {"h_score": np.full((1, 6), np.nan)}
    pairs[3] = replace(pairs[3], scores=silent)
    names = [one.source.name for one in pairs]
    assert not repeat(pairs, score="h_score", among=names).right.any()
    with pytest.raises(SelectionError, match="ET-22-T2: no candidate has a h_score in any draw"):
        repeat(pairs, score="h_score", among=["ED-3-T2"])


def repeated(pairs, seeds):
    """The same pairs, measured under so many seeds."""
    return [
        replace(
            one,
            dice=np.repeat(one.dice, seeds, axis=0),
            scores={name: np.repeat(values, seeds, axis=0) for name, values in one.scores.items()},
        )
        for one in pairs
    ]


def lowering(missing):
    """Six sources under five seeds: similarity knows the best four, the score nobody.

    In ``missing`` of 100 resamples of the labelled people those four have no score.
    """
    pairs = []
    for place in range(6):
        values = np.full((1, 101), float(5 - place))
        values[:, 1 : 1 + missing] = np.nan if place >= 2 else values[0, 0]
        pairs.append(
            pair(
                "ET-22-T2",
                f"{'ED' if place >= 2 else 'NCR'}-{place}-T2",
                dice=0.5 + 0.05 * place,
                scores={"h_score": values, "otce": np.full((1, 101), np.nan)},
                similarity=0.9 if place >= 2 else 0.1,
            )
        )
    return repeated(pairs, 5)


def test_a_draw_without_a_score_does_not_drop_the_whole_case():
    pairs = lowering(missing=5)
    known = candidates_by_score(pairs, "h_score", prior_knowledge=True)
    drawn = repeat(pairs, score="h_score", among=known)
    assert 900 <= drawn.has_pick.sum() < 1000
    assert np.isnan(drawn.footrules_of_all_draws[~drawn.has_pick]).all()
    told = answers(pairs, design(pairs))
    cases = {one["case"]: one for one in told.found}
    first = cases["H-score on ET-22-T2, top 1"]
    assert first["draws"] == cases["all"]["draws"] == drawn.has_pick.sum()
    assert (first["mean"], first["low"], first["high"]) == (2.0, 2.0, 2.0)  # place 6, and place 4
    assert (first["answer"], first["withheld"]) == ("yes", None)


def test_a_case_that_too_few_draws_compare_is_left_out_with_the_reason():
    pairs = lowering(missing=30)
    told = answers(pairs, design(pairs))
    assert told.found == []
    reasons = {one["case"]: one["reason"] for one in told.left_out}
    assert "of 1,000 draws, and at least 900 are needed" in reasons["H-score on ET-22-T2, top 1"]
    assert "ET-22-T2" in reasons["OTCE on ET-22-T2"]  # nothing to rank at all


def test_below_five_seeds_and_where_no_verdict_is_allowed_answers_are_withheld():
    pairs = lowering(missing=0)
    assert {one["answer"] for one in answers(pairs, design(pairs)).found} == {"yes"}
    few = [replace(one, dice=one.dice[:4], scores=_cut(one.scores)) for one in pairs]
    told = answers(few, design(few)).found
    assert {(one["answer"], one["withheld"]) for one in told} == {
        ("withheld", "too few seeds: 4 of at least 5")
    }
    told = answers(pairs, design(pairs), withheld=SMOKE_RUN).found
    assert {(one["answer"], one["withheld"]) for one in told} == {("withheld", SMOKE_RUN)}


def _cut(scores):
    return {name: values[:4] for name, values in scores.items()}


def test_answers_are_open_where_the_interval_holds_no_effect():
    rng = np.random.default_rng(1)
    dice = {
        "ED-1-T2": 0.8 + 0.01 * rng.normal(size=SUBJECTS),
        "NCR-1-T2": 0.6 + 0.01 * rng.normal(size=SUBJECTS),
        "ET-1-T1": 0.7 + 0.3 * rng.normal(size=SUBJECTS),
    }
    pairs = [
        pair(
            "ET-1-T2",
            name,
            dice=d,
            scores={"h_score": 0.0, "otce": 0.0},
            similarity=float(d.mean()),
        )
        for name, d in dice.items()
    ]
    made = Design(
        trials=(
            ("ET-1-T2", "cross-task", ("ED-1-T2", "NCR-1-T2")),
            ("ET-1-T2", "cross-modality", ("ET-1-T1",)),
        ),
        same_dataset=(("ET-1-T2", "ED-1-T2"), ("ET-1-T2", "NCR-1-T2")),
        cross_dataset=(),
        ranked=(),
    )
    # One seed gives no answer; five do.
    assert {one["answer"] for one in answers(pairs, made).found} == {"withheld"}
    told = {one["question"].split()[1]: one for one in answers(repeated(pairs, 5), made).found}
    assert told["another"]["answer"] == "open"
    assert (told["RoI"]["answer"], told["RoI"]["mean"]) == ("yes", 1.0)
