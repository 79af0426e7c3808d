"""The search of rate and strength: the same six trials for every strategy, and its records.

A record is written by `python -m benchmarks.engine tune` and kept in ``catalog/searches``. The
trials are scored on development sites and people that no scenario reports
(`benchmarks.plan.benchmarks.development`). Runs never search: they use what the record says. A
strategy without a term has fewer different trials, never more. The budget is not searched; its rule
is the same for everybody (`benchmarks.plan.plateau`).
"""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from benchmarks.plan.steps.step import ENGINE_REVISION, Json

FOLDER = Path(__file__).parent / "catalog" / "searches"


@dataclass(frozen=True)
class Trial:
    """Factors of the profile's learning rate and of the term's weight as the card has it."""

    rate: float
    strength: float


TRIALS = (
    Trial(1.0, 1.0),
    Trial(0.3, 1.0),
    Trial(3.0, 1.0),
    Trial(1.0, 0.1),
    Trial(1.0, 10.0),
    Trial(1.0, 100.0),
)
"""One factor at a time, the written values first: of equal scores the first wins."""


@dataclass(frozen=True)
class Tried:
    """One trial and its mean score over transfers, seeds and people; None, with why, if failed."""

    rate: float
    strength: float
    score: float | None
    reason: str = ""


@dataclass(frozen=True)
class Search:
    """A finished search: what was tried on what, with which scores."""

    strategy: str
    profile: str
    transfers: tuple[str, ...]
    seeds: int
    n_target: int
    metric: str
    engine_revision: int
    strategy_revision: int
    tried: tuple[Tried, ...]

    @property
    def best(self) -> Tried:
        """Return the trial with the highest score, the first of equals; the first if all failed."""
        scored = [trial for trial in self.tried if trial.score is not None]
        return max(scored, key=lambda trial: trial.score or 0.0) if scored else self.tried[0]

    @property
    def rate(self) -> float:
        """Return the chosen factor of the profile's learning rate."""
        return self.best.rate

    @property
    def strength(self) -> float:
        """Return the chosen factor of the term's weight."""
        return self.best.strength

    def sentence(self, strategy_revision: int) -> str:
        """Return in one or two sentences what was searched and chosen, and whether it is stale."""
        seeds = f"{self.seeds} seed" + "s" * (self.seeds > 1)
        found = (
            f"Of {len(self.tried)} trials on development sites ({', '.join(self.transfers)}; "
            f"profile {self.profile}, {seeds}, {self.n_target} labelled) the best had "
            f"{self.rate:g} times the profile's rate"
        )
        if len({trial.strength for trial in self.tried}) > 1:
            found += f" and {self.strength:g} times the written strength"
        now = (ENGINE_REVISION, strategy_revision)
        is_stale = (self.engine_revision, self.strategy_revision) != now
        return found + ("; searched with an earlier version of the code." if is_stale else ".")

    def as_json(self) -> dict[str, Json]:
        """Return the record's content."""
        return {**asdict(self), "chosen": {"rate": self.rate, "strength": self.strength}}


def trials_of(*, has_term: bool) -> tuple[Trial, ...]:
    """Return the trials that differ for a strategy: without a term its strength says nothing."""
    return TRIALS if has_term else tuple(trial for trial in TRIALS if trial.strength == 1.0)


@cache
def search_of(slug: str) -> Search | None:
    """Return the record of a strategy's search, None without one."""
    path = FOLDER / f"{slug}.json"
    if not path.is_file():
        return None
    content = json.loads(path.read_text("utf-8"))
    content.pop("chosen")
    content["transfers"] = tuple(content["transfers"])
    content["tried"] = tuple(Tried(**trial) for trial in content["tried"])
    return Search(**content)


def write_search(search: Search, folder: Path = FOLDER) -> Path:
    """Write the record of a search; return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{search.strategy}.json"
    path.write_text(json.dumps(search.as_json(), indent=2) + "\n", encoding="utf-8")
    return path
