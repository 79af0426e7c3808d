"""Names of the PRISMA 2020 flow's boxes, and of the stages that a review's file states.

Page et al., BMJ 2021;372:n71. A stage is a line of ``prisma_flow.csv``; most have the name of a
box.
"""

from typing import Literal

Column = Literal["databases", "other_methods", "included"]

IDENTIFIED = "records_identified"
REMOVED = "records_removed_before_screening"
SCREENED = "records_screened"
EXCLUDED = "records_excluded"
SOUGHT = "reports_sought"
NOT_RETRIEVED = "reports_not_retrieved"
ASSESSED = "reports_assessed"
REPORTS_EXCLUDED = "reports_excluded"
INCLUDED = "studies_included"

LABELS = {
    IDENTIFIED: "Records identified",
    REMOVED: "Records removed before screening",
    SCREENED: "Records screened",
    EXCLUDED: "Records excluded",
    SOUGHT: "Reports sought for retrieval",
    NOT_RETRIEVED: "Reports not retrieved",
    ASSESSED: "Reports assessed for eligibility",
    REPORTS_EXCLUDED: "Reports excluded",
    INCLUDED: "Studies included in review",
}
HEADERS = {
    "databases": "Identification of studies via databases and registers",
    "other_methods": "Identification of studies via other methods",
}
# (remaining, excluded) from top to bottom; the last row is the included studies.
ROWS = (
    (IDENTIFIED, REMOVED),
    (SCREENED, EXCLUDED),
    (SOUGHT, NOT_RETRIEVED),
    (ASSESSED, REPORTS_EXCLUDED),
    (INCLUDED, ""),
)
BANDS = (("Identification", 0, 0), ("Screening", 1, 3), ("Included", 4, 4))  # first, last row
DATABASE_BOXES = tuple(box for row in ROWS[:-1] for box in row)
OTHER_METHODS_BOXES = tuple(box for box in DATABASE_BOXES if box not in ROWS[1] + (REMOVED,))

TOTAL_STAGE = "records_identified_total"
REMOVED_STAGE = "removed_before_screening"
INACCESSIBLE_STAGE = "excluded_inaccessible"
OTHER_METHODS_STAGE = "studies_added_other_methods"
SOURCE_PREFIX = "records_identified_"
REASON_PREFIX = "excluded_"
STAGE_FAMILIES = (SOURCE_PREFIX, REASON_PREFIX)
"""Stages with these prefixes name a source or a reason."""
STAGES = (
    TOTAL_STAGE,
    REMOVED_STAGE,
    SCREENED,
    EXCLUDED,
    SOUGHT,
    NOT_RETRIEVED,
    ASSESSED,
    REPORTS_EXCLUDED,
    OTHER_METHODS_STAGE,
    INCLUDED,
)
REQUIRED_STAGES = tuple(
    stage for stage in STAGES if stage not in (SOUGHT, NOT_RETRIEVED, OTHER_METHODS_STAGE)
)


def stage_of(box: str) -> str:
    """Return the stage that states a box's count."""
    return {IDENTIFIED: TOTAL_STAGE, REMOVED: REMOVED_STAGE}.get(box, box)


def is_stage(name: str) -> bool:
    """Return whether a file may state a count under this name."""
    return name in STAGES or any(
        name.startswith(family) and len(name) > len(family) for family in STAGE_FAMILIES
    )


def unit_of(stage: str) -> str:
    """Return what is counted at a stage: records, reports or studies."""
    if stage.startswith(("reports_", REASON_PREFIX)):
        return "reports"
    return "studies" if stage.startswith("studies_") else "records"
