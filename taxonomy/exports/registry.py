"""Which exports there are; a new one is a file with ``EXPORT`` in this room and a line here."""

from dataclasses import dataclass

from reviewdb.common.present import present_modules
from reviewdb.common.tables_out import CONTENT_TYPES, SUFFIXES
from reviewdb.reviews.models import Review
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


def export_render(review: Review, what: str, fmt: str) -> ExportFile:
    """Return the file for one export in one format; raises as ``export_choice`` does."""
    export, chosen = export_choice(what, fmt)
    name = f"{review.slug}-{what}.{SUFFIXES.get(chosen, chosen)}"
    return ExportFile(name, CONTENT_TYPES[chosen], export.write(review, chosen))


def choices_text() -> str:
    """Return every export with its formats in one line, for help texts and errors."""
    return "; ".join(f"{what}: {', '.join(formats)}" for what, formats in FORMATS.items())
