"""Puts numbers and states in words; no Django, so that each function can be tested alone."""

from benchmarks.findings.verdicts import verdict_style
from benchmarks.plan.metrics import METRICS
from benchmarks.plan.profiles import TEST_PROFILES
from benchmarks.plan.verdict_rules import SECONDARY

MINUS = "\u2212"
MINUTE, HOUR, DAY = 60, 3600, 86400
DASH = "\u2013"

SELECTIONS = {
    "last": "after the last iteration",
    "source_validation": "chosen on source validation",
    "target_validation": "chosen on target validation (an oracle)",
}
VALIDATED = {
    "segmentation": "validation Dice",
    "classification": "validation log likelihood",
    "regression": "minus validation MAE (years)",
}

SCORES = {"h_score": "H-score", "otce": "OTCE", "leep": "LEEP", "nce": "NCE", "logme": "LogME"}
COLUMNS = {"dice": "Dice", "average_dice": "Average Dice", "roi_similarity": "RoI similarity"}
SELECTION_STEPS = {"modality": "modality", "roi": "region", "score": "score"}
LOSSES = {"cross_entropy": "cross-entropy", "task": "cross-entropy and soft Dice"}
AGREES = {
    None: ("", "not recomputable"),
    True: ("gain", "\u2713 agrees"),
    False: ("negative_transfer", "\u2715 differs"),
}
ANSWERS = {
    "yes": ("gain", "\u2713 yes"),
    "no": ("negative_transfer", "\u2715 no"),
    "withheld": ("", "withheld"),
}


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with fixed digits and a real minus sign; a dash for none."""
    if value is None:
        return DASH
    return f"{value:.{digits}f}".replace("-", MINUS)


def whole(value: float | None) -> str:
    """Return a whole number with thousands set apart; a dash for none."""
    return DASH if value is None else f"{value:,.0f}".replace(",", "\u202f").replace("-", MINUS)


def percent(share: float | None) -> str:
    """Return a share of one as whole percent; a dash for none."""
    return DASH if share is None else f"{100 * share:.0f}%"


def validated_word(task: str) -> str:
    """Return the validation score that chooses a task's checkpoints; higher is better."""
    return VALIDATED.get(task, "validation score")


def plain_number(value: object) -> str:
    """Return a number with exactly the digits that its source prints."""
    return DASH if value is None else str(value).replace("-", MINUS)


def setting_word(value: object) -> str:
    """Return a run's setting in words: lists in one line, a dash for an empty one."""
    if value is None or value == "":
        return DASH
    if isinstance(value, list | tuple):
        return ", ".join(setting_word(inner) for inner in value) or "nothing more"
    if isinstance(value, dict):
        return ", ".join(f"{name} {setting_word(inner)}" for name, inner in value.items()) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def format_name(name: str) -> str:
    """Return a file format as it is usually written."""
    return {"markdown": "Markdown", "latex": "LaTeX"}.get(name, name.upper())


def signed(value: float | None, digits: int = 3) -> str:
    """Return a difference, always with its sign."""
    if value is None:
        return DASH
    return f"{value:+.{digits}f}".replace("-", MINUS)


def duration(seconds: float | None) -> str:
    """Return seconds in one or two units: ``8 s``, ``3 min 20 s``, ``2 h 5 min``, ``1 d 4 h``."""
    if seconds is None:
        return DASH
    whole = round(seconds)
    if whole < MINUTE:
        return f"{seconds:.1f} s" if seconds < 10 and seconds != whole else f"{whole} s"
    for unit, name, smaller, smaller_name in (
        (DAY, "d", HOUR, "h"),
        (HOUR, "h", MINUTE, "min"),
        (MINUTE, "min", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // smaller
            return (
                f"{whole // unit} {name} {rest} {smaller_name}"
                if rest
                else f"{whole // unit} {name}"
            )
    return DASH


def device_words(device: object) -> str:
    """Return the device that provenance describes, in words."""
    if not isinstance(device, dict):
        return str(device or "")
    about = [str(device[name]) for name in ("name", "precision") if device.get(name)]
    if device.get("threads"):
        count = device["threads"]
        about.append(f"{count} thread{'' if count == 1 else 's'}")
    return (
        f"{device.get('device', 'unknown')} ({', '.join(about)})"
        if about
        else str(device.get("device"))
    )


def underscored(text: str) -> str:
    """Return a slug with its underscores as blanks."""
    return text.replace("_", " ")


def verdict_word(verdict: str) -> str:
    """Return the verdict in words."""
    return verdict_style(verdict).word


def verdict_sign(verdict: str) -> str:
    """Return the sign that stands for the verdict in addition to its colour."""
    return verdict_style(verdict).sign


def no_verdict_word(withheld: str) -> str:
    """Return why a gain has no verdict; one word where it is secondary: the table says why."""
    return SECONDARY if withheld.startswith(f"{SECONDARY}:") else f"no verdict: {withheld}"


def selection_word(selection: str) -> str:
    """Return how a checkpoint was chosen, in words."""
    return SELECTIONS.get(selection, selection.replace("_", " "))


def is_test_profile(profile: str) -> bool:
    """Return whether a profile is made for tests, so that its numbers say nothing."""
    return profile in TEST_PROFILES


def metric_word(metric: str) -> str:
    """Return a metric's name as papers write it."""
    known = METRICS.get(metric)
    return known.word if known else metric.replace("_", " ")


def score_word(score: str) -> str:
    """Return a transferability score's name as papers write it."""
    return SCORES.get(score, score.replace("_", " "))


def step_word(step: str) -> str:
    """Return the name of a step of source selection."""
    return SELECTION_STEPS.get(step, step)


def loss_word(loss: str) -> str:
    """Return a loss's name as papers write it."""
    return LOSSES.get(loss, loss.replace("_", " "))


def column_word(column: str) -> str:
    """Return the head of a column of the source-selection paper, such as ``top 1``."""
    return COLUMNS.get(column) or SCORES.get(column) or column.replace("top", "top ")
