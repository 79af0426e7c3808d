"""The engine's command line: `python -m benchmarks.engine run PLAN.json --out DIR`."""

import argparse
import json
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from benchmarks.findings.source_selection.errors import SelectionError
from benchmarks.findings.source_selection.framework import KEEP
from benchmarks.plan.benchmarks.development import DEVELOPMENT
from benchmarks.plan.catalog import CARDS, strategy_card
from benchmarks.plan.errors import PlanError, named
from benchmarks.plan.events import Emit, LogWritten, Refused
from benchmarks.plan.here import plan_here
from benchmarks.plan.plans import Plan
from benchmarks.plan.precision import PRECISIONS
from benchmarks.plan.profiles import PROFILES
from benchmarks.plan.searches import FOLDER, write_search
from reviewdb.common.machine_faults import machine_fault
from reviewdb.common.processes import end_with

if TYPE_CHECKING:  # torch and nibabel are slow to import
    from benchmarks.engine.domains.real.describe import DatasetCheck

EVERY = "every"
LANE_DIED = 4  # neither 0, done, nor 1, refused: trying again may help
MACHINE_FAILED = 5  # a full disk or similar: trying again helps only after it is repaired


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status: 0 done, 1 refused, 4 where a process died, 5 the machine failed."""
    options = _parser().parse_args(arguments)
    status: int = options.command(options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run a plan; progress as JSON lines")
    run.add_argument("plan", type=Path)
    run.add_argument("--out", type=Path, required=True, help="store of finished steps")
    run.add_argument("--device", help="auto, cpu or cuda:N; default REVIEWDB_DEVICE")
    run.add_argument(
        "--lanes", type=_positive, metavar="N", help="steps at once; default: a CPU core each, to 4"
    )
    run.add_argument(
        "--follow-parent",
        type=int,
        nargs="?",
        const=0,
        metavar="PID",
        help="end when the parent does; its PID shows that it has not ended already",
    )
    run.set_defaults(command=_run)

    plan = commands.add_parser("plan", help="print a plan")
    plan.add_argument("benchmark")
    plan.add_argument("--profile", default="quick")
    default_words = "repeat for more; left out: the benchmark's default strategies"
    plan.add_argument(
        "--strategy", action="append", dest="strategies", metavar="S", help=default_words
    )
    plan.add_argument("--seeds", type=int)
    plan.add_argument("--precision", choices=PRECISIONS)
    plan.set_defaults(command=_plan)

    strategies = commands.add_parser("strategies", help="list the strategies")
    strategies.add_argument("--json", action="store_true")
    strategies.set_defaults(command=_strategies)

    datasets = commands.add_parser("datasets", help="list the data that domains can come from")
    datasets.set_defaults(command=_datasets)

    doctor = commands.add_parser("doctor", help="say what device, versions and data there are")
    reading = doctor.add_mutually_exclusive_group()
    reading.add_argument(
        "--check",
        metavar="DATASET",
        nargs="?",
        const=EVERY,
        help="read every volume of a data set, or of every one here",
    )
    reading.add_argument(
        "--skip-bad", metavar="DATASET", help="the same, and list what is bad in its skip.txt"
    )
    doctor.set_defaults(command=_doctor)
    _add_select(commands)
    _add_tune(commands)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def _add_select(commands: Any) -> None:
    select = commands.add_parser("select", help="rank source tasks for a target of your own")
    select.add_argument("tasks", type=Path, help="JSON file; see docs/source-selection.md")
    select.add_argument("--score", default="h_score")
    select.add_argument("--no-modality", action="store_true", help="leave modality analysis out")
    select.add_argument("--no-roi", action="store_true", help="leave RoI analysis out")
    select.add_argument("--keep", type=float, default=KEEP, help="share of regions that stay")
    select.add_argument("--json", action="store_true")
    select.set_defaults(command=_select)


def _add_tune(commands: Any) -> None:
    tune = commands.add_parser(
        "tune", help="search a strategy's rate and strength on development sites, once"
    )
    tune.add_argument("strategies", nargs="+", metavar="STRATEGY")
    tune.add_argument("--out", type=Path, required=True, help="store; finished trials are kept")
    tune.add_argument("--profile", default="quick")
    tune.add_argument("--seeds", type=_positive, default=1)
    tune.add_argument("--transfer", action="append", dest="transfers", metavar="T")
    tune.add_argument("--records", type=Path, help="folder of the record; default: the catalog's")
    tune.add_argument("--device", help="auto, cpu or cuda:N; default REVIEWDB_DEVICE")
    tune.add_argument("--lanes", type=_positive, default=1, metavar="N")
    tune.set_defaults(command=_tune)


def _tune(options: argparse.Namespace) -> int:
    from benchmarks.engine.errors import EngineError
    from benchmarks.engine.running.device import choose_compute
    from benchmarks.engine.running.events import line_writer
    from benchmarks.engine.tuning.search import search

    emit = line_writer()
    try:
        cards = [strategy_card(slug) for slug in options.strategies]
        profile = named(PROFILES, options.profile, "profile")
        scenarios = [named(DEVELOPMENT, t, "transfer") for t in options.transfers or ()]
        for card in cards:
            found = search(
                card,
                scenarios or DEVELOPMENT,
                profile,
                seeds=options.seeds,
                out=options.out,
                compute=choose_compute(options.device),
                emit=emit,
                lanes=options.lanes,
            )
            path = write_search(found, options.records or FOLDER)
            chosen = f"rate x {found.rate:g}, strength x {found.strength:g}"
            LogWritten(level="info", message=f"{card.slug}: {chosen}; see {path.name}").emit(emit)
    except (PlanError, EngineError) as error:
        Refused(message=str(error)).emit(emit)
        return 1
    return 0


def _run(options: argparse.Namespace) -> int:
    if options.follow_parent is not None:
        end_with(options.follow_parent or os.getppid())
    # Imported here: torch takes seconds, and listing strategies does not need it.
    from benchmarks.engine.errors import EngineError, MachineFaultError
    from benchmarks.engine.running.device import choose_compute
    from benchmarks.engine.running.events import line_writer
    from benchmarks.engine.running.lanes import lanes_for
    from benchmarks.engine.running.run import run_plan

    emit = line_writer()
    try:
        plan = Plan.from_json(json.loads(options.plan.read_text("utf-8")))
        compute = choose_compute(options.device, plan.precision)
        run_plan(plan, options.out, compute, emit, lanes=options.lanes or lanes_for(compute))
    except BrokenProcessPool as error:
        text = f"a lane of the run died, for want of memory? {error}"
        LogWritten(level="error", message=text).emit(emit)
        return LANE_DIED
    except MachineFaultError as error:
        Refused(message=str(error)).emit(emit)
        return MACHINE_FAILED
    except (OSError, MemoryError) as error:
        return _after(error, options.out, emit)
    except (ValueError, KeyError, EngineError) as error:
        Refused(message=f"{type(error).__name__}: {error}").emit(emit)
        return 1
    return 0


def _after(error: Exception, out: Path, emit: Emit) -> int:
    """Emit an error of the system; return the engine's exit status."""
    fault = machine_fault(error, out)
    Refused(message=fault or f"{type(error).__name__}: {error}").emit(emit)
    return MACHINE_FAILED if fault else 1


def _plan(options: argparse.Namespace) -> int:
    try:
        plan = plan_here(
            benchmark=options.benchmark,
            profile=options.profile,
            strategies=options.strategies,
            seeds=options.seeds,
            precision=options.precision,
        )
    except PlanError as error:
        sys.stderr.write(f"{error.field}: {error.message}\n")
        return 1
    _print(plan.as_json())
    return 0


def _strategies(options: argparse.Namespace) -> int:
    rows = [
        {
            "slug": card.slug,
            "name": card.name,
            "node": card.node,
            "reads": list(card.reads),
            "paper": card.paper,
            "references": list(card.references),
        }
        for card in CARDS
    ]
    if options.json:
        _print(rows)
    else:
        lines = [f"{row['slug']:<20} {row['node'] or 'baseline':<42} {row['name']}" for row in rows]
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _datasets(options: argparse.Namespace) -> int:
    from benchmarks.engine.domains.describe import describe_worlds

    _print(describe_worlds())
    return 0


def _select(options: argparse.Namespace) -> int:
    from benchmarks.engine.source_selection.select import select_from_file, selection_lines
    from benchmarks.engine.source_selection.task_files import TaskFileError

    try:
        selection = select_from_file(
            options.tasks,
            score=options.score,
            by_modality=not options.no_modality,
            by_roi=not options.no_roi,
            keep=options.keep,
        )
    except (TaskFileError, SelectionError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.json:
        _print(selection.as_json())
    else:
        sys.stdout.write("\n".join(selection_lines(selection)) + "\n")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    if options.check or options.skip_bad:
        return _check_data(options.check or options.skip_bad, is_skipping=bool(options.skip_bad))
    from benchmarks.engine.domains.describe import describe_worlds
    from benchmarks.engine.errors import EngineError
    from benchmarks.engine.running.device import available_devices, choose_compute, provenance
    from benchmarks.engine.running.lanes import lanes_for

    try:
        compute = choose_compute()
        report = {**provenance(compute, lanes_for(compute)), "devices": available_devices()}
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _print({**report, "data": describe_worlds()})
    return 0


def _check_data(world: str, *, is_skipping: bool) -> int:
    """Print all problems of the data sets; return 1 where there are any, else 0."""
    from benchmarks.engine.domains.real.describe import worlds_here

    try:
        worlds = worlds_here() if world == EVERY else [world]
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    reports = [_report(name, is_skipping=is_skipping) for name in worlds]
    found = [report for report in reports if report is not None]
    if found or world == EVERY:
        _print(found if world == EVERY else found[0])
    kind: Literal["unskippable", "problems"] = "unskippable" if is_skipping else "problems"
    is_sound = all(report["found"] and not report[kind] for report in found)
    return 0 if is_sound and len(found) == len(reports) else 1


def _report(world: str, *, is_skipping: bool) -> "DatasetCheck | None":
    """Return a data set's report, or None, with a message, where it is not on this machine."""
    from benchmarks.engine.domains import DomainError
    from benchmarks.engine.domains.real.describe import check_dataset

    def on_progress(done: int, total: int, subject: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done}/{total} {subject:<40}" + ("\n" if done == total else ""))

    try:
        return check_dataset(world, on_progress, is_skipping=is_skipping)
    except (DomainError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return None


def _print(content: object) -> None:
    sys.stdout.write(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
