"""An engine in seconds: speaks the real engine's lines, keeps finished steps, dies when told to.

Behaviour comes from the environment: FAKE_STEP_SECONDS, FAKE_DIE_AT (kill -9 itself before that
step, FAKE_DEATHS times), FAKE_FAIL_AT, FAKE_REFUSE, FAKE_MACHINE_FAULT (after the last step),
FAKE_STUBBORN (ignores SIGTERM and has a child that does), FAKE_SILENT (says nothing for that long
first).
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

SLEEPER = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(120)"


def say(event, **payload):
    sys.stdout.write(json.dumps({"event": event, **payload}) + "\n")
    sys.stdout.flush()


def follow(parent):
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(3)


def number(name, default=-1):
    return float(os.environ.get(name, default))


def die_if_told(store, position):
    if position != number("FAKE_DIE_AT"):
        return
    deaths = store / "deaths"
    count = int(deaths.read_text()) if deaths.exists() else 0
    if count < number("FAKE_DEATHS", 1):
        deaths.write_text(str(count + 1))
        os.kill(os.getpid(), signal.SIGKILL)


def be_stubborn(store):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", SLEEPER])
    (store / "pids").write_text(f"{os.getpid()} {child.pid}")


def rows(step, verdict):
    fields = step["fields"]
    for cell in fields["cells"]:
        is_baseline = cell["baseline"] is None
        gain = {} if is_baseline else {"gain": 0.1, "gain_low": 0.05, "gain_high": 0.15}
        yield {
            "scenario": fields["scenario"], "strategy": fields["strategy"],
            "node": fields["node"], "n_target": cell["n_target"], "metric": "dice",
            "mean": 0.7, "low": 0.6, "high": 0.8, "baseline": cell["baseline"],
            "gain": None, "gain_low": None, "gain_high": None, **gain,
            "verdict": None if is_baseline else verdict, "selection": "target_validation",
            "seeds": fields["seeds"], "simulated": True, "detail": {"p_value": float("nan")},
        }  # fmt: skip


def compute(step, store, compared):
    time.sleep(number("FAKE_STEP_SECONDS", 0))
    say("step_progress", address=step["address"], done=1, total=2, message="half", eta_seconds=0)
    with (store / "computed").open("a") as file:
        file.write(step["address"] + "\n")
    (store / step["address"]).write_text("done")


def tell_results(step, store, compared):
    if step["kind"] == "compare":
        compared.append(step)
        for row in rows(step, None):
            say("result", address=step["address"], row=row)
        picture = store / f"{step['address'][:8]}.png"
        picture.write_bytes(b"not really a picture")
        digest = hashlib.sha256(picture.read_bytes()).hexdigest()
        say(
            "artifact", address=step["address"], name="cases.png", kind="picture", title="Cases",
            scenario=step["fields"]["scenario"], strategy=step["fields"]["strategy"],
            path=str(picture), digest=digest,
        )  # fmt: skip
    elif step["kind"] == "conclude":
        for earlier in compared:
            for row in rows(earlier, "gain"):
                say("result", address=earlier["address"], row=row)
        compared.clear()


def run(plan, store):
    store.mkdir(parents=True, exist_ok=True)
    if "--follow-parent" in sys.argv:
        parent = int(sys.argv[sys.argv.index("--follow-parent") + 1])
        threading.Thread(target=follow, args=[parent], daemon=True).start()
    if "FAKE_REFUSE" in os.environ:
        say("error", message="no CUDA device here; there is: cpu")
        return 1
    if "FAKE_STUBBORN" in os.environ:
        be_stubborn(store)
    time.sleep(max(0.0, number("FAKE_SILENT", 0)))
    compared, failed = [], 0
    say("run_started", steps=len(plan["steps"]), provenance={"device": "pretended"})
    sys.stdout.write("a line that is no JSON\n")
    for position, step in enumerate(plan["steps"]):
        address = step["address"]
        say("step_started", address=address, kind=step["kind"], label="", position=position)
        die_if_told(store, position)
        if position == number("FAKE_FAIL_AT"):
            failed += 1
            say("step_failed", address=address, error="out of memory")
            continue
        is_reused = (store / address).exists()
        if not is_reused:
            compute(step, store, compared)
        tell_results(step, store, compared)
        say("step_finished", address=address, wall_seconds=0.5, reused=is_reused)
    if fault := os.environ.get("FAKE_MACHINE_FAULT"):
        say("error", message=fault)
        return 5
    say("run_finished", wall_seconds=1.0, failed=failed)
    return 0


if __name__ == "__main__":
    out = Path(sys.argv[sys.argv.index("--out") + 1])
    sys.exit(run(json.loads(Path(sys.argv[2]).read_text()), out))
