"""`reviews/{slug}/claims/`: effects that people enter, and comparisons that documents print."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from benchmarks.models import Result, Run, RunState
from reviewdb.reviews.models import Change, Review
from taxonomy.models import Node, ReportedEffect

API = "/api/v1"
COLUMNS = {
    "claim", "study", "better", "worse", "metric", "published", "recounts", "false_claim_low",
    "false_claim_high", "needs", "reproduced",
}  # fmt: skip
NODE = "parameter/prior-sharing"
EFFECT = {
    "better": "Fine-tuning", "worse": "Training from scratch", "metric": "Dice",
    "better_value": 0.83, "worse_value": 0.80, "better_sd": 0.1, "worse_sd": 0.1, "subjects": 20,
    "node_path": NODE,
}  # fmt: skip


@pytest.fixture
def eve(extractor: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(extractor)
    return client


def claims(client: APIClient) -> list[dict[str, Any]]:
    answer = client.get(f"{API}/reviews/valverde2021/claims/")
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def enter(client: APIClient, review: Review, **changes: Any) -> Any:
    study = review.studies.get(key="30")
    return client.post(f"{API}/studies/{study.pk}/effects/", EFFECT | changes, format="json")


def measured(review: Review, verdict: str) -> None:
    run = Run.objects.create(
        benchmark="site-shift", profile="quick", strategies=[], seeds=5, plan={},
        state=RunState.SUCCEEDED,
    )  # fmt: skip
    Result.objects.create(
        run=run, scenario="tissue", strategy="full_fine_tuning", n_target=2, metric="dice",
        node=Node.objects.get(taxonomy=review.tree.taxonomy, path=NODE), baseline="target_only",
        selection="source_validation", mean=0.8, gain=0.1, verdict=verdict, seeds=5, simulated=True,
    )  # fmt: skip


def test_an_entered_effect_is_a_claim_on_trial(review: Review, eve: APIClient) -> None:
    assert enter(eve, review).status_code == 201
    row = claims(APIClient())[0]
    assert set(row) >= COLUMNS
    assert row["claim"] == "Fine-tuning better than Training from scratch in Dice"
    assert row["false_claim_high"] == pytest.approx(0.177, abs=0.001)
    assert (row["needs"], row["reproduced"]) == (177, None)


def test_our_verdict_stands_beside_it(review: Review, eve: APIClient) -> None:
    measured(review, "no_difference")
    enter(eve, review)
    assert claims(eve)[0]["reproduced"] == "no_difference"


def test_the_bundled_documents_comparisons_are_claims_without_a_known_risk(review: Review) -> None:
    rows = {row["claim"]: row for row in claims(APIClient())}
    assert len(rows) == 6
    row = rows["Table I, ET-T1CE: cross-task transfer beats cross-modality transfer"]
    assert (row["published"], row["recounts"], row["document"]) == (0.066, None, "li2023")
    assert row["false_claim_high"] is None
    assert "no standard deviation and no number of test subjects" in row["note"]
    loser = rows["Table I, CSF-T1: cross-task transfer beats cross-modality transfer"]
    assert loser["published"] == -0.001
    assert "do not favour" in loser["note"]


def test_an_effect_is_corrected_and_removed_and_the_log_keeps_both(
    review: Review, eve: APIClient
) -> None:
    pk = enter(eve, review).json()["id"]
    changed = eve.patch(f"{API}/effects/{pk}/", {"subjects": 40}, format="json")
    assert (changed.status_code, changed.json()["subjects"]) == (200, 40)
    assert Change.objects.latest("pk").fields == {"subjects": {"from": 20, "to": 40}}
    assert eve.delete(f"{API}/effects/{pk}/").status_code == 204
    assert Change.objects.latest("pk").fields["better"] == {"from": "Fine-tuning", "to": None}
    assert not ReportedEffect.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("subjects", 1), ("better_sd", -0.1), ("better", ""), ("node_path", "no/such"), ("size", 3)],
)
def test_a_wrong_field_is_refused_by_name(
    review: Review, eve: APIClient, field: str, value: Any
) -> None:
    answer = enter(eve, review, **{field: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_an_effect_needs_both_values_and_names(review: Review, eve: APIClient) -> None:
    study = review.studies.get(key="30")
    answer = eve.post(f"{API}/studies/{study.pk}/effects/", {"better": "A"}, format="json")
    assert set(answer.json()["errors"]) == {"worse", "metric", "better_value", "worse_value"}


def test_only_those_who_classify_enter_effects(review: Review) -> None:
    assert enter(APIClient(), review).status_code in (401, 403)


def test_a_private_reviews_claims_do_not_exist_for_others(review: Review, eve: APIClient) -> None:
    enter(eve, review)
    Review.objects.update(is_public=False)
    assert APIClient().get(f"{API}/reviews/valverde2021/claims/").status_code == 404
    pk = ReportedEffect.objects.get().pk
    assert APIClient().get(f"{API}/effects/{pk}/").status_code == 404
