import json
from pathlib import Path

from reviewdb.reviews.prisma.units import Included, included_by

CASE = Path(__file__).parents[1] / "data" / "prisma" / "three_reports_one_study.json"


def test_several_reports_of_one_study_are_one_study() -> None:
    case = json.loads(CASE.read_text(encoding="utf-8"))
    new = included_by((report["id"], report["study"]) for report in case["reports"])
    assert new == Included(studies=2, reports=4)
    assert new + Included(**case["previous"]) == Included(studies=7, reports=10)
