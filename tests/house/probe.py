"""Prints the file of each card of one kind, after all modules of its rooms were imported.

`python -m tests.house.probe strategy`, in the tree that is asked about.
"""

import json
import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages


def import_all(package: str) -> None:
    """Import every module below a package: one that needs what is gone raises."""
    room = import_module(package)
    for module in walk_packages(room.__path__, f"{package}."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def strategies() -> Mapping[str, str]:
    """Return the module of each strategy, after a plan of every benchmark was made."""
    import_all("benchmarks.plan")
    import_all("benchmarks.engine")
    from benchmarks.plan.benchmarks import BENCHMARKS
    from benchmarks.plan.build import build_plan, request_spec
    from benchmarks.plan.catalog import STRATEGIES

    for slug, card in BENCHMARKS.items():
        if not card.datasets:  # real data are nowhere here
            build_plan(request_spec(benchmark=slug, profile="smoke", strategies=["all"]))
    return {slug: card.runner.partition(":")[0] for slug, card in STRATEGIES.items()}


def readers() -> Mapping[str, str]:
    """Return the module of each data set's reader."""
    import_all("benchmarks.engine.domains")
    from benchmarks.engine.domains.real.catalog import DATASETS

    return {world: dataset.read.__module__ for world, dataset in DATASETS.items()}


def exports() -> Mapping[str, str]:
    """Return the module of each export."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewdb.settings_test")
    import_module("django").setup()
    import_all("taxonomy")
    import_all("frontend.views")
    from reviewdb.common.present import present_modules
    from taxonomy.exports.registry import MODULES

    return {module.EXPORT.what: module.__name__ for module in present_modules(MODULES)}


KINDS = {"strategy": strategies, "reader": readers, "export": exports}


def main() -> None:
    """Print one JSON object, card to file, as the last line."""
    root = Path.cwd()
    modules = KINDS[sys.argv[1]]()
    files = {card: Path(str(sys.modules[name].__file__)) for card, name in modules.items()}
    found = {card: file.relative_to(root).as_posix() for card, file in files.items()}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
