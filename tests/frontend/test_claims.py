"""Pages of claims, of calibration, of ranks; files for other tools."""

import hashlib
import json

import pytest
from django.core.files.base import ContentFile

from benchmarks.models import Artifact, Result
from benchmarks.plan.selection_rules import SELECTION_RULES
from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models import Membership
from taxonomy.models import ReportedEffect

FIELDS = {
    "better": "Fine-tuning", "worse": "Scratch", "metric": "Dice", "is_higher_better": "on",
    "better_value": "0.83", "worse_value": "0.80", "better_sd": "0.1", "worse_sd": "0.1",
    "subjects": "20",
}  # fmt: skip


@pytest.fixture
def extractor(review, person):
    Membership.objects.create(review=review, user=person, role=Role.EXTRACTOR)
    return person


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_claims_page_names_the_risk_and_what_is_missing(review, client):
    html = page(client, "/claims/")
    assert "cross-task transfer beats cross-modality transfer" in html
    assert "no standard deviation and no number of test subjects" in html
    assert "The risk can be computed for none: what it takes is not printed." in html


def test_an_effect_is_entered_shown_and_removed(extractor, review, signed_in):
    study = review.studies.get(key="30")
    address = f"/studies/{study.pk}/effects/"
    assert "Add one" in page(signed_in, address)
    assert signed_in.post(address, FIELDS).status_code == 302
    html = " ".join(page(signed_in, f"/studies/{study.pk}/").split())
    assert "under 1% to 18%" in html
    assert "20 to 177 subjects would settle this" in html
    effect = ReportedEffect.objects.get()
    assert signed_in.post(f"/effects/{effect.pk}/remove/").status_code == 302
    assert not ReportedEffect.objects.exists()


def test_a_wrong_effect_is_said_beside_its_field(extractor, review, signed_in):
    study = review.studies.get(key="30")
    answer = signed_in.post(f"/studies/{study.pk}/effects/", FIELDS | {"subjects": "1"})
    assert answer.status_code == 400
    assert "Nothing was saved" in answer.content.decode()


def test_strangers_get_no_form(review, signed_in):
    study = review.studies.get(key="30")
    assert signed_in.get(f"/studies/{study.pk}/effects/").status_code == 403
    assert "Enter or remove effects" not in page(signed_in, f"/studies/{study.pk}/")


def test_the_calibration_page_shows_what_was_measured(client, db):
    html = page(client, "/calibration/")
    assert "A strategy against itself" in html
    assert "mean and gain (crossed t)" in html


@pytest.fixture
def scored(measured):
    rows = Result.objects.filter(run=measured, n_target=2, selection=SELECTION_RULES[0])
    for number, row in enumerate(rows.order_by("strategy")):
        row.detail = {"per_subject": [0.5 + 0.1 * number, 0.6]}
        row.save()
    return measured


def test_scores_per_person_in_the_layouts_of_other_tools(scored, client):
    html = page(client, f"/runs/{scored.pk}/")
    assert f"/runs/{scored.pk}/challenger.csv?metric=dice" in html
    rows = page(client, f"/runs/{scored.pk}/challenger.csv?metric=dice").splitlines()
    assert rows[0] == "Task,TestCase,Algorithm,MetricValue"
    assert rows[1] == '"tissue, 2 labelled",case1,frozen_encoder,0.5'
    address = f"/runs/{scored.pk}/claims-reloaded.csv?scenario=tissue&n_target=2"
    rows = page(client, address).splitlines()
    assert rows[0] == "case_id,alg_frozen_encoder,alg_full_fine_tuning,alg_target_only"
    assert rows[2] == "2,0.6,0.6,0.6"
    page(client, f"/runs/{scored.pk}/challenger.csv?metric=none", status=404)
    page(client, f"/runs/{scored.pk}/claims-reloaded.csv?scenario=none", status=404)


def test_ranks_are_shown_with_intervals_and_a_warning(measured, client):
    ranks = {"dann": [1, 1, 2], "source_only": [2, 1, 2]}
    other = {"dann": [2, 1, 2], "source_only": [1, 1, 2]}
    block = {
        "scenario": "tissue", "n_target": 0, "metric": "dice", "seeds": 5, "subjects": 12,
        "resamples": 1000, "ranks": {"mean": ranks, "ranks": other, "tests": ranks},
        "reversed_pairs": [["dann", "source_only"]], "agree": False,
    }  # fmt: skip
    file = Artifact(run=measured, name="rank-intervals.json", kind="ranks", title="Ranks")
    content = json.dumps([block])
    file.digest = hashlib.sha256(content.encode()).hexdigest()
    file.file.save("rank-intervals.json", ContentFile(content))
    html = " ".join(page(client, f"/runs/{measured.pk}/").split())
    assert "1 (1 to 2)" in html
    assert "The order depends on the scheme: it is reversed for" in html


def test_a_gain_is_shown_with_gap_risk_and_what_would_settle_it(measured, client):
    row = Result.objects.get(
        run=measured, strategy="full_fine_tuning", n_target=8, selection=SELECTION_RULES[0]
    )
    row.gap_closed, row.gap_closed_low, row.gap_closed_high = 0.4, 0.1, 0.7
    row.detail = {"false_claim": 0.12, "people_needed": 57}
    row.save()
    html = " ".join(page(client, f"/runs/{measured.pk}/").split())
    assert "40% (10% to 70%)" in html
    assert "57 people would settle this" in html
