"""Why a coverage is above 0.97 or below 0.94, by interval and case; others need no explanation."""

from benchmarks.findings.calibration import LEAST, MOST, CoverageRow

REASONS = (
    (
        "mean and gain",
        "only the rest matters",
        "neither seeds nor people matter: the variance's floor, the mean square of the rest, makes "
        "the interval longer than it need be",
    ),
    (
        "mean and gain",
        "skewed",
        "a t interval of one or two dozen strongly skewed scores (skewness \N{MINUS SIGN}1.4) is "
        "too short",
    ),
    (
        "mean and gain",
        "the rest matters most",
        "the variance's floor is often reached: the interval is longer than it need be",
    ),
    (
        "AUC (",
        "",
        "the error of one training, which holds a part of the seeds' spread already, is added to "
        "the spread over seeds",
    ),
    (
        "balanced",
        "",
        "exact intervals of each class are joined, which hold for every true share and are longer "
        "on average; with several seeds a part of their spread counts twice",
    ),
    (
        "rank",
        "by tests",
        "its truth is the order of the means; where no test is significant all share a rank, "
        "so that it answers another question",
    ),
    (
        "rank",
        "",
        "resamples of ranks spread twice, by the people tested and by the resampling, and ends are "
        "rounded outwards to whole ranks",
    ),
)


def explained(row: CoverageRow) -> CoverageRow:
    """Return the row with the reason if its coverage is outside 0.94 to 0.97, else without one."""
    if LEAST <= row["covered"] <= MOST:
        return {**row, "explanation": ""}
    for interval, case, reason in REASONS:
        if row["interval"].startswith(interval) and case in row["case"]:
            return {**row, "explanation": reason}
    return {**row, "explanation": "not explained"}
