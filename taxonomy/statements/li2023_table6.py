"""Table VI of Li et al., every cell recomputed from Tables IV and V.

A cell is the footrule of the first k picks against their places among all sources of the target.
Printed scores tie where their unprinted digits may differ. An order of the tied ones that gives
the printed row is used where there is one, and noted at each cell that depends on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from reviewdb.common.footrule import Order, footrule, orders, tied, top_footrule, true_places
from taxonomy.counting.rows import PublishedRow, PublishedTables
from taxonomy.statements.li2023_selection import METRICS, Selection, selections
from taxonomy.statements.statement import Statement, checked_statement, in_cases, number

FOOTRULE_TABLE = "table6_spearman_footrule"
TOPS = (1, 2, 3, 4)
# The supplement's worked example of equation 8: two rankings and their distance.
EXAMPLE = ((1, 2, 3), (2, 1, 3), 2)


@dataclass(frozen=True)
class Line:
    """One row of Table VI: what is ranked, how, and the printed values by number of picks."""

    selection: Selection
    metric: str
    filtered: bool
    printed: Mapping[int, float]

    @property
    def name(self) -> str:
        """Return the row's name."""
        path = "with" if self.filtered else "without"
        return f"{self.metric} {path} prior knowledge on {self.selection.target}"

    @property
    def scores(self) -> dict[str, float]:
        """Return the scores of the candidates that this row ranks."""
        return self.selection.candidates(self.metric, filtered=self.filtered)

    def readings(self) -> Iterator[tuple[Order, Order]]:
        """Return each (true order, predicted order) that the printed numbers allow."""
        yield from product(orders(self.selection.dice), orders(self.scores))

    def reading(self) -> tuple[Order, Order]:
        """Return the first reading that gives the row as printed, else the ties as listed."""
        for truth, predicted in self.readings():
            if all(top_footrule(truth, predicted, k) == cell for k, cell in self.printed.items()):
                return truth, predicted
        return next(self.readings())


def table6_statements(tables: PublishedTables) -> Iterator[Statement]:
    """Return every cell of Table VI, and what the text says about them together."""
    lines = _lines(tables)
    if not lines:
        return
    for line in lines:
        yield from _cells(line)
    yield from _lowered(lines)
    yield from _among_candidates(lines)
    first, second, distance = EXAMPLE
    yield checked_statement(
        "The supplement's example of Spearman's footrule",
        distance,
        footrule(first, second),
        f"between {list(first)} and {list(second)}",
    )


def _lines(tables: PublishedTables) -> list[Line]:
    found = selections(tables)
    return [
        _line(row, found[str(row["target"])])
        for row in tables.get(FOOTRULE_TABLE, ())
        if str(row["target"]) in found and row["metric"] in METRICS
    ]


def _line(row: PublishedRow, selection: Selection) -> Line:
    return Line(
        selection=selection,
        metric=str(row["metric"]),
        filtered=row["prior_knowledge"] == "yes",
        printed={k: number(row[f"top{k}"]) for k in TOPS},
    )


def _cells(line: Line) -> Iterator[Statement]:
    truth, predicted = line.reading()
    for top, printed in line.printed.items():
        text = f"Table VI: {line.name}, top {top}"
        if len(predicted) < top:
            left = f"only {len(predicted)} candidates are left to pick from"
            yield checked_statement(text, printed, None, f"cannot be worked out: {left}")
            continue
        why = "; ".join(filter(None, (_terms(truth, predicted[:top]), _ties(line, top))))
        yield checked_statement(text, printed, top_footrule(truth, predicted, top), why)


def _terms(truth: Order, picks: Order) -> str:
    """Return the sum in full: place picked less true place, of each pick."""
    places = true_places(truth, picks)
    terms = zip(range(1, len(picks) + 1), places, picks, strict=True)
    return " + ".join(f"|{pick} - {place}| {name}" for pick, place, name in terms)


def _ties(line: Line, top: int) -> str:
    """Return which ties the value depends on, an empty text for none."""
    values = sorted({top_footrule(*reading, top) for reading in line.readings()})
    if len(values) == 1:
        return ""
    listed = top_footrule(*next(line.readings()), top)
    picks = set(line.reading()[1][:top])
    named = [
        f"{' and '.join(group)} ({what} {scores[group[0]]})"
        for what, scores in (("Dice", line.selection.dice), (line.metric, line.scores))
        for group in tied(scores)
        if len(group) > 1 and picks & set(group)
    ]
    either = " or ".join(str(value) for value in values)
    return f"equal as printed: {', '.join(named)}; {either} by their order, {listed} as listed"


def _lowered(lines: list[Line]) -> Iterator[Statement]:
    """Return in how many cells prior knowledge lowers the printed value, and which stay."""
    plain = {
        (line.selection.target, line.metric): line.printed for line in lines if not line.filtered
    }
    holds, raised = {}, 0
    for line in lines:
        without = plain.get((line.selection.target, line.metric))
        if not line.filtered or without is None:
            continue
        for top, printed in line.printed.items():
            case = f"{line.metric} on {line.selection.target} top {top}"
            holds[case] = printed < without[top]
            raised += printed > without[top]
    yield from in_cases(
        "Table VI: cells that prior knowledge lowers, said of both targets and all of top 1 to 4",
        holds,
        f"from the printed cells; it raises {raised}, the others stay as they are",
    )


def _among_candidates(lines: list[Line]) -> Iterator[Statement]:
    """Return how many cells equation 8 gives with equal lengths: truth among the candidates."""
    differences = []
    for line in lines:
        names = line.scores
        truth = tuple(name for name in next(orders(line.selection.dice)) if name in names)
        predicted = line.reading()[1]
        differences += [
            printed - top_footrule(truth, predicted, top)
            for top, printed in line.printed.items()
            if top <= len(predicted)
        ]
    smaller = sum(difference > 0 for difference in differences)
    yield checked_statement(
        "Table VI: cells that follow if both rankings hold the same elements, as equation 8 asks",
        sum(len(line.printed) for line in lines),
        differences.count(0),
        "the table compares the first k picks with their places among all sources, also where "
        f"filters left fewer; ranked among the candidates alone {smaller} cells come out smaller",
    )
