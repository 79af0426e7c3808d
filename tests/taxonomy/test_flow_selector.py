from typing import Any

import pytest

from reviewdb.reviews.models import Review, SourceSearch, Study
from taxonomy.selectors.flow import review_flow
from taxonomy.services.loading import review_load

pytestmark = pytest.mark.django_db


@pytest.fixture
def bundled() -> Review:
    review_load(slug="valverde2021")
    return Review.objects.get(slug="valverde2021")


def test_the_loaded_review_has_its_flow(
    bundled: Review, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(3):
        flow = review_flow(bundled)
    main = [box for box in flow.boxes if box["column"] == "databases"]
    assert [box["count"] for box in main] == [433, 42, 391, 220, 171, 2, 169, 42]
    assert [reason["count"] for reason in main[0]["reasons"]] == [399, 34]
    assert "44 discarded" in flow.wording


def test_included_studies_are_counted_from_rows(bundled: Review) -> None:
    Study.objects.create(review=bundled, key="999")
    included = review_flow(bundled).boxes[-1]
    assert (included["count"], included["published"]) == (130, False)


def test_a_new_review_has_a_flow_without_counts() -> None:
    review = Review.objects.create(slug="new", title="New")
    SourceSearch.objects.create(review=review, source="Authors", kind="other", hits=7)
    flow = review_flow(review)
    assert {box["count"] for box in flow.boxes[:-1]} == {None}
    assert flow.wording == ""
