"""Every page answers to everybody, within its queries, and says what it should."""

import re

import pytest
from django.urls import reverse

from benchmarks.models import Result, Run, RunState
from reviewdb.reviews.models import Review, Study

BUDGETS = [  # pages of evidence ask once more for the arithmetic of the runs
    ("/", 34),
    ("/taxonomy/", 11),
    ("/taxonomy/feature/symmetric/direct/", 15),
    ("/taxonomy/relational/", 15),
    ("/studies/", 50),
    ("/tables/", 24),
    ("/published/", 2),
    ("/published/valverde2021/", 3),
    ("/published/li2023/", 3),
    ("/benchmarks/", 1),
    ("/benchmarks/site-shift/", 3),
    ("/benchmarks/natural-images/", 3),
    ("/runs/", 4),
    ("/runs/compare/", 1),
    ("/sign-in/", 1),
]


@pytest.mark.parametrize(("path", "budget"), BUDGETS, ids=[path for path, _ in BUDGETS])
def test_page_answers_everybody_within_its_queries(
    client, review, path, budget, django_assert_max_num_queries
):
    with django_assert_max_num_queries(budget):
        response = client.get(path)
    assert response.status_code == 200
    html = response.content.decode()
    assert html.count("<h1") == 1
    assert re.search(r"<title>[^<]+ReviewDB</title>", html)
    assert 'href="#main"' in html


def test_pages_carry_no_inline_script_and_nothing_from_elsewhere(client, measured):
    for path in ("/", "/studies/", f"/runs/{measured.pk}/", "/benchmarks/site-shift/"):
        html = client.get(path).content.decode()
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))
        assert not re.search(r'(src|href)="(https?:)?//(?!doi\.org)', html)
        assert not re.search(r"\son[a-z]+=", html)


def test_overview_gives_both_counts_and_the_differences(client, review):
    html = client.get("/").content.decode()
    assert "129" in html
    assert "141" in html
    assert "differ from a recount" in html
    assert "for 2 causes." in html
    assert html.count("<svg") >= 4  # the flow diagram and three charts


def test_without_a_review_the_overview_says_how_to_load_one(client, db):
    html = client.get("/").content.decode()
    assert "load_review valverde2021" in html


def test_private_review_is_seen_by_nobody_else(client, review):
    Review.objects.update(is_public=False)
    study = Study.objects.first()
    assert "No review is loaded" in client.get("/studies/").content.decode()
    assert client.get("/?review=valverde2021").status_code == 404
    assert client.get(reverse("frontend:study", args=[study.pk])).status_code == 404


def test_gap_is_marked_in_the_tree(client, review):
    html = client.get("/taxonomy/").content.decode()
    assert html.count("gap: no study does this") == 1
    assert html.index("Relational") < html.index("gap: no study does this")


def test_node_counts_approaches_and_studies_apart(client, review):
    html = client.get("/taxonomy/parameter/parameter-sharing/multiple-models/").content.decode()
    assert "16 approaches in 14 distinct studies" in html


def test_node_shows_results_beside_studies(client, measured):
    html = client.get("/taxonomy/parameter/parameter-sharing/one-model/").content.decode()
    assert "negative transfer" in html
    assert "\u22120.210" in html
    assert "simulated" in html
    assert f'href="/runs/{measured.pk}/"' in html
    assert "Reference 125" in html


def test_profiles_of_one_benchmark_never_share_a_table(client, measured):
    for profile, mean in (("quick", 0.82), ("standard", 0.93)):
        run = Run.objects.create(
            benchmark="site-shift", profile=profile, seeds=3, state=RunState.SUCCEEDED
        )
        row = Result.objects.filter(run=measured, strategy="full_fine_tuning", n_target=2).first()
        row.pk, row.run, row.mean = None, run, mean
        row.save()
    html = client.get("/taxonomy/parameter/prior-sharing/").content.decode()
    assert "0.820" in html
    assert "0.930" in html
    assert html.index("profile quick)") < html.index("0.820") < html.index("profile standard)")
    assert html.index("profile standard)") < html.index("0.930")


def test_study_shows_what_speaks_about_it(client, measured):
    study = Study.objects.get(key="27")
    html = client.get(f"/studies/{study.pk}/").content.decode()
    assert "Inferred" in html
    assert "Full fine-tuning" in html
    assert 'href="/taxonomy/parameter/prior-sharing/"' in html


def test_unidentified_study_is_not_given_a_title(client, review):
    study = Study.objects.get(key="25")
    html = client.get(f"/studies/{study.pk}/").content.decode()
    assert "<h1>Reference 25</h1>" in html
    assert "so it has no title yet" in html


@pytest.mark.parametrize(
    "path",
    ["/taxonomy/magic/", "/studies/999999/", "/published/none/", "/benchmarks/none/", "/runs/9/"],
)
def test_unknown_object_is_a_page_that_leads_back(client, review, path):
    response = client.get(path)
    assert response.status_code == 404
    assert 'href="/"' in response.content.decode()


def test_tables_name_the_cause_of_each_difference(client, review):
    html = client.get("/tables/").content.decode()
    assert "reference 146 counts 3 times" in html
    assert "what=strategies&amp;format=latex" in html


def test_exports_that_the_pages_link_to_answer(client, review):
    html = client.get("/tables/").content.decode()
    links = {
        link.replace("&amp;", "&") for link in re.findall(r'href="(/api/v1/exports/[^"]+)', html)
    }
    assert len(links) >= 10
    for link in links:
        assert client.get(link).status_code == 200, link


def test_a_benchmark_says_whom_a_scenario_does_not_admit_and_why(client, db):
    page = client.get("/benchmarks/subject-level/").content.decode()
    assert "Not admitted in “Age, T1”, and why" in page
    assert "An age has no classes to balance." in page


def test_what_comes_from_photographs_is_said_where_a_source_domain_would_be(client, db):
    page = client.get("/benchmarks/natural-images/").content.decode()
    assert "ImageNet, as weights of efficientnet lite0" in page
    assert "There is no source_only" in page
