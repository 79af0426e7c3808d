"""`python -m benchmarks.speed [--only NAME]`: run the measurements and record them."""

import argparse
import sys
from collections.abc import Callable

from benchmarks.speed.first_light import measure_first_light
from benchmarks.speed.gpu import measure_gpu
from benchmarks.speed.lanes import measure_lanes
from benchmarks.speed.quick_profile import (
    measure_all_strategies,
    measure_first_start,
    measure_quick_profile,
    measure_source_selection,
)
from benchmarks.speed.report import Measurement, progress, record
from benchmarks.speed.scores import measure_scores
from benchmarks.speed.selection_cost import measure_selection_cost
from benchmarks.speed.strategies import measure_strategies
from benchmarks.speed.training import measure_training

MEASURES: dict[str, Callable[[], Measurement]] = {
    "first-light": measure_first_light,
    "quick-profile": measure_quick_profile,
    "first-start": measure_first_start,
    "all-strategies": measure_all_strategies,
    "source-selection": measure_source_selection,
    "selection-cost": measure_selection_cost,
    "training": measure_training,
    "lanes": measure_lanes,
    "scores": measure_scores,
    "strategies": measure_strategies,
    "gpu": measure_gpu,
}


def main() -> int:
    """Run the selected measurements, print and record them; return 0."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=sorted(MEASURES), help="ONLY=name: one measure")
    only = parser.parse_args().only
    for name, measure in MEASURES.items():
        if only in (None, name):
            progress(f"{name} ...")
            measurement = measure()
            path = record([measurement])
            sys.stdout.write(f"\n{measurement.title}\n\n{measurement.markdown}\n")
            for ratio in measurement.ratios:
                sys.stdout.write(f"{ratio.as_json()}\n")
    progress(f"rows in {path}; sections in docs/performance.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
