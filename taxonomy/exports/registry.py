"""Registry of exports; a new one is a module with ``EXPORT`` in this folder and a line here."""

from dataclasses import dataclass

from django.db.models import QuerySet

from reviewdb.common.errors import RuleViolation
from reviewdb.common.present import present_modules
from reviewdb.common.tables_out import CONTENT_TYPES, SUFFIXES
from reviewdb.reviews.models import Review, Study
from taxonomy.exports.export import Export, unknown

MODULES = (
    "taxonomy.exports.flow",
    "taxonomy.exports.strategies",
    "taxonomy.exports.tasks",
    "taxonomy.exports.studies",
)
EXPORTS: dict[str, Export] = {
    module.EXPORT.what: module.EXPORT for module in present_modules(MODULES)
}
FORMATS = {what: export.formats for what, export in EXPORTS.items()}


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A finished file: a name to save it under, its content type, its bytes."""

    name: str
    content_type: str
    content: bytes


def export_choice(what: str, fmt: str) -> tuple[Export, str]:
    """Return the export and its format's own name.

    Raises RuleViolation with the choices where either is unknown.
    """
    if what not in EXPORTS:
        raise unknown("what", what, tuple(EXPORTS))
    return EXPORTS[what], EXPORTS[what].format_named(fmt)


def export_render(
    review: Review, what: str, fmt: str, studies: QuerySet[Study] | None = None
) -> ExportFile:
    """Return the file for one export in one format, of some studies alone where they are given.

    Raises RuleViolation as ``export_choice`` does, and where the export cannot be limited.
    """
    export, chosen = export_choice(what, fmt)
    name = f"{review.slug}-{what}.{SUFFIXES.get(chosen, chosen)}"
    if studies is None:
        content = export.write(review, chosen)
    elif export.write_some is None:
        raise _unfiltered(what)
    else:
        content = export.write_some(review, chosen, studies)
    return ExportFile(name, CONTENT_TYPES[chosen], content)


def _unfiltered(what: str) -> RuleViolation:
    filtered = ", ".join(name for name, export in EXPORTS.items() if export.write_some)
    text = f"{what} covers the whole review; filters apply only to: {filtered}"
    return RuleViolation(f"what: {text}", {"what": [text]})


def choices_text() -> str:
    """Return every export with its formats in one line, for help texts and errors."""
    return "; ".join(f"{what}: {', '.join(formats)}" for what, formats in FORMATS.items())
