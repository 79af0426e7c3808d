"""A real browser against a live server, with the bundled review and an engine of seconds."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models import Membership, Review
from taxonomy.services.loading import review_load

FAKE_ENGINE = Path(__file__).parent.parent / "benchmarks" / "fake_engine.py"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = shutil.which("chromium")
    if found:
        return found
    message = "Chromium is not installed, so pages are not walked in a browser (apt: chromium)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture
def page(chromium, monkeypatch) -> Iterator["object"]:
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread, which Django takes for asynchronous code.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.set_default_timeout(15_000)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        yield page
        browser.close()
    assert problems == []


@pytest.fixture
def site(transactional_db, live_server, settings, tmp_path) -> str:
    """The address of a server with the review, and the pretended engine behind its worker."""
    settings.REVIEWDB_HOME = tmp_path
    settings.REVIEWDB_ENGINE_COMMAND = [sys.executable, str(FAKE_ENGINE)]
    location = {"OPTIONS": {"location": str(tmp_path / "media")}}
    settings.STORAGES = {**settings.STORAGES, "default": settings.STORAGES["default"] | location}
    review_load(slug="valverde2021")
    return str(live_server.url)


@pytest.fixture
def owner(site) -> User:
    user = User(username="owner")
    user.set_unusable_password()
    user.save()
    review = Review.objects.get(slug="valverde2021")
    Membership.objects.create(review=review, user=user, role=Role.OWNER)
    return user
