"""Statements of Valverde et al. 2021 about their own numbers, recomputed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from taxonomy.counting.reconciliation import FLOW, STRATEGIES, TASKS
from taxonomy.counting.rows import PublishedRow, PublishedTables, percent
from taxonomy.statements.statement import Statement, checked_statement, number

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Check:
    """One sentence about one published number (``key``) and how it is recomputed."""

    key: str
    statement: str
    recompute: Callable[[Numbers], float]
    explanation: str


def _by_name(rows: Sequence[PublishedRow], name: str, value: str) -> dict[str, float]:
    return {str(row[name]): number(row[value]) for row in rows}


def _checked(checks: Sequence[Check], numbers: Numbers) -> Iterator[Statement]:
    """Return each check whose number is published; recomputed is null where its parts are not."""
    for check in checks:
        if check.key not in numbers:
            continue
        try:
            recomputed = check.recompute(numbers)
        except KeyError as missing:
            why = f"cannot be worked out: the tables lack {missing.args[0]}"
            yield checked_statement(check.statement, numbers[check.key], None, why)
        else:
            yield checked_statement(
                check.statement, numbers[check.key], recomputed, check.explanation
            )


def _reasons(flow: Numbers) -> float:
    return sum(count for stage, count in flow.items() if stage.startswith("excluded_"))


REVIEW_FLOW = (
    Check(
        "records_identified_total",
        "Records identified are the hits of both sources",
        lambda flow: flow["records_identified_scopus"] + flow["records_identified_springer"],
        "Scopus and Springer",
    ),
    Check(
        "records_screened",
        "Records screened are those identified less those removed before screening",
        lambda flow: flow["records_identified_total"] - flow["removed_before_screening"],
        "proceedings volumes and a corrigendum are no articles",
    ),
    Check(
        "reports_assessed",
        "Reports reviewed in full are the records screened less those excluded",
        lambda flow: flow["records_screened"] - flow["records_excluded"],
        "the source counts inaccessible reports among those reviewed; PRISMA 2020 would not",
    ),
    Check(
        "reports_excluded",
        "The reasons add up to the reports discarded",
        _reasons,
        "the reasons that the flow lists",
    ),
    Check(
        "studies_included",
        "Studies included are the reports reviewed, less those discarded, and those added",
        lambda flow: (
            flow["reports_assessed"]
            - flow["reports_excluded"]
            + flow["studies_added_other_methods"]
        ),
        "articles found by other methods passed no screening",
    ),
)

REVIEW_FACTS = (
    Check(
        "records screened as the abstract words it",
        "The abstract's number of records screened",
        lambda facts: facts["records_screened"],
        "the abstract names all records identified; section 4 screens what is left after cleaning",
    ),
    Check(
        "studies in last two years",
        "Studies of the last two years, from those with a CNN being 80 percent of them",
        lambda facts: round(facts["of those using CNN"] / 0.8),
        "the source prints the share and the part; the whole follows",
    ),
)


def _nearest(share: float, whole: float) -> float:
    """Return the percent of the whole number of studies closest to ``share`` percent."""
    return percent(round(share * whole / 100), int(whole))


def valverde2021_statements(tables: PublishedTables) -> Iterator[Statement]:
    """Return the review's statements about its flow, facts and Tables 3 and 4."""
    flow = _by_name(tables.get(FLOW, ()), "stage", "count")
    facts = _by_name(tables.get("figures_facts", ()), "fact", "value")
    yield from _checked(REVIEW_FLOW, flow)
    yield from _checked(REVIEW_FACTS, flow | facts)
    included = int(flow.get("studies_included", 0))
    yield from _cnn_share(facts, included)
    tasks = tables.get(TASKS, ())
    yield from _applications(tasks, facts)
    yield from _task_totals(tasks, included)
    yield from _types(tables.get(STRATEGIES, ()), included)


def _cnn_share(facts: Numbers, included: int) -> Iterator[Statement]:
    share = facts.get("studies using CNN percent")
    if share is not None:
        text = "The share of studies with a CNN belongs to a whole number of studies"
        why = f"{round(share * included / 100)} of {included} studies"
        yield checked_statement(text, share, _nearest(share, included), why)


def _applications(rows: Sequence[PublishedRow], facts: Numbers) -> Iterator[Statement]:
    if "distinct applications" not in facts:
        return
    names = [str(row["application"]) for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    yield checked_statement(
        "Applications that are distinct",
        facts["distinct applications"],
        len(rows),
        f"pairs of task and application; by name alone {len(set(names))}, "
        f"since {', '.join(twice) or 'none'} is an application of more than one task",
    )


def _groups(rows: Sequence[PublishedRow], name: str) -> dict[str, list[PublishedRow]]:
    groups: dict[str, list[PublishedRow]] = {}
    for row in rows:
        groups.setdefault(str(row[name]), []).append(row)
    return groups


def _share(row: PublishedRow, prefix: str) -> float:
    return next(number(cell) for name, cell in row.items() if name.startswith(prefix))


def _task_totals(rows: Sequence[PublishedRow], included: int) -> Iterator[Statement]:
    for task, group in _groups(rows, "task").items():
        total = number(group[0]["task_studies"])
        parts = sum(number(row["studies"]) for row in group)
        text = f"Table 3: {task} is the sum of its applications"
        yield checked_statement(text, total, parts, "a study with two applications counts in both")
        text = f"Table 3: {task} in percent of the studies included"
        share = percent(int(total), included)
        yield checked_statement(
            text, _share(group[0], "percent_of_"), share, f"of {included} studies"
        )


def _types(rows: Sequence[PublishedRow], included: int) -> Iterator[Statement]:
    for name, group in _groups(rows, "type").items():
        total, share = number(group[0]["type_approaches"]), _share(group[0], "type_percent_of_")
        parts = sum(number(row["approaches"]) for row in group)
        yield checked_statement(
            f"Table 4: {name} is the sum of its leaves", total, parts, "in approaches"
        )
        yield checked_statement(
            f"Table 4: {name}'s percent belongs to a whole number of studies",
            share,
            _nearest(share, included),
            f"{round(share * included / 100)} of {included} distinct studies",
        )
        yield checked_statement(
            f"Table 4: {name}'s percent has the base of its leaves' percents",
            share,
            percent(int(total), included),
            f"leaves divide approaches by {included}, types distinct studies; the two differ where "
            "a study has several approaches",
        )
        yield from _leaves(group, included)


def _leaves(group: Sequence[PublishedRow], included: int) -> Iterator[Statement]:
    for row in group:
        words = [str(row[level]) for level in ("type", "subtype", "subsubtype") if row[level]]
        approaches = int(number(row["approaches"]))
        text = f"Table 4: {' / '.join(words)} in percent of the studies included"
        why = f"{approaches} approaches, not distinct studies, of {included}"
        yield checked_statement(
            text, _share(row, "percent_of_"), percent(approaches, included), why
        )
