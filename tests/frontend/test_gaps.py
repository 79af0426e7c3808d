"""The pages of the knowledge gaps: what they show, what they say when there is nothing."""

import hashlib
import json
from html import unescape

import pytest
from django.core.files.base import ContentFile

from benchmarks.models import Artifact, Result, Run, RunState
from benchmarks.selectors.gaps import gap_list
from benchmarks.selectors.headline import HOW_COUNTED, headline_results
from benchmarks.selectors.tree import taxonomy_tree_with_results
from reviewdb.reviews.models import Review
from taxonomy.models import Node

SLUGS = (
    "instance-weights",
    "feature-spaces",
    "parameters-to-tune",
    "training-set-size",
    "negative-transfer",
    "interpretation",
)
RULES = ("last", "source_validation", "target_validation")
WEIGHTS = [
    {
        "n_target": 0,
        "seed": seed,
        "records": {
            "instance_weights": {
                "weights": [0.0, 1.0, 1.0, 2.0],
                "effective_sample_size": 2.67,
                "bound": 10.0,
                "at_bound": 1,
            }
        },
    }
    for seed in (0, 1)
]
SPACES = {
    "measures": [
        {"strategy": slug, "n_target": 2, "layer": layer, "proxy_a_distance_before": 1.6,
         "proxy_a_distance_after": after, "mmd_squared_before": 0.3, "mmd_squared_after": 0.1,
         "separability_before": 0.2, "separability_after": 0.4}
        for layer in ("bottleneck", "last_features")
        for slug, after in (("source_only", 1.6), ("deep_coral", 0.4))
    ],
    "points": {}, "is_target": [False, False, True], "subject": [1, 1, 1], "has_much": [],
}  # fmt: skip
FORGETTING = {"metric": "dice", "source_before": 0.81, "source_after": 0.68, "forgetting": 0.13}


@pytest.fixture
def measured(review, settings, tmp_path) -> dict[str, Run]:
    """A run of each benchmark that fills a gap, with the files that its page needs."""
    location = {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": settings.STORAGES["default"] | location}
    runs = {name: _run(name) for name in ("frozen-depth", "few-labels", "site-shift")}
    for selection in RULES:
        _sweep(runs["frozen-depth"], selection)
        _curves(runs["few-labels"], selection)
        _verdicts(runs["site-shift"], selection)
    _files(runs["site-shift"])
    return runs


def _run(benchmark):
    return Run.objects.create(
        benchmark=benchmark, profile="quick", seeds=3, state=RunState.SUCCEEDED
    )


def _sweep(run, selection):
    _result(run, "full_fine_tuning", 2, selection, gain=0.08)
    _result(run, "frozen_first_3", 2, selection, gain=0.05)
    _result(run, "frozen_last_3", 2, selection, gain=-0.17, verdict="negative_transfer")
    _result(run, "frozen_last_9", 2, selection, gain=None, verdict="failed")


def _curves(run, selection):
    for n_target, gain in ((1, 0.2), (2, 0.1), (4, 0.01)):
        _result(run, "target_only", n_target, selection, gain=None, verdict="", node=None)
        _result(run, "l2_sp", n_target, selection, gain=gain)
        _result(run, "lp_ft", n_target, selection, gain=0.3)


def _verdicts(run, selection):
    _result(run, "l2_sp", 2, selection, gain=-0.21, verdict="negative_transfer")
    _result(run, "l2_sp", 2, selection, gain=-9.5, verdict="negative_transfer", metric="hd95")


def _result(run, strategy, n_target, selection, *, gain, verdict="gain", node="prior", **more):
    filed = Node.objects.get(path="parameter/prior-sharing") if node else None
    has_failed = verdict == "failed"
    detail = {"reason": "out of memory"} if has_failed else {"forgetting": FORGETTING}
    Result.objects.create(
        run=run, scenario="tissue", strategy=strategy, n_target=n_target, selection=selection,
        mean=None if has_failed else 0.7, low=0.65, high=0.75, node=filed, gain=gain,
        baseline="target_only" if filed else "", gain_low=gain and gain - 0.04,
        gain_high=gain and gain + 0.04, verdict=verdict, seeds=3, simulated=True,
        detail=detail if filed else {}, **{"metric": "dice", **more},
    )  # fmt: skip


def _files(run):
    files = (
        ("weights.png", "picture", "kliep", b"a picture"),
        ("records.json", "data", "kliep", json.dumps(WEIGHTS)),
        ("records.json", "data", "tradaboost", "{ damaged"),
        ("feature_spaces.json", "data", "", json.dumps(SPACES)),
        ("feature_spaces.png", "picture", "", b"a picture"),
        ("feature_spaces_last.png", "picture", "", b"a picture"),
        ("predictions.png", "picture", "l2_sp", b"a picture"),
    )
    for position, (name, kind, strategy, content) in enumerate(files):
        step = run.steps.create(
            address=str(position), position=position, kind="compare", label=name
        )
        artifact = Artifact(run=run, step=step, name=name, kind=kind, title=name)
        artifact.scenario, artifact.strategy, artifact.digest = "tissue", strategy, _digest(content)
        artifact.file.save(name, ContentFile(content))


def _digest(content):
    return hashlib.sha256(content if isinstance(content, bytes) else content.encode()).hexdigest()


def _page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_unmeasured_gaps_say_which_command_fills_them(client, review):
    for slug in SLUGS:
        html = _page(client, f"/gaps/{slug}/")
        assert "Not measured yet" in html, slug
        assert "manage.py run_benchmark" in html, slug
        assert 'href="/benchmarks/' in html, slug
        assert html.count("<h1") == 1, slug


def test_measured_gaps_label_their_numbers_simulated(client, measured):
    for slug in SLUGS:
        html = _page(client, f"/gaps/{slug}/")
        assert "Not measured yet" not in html, slug
        assert "Every number here is simulated" in html, slug
        assert 'class="badge simulated"' in html, slug


def test_gap_pages_hold_their_queries(client, measured, django_assert_max_num_queries):
    # A page asks once for the arithmetic of the runs.
    for slug, budget in (("", 8), *((f"{slug}/", 5) for slug in SLUGS)):
        with django_assert_max_num_queries(budget):
            client.get(f"/gaps/{slug}")


def test_list_gives_status_and_count_of_every_gap(client, measured):
    html = _page(client, "/gaps/")
    assert html.count("✓ measured") == 6
    assert all(f'href="/gaps/{slug}/"' in html for slug in SLUGS)
    assert 'aria-current="page">Gaps' in html
    assert "Sets of instance weights: 1 " in html


def test_list_without_measurements_names_benchmarks(client, review):
    html = _page(client, "/gaps/")
    assert html.count("not measured") == 6
    assert 'href="/benchmarks/frozen-depth/"' in html


def test_weights_show_distribution_effective_size_and_slices(client, measured):
    html = _page(client, "/gaps/instance-weights/")
    assert "<svg" in html
    assert "KLIEP" in html
    assert "67%" in html  # 2.67 of 4 slices count
    assert f"/api/v1/runs/{measured['site-shift'].pk}/artifacts/" in html


def test_damaged_record_hides_no_other(client, measured):
    html = _page(client, "/gaps/instance-weights/")
    assert "KLIEP" in html
    assert "TrAdaBoost" not in html


def test_feature_spaces_are_sorted_nearest_first_with_their_change(client, measured):
    html = _page(client, "/gaps/feature-spaces/")
    assert html.index("Deep CORAL") < html.index("Source only")
    assert "[\u22121.200]" in html
    assert "3 slices of 2 test subjects" in html
    for word in ("At the bottleneck", "At the last features before the head"):
        assert f"<h3>{word}</h3>" in html
    assert html.count('alt="Feature spaces of 2 strategies') == 2
    for measure in ("Proxy A-distance", "MMD²", "Separability"):
        assert f"<dt>{measure}</dt>" in html


def test_frozen_depth_shows_both_ends_and_failures(client, measured):
    html = _page(client, "/gaps/parameters-to-tune/")
    assert "from the input" in html
    assert "\u22120.170" in html
    assert 'class="chip failed"' in html
    assert html.count("+0.080") == 2  # full fine-tuning, seen from either end


def test_learning_curves_say_where_scratch_catches_up(client, measured):
    html = _page(client, "/gaps/training-set-size/")
    assert "from 4 on" in html
    assert "not within the measured range: still ahead at 4" in html
    assert "from scratch" in html


def test_negative_transfer_lists_losses_and_forgetting(client, measured):
    html = _page(client, "/gaps/negative-transfer/")
    assert html.index("\u22120.210") < html.index("\u22120.170")
    assert "\u22129.500" not in html  # of another metric than the main one
    assert "+0.130" in html
    assert 'href="/taxonomy/parameter/prior-sharing/"' in html


def test_reader_chooses_metric_and_rule(client, measured):
    html = _page(client, "/gaps/negative-transfer/?metric=hd95")
    assert "\u22129.500" in html
    assert "\u22120.210" not in html
    html = _page(client, "/gaps/parameters-to-tune/?selection=target_validation")
    assert "checkpoint chosen on target validation (an oracle)" in html


def test_pictures_stand_beside_their_strategy(client, measured):
    html = _page(client, "/gaps/interpretation/")
    assert "L2-SP, Deep grey matter on T1" in html


def test_unknown_gap_or_choice_is_not_found(client, review):
    for path in ("none/", "parameters-to-tune/?selection=best", "parameters-to-tune/?metric=luck"):
        assert client.get(f"/gaps/{path}").status_code == 404, path


def test_node_leads_to_the_gaps_that_lie_there(client, review):
    html = _page(client, "/taxonomy/instance/")
    assert 'href="/gaps/instance-weights/"' in html
    assert 'href="/gaps/feature-spaces/"' not in html


def test_a_comparison_counts_once_whatever_its_metrics_and_rules(client, measured):
    review = Review.objects.get()
    rows = Result.objects.exclude(verdict="")
    cells = {(r.run_id, r.strategy, r.n_target) for r in rows if r.metric == "dice"}
    assert len(cells) < rows.count()
    found = next(gap for gap in gap_list(review) if gap["id"] == "negative-transfer")
    assert found["results"] == len(cells)
    tree = {node["path"]: node for node in taxonomy_tree_with_results(review)}
    assert sum(tree["parameter"]["verdicts"].values()) == len(cells)


@pytest.mark.parametrize("missing", [RULES[:1], RULES[:2]])
def test_a_fit_without_the_primary_rule_counts_once_too(client, measured, missing):
    Result.objects.filter(selection__in=missing).delete()
    assert headline_results(Result.objects.exclude(verdict="")).count() == 11


def test_verdicts_are_counted_under_the_final_weights(client, measured):
    counted = headline_results(Result.objects.exclude(verdict=""))
    assert set(counted.values_list("selection", flat=True)) == {"last"}


def test_pages_say_which_metric_and_rule_their_verdicts_count(client, measured):
    html = _page(client, "/gaps/negative-transfer/")
    assert "Each strategy counts once per scenario" in html
    assert "with the checkpoint after the last iteration" in html
    other = _page(client, "/gaps/negative-transfer/?selection=target_validation&metric=hd95")
    assert "in HD95 (mm), with the checkpoint chosen on target validation" in other
    assert HOW_COUNTED in unescape(_page(client, "/taxonomy/"))
    assert HOW_COUNTED in unescape(_page(client, "/taxonomy/parameter/"))
