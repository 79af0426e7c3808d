import io
import json

import pandas as pd
import pytest

from reviewdb.reviews.models import Review

pytest.importorskip("taxonomy.exports.flow", reason="this export was taken away")
from taxonomy.exports.flow import EXPORT

pytestmark = pytest.mark.django_db


def test_flow_rows_name_each_reason_below_its_box(bundled: Review) -> None:
    frame = pd.read_csv(io.BytesIO(EXPORT.write(bundled, "csv")))
    sources = frame[(frame["box"] == "records_identified") & (frame["column"] == "databases")]
    assert sources["count"].tolist() == [433, 399, 34]
    assert sources["reason"].tolist()[1:] == ["Scopus", "Springer (MICCAI 2020)"]


def test_the_last_box_counts_the_studies(bundled: Review) -> None:
    flow = json.loads(EXPORT.write(bundled, "json"))
    assert flow["boxes"][-1]["count"] == bundled.studies.count()
