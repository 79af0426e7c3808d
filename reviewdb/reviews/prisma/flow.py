"""Computes the boxes of the PRISMA 2020 flow from published counts and counts of rows.

Page et al., "The PRISMA 2020 statement", BMJ 2021;372:n71: records are
screened, reports are sought and assessed, studies are included. Databases and other methods are
counted apart.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.prisma.stages import (
    ASSESSED,
    DATABASE_BOXES,
    EXCLUDED,
    IDENTIFIED,
    INACCESSIBLE_STAGE,
    INCLUDED,
    NOT_RETRIEVED,
    OTHER_METHODS_BOXES,
    OTHER_METHODS_STAGE,
    REASON_PREFIX,
    REMOVED,
    REMOVED_STAGE,
    REPORTS_EXCLUDED,
    REQUIRED_STAGES,
    SCREENED,
    SOUGHT,
    SOURCE_PREFIX,
    TOTAL_STAGE,
    Column,
    stage_of,
)

Counts = Mapping[str, int]
Searches = Sequence[tuple[str, int | None]]


class ReasonJson(TypedDict):
    """A part of a box's count, and its reason."""

    reason: str
    count: int


class BoxJson(TypedDict):
    """A box as the API returns it; ``count`` is null if it is unknown.

    ``published`` marks a count of the source that cannot be counted from rows. ``derived`` marks a
    published count that was computed from others, because the source does not print it.
    """

    box: str
    column: Column
    count: int | None
    published: bool
    reasons: list[ReasonJson]
    derived: NotRequired[bool]


@dataclass(frozen=True, slots=True)
class Reason:
    """A part of a box's count: a source on the way in, a reason on the way out."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class FlowBox:
    """One box; ``is_published`` if its count is the source's, because no rows can be counted."""

    box: str
    column: Column
    count: int | None = None
    is_published: bool = False
    reasons: tuple[Reason, ...] = ()

    def as_json(self) -> BoxJson:
        """Return the API's shape of the box."""
        return {
            "box": self.box,
            "column": self.column,
            "count": self.count,
            "published": self.is_published,
            "reasons": [{"reason": reason.text, "count": reason.count} for reason in self.reasons],
        }


def flow_boxes(
    published: Counts,
    *,
    studies_included: int | None,
    searches: Searches,
    notes: Mapping[str, str] | None = None,
) -> list[BoxJson]:
    """Return the boxes in reading order; the count of included studies is that of rows, if given.

    ``notes`` are the source's remarks by stage; they become reasons if their numbers add up.
    Without any published stage the boxes have no counts. Raises RuleViolation if published stages
    are missing or contradict each other.
    """
    if published:
        check_published(published)
    boxes = (
        _published_boxes(published, searches, notes or {}) if published else _empty_boxes(searches)
    )
    return _with_included(boxes, published, studies_included)


def flow_boxes_as_stated(published: Counts, *, studies_included: int | None) -> list[BoxJson]:
    """Return the boxes of stages that do not add up: each count as stated, none derived.

    Boxes without a stated count have none, and no box has reasons.
    """
    boxes = [_stated_box(box, "databases", published.get(stage_of(box))) for box in DATABASE_BOXES]
    added = published.get(OTHER_METHODS_STAGE)
    boxes += [
        _stated_box(box, "other_methods", added if box == IDENTIFIED else None)
        for box in OTHER_METHODS_BOXES
    ]
    return _with_included(boxes, published, studies_included)


def _stated_box(box: str, column: Column, count: int | None) -> FlowBox:
    return FlowBox(box, column, count, is_published=count is not None)


def _with_included(
    boxes: list[FlowBox], published: Counts, studies_included: int | None
) -> list[BoxJson]:
    included = FlowBox(INCLUDED, "included", studies_included)
    if studies_included is None and published:
        included = _stated_box(INCLUDED, "included", published.get(INCLUDED))
    return [box.as_json() for box in (*boxes, included)]


def with_derived(boxes: Sequence[BoxJson], published: Counts, searches: Searches) -> list[BoxJson]:
    """Return the boxes with ``is_derived`` set where a count was computed from published ones."""
    known = sum(hits is not None for _, hits in searches)

    def is_derived(box: BoxJson) -> bool:
        if not box["published"]:
            return False
        if not published:
            return known > 1
        return (
            box["column"] == "other_methods" or published.get(stage_of(box["box"])) != box["count"]
        )

    return [{**box, "derived": is_derived(box)} for box in boxes]


def source_wording(published: Counts) -> str:
    """Return the source's wording where it differs from PRISMA 2020; empty if it does not."""
    inaccessible = published.get(INACCESSIBLE_STAGE, 0)
    stated = ASSESSED in published and REPORTS_EXCLUDED in published
    if not inaccessible or not stated or SOUGHT in published:
        return ""
    return (
        f"In the source's own wording, {published[ASSESSED]} were reviewed and "
        f"{published[REPORTS_EXCLUDED]} discarded; {inaccessible} of these were inaccessible, "
        "which PRISMA 2020 counts as not retrieved."
    )


def check_published(published: Counts) -> None:
    """Raise RuleViolation naming the stage that is missing, negative or does not add up."""
    for stage, message in published_faults(published):
        raise RuleViolation(f"PRISMA flow: stage {stage!r} {message}", {stage: [message]})


def published_faults(published: Counts) -> list[tuple[str, str]]:
    """Return the stages that are missing or negative, else those that do not add up, and why."""
    needed = (SOUGHT,) if NOT_RETRIEVED in published else ()
    faults = [
        (stage, "is missing; give every stage of the flow, or none")
        for stage in (*REQUIRED_STAGES, *needed)
        if stage not in published
    ]
    faults += [
        (stage, f"must be 0 or more, got {count}")
        for stage, count in published.items()
        if count < 0
    ]
    return faults or [
        (stage, f"is {published[stage]}, but {because} give {expected}")
        for stage, expected, because in _equations(published)
        if published[stage] != expected
    ]


def _equations(published: Counts) -> list[tuple[str, int, str]]:
    """Return each stage that follows from others: its name, its expected count, and the others."""
    sources = _with_prefix(published, SOURCE_PREFIX)
    reasons = _with_prefix(published, REASON_PREFIX)
    other = published.get(OTHER_METHODS_STAGE, 0)
    return [
        (
            TOTAL_STAGE,
            sum(sources.values()) if sources else published[TOTAL_STAGE],
            f"the stages {SOURCE_PREFIX}*",
        ),
        (
            SCREENED,
            published[TOTAL_STAGE] - published[REMOVED_STAGE],
            f"{TOTAL_STAGE} less {REMOVED_STAGE}",
        ),
        *_sought_equations(published),
        (
            REPORTS_EXCLUDED,
            sum(reasons.values()) if reasons else published[REPORTS_EXCLUDED],
            f"the stages {REASON_PREFIX}*",
        ),
        (
            INCLUDED,
            published[ASSESSED] - published[REPORTS_EXCLUDED] + other,
            f"{ASSESSED} less {REPORTS_EXCLUDED} plus {OTHER_METHODS_STAGE}",
        ),
    ]


def _sought_equations(published: Counts) -> list[tuple[str, int, str]]:
    kept = published[SCREENED] - published[EXCLUDED]
    because = f"{SCREENED} less {EXCLUDED}"
    if SOUGHT not in published:
        return [(ASSESSED, kept, because)]
    assessed = published[SOUGHT] - published.get(NOT_RETRIEVED, 0)
    return [(SOUGHT, kept, because), (ASSESSED, assessed, f"{SOUGHT} less {NOT_RETRIEVED}")]


def _with_prefix(published: Counts, prefix: str) -> dict[str, int]:
    return {
        stage: count
        for stage, count in published.items()
        if stage.startswith(prefix) and stage != TOTAL_STAGE
    }


def _published_boxes(
    published: Counts, searches: Searches, notes: Mapping[str, str]
) -> list[FlowBox]:
    sought, missing, refused = _retrieval(published)
    kept = published[ASSESSED] - published[REPORTS_EXCLUDED]
    counts = {
        IDENTIFIED: (published[TOTAL_STAGE], _sources(published, searches)),
        REMOVED: (
            published[REMOVED_STAGE],
            _noted(notes.get(REMOVED_STAGE, ""), published[REMOVED_STAGE]),
        ),
        SCREENED: (published[SCREENED], ()),
        EXCLUDED: (published[EXCLUDED], _noted(notes.get(EXCLUDED, ""), published[EXCLUDED])),
        SOUGHT: (sought, ()),
        NOT_RETRIEVED: (missing, ()),
        ASSESSED: (sought - missing, ()),
        REPORTS_EXCLUDED: (sought - missing - kept, _labelled(refused, REASON_PREFIX)),
    }
    boxes = [
        FlowBox(box, "databases", count, is_published=True, reasons=reasons)
        for box, (count, reasons) in counts.items()
    ]
    return boxes + _other_methods(published, notes)


def _retrieval(published: Counts) -> tuple[int, int, dict[str, int]]:
    """Return the reports sought, those not retrieved, and the exclusion reasons of the others.

    A source from before PRISMA 2020 states the reports sought as assessed, and those not retrieved
    as excluded because inaccessible. Stated ``reports_sought`` are taken as they are.
    """
    reasons = _with_prefix(published, REASON_PREFIX)
    if SOUGHT in published:
        return published[SOUGHT], published.get(NOT_RETRIEVED, 0), reasons
    return published[ASSESSED], reasons.pop(INACCESSIBLE_STAGE, 0), reasons


def _other_methods(published: Counts, notes: Mapping[str, str]) -> list[FlowBox]:
    """Return the column of other methods: everything added was included, so nothing is excluded."""
    added = published.get(OTHER_METHODS_STAGE, 0)
    dropped = {NOT_RETRIEVED, REPORTS_EXCLUDED}
    origin = _noted(notes.get(OTHER_METHODS_STAGE, ""), added) if added else ()
    return [
        FlowBox(
            box,
            "other_methods",
            0 if box in dropped else added,
            is_published=True,
            reasons=origin if box == IDENTIFIED else (),
        )
        for box in OTHER_METHODS_BOXES
    ]


def _empty_boxes(searches: Searches) -> list[FlowBox]:
    known = tuple(Reason(source, hits) for source, hits in searches if hits is not None)
    identified = FlowBox(
        IDENTIFIED,
        "databases",
        sum(reason.count for reason in known) if known else None,
        is_published=bool(known),
        reasons=known,
    )
    databases = [identified, *(FlowBox(box, "databases") for box in DATABASE_BOXES[1:])]
    return databases + [FlowBox(box, "other_methods") for box in OTHER_METHODS_BOXES]


def _sources(published: Counts, searches: Searches) -> tuple[Reason, ...]:
    """Return the count per source: named by the searches if these add up, else by stage."""
    named = tuple(Reason(source, hits) for source, hits in searches if hits is not None)
    if sum(reason.count for reason in named) == published[TOTAL_STAGE]:
        return named
    return _labelled(_with_prefix(published, SOURCE_PREFIX), SOURCE_PREFIX)


def _labelled(stages: Counts, prefix: str) -> tuple[Reason, ...]:
    return tuple(
        Reason(_sentence(stage.removeprefix(prefix).replace("_", " ")), count)
        for stage, count in stages.items()
    )


def _noted(note: str, count: int) -> tuple[Reason, ...]:
    """Return the reasons in a remark, if they add up to the whole count."""
    parts = [(text.strip(), int(number)) for number, text in re.findall(r"(\d+) ([^,;]+)", note)]
    if parts and sum(number for _, number in parts) == count:
        return tuple(Reason(_sentence(text), number) for text, number in parts)
    if note.strip() and not parts:
        return (Reason(_sentence(note.strip()), count),)
    return ()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
