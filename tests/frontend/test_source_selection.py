"""The page that ranks sources, and the paper's tables beside reproduced ones."""

import csv
import io

import pytest

from benchmarks.models import Result, Run
from tests.benchmarks.selection_run import selection_content, selection_run, without_score


@pytest.fixture
def storage(settings, tmp_path):
    location = {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": settings.STORAGES["default"] | location}


@pytest.fixture
def run(review, storage) -> Run:
    return selection_run()


def _page(client, path, **headers):
    response = client.get(path, **headers)
    assert response.status_code == 200
    return response.content.decode()


def test_without_a_run_the_pages_say_how_to_get_one(client, db):
    for path in ("/source-selection/", "/benchmarks/source-selection/"):
        html = _page(client, path)
        assert "manage.py run_benchmark source-selection" in html
        assert html.count("<h1") == 1
    assert client.get("/benchmarks/source-selection/tables.csv").status_code == 404


def test_pages_hold_their_queries(client, run, django_assert_max_num_queries):
    for path, budget in (
        ("/source-selection/", 2),
        ("/benchmarks/source-selection/", 7),
        ("/benchmarks/source-selection/tables.csv", 4),
    ):
        with django_assert_max_num_queries(budget):
            _page(client, path)


def test_every_source_is_shown_with_why_it_stayed_or_fell_out(client, run):
    html = _page(client, "/source-selection/?target=ET-22-T2&score=h_score")
    assert "4 of 16 sources left for ET-22-T2" in html
    assert html.index("ED-13-T2") < html.index("ED-17-T2") < html.index("NCR-13-T1")
    assert "Its modality is T1, the target&#x27;s is T2." in html
    assert "Path 1 of the paper" in html
    assert "ED-99-T2: pretrain: out of memory" in html
    assert "0.808" in html
    assert html.count('class="badge simulated"') > 16
    assert "Every number here is simulated" in html


def test_choice_is_kept_in_the_address(client, run):
    html = _page(client, "/source-selection/?target=ET-20-T1&score=otce&modality=false&roi=false")
    assert "16 of 16 sources left for ET-20-T1" in html
    assert "<option selected>ET-20-T1</option>" in html
    assert '<option value="otce" selected>' in html
    assert 'id="roi-no" name="roi" value="false" checked' in html
    assert "What fell out" not in html


def test_htmx_gets_form_and_list_alone(client, run):
    html = _page(client, "/source-selection/?target=ET-20-T1", headers={"HX-Request": "true"})
    assert html.lstrip().startswith('<form id="selection"')
    assert "<h1" not in html


@pytest.mark.parametrize(
    "query", ["target=ET-99-T2", "score=luck", "modality=maybe", "roi=1", "run=999", "run=x"]
)
def test_unknown_choice_is_not_found(client, run, query):
    assert client.get(f"/source-selection/?{query}").status_code == 404


def test_nothing_left_to_rank_is_said_beside_the_form(client, review, storage):
    sources = [f"ED-{number}-T2" for number in (13, 14, 17, 18)]
    selection_run(without_score(selection_content(), "leep", sources))
    html = _page(client, "/source-selection/?target=ET-22-T2&score=leep")
    assert "no candidate is left after the score step" in html
    assert 'id="target"' in html


def test_benchmark_page_sets_published_beside_reproduced(client, run):
    html = _page(client, "/benchmarks/source-selection/")
    assert "Tables IV and V" in html
    assert '<td class="num">0.664</td><td class="num ours">0.764' in html
    assert "reproduced, simulated" in html
    assert "There was one seed" in html
    assert "✓ yes" not in html
    assert html.count("Withheld: too few seeds: 1 of at least 5.") == 3  # one a question
    assert "ET-22-T2: no candidate is left" in html  # a score whose stability is unknown
    assert "38%" in html
    assert "a mask is empty" in html
    assert "Loss: cross-entropy. H-score: covariance inverted by pseudo inverse." in html
    assert "H-score 1%" in html
    assert 'href="/source-selection/"' in html


def test_more_seeds_need_no_warning_and_from_five_on_questions_are_answered(
    client, review, storage
):
    selection_run(selection_content(seeds=5))
    html = _page(client, "/benchmarks/source-selection/")
    assert "There was one seed" not in html
    assert html.count("✓ yes") == 2  # over all cases, and in the one case
    assert "Withheld" not in html


def test_a_question_names_the_cases_left_out_even_where_no_case_is_left(client, review, storage):
    content = selection_content(seeds=5)
    content["questions"] = [one for one in content["questions"] if one["case"] != "all"]
    asked = {"question": "Is anything left?", "case": "OTCE on ET-22-T2", "reason": "no draw"}
    content["questions_left_out"] = [asked]
    selection_run(content)
    html = _page(client, "/benchmarks/source-selection/")
    assert "<h3>Is anything left?</h3>" in html
    assert "<li>OTCE on ET-22-T2: no draw</li>" in html
    assert html.count("✓ yes") == 1  # the one case; there is no mean over cases


def test_cells_can_be_taken_out_as_csv(client, run):
    text = _page(client, "/benchmarks/source-selection/tables.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    cell = next(row for row in rows if row["row"] == "ET-22-T2 / ED-14-T1")
    assert (cell["published"], cell["reproduced"], cell["simulated"]) == ("0.664", "0.764", "True")
    assert {row["run"] for row in rows} == {str(run.pk)}


def test_papers_page_and_benchmarks_lead_here(client, review):
    assert 'href="/benchmarks/source-selection/#published"' in _page(client, "/published/li2023/")
    assert 'href="/source-selection/"' in _page(client, "/benchmarks/")


def test_pairs_of_tasks_fill_one_table_not_one_each(client, run):
    for source in ("ed-14-t1", "ed-14-t2"):
        for strategy, gain in (("target_only", None), ("frozen_encoder", 0.07)):
            _result(run, f"et-22-t2-from-{source}", strategy, gain)
    html = _page(client, f"/runs/{run.pk}/")
    assert "of 2 pairs of tasks" in html
    assert "ET-22-T2 from ED-14-T1" in html
    assert html.count("+0.070") == 2
    assert html.count("4 labelled target subjects") == 2  # a real group may have fewer than asked
    assert "Transfer gain with 95% interval" not in html  # a chart each would say nothing


def _result(run, scenario, strategy, gain):
    Result.objects.create(
        run=run, scenario=scenario, strategy=strategy, n_target=4, metric="dice", mean=0.6,
        low=0.5, high=0.7, selection="target_validation", gain=gain, gain_low=gain and 0.01,
        gain_high=gain and 0.1, verdict="gain" if gain else "", seeds=1, simulated=True,
    )  # fmt: skip


def test_real_data_have_a_page_of_their_own_on_which_nothing_is_called_simulated(client, run):
    content = selection_content() | {"simulated": False}
    real = selection_run(content, benchmark="source-selection-real")
    html = _page(client, "/benchmarks/source-selection-real/")
    assert f'href="/runs/{real.pk}/"' in html
    assert "simulated" not in html.split('id="published"')[1].split("<footer")[0]
    assert f'href="/runs/{run.pk}/"' in _page(client, "/benchmarks/source-selection/")
    assert client.get(f"/benchmarks/source-selection-real/?run={run.pk}").status_code == 404
    newest = _page(client, "/source-selection/")
    assert 'href="/benchmarks/source-selection-real/#stability"' in newest


def test_without_the_data_sets_the_form_says_what_is_missing(client, db, monkeypatch, tmp_path):
    monkeypatch.setenv("REVIEWDB_DATASETS", str(tmp_path))
    path = "/benchmarks/source-selection-real/"
    assert "run_benchmark source-selection-real" in _page(client, path)
    asked = "estimate/?profile=quick&strategies=frozen_encoder"
    said = _page(client, f"{path}{asked}")
    assert "Not possible here" in said
    assert "FeTS 2021: there is no folder" in said


def test_without_the_partitions_there_is_no_word_of_choosing_among_them(client, review, storage):
    content = selection_content()
    tables = {name: rows * ("table1" in name) for name, rows in content["tables"].items()}
    cost = {"pairs": 0, "scoring_seconds": 0.0, "tuning_seconds": 0.0, "share": None}
    content |= {"tables": tables, "stability": [], "cost": cost}
    selection_run(content, benchmark="source-selection-real")
    html = _page(client, "/benchmarks/source-selection-real/")
    assert 'id="published"' in html
    assert 'id="stability"' not in html
    assert "What choosing costs" not in html
