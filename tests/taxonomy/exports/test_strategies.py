import io

import pandas as pd
import pytest

from reviewdb.reviews.models import Review
from taxonomy.models import Approach

pytest.importorskip("taxonomy.exports.strategies", reason="this export was taken away")
from taxonomy.exports.strategies import EXPORT

pytestmark = pytest.mark.django_db


def test_a_latex_caption_with_special_characters_compiles(small: Review) -> None:
    latex = EXPORT.write(small, "latex").decode()
    assert r"50\% \& more" in latex
    assert r"\label{tab:small-strategies}" in latex


def test_exported_leaves_hold_every_approach(bundled: Review) -> None:
    frame = pd.read_csv(io.BytesIO(EXPORT.write(bundled, "csv")))
    leaves = frame[frame["subtype"].notna()]
    assert leaves["approaches"].sum() == Approach.objects.filter(study__review=bundled).count()
