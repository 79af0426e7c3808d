"""Prints the file of each card of one kind, after all modules of its rooms were imported.

`python -m tests.house.probe strategy`, in the tree that is asked about; `--tests FILES` runs these
tests in the same process, which has imported the engine already.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages

import pytest

CARDS = "cards: "
QUICK = ("-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", "-m", "not slow")


def import_all(package: str) -> None:
    """Import every module below a package: one that needs what is gone raises."""
    room = import_module(package)
    for module in walk_packages(room.__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def plan_all() -> None:
    """Plan every benchmark with all strategies."""
    from benchmarks.plan.benchmarks import BENCHMARKS
    from benchmarks.plan.build import build_plan, request_spec

    for slug, card in BENCHMARKS.items():
        if not card.datasets:  # real data are nowhere here
            build_plan(request_spec(benchmark=slug, profile="smoke", strategies=["all"]))


def strategies() -> Mapping[str, str]:
    """Return the module of each strategy."""
    from benchmarks.plan.catalog import STRATEGIES

    return {slug: card.runner.partition(":")[0] for slug, card in STRATEGIES.items()}


def readers() -> Mapping[str, str]:
    """Return the module of each data set's reader."""
    from benchmarks.engine.domains.real.catalog import DATASETS

    return {world: dataset.read.__module__ for world, dataset in DATASETS.items()}


def exports() -> Mapping[str, str]:
    """Return the module of each export."""
    from reviewdb.common.present import present_modules
    from taxonomy.exports.registry import MODULES

    return {module.EXPORT.what: module.__name__ for module in present_modules(MODULES)}


@dataclass(frozen=True)
class Probe:
    """The packages whose modules must all import, and what says where the cards are."""

    packages: tuple[str, ...]
    modules: Callable[[], Mapping[str, str]]
    plans: bool = False


KINDS = {
    "strategy": Probe(("benchmarks.plan", "benchmarks.engine"), strategies, plans=True),
    "reader": Probe(("benchmarks.engine.domains",), readers),
    "export": Probe(("taxonomy", "frontend.views"), exports),
}


def main() -> int:
    """Print the file of each card in one line, then run the tests named, in the same process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--table", action="store_true", help="the cards alone: import no room")
    parser.add_argument("--tests", nargs="*", default=[], help="files of tests to run afterwards")
    options = parser.parse_args()
    probe = KINDS[options.kind]
    if options.kind == "export":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewdb.settings_test")
        import_module("django").setup()
    if not options.table:
        for package in probe.packages:
            import_all(package)
        if probe.plans:
            plan_all()
    _print_cards(probe.modules())
    return int(pytest.main([*QUICK, *options.tests])) if options.tests else 0


def _print_cards(modules: Mapping[str, str]) -> None:
    files = {card: find_spec(name).origin for card, name in modules.items()}
    root = Path.cwd()
    found = {card: Path(file).relative_to(root).as_posix() for card, file in files.items()}
    sys.stdout.write(f"{CARDS}{json.dumps(found)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
