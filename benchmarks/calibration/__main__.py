"""`make calibration [ONLY=part]`: measure, write `docs/calibration.md` and the page's numbers."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import cast

from benchmarks.calibration.against_itself import Bank, bank_scores, compared_with_itself
from benchmarks.calibration.document import document
from benchmarks.calibration.explanations import explained
from benchmarks.calibration.intervals import (
    auc_gain_coverage,
    classification_coverage,
    crossed_coverage,
    false_claim_rates,
    gap_coverage,
    rank_coverage,
)
from benchmarks.engine.methods.weighting.known_ratio import TwoGaussians, biases
from benchmarks.findings.calibration import FILE, Calibration, WeightBias, calibration

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "calibration.md"
DESIGNS = ((5, 12), (10, 12), (10, 24))
WEIGHT_REPETITIONS = 50
EMPTY: Calibration = {
    "measured_on": "",
    "commit": "",
    "versions": {},
    "against_itself": [],
    "coverage": [],
    "weights": [],
    "weights_world": "",
    "false_claims": [],
}


def _measure_itself(found: Calibration) -> None:
    bank = Bank()
    scores = bank_scores(bank)
    found["against_itself"] = [
        compared_with_itself(scores, bank, seeds=seeds, people=people) for seeds, people in DESIGNS
    ]


def _measure_coverage(found: Calibration) -> None:
    measures = (
        crossed_coverage,
        classification_coverage,
        auc_gain_coverage,
        gap_coverage,
        rank_coverage,
    )
    found["coverage"] = [explained(row) for measure in measures for row in measure()]


def _measure_weights(found: Calibration) -> None:
    world = TwoGaussians()
    found["weights_world"] = (
        f"A source N(0, I) and a target N({world.shift}, I) in {world.dimensions} dimensions, "
        f"{world.people} samples each. Bias: estimate less truth, both of mean 1. Error: mean "
        "squared error over that of equal weights. ESS ratio: effective sample size over the true "
        "weights'."
    )
    found["weights"] = [
        cast(WeightBias, {**asdict(row), "truth": list(row.truth), "bias": list(row.bias)})
        for row in biases(world, repetitions=WEIGHT_REPETITIONS)
    ]


def _measure_claims(found: Calibration) -> None:
    found["false_claims"] = false_claim_rates()


PARTS: dict[str, Callable[[Calibration], None]] = {
    "itself": _measure_itself,
    "coverage": _measure_coverage,
    "weights": _measure_weights,
    "claims": _measure_claims,
}


def main() -> int:
    """Measure the chosen parts, write both files and return 0."""
    parser = argparse.ArgumentParser(prog="make calibration", description=__doc__)
    parser.add_argument("--only", choices=sorted(PARTS), help="ONLY=part: one part")
    only = parser.parse_args().only
    found = calibration() or EMPTY
    for name, measure in PARTS.items():
        if only in (None, name):
            sys.stderr.write(f"{name} ...\n")
            measure(found)
    write(found)
    return 0


def write(found: Calibration) -> None:
    """Write what was measured, with date, commit and versions, as data and as a document."""
    found["measured_on"] = datetime.now(tz=UTC).date().isoformat()
    found["commit"] = _commit()
    found["versions"] = {name: version(name) for name in ("numpy", "scipy", "torch")}
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    DOCUMENT.write_text(document(found), encoding="utf-8")


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return ran.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
