"""The bundled review, loaded as the command loads it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models import Membership, Review
from taxonomy.folder.bundled import DATA
from taxonomy.services.loading import review_load

FILES = (
    "approaches",
    "attributes",
    "bibliography",
    "figures_facts",
    "prisma_flow",
    "search_strategy",
    "table3_tasks_applications",
    "table4_strategies",
)


@pytest.fixture
def review(db: None) -> Review:
    review_load(slug="valverde2021")
    return Review.objects.get(slug="valverde2021")


@pytest.fixture
def extractor(review: Review, django_user_model: Any) -> Any:
    """Return an account that may tag and edit the review's studies, and no more."""
    user = django_user_model.objects.create_user("eve")
    Membership.objects.create(review=review, user=user, role=Role.EXTRACTOR)
    return user


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the bundled tables, the eight files alone."""
    target = tmp_path / "copy"
    target.mkdir()
    for name in FILES:
        shutil.copy(DATA / "valverde2021" / f"{name}.csv", target)
    return target


@pytest.fixture
def edit(folder: Path) -> Callable[[str, int, str], None]:
    """Return a function that replaces one physical line of one file."""

    def replace(name: str, line: int, text: str) -> None:
        path = folder / f"{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        lines[line - 1] = text
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return replace
