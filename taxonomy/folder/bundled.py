"""Paths of the bundled reviews and taxonomies."""

from pathlib import Path

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.problems import choices

DATA = Path(__file__).resolve().parent.parent / "data"
TREES = DATA / "trees"
DEFAULT_TREE = "transfer-learning"


def bundled_slugs() -> list[str]:
    """Return the slugs of the bundled reviews."""
    return sorted(path.parent.name for path in DATA.glob("*/review.toml"))


def bundled_folder(slug: str) -> Path:
    """Return the folder of a bundled review; raises RuleViolation with the choices."""
    if slug not in bundled_slugs():
        text = (
            f"no bundled review {slug!r}; bundled: {choices(bundled_slugs())} (or give --from DIR)"
        )
        raise RuleViolation(text, {"slug": [text]})
    return DATA / slug
