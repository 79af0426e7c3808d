"""A result's columns stand in one place: model, API and file follow from it."""

import csv
import io
from dataclasses import replace

import pytest

from benchmarks.api.serializers import ResultSerializer
from benchmarks.models import Result, Run, RunState
from benchmarks.plan.result_row import CELL, COLUMNS, SHOWN, WORST_SITE, ResultRow
from benchmarks.running.recording import result_row

ROW = ResultRow(
    scenario="tissue",
    strategy="deep_coral",
    n_target=0,
    metric="dice",
    mean=0.7,
    selection="source_validation",
    seeds=2,
    simulated=True,
)


def test_every_column_is_a_field_of_the_model():
    fields = {field.name for field in Result._meta.get_fields()}
    assert set(COLUMNS) <= fields
    assert fields - set(COLUMNS) == {"id", "run", "step"}


def test_a_result_is_told_from_others_by_what_the_row_calls_its_cell():
    (unique,) = Result._meta.constraints
    assert set(unique.fields) == {"run", *CELL}


def test_the_api_shows_every_column_but_the_detail_and_the_worst_site_in_the_rows_order():
    assert list(ResultSerializer().fields) == ["id", "run", "benchmark", *SHOWN, *WORST_SITE]


def test_what_the_engine_says_is_what_is_stored():
    stored = result_row({"event": "result", "row": ROW.as_json()})
    for name in set(COLUMNS) - {"node"}:
        assert getattr(stored, name) == (getattr(ROW, name) or getattr(stored, name))


@pytest.mark.django_db
def test_the_file_has_the_same_columns_as_the_api(client):
    run = Run.objects.create(
        benchmark="site-shift", profile="quick", seeds=2, state=RunState.SUCCEEDED
    )
    result = result_row({"event": "result", "row": ROW.as_json()})
    result.run = run
    result.save()
    text = client.get(f"/runs/{run.pk}/results.csv").content.decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert list(row) == ["id", "run", "benchmark", *SHOWN, *WORST_SITE]
    assert client.get("/api/v1/results/").json()["results"][0].keys() == row.keys()


@pytest.mark.django_db
def test_file_and_api_name_the_worst_site_with_its_people_and_mean(client):
    run = Run.objects.create(
        benchmark="site-shift", profile="quick", seeds=2, state=RunState.SUCCEEDED
    )
    means = {"north": (3, 0.91), "south": (5, 0.81)}
    sites = [{"site": name, "people": n, "mean": mean} for name, (n, mean) in means.items()]
    row = replace(ROW, detail={"sites": sites, "worst_site": "south"})
    result = result_row({"event": "result", "row": row.as_json()})
    result.run = run
    result.save()
    (found,) = client.get("/api/v1/results/").json()["results"]
    assert [found[name] for name in WORST_SITE] == ["south", 5, 0.81]
    text = client.get(f"/runs/{run.pk}/results.csv").content.decode()
    (line,) = csv.DictReader(io.StringIO(text))
    assert [line[name] for name in WORST_SITE] == ["south", "5", "0.81"]
