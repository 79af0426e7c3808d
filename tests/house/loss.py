"""What the loss of one file costs: in a copy of the tree, one card and nothing else.

`python -m tests.house.loss` takes away each strategy, reader and export in turn; `--drawn 3` some.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.house.probe import CARDS

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 600
BASELINES = frozenset({"source_only", "target_only", "joint", "oracle"})
"""Strategies under no node: every other is measured from them, so none of them may go."""


@dataclass(frozen=True)
class Kind:
    """Files that hold a card each, and the quick tests of their room."""

    name: str
    tests: tuple[str, ...]


KINDS = (
    Kind("strategy", ("tests/plan", "tests/engine/strategies")),
    Kind("reader", ("tests/engine/real",)),
    Kind("export", ("tests/taxonomy/exports",)),
)


@dataclass(frozen=True)
class Loss:
    """A file to take away, and the file of each card of its kind before."""

    kind: Kind
    path: str
    before: Mapping[str, str]


def losses(kinds: Sequence[Kind] = KINDS) -> list[Loss]:
    """Return every file of these kinds that may be taken away."""
    tables = [(kind, _cards_of(_probe(kind, ROOT, "--table"))) for kind in kinds]
    return [
        Loss(kind, path, cards)
        for kind, cards in tables
        for path in sorted(set(cards.values()))
        if Path(path).stem not in BASELINES
    ]


def fault_of(loss: Loss) -> str:
    """Return what broke when the file was gone, or nothing."""
    own = sorted(card for card, file in loss.before.items() if file == loss.path)
    with _copy() as tree:
        (tree / loss.path).unlink()
        done = _probe(loss.kind, tree, "--tests", *_quick_tests(loss, own, tree))
    try:
        after = _cards_of(done)
    except ValueError as error:
        return f"{loss.path}: {error}"
    gone = sorted(set(loss.before) - set(after))
    if gone != own or set(after) - set(loss.before):
        return f"{loss.path}: its cards are {own}, but {gone} went"
    return f"{loss.path}: tests failed\n{done.stdout[-3000:]}" if done.returncode else ""


@contextmanager
def _copy() -> Iterator[Path]:
    """Yield a copy of the tracked and new files, which share this environment.

    What Python compiled of them comes along: times and sizes stay, so that it is still valid.
    """
    listing = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    names = [name for name in listing.split("\0") if name and (ROOT / name).is_file()]
    caches = {(ROOT / name).parent / "__pycache__" for name in names if name.endswith(".py")}
    compiled = [file.relative_to(ROOT) for cache in caches for file in cache.glob("*.pyc")]
    with tempfile.TemporaryDirectory(prefix="reviewdb-loss-") as folder:
        tree = Path(folder) / "tree"
        for name in (*names, *compiled):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # another worker has just compiled it anew
                shutil.copy2(ROOT / name, tree / name)
        yield tree


def _quick_tests(loss: Loss, cards: Sequence[str], tree: Path) -> list[str]:
    """Return the files of the room's tests. Those that are about the strategy go with it.

    Tests about one reader or export are marked so, and skip themselves.
    """
    names = {Path(loss.path).stem, *cards} if loss.kind.name == "strategy" else set()
    about = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names) or "(?!)")
    files = sorted(file for room in loss.kind.tests for file in (tree / room).rglob("test_*.py"))
    return [str(file.relative_to(tree)) for file in files if not about.search(file.read_text())]


def _probe(kind: Kind, tree: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.house.probe", kind.name, *arguments],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1"},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )


def _cards_of(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the file of each card, which a probe prints; ValueError where it did not get there."""
    for line in done.stdout.splitlines():
        if line.startswith(CARDS):
            cards: dict[str, str] = json.loads(line.removeprefix(CARDS))
            return cards
    raise ValueError(f"no cards\n{done.stdout[-3000:]}")


def main() -> int:
    """Return 0 where each file took its card along and nothing else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drawn", type=int, help="so many files, drawn, in place of all")
    parser.add_argument("--seed", type=int, default=None, help="of the draw")
    options = parser.parse_args()
    chosen = losses()
    if options.drawn:
        chosen = random.Random(options.seed).sample(chosen, options.drawn)  # noqa: S311 - a draw, no secret
    faults = 0
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for loss, fault in zip(chosen, workers.map(fault_of, chosen), strict=True):
            faults += bool(fault)
            sys.stdout.write(f"FAILED {fault}\n" if fault else f"ok {loss.path}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(chosen)} files taken away in turn, {faults} broke something else\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
