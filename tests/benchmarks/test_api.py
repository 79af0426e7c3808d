"""The contract of the benchmark endpoints."""

from pathlib import Path

import pytest
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from benchmarks.models import Result, Run
from benchmarks.running.execution import execute
from benchmarks.selectors.run_parts import artifact_json
from reviewdb.reviews.models import Review
from reviewdb.urls import api as api_urls
from taxonomy.models import ReviewTree

API = "/api/v1"
ROW = {
    "id", "run", "benchmark", "scenario", "strategy", "node", "n_target", "metric", "mean", "low",
    "high", "baseline", "gain", "gain_low", "gain_high", "gap_closed", "gap_closed_low",
    "gap_closed_high", "verdict", "withheld", "detectable", "selection", "seeds",
    "simulated", "term_effect", "term_effect_low", "term_effect_high", "term_gradient",
    "worst_site", "worst_site_people", "worst_site_mean",
}  # fmt: skip


@pytest.fixture
def measured(queued) -> Run:
    execute(queued.pk)
    queued.refresh_from_db()
    return queued


@pytest.fixture
def review(nodes) -> Review:
    tree = next(iter(nodes.values())).taxonomy
    review = Review.objects.create(slug="valverde2021", title="Transfer")
    ReviewTree.objects.create(review=review, taxonomy=tree)
    return review


def rows(api, address):
    answer = api.get(f"{API}/{address}")
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert set(body) == {"results", "next"}
    assert all("id" in row for row in body["results"])
    return body["results"]


def refusal(answer, field, status=400):
    assert answer.status_code == status
    body = answer.json()
    assert set(body) == {"message", "errors"}
    assert list(body["errors"]) == [field]
    return body["errors"][field][0]


def test_a_result_row_has_the_contracts_columns(api, measured):
    found = rows(api, "results/?page_size=200")
    assert len(found) == Result.objects.count()
    assert set(found[0]) == ROW
    coral = next(row for row in found if row["strategy"] == "deep_coral")
    assert coral["node"] == "feature/symmetric/direct"
    assert (coral["benchmark"], coral["verdict"]) == ("site-shift", "gain")
    baseline = next(row for row in found if row["strategy"] == "source_only")
    nothing = ("node", "baseline", "gain", "verdict")
    assert [baseline[name] for name in nothing] == [None] * 4


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("strategy=deep_coral", 2),
        ("node=feature", 2),
        ("node=feature/symmetric/direct", 2),
        ("node=parameter", 4),
        ("node=parameter/prior-sharing", 2),
        ("scenario=tissue&node=parameter", 2),
        ("verdict=negative_transfer", 0),
        ("metric=hd95", 0),
        ("selection=target_validation&strategy=target_only", 2),
        ("benchmark=site-shift&strategy=source_only", 2),
    ],
)
def test_results_are_filtered(api, measured, query, count):
    assert len(rows(api, f"results/?{query}")) == count


@pytest.mark.parametrize(
    ("query", "field", "choice"),
    [
        ("strategy=nope", "strategy", "deep_coral"),
        ("node=feature/nope", "node", "feature/symmetric/direct"),
        ("node=feat", "node", "feature"),
        ("benchmark=nope", "benchmark", "site-shift"),
        ("scenario=nope", "scenario", "tissue"),
        ("metric=nope", "metric", "dice"),
        ("selection=nope", "selection", "target_validation"),
        ("verdict=nope", "verdict", "negative_transfer"),
        ("run=77", "run", "no run 77"),
        ("run=x", "run", "integer"),
        ("page_size=201", "page_size", "200"),
        ("cursor=broken", "cursor", "cursor"),
    ],
)
def test_an_unknown_filter_value_is_a_400_with_the_choices(api, nodes, query, field, choice):
    assert choice in refusal(api.get(f"{API}/results/?{query}"), field)


def test_results_are_paged_to_the_end(api, measured):
    first = api.get(f"{API}/results/?page_size=4&strategy=full_fine_tuning").json()
    assert (len(first["results"]), first["next"]) == (2, None)
    seen, address = [], f"{API}/results/?page_size=3"
    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert seen == list(Result.objects.order_by("pk").values_list("pk", flat=True))


def test_results_cost_few_queries(api, measured, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        rows(api, "results/?strategy=deep_coral&scenario=tissue&page_size=200")


def test_a_run_is_requested_shown_cancelled_and_retried(signed_in, home, nodes, person):
    asked = {"benchmark": "site-shift", "profile": "smoke", "strategies": ["deep_coral"]}
    made = signed_in.post(f"{API}/runs/", asked)
    assert made.status_code == 201, made.json()
    run = made.json()
    assert (run["state"], run["reason"]) == ("queued", "waiting for a worker")
    assert run["strategies"] == ["source_only", "target_only", "joint", "oracle", "deep_coral"]
    assert run["progress"]["queue_position"] == 1
    assert Run.objects.get().requested_by == person
    assert [row["id"] for row in rows(signed_in, "runs/?state=queued")] == [run["id"]]
    gone = signed_in.post(f"{API}/runs/{run['id']}/cancel/")
    assert (gone.status_code, gone.json()["state"]) == (200, "cancelled")
    again = signed_in.post(f"{API}/runs/{run['id']}/retry/")
    assert (again.status_code, again.json()["retry_of"]) == (201, run["id"])


@pytest.mark.parametrize(
    ("wrong", "field", "choice"),
    [
        ({"benchmark": "nope"}, "benchmark", "site-shift"),
        ({"profile": "nope"}, "profile", "quick"),
        ({"strategies": ["nope"]}, "strategies", "deep_coral"),
        ({"strategies": "deep_coral"}, "strategies", "list"),
        ({"seeds": 0}, "seeds", "between"),
        ({"seeds": "many"}, "seeds", "integer"),
        ({"seeds": "2"}, "seeds", "integer"),
        ({"seeds": 2.0}, "seeds", "integer"),
        ({"seeds": True}, "seeds", "integer"),
        ({"seeds": 51}, "seeds", "between"),
        ({"strategies": []}, "strategies", "left out"),
        ({"strategies": [5]}, "strategies", "string"),
        ({"strategy": ["deep_coral"]}, "strategy", "strategies"),
    ],
)
def test_a_wrong_request_is_a_400_with_field_and_choices(signed_in, home, wrong, field, choice):
    asked = {"benchmark": "site-shift", "profile": "smoke", **wrong}
    assert choice in refusal(signed_in.post(f"{API}/runs/", asked), field)
    assert not Run.objects.exists()


@pytest.mark.parametrize("query", ["state=nope", "state=%C2%B2", "benchmark=nope", "stat=queued"])
def test_an_unknown_filter_of_runs_is_refused(api, measured, query):
    refusal(api.get(f"{API}/runs/?{query}"), query.partition("=")[0])


@pytest.mark.parametrize("run", ["²", "٣", "9" * 5000, str(2**63), "-1", "1.0"])
def test_a_run_is_named_by_a_number_in_ascii(api, measured, run):
    for address, field in (("results/", "run"), (f"runs/{measured.pk}/compare/", "with")):
        refusal(api.get(f"{API}/{address}", {field: run}), field)
    refusal(api.get(f"{API}/runs/{measured.pk}/events/", {"after": run}), "after")
    assert api.get(f"{API}/runs/{run}/").status_code == 404


def test_a_body_where_none_is_asked_for_is_refused(signed_in, queued):
    refusal(signed_in.post(f"{API}/runs/{queued.pk}/cancel/", {"reason": "late"}), "reason")
    assert Run.objects.get().cancel_requested_at is None


def test_running_needs_an_account_and_reading_does_not(api, measured):
    asked = {"benchmark": "site-shift", "profile": "smoke"}
    for address in ("runs/", f"runs/{measured.pk}/cancel/", f"runs/{measured.pk}/retry/"):
        answer = api.post(f"{API}/{address}", asked)
        assert answer.status_code == 401
        assert set(answer.json()) == {"message", "errors"}
    assert rows(api, "runs/")[0]["id"] == measured.pk


def test_a_run_tells_progress_steps_and_files(api, measured):
    run = api.get(f"{API}/runs/{measured.pk}/").json()
    assert run["progress"]["steps_done"] == run["progress"]["steps_total"] == len(run["steps"])
    assert run["provenance"] == {"device": "pretended"}
    file = api.get(run["artifacts"][0]["url"])
    assert (file.status_code, file["Content-Type"]) == (200, "image/png")
    assert b"".join(file.streaming_content) == b"not really a picture"


def _spoil_missing(path):
    path.unlink()


def _spoil_damaged(path):
    path.write_bytes(b"not really a pictura")


def _spoil_replaced(path):
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (_spoil_missing, "is no longer in storage"),
        (_spoil_damaged, "was damaged in storage"),
        (_spoil_replaced, "is no longer in storage"),
    ],
)
def test_a_lost_or_damaged_file_is_gone_in_words_and_never_served(api, measured, spoil, word):
    artifact = measured.artifacts.first()
    spoil(Path(artifact.file.path))
    answer = api.get(f"{API}/runs/{measured.pk}/artifacts/{artifact.pk}/")
    assert answer.status_code == 410
    assert set(answer.json()) == {"message", "errors"}
    assert word in answer.json()["message"]
    assert artifact_json(artifact) is None


def test_the_log_goes_on_after_an_event(api, measured):
    events = rows(api, f"runs/{measured.pk}/events/?page_size=200")
    assert events[0]["name"] == "run_started"
    after = rows(api, f"runs/{measured.pk}/events/?page_size=7&after={events[4]['id']}")
    assert after == events[5:12]
    refusal(api.get(f"{API}/runs/{measured.pk}/events/?after=x"), "after")


def test_two_runs_are_compared_by_what_differs(api, measured, django_assert_max_num_queries):
    other = repeated(measured, {"deep_coral": 0.1})
    with django_assert_max_num_queries(7):
        answer = api.get(f"{API}/runs/{measured.pk}/compare/?with={other.pk}")
    found = answer.json()
    assert (answer.status_code, found["a"], found["b"]) == (200, measured.pk, other.pk)
    assert found["settings"] == [{"name": "seeds", "a": measured.seeds, "b": 5}]
    assert found["provenance"] == [{"name": "device", "a": "pretended", "b": "cpu"}]
    assert {row["only_a"] + row["only_b"] for row in found["plan"]["steps"]} == {0}
    results = found["results"]
    assert (results["same"], results["only_a"], results["only_b"]) == (
        Result.objects.filter(run=measured).count() - 2, 0, 0,
    )  # fmt: skip
    assert {row["cell"]["strategy"] for row in results["different"]} == {"deep_coral"}
    assert results["different"][0]["difference"] == pytest.approx(0.1)
    assert results["different"][0]["overlap"] is True


def repeated(run, changes):
    """Return a copy of the run with another device, and means changed for some strategies."""
    again = Run.objects.get(pk=run.pk)
    again.pk, again.seeds, again.provenance = None, 5, {"device": "cpu"}
    again.save()
    results = list(Result.objects.filter(run=run))
    for row in results:
        row.pk, row.run, row.mean = None, again, row.mean + changes.get(row.strategy, 0.0)
    Result.objects.bulk_create(results)
    return again


def test_a_run_is_compared_with_one_that_exists(api, measured):
    address = f"{API}/runs/{measured.pk}/compare/"
    assert "no run 77" in refusal(api.get(f"{address}?with=77"), "with")
    assert "required" in refusal(api.get(address), "with")
    assert api.get(f"{API}/runs/999/compare/?with={measured.pk}").status_code == 404


@pytest.mark.parametrize("address", ["runs/999/", "runs/999/events/", "runs/x/", "reviews/x/gaps/"])
def test_an_unknown_object_in_a_path_is_a_404(api, db, address):
    answer = api.get(f"{API}/{address}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"message", "errors"}


def test_an_ended_run_cannot_be_cancelled(signed_in, measured):
    answer = signed_in.post(f"{API}/runs/{measured.pk}/cancel/")
    assert "already succeeded" in refusal(answer, "state")


def test_strategies_and_benchmarks_are_listed_by_slug(api, db):
    strategies = {row["id"]: row for row in rows(api, "strategies/")}
    assert strategies["deep_coral"]["label_setting"] == "transductive"
    assert strategies["deep_coral"]["parameters"]["trade_off"] == 1.0
    benchmark = rows(api, "benchmarks/")[0]
    assert benchmark["id"] == "site-shift"
    assert "quick" in [profile["slug"] for profile in benchmark["profiles"]]


def test_the_tree_counts_results_of_a_node_and_below(api, review, measured):
    Run.objects.filter(pk=measured.pk).update(profile="quick")
    roots = {row["id"]: row for row in rows(api, "taxonomy/")}
    assert roots["feature"]["results"] == 2
    assert roots["feature"]["verdicts"] == {"gain": 2}
    assert roots["parameter"]["results"] == 4
    assert [child["id"] for child in roots["parameter"]["children"]] == [
        "parameter/prior-sharing",
        "parameter/parameter-sharing",
    ]


def test_numbers_of_the_smoke_profile_speak_about_no_node(api, review, measured):
    assert {row["results"] for row in rows(api, "taxonomy/?review=valverde2021")} == {0}


def test_another_persons_private_review_is_not_a_choice(api, review):
    Review.objects.create(slug="secret", title="Secret", is_public=False)
    message = refusal(api.get(f"{API}/taxonomy/?review=secret"), "review")
    assert message == "'secret' is not one of: valverde2021"
    assert api.get(f"{API}/reviews/secret/gaps/").status_code == 404


def test_gaps_are_unmeasured_until_results_speak_about_them(api, review, measured):
    before = {row["id"]: row["status"] for row in rows(api, "reviews/valverde2021/gaps/")}
    assert len(before) == 6
    assert set(before.values()) == {"not measured"}
    Run.objects.filter(pk=measured.pk).update(profile="quick")
    after = {row["id"]: row["status"] for row in rows(api, "reviews/valverde2021/gaps/")}
    assert after["negative-transfer"] == "measured"
    assert after["instance-weights"] == "not measured"


def test_the_openapi_document_is_valid_and_built_without_a_warning(capsys):
    from drf_spectacular.drainage import GENERATOR_STATS

    schema = SchemaGenerator(patterns=[path("api/v1/", include((api_urls, "api")))]).get_schema(
        public=True
    )
    validate_schema(schema)
    ours = [m for kind in ("_warn_cache", "_error_cache") for m in getattr(GENERATOR_STATS, kind)]
    assert [m for m in ours if "benchmarks" in m] == []


def test_a_scenario_says_whom_it_admits_and_why_not_the_others(api):
    (benchmark,) = [row for row in rows(api, "benchmarks/") if row["slug"] == "subject-level"]
    pathology, age = (scenario["admission"] for scenario in benchmark["scenarios"])
    assert "tradaboost" in pathology["admits"]
    assert "tradaboost" not in age["admits"]
    (why,) = [e["reason"] for e in age["excluded"] if "tradaboost" in e["strategies"]]
    assert "class" in why


def test_the_schema_says_which_strategies_run_where_none_are_named(api, db):
    schema = api.get(f"{API}/schema/", headers={"Accept": "application/json"}).json()
    told = schema["components"]["schemas"]["RunRequest"]["description"]
    assert "means the benchmark's ``default_strategies``" in told
