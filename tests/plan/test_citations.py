"""A card cites the review's studies of its own technique: what the review says about each."""

import csv
from pathlib import Path

from benchmarks.plan.catalog import CARDS

ROWS = Path(__file__).parents[2] / "taxonomy/data/valverde2021/approaches.csv"
DIRECT = "feature/symmetric/direct"
TECHNIQUES = {
    "deep_coral": "covariance",
    "canonical_correlation": "correlation",
    "average_likelihood": "average likelihood",
    "mmd": "maximum mean discrepancy",
    "sliced_wasserstein": "Wasserstein distance",
    "paired_consistency": "Euclidean distance",
    "mutual_information": "mutual information",
}
"""What the review says of direct approaches (section 4.3.2), by the card that realises it."""


def test_a_direct_strategy_cites_the_studies_of_its_technique_and_no_others():
    with ROWS.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["subsubtype"] == "direct"]
    for card in CARDS:
        if card.node == DIRECT and card.slug in TECHNIQUES:
            wanted = [row["ref"] for row in rows if row["technique"] == TECHNIQUES[card.slug]]
            assert sorted(card.references) == sorted(wanted), card.slug
