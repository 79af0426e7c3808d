"""`manage.py run_benchmark NAME [--profile P] [--strategy S ...] [--seeds N] [--wait]`."""

import time
from argparse import ArgumentParser
from typing import Any

from benchmarks.models import FINAL_STATES, Run, RunState
from benchmarks.plan.plans import Plan
from benchmarks.plan.precision import PRECISIONS
from benchmarks.running.execution import execute
from benchmarks.selectors import (
    has_live_worker,
    result_list,
    result_row,
    run_estimate,
    run_get,
    run_progress,
)
from benchmarks.selectors.results import ShownResult
from benchmarks.services.runs import run_cancel, run_request
from benchmarks.services.upkeep import runs_requeue_lost
from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.json_command import JsonCommand
from reviewdb.common.web.permissions import OPERATOR

POLL_SECONDS = 1.0
STRATEGIES_HELP = "repeat for more; left out: the benchmark's default strategies"
PRECISION_HELP = "auto: bfloat16 where the device computes it natively and correctly, else float32"
NO_WORKER = "no worker is running: the engine is started here"


class Command(JsonCommand):
    """Request a run; with ``--wait``, stay until it has ended."""

    help = "Run benchmark NAME; --wait with no live worker runs the engine itself."

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the benchmark and its options."""
        parser.add_argument("benchmark", metavar="NAME")
        parser.add_argument("--profile", default="quick", help="quick, standard or paper")
        parser.add_argument("--strategy", action="append", metavar="S", help=STRATEGIES_HELP)
        parser.add_argument("--seeds", type=int, metavar="N")
        parser.add_argument("--precision", choices=PRECISIONS, help=PRECISION_HELP)
        parser.add_argument("--wait", action="store_true", help="return when the run has ended")

    def run(self, **options: Any) -> JsonObject:
        """Request the run and return its id, state, reason and results."""
        run = run_request(
            benchmark=options["benchmark"],
            profile=options["profile"],
            strategies=options["strategy"],
            seeds=options["seeds"],
            precision=options["precision"],
        )
        self.progress(_cost_text(run))
        if options["wait"]:
            self._wait(run)
        elif not has_live_worker():
            self.progress("no worker is running: the run waits for one")
        run = run_get(run.pk)
        rows = [result_row(row) for row in result_list(run=run.pk)]
        return {"run": run.pk, "state": run.state, "reason": run.reason, "results": rows}

    def describe(self, result: JsonObject) -> str:
        """Return the state and one line per result, as text."""
        lines = [f"run {result['run']}: {result['state']} ({result['reason']})"]
        lines += [_result_text(row) for row in result["results"]]
        return "\n".join(lines)

    def _wait(self, run: Run) -> None:
        """Return when the run has ended; run the engine here while no worker is alive."""
        shown = ""
        while run_get(run.pk).state not in FINAL_STATES:
            if not has_live_worker():
                runs_requeue_lost()
                if run_get(run.pk).state == RunState.QUEUED:
                    self._work(run)
                    continue
            if (text := _progress_text(run_get(run.pk))) != shown:
                self.progress(text)
                shown = text
            time.sleep(POLL_SECONDS)

    def _work(self, run: Run) -> None:
        self.progress(NO_WORKER)
        shown = ""

        def show_progress() -> bool:
            nonlocal shown
            if self.stderr.isatty() and (text := _progress_text(run_get(run.pk))) != shown:
                self.progress(text)
                shown = text
            return False

        try:
            execute(run.pk, should_stop=show_progress)
        except KeyboardInterrupt:
            run_cancel(run_id=run.pk, user=OPERATOR)  # Ctrl-C here cancels the run
            raise


def _cost_text(run: Run) -> str:
    found = run_estimate(Plan.from_json(run.plan))
    before = f", {found['steps_done_before']} of them done before" * bool(
        found["steps_done_before"]
    )
    seconds = found["seconds"]
    time_needed = "time not known yet" if seconds is None else f"about {seconds / 60:.1f} minutes"
    return f"run {run.pk}: {found['steps']} steps{before}, {time_needed}"


def _progress_text(run: Run) -> str:
    now = run_progress(run)
    position = f"step {now['steps_done']} of {now['steps_total']}"
    label = f": {now['current_label']}" if now["current_label"] else ""
    seconds = now["eta_seconds"]
    left = "" if seconds is None else f", about {seconds / 60:.1f} minutes left"
    return f"run {run.pk} {now['state']}, {position}{left}{label}"


def _result_text(row: ShownResult) -> str:
    what = f"{row['scenario']}, {row['strategy']}, {row['n_target']} labelled, {row['metric']}"
    gain = "" if row["gain"] is None else f", gain {row['gain']:+.3f} ({row['verdict']})"
    mean = "failed" if row["mean"] is None else f"{row['mean']:.3f}"
    return f"  {what}: {mean}{gain} [{row['selection']}]"
