"""The mean of each site of the test people, and the worst site in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.models import Result
from benchmarks.plan import result_row
from frontend.presenters.words import number


@dataclass(frozen=True)
class SiteRow:
    """One strategy at a number of labelled people: its mean at each site, and the worst site."""

    name: str
    means: list[float | None]
    worst: str


@dataclass(frozen=True)
class SiteTable:
    """The mean of each site; a column is a site with the number of its people."""

    columns: list[str]
    rows: list[SiteRow]


def worst_site(result: Result) -> str:
    """Return the worst site with its people and mean; empty where none is named."""
    worst = result_row.worst_site(result.detail)
    return f"{worst['site']} (n = {worst['people']}), {number(worst['mean'])}" if worst else ""


def site_table(results: Sequence[Result], names: Mapping[str, str]) -> SiteTable | None:
    """Return the means of results under one rule by site; None where no target has several."""
    by_site = [result for result in results if result.detail.get("sites")]
    if not by_site:
        return None
    columns = _columns(by_site[0])
    return SiteTable(
        columns=columns,
        rows=[
            SiteRow(
                name=f"{names.get(r.strategy, r.strategy)}, {r.n_target} labelled",
                means=[one["mean"] for one in r.detail["sites"]],
                worst=r.detail.get("worst_site", ""),
            )
            for r in by_site
            if _columns(r) == columns
        ],
    )


def _columns(result: Result) -> list[str]:
    return [f"{one['site']} (n = {one['people']})" for one in result.detail["sites"]]
