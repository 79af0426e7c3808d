"""Starting, following, cancelling and reading runs."""

import csv
import io

import pytest

from benchmarks.models import Event, Result, Run, RunState
from benchmarks.plan.verdict_rules import CROSS_VALIDATED
from frontend.presenters.log import log_lines
from frontend.presenters.results import scenario_tables


def test_run_page_sets_gain_and_negative_transfer_equally_loud(client, measured):
    html = client.get(f"/runs/{measured.pk}/").content.decode()
    assert '<span class="chip gain">' in html
    assert '<span class="chip negative_transfer">' in html
    assert "out of memory" in html
    assert html.count('class="badge simulated"') >= 8
    assert "Transfer gain with 95% interval" in html
    assert 'href="/taxonomy/parameter/prior-sharing/"' in html


def test_run_page_holds_its_queries(client, measured, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(f"/runs/{measured.pk}/")


def test_the_form_says_what_the_run_would_take(client, measured):
    asked = {"profile": "quick", "strategies": ["deep_coral"], "seeds": 1}
    html = client.get("/benchmarks/site-shift/estimate/", asked).content.decode()
    assert "not known yet" in html
    assert not client.get("/benchmarks/site-shift/estimate/").content.strip()
    assert client.get("/benchmarks/none/estimate/").status_code == 404


def test_log_is_escaped(client, measured):
    html = client.get(f"/runs/{measured.pk}/").content.decode()
    assert "&lt;b&gt;hello" in html


def test_selection_rules_are_side_by_side_or_one(client, measured):
    both = client.get(f"/runs/{measured.pk}/").content.decode()
    one = client.get(f"/runs/{measured.pk}/?selection=target_validation").content.decode()
    assert "Checkpoint after the last iteration" in both
    assert "Checkpoint chosen on target validation" in both
    assert "Checkpoint after the last iteration" not in one
    assert client.get(f"/runs/{measured.pk}/?selection=best").status_code == 404


def test_polling_goes_on_until_the_run_has_ended(client, queued):
    waiting = client.get(f"/runs/{queued.pk}/progress/?results=0")
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert "Place in the queue" in waiting.content.decode()
    assert "HX-Trigger-After-Settle" not in waiting
    Run.objects.filter(pk=queued.pk).update(state=RunState.FAILED, reason="no device")
    ended = client.get(f"/runs/{queued.pk}/progress/?results=0")
    assert "every 2s" not in ended.content.decode()
    assert "results-changed" in ended["HX-Trigger-After-Settle"]


def test_new_results_renew_the_tables(client, measured):
    Run.objects.update(state=RunState.RUNNING)
    response = client.get(f"/runs/{measured.pk}/progress/?results=3")
    assert "results-changed" in response["HX-Trigger-After-Settle"]


def test_waiting_run_without_a_worker_says_so(client, queued):
    assert "No worker is running" in client.get(f"/runs/{queued.pk}/").content.decode()


@pytest.mark.parametrize("action", ["cancel", "retry", "delete"])
def test_changing_a_run_needs_an_account_and_a_post(client, queued, action):
    path = f"/runs/{queued.pk}/{action}/"
    assert client.post(path)["Location"].startswith("/sign-in/")
    queued.refresh_from_db()
    assert queued.state == RunState.QUEUED


def test_cancel_and_then_run_again(signed_in, queued):
    assert signed_in.get(f"/runs/{queued.pk}/cancel/").status_code == 405
    signed_in.post(f"/runs/{queued.pk}/cancel/")
    queued.refresh_from_db()
    assert queued.state == RunState.CANCELLED
    response = signed_in.post(f"/runs/{queued.pk}/retry/")
    again = Run.objects.latest("pk")
    assert response["Location"] == f"/runs/{again.pk}/"
    assert again.retry_of == queued


def test_deleting_a_run_is_offered_to_who_requested_it_and_asks_once_more(signed_in, measured):
    html = signed_in.get(f"/runs/{measured.pk}/").content.decode()
    assert "This removes the run, its 10 results and its files for good." in html
    response = signed_in.post(f"/runs/{measured.pk}/delete/", follow=True)
    assert response.redirect_chain == [("/runs/", 302)]
    assert f"Run {measured.pk} is deleted" in response.content.decode()
    assert not Run.objects.exists()


def test_a_run_at_work_is_not_deleted_and_the_page_says_why(signed_in, queued):
    response = signed_in.post(f"/runs/{queued.pk}/delete/", follow=True)
    assert "cancel it first" in response.content.decode()
    assert Run.objects.exists()


@pytest.mark.parametrize("action", ["cancel", "retry", "delete"])
def test_a_stranger_sees_no_button_and_is_refused(client, django_user_model, measured, action):
    client.force_login(django_user_model.objects.create_user("eve"))
    address = f"/runs/{measured.pk}/{action}/"
    assert address not in client.get(f"/runs/{measured.pk}/").content.decode()
    assert client.post(address).status_code == 403
    assert Run.objects.get().state == RunState.SUCCEEDED


def test_retrying_a_run_that_has_not_ended_is_explained(signed_in, queued):
    response = signed_in.post(f"/runs/{queued.pk}/retry/", follow=True)
    assert "cancel it first or wait" in response.content.decode()


def test_starting_a_run_needs_an_account(client, db):
    assert "Sign in to start a run" in client.get("/benchmarks/site-shift/").content.decode()
    response = client.post("/benchmarks/site-shift/", {"profile": "quick"})
    assert response["Location"].startswith("/sign-in/")
    assert not Run.objects.exists()


def test_form_starts_the_run_that_was_asked_for(signed_in, person):
    asked = {"profile": "smoke", "strategies": ["deep_coral"], "seeds": "1"}
    response = signed_in.post("/benchmarks/site-shift/", asked)
    run = Run.objects.get()
    assert response["Location"] == f"/runs/{run.pk}/"
    assert (run.profile, run.seeds, run.requested_by) == ("smoke", 1, person)
    assert run.strategies == ["source_only", "target_only", "joint", "oracle", "deep_coral"]


@pytest.mark.parametrize(
    "asked",
    [
        {"profile": "huge", "strategies": ["deep_coral"]},
        {"profile": "smoke", "strategies": ["magic"]},
        {"profile": "smoke", "strategies": []},
        {"profile": "smoke", "strategies": ["deep_coral"], "seeds": "0"},
    ],
)
def test_impossible_request_is_refused_at_its_field(signed_in, asked):
    response = signed_in.post("/benchmarks/site-shift/", asked)
    assert response.status_code == 400
    assert "errorlist" in response.content.decode()
    assert not Run.objects.exists()


def test_results_can_be_taken_out(client, measured):
    text = client.get(f"/runs/{measured.pk}/results.csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    data = client.get(f"/runs/{measured.pk}/results.json").json()
    assert len(rows) == len(data["results"]) == 10
    assert {row["verdict"] for row in rows} >= {"gain", "negative_transfer", "failed"}
    assert data["results"][0]["simulated"] is True


def test_run_page_leads_to_its_comparison(client, measured):
    assert f'href="/runs/compare/?a={measured.pk}"' in _page(client, f"/runs/{measured.pk}/")
    assert f'<option value="{measured.pk}" selected>' in _page(
        client, f"/runs/compare/?a={measured.pk}"
    )


def test_comparison_shows_what_differs_and_counts_what_does_not(
    client, measured, django_assert_max_num_queries
):
    other = _repeated(measured)
    with django_assert_max_num_queries(5):
        html = _page(client, f"/runs/compare/?a={measured.pk}&b={other.pk}")
    assert "9 results equal, 1 different" in html
    assert "+0.200" in html
    assert "<strong>apart</strong>" in html
    assert "versions.torch" in html
    assert "versions.numpy" not in html  # equal
    assert "Every number here is simulated" in html
    assert f"/api/v1/runs/{measured.pk}/compare/?with={other.pk}" in html


def test_runs_of_another_precision_or_device_are_not_compared(client, measured):
    other = _repeated(measured)
    for run, device in ((measured, "cpu"), (other, "cuda:0")):
        about = {**run.provenance, "device": {"device": device, "precision": "bfloat16"}}
        Run.objects.filter(pk=run.pk).update(provenance=about)
    html = _page(client, f"/runs/compare/?a={measured.pk}&b={other.pk}")
    assert "Not compared." in html
    assert "computed in cpu bfloat16" in html
    assert "different" not in html.split('id="results"')[1]
    assert "versions.torch" in html  # settings and versions still are
    address = f"/runs/compare/results.csv?a={measured.pk}&b={other.pk}"
    assert client.get(address).status_code == 404


def test_numbers_of_another_precision_never_share_a_table(measured):
    results = list(Result.objects.select_related("run", "node").filter(run=measured))
    other = _repeated(measured)
    other.provenance = {"device": {"device": "cpu", "precision": "float32"}}
    other.save()
    results += list(Result.objects.select_related("run", "node").filter(run=other))
    tables = scenario_tables(results)
    assert all(len({r.run_id for r in table.results}) == 1 for table in tables)
    assert {table.arithmetic for table in tables} >= {"cpu float32"}


def test_what_differs_can_be_taken_out_as_csv(client, measured):
    other = _repeated(measured)
    text = _page(client, f"/runs/compare/results.csv?a={measured.pk}&b={other.pk}")
    row = next(csv.DictReader(io.StringIO(text)))
    assert float(row["b_mean"]) - float(row["a_mean"]) == pytest.approx(0.2)
    assert row["overlap"] == "False"
    assert client.get(f"/runs/compare/results.csv?a={measured.pk}").status_code == 404


def test_runs_that_are_equal_are_said_to_be(client, measured):
    html = _page(client, f"/runs/compare/?a={measured.pk}&b={measured.pk}")
    assert "The same." in html
    assert "10 results equal, 0 different" in html


@pytest.mark.parametrize("query", ["a=1&b=x", "a=999999&b=999998", "a=-1"])
def test_comparing_what_is_no_run_is_not_found(client, db, query):
    assert client.get(f"/runs/compare/?{query}").status_code == 404


def _page(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def _repeated(run):
    """Return a copy of the run under another torch, with one mean changed."""
    results = list(Result.objects.filter(run=run))
    again = Run.objects.get(pk=run.pk)
    again.pk, again.provenance = None, run.provenance | {"versions": {"torch": "3", "numpy": "2"}}
    again.save()
    for row in results:
        row.pk, row.run = None, again
    changed = next(row for row in results if row.mean is not None)
    for name in ("mean", "low", "high"):
        setattr(changed, name, getattr(changed, name) + 0.2)
    Result.objects.bulk_create(results)
    return again


def test_a_result_without_a_verdict_says_why_on_its_page(client, measured):
    measured.results.filter(verdict="gain").update(
        verdict="", withheld="too few seeds: 3 of at least 5"
    )
    measured.results.filter(verdict="no_difference").update(detectable=0.123)
    html = _page(client, f"/runs/{measured.pk}/")
    assert "no verdict: too few seeds: 3 of at least 5" in html
    assert "could have found" in html
    assert "+0.123" in html


def test_a_cross_validation_on_real_images_says_so_and_shows_every_person(client, measured):
    people = ["ibsr-084-16", "ibsr-094-01"]
    for result in measured.results.exclude(verdict="failed"):
        folded = {"folds": 2, "people": people, "near_copies": 1, "per_subject": [0.71, 0.83]}
        result.detail = {**result.detail, **folded}
        result.save(update_fields=["detail"])
    measured.results.update(simulated=False, verdict="", withheld=CROSS_VALIDATED)
    html = " ".join(_page(client, f"/runs/{measured.pk}/").split())
    assert "Every number here is real: measured on images of real people." in html
    assert "Every number here is simulated" not in html
    assert "cross-validated in 2 folds, so the interval is over people alone" in html
    assert "no verdict: cross-validation of a small real set" in html
    assert "Every person, 2 in 2 folds" in html
    for name in people:
        assert f'<th scope="row" class="nowrap">{name}</th>' in html
    assert "1 group of people whose images are near copies" in html


def test_the_worst_site_stands_under_the_mean_and_every_site_in_a_table(client, measured):
    sites = [
        {"site": "voxel-084", "people": 3, "mean": 0.913},
        {"site": "voxel-094", "people": 5, "mean": 0.812},
    ]
    html = " ".join(_page(client, f"/runs/{measured.pk}/").split())
    assert "Worst site" not in html
    for result in measured.results.exclude(verdict="failed"):
        result.detail = {**result.detail, "sites": sites, "worst_site": "voxel-094"}
        result.save(update_fields=["detail"])
    html = " ".join(_page(client, f"/runs/{measured.pk}/").split())
    assert "Worst site: voxel-094 (n = 5), 0.812" in html
    assert "Every site of the test people, 2" in html
    assert '<th scope="col" class="num">voxel-084 (n = 3)</th>' in html
    cells = '<td class="nowrap">voxel-094</td><td class="num">0.913</td><td class="num">0.812</td>'
    assert cells in html.replace("> <", "><")


def test_the_log_names_a_strategy_only_where_a_file_has_one():
    kept = [
        Event(name="artifact", payload={"title": "Ranks", "strategy": ""}),
        Event(name="artifact", payload={"title": "Curves", "strategy": "dann"}),
    ]
    assert [line.text for line in log_lines(kept, {})] == ["Kept: Ranks.", "Kept: Curves (dann)."]
