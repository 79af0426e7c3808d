import io
from typing import Any

import pandas as pd
import pytest

from reviewdb.reviews.models import Review

pytest.importorskip("taxonomy.exports.studies", reason="this export was taken away")
from taxonomy.exports.studies import EXPORT, study_rows

pytestmark = pytest.mark.django_db


def test_a_study_is_one_row_with_all_its_approaches_and_tags(small: Review) -> None:
    assert study_rows(small)[0]["approaches"] == ["feature: MMD", "feature: CORAL"]
    assert study_rows(small)[0]["nodes"] == ["feature"]
    frame = pd.read_csv(io.BytesIO(EXPORT.write(small, "csv")))
    assert frame["title"].tolist() == ["'=SUM(A1)"]
    assert frame["tags"].tolist() == ["key paper"]


def test_the_number_of_queries_does_not_grow_with_the_studies(
    bundled: Review, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(5):
        study_rows(bundled)


def test_every_study_has_a_row(bundled: Review) -> None:
    studies = pd.read_csv(io.BytesIO(EXPORT.write(bundled, "csv")))
    assert len(studies) == bundled.studies.count()
