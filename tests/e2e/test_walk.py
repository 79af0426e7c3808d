"""What a person does, in a real browser."""

import pytest
from playwright.sync_api import expect

from benchmarks.models import Event, Run, RunState
from benchmarks.services.runs import run_request
from frontend.accounts.signin import one_time_link
from tests.benchmarks.selection_run import selection_run

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_from_the_claim_to_the_result(page, site, owner):
    page.goto(site)
    expect(page.locator(".figures")).to_contain_text("129")
    page.get_by_role("link", name="Taxonomy", exact=True).click()
    expect(page.get_by_text("gap: no study does this")).to_be_visible()
    page.get_by_role("link", name="Prior sharing").click()
    expect(page.get_by_role("heading", name="Full fine-tuning")).to_be_visible()
    page.get_by_role("link", name="Convolutional neural network-based multimodal").click()
    expect(page.get_by_text("Sign in to tag this study")).to_be_visible()
    study = page.url
    sign_in(page, site, owner)
    page.goto(study)
    tag_the_study(page)
    take_out_the_flow(page)
    start_a_run(page)
    expect(page.locator("#progress .chip")).to_have_text("succeeded")
    expect(page.locator(".chip.gain").first).to_be_visible()
    expect(page.locator("#results figure svg").first).to_be_visible()
    page.locator("#results table").first.get_by_role("link", name="Full fine-tuning").first.click()
    expect(page.get_by_role("heading", name="Prior sharing")).to_be_visible()


def sign_in(page, site, owner):
    page.goto(one_time_link(owner, site))
    page.locator("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("You are signed in as owner")).to_be_visible()


def tag_the_study(page):
    address = page.url
    page.get_by_label("New tag").fill("reread")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("link", name="reread")).to_be_visible()
    assert page.url == address  # htmx renewed the tags alone


def take_out_the_flow(page):
    page.get_by_role("link", name="Tables", exact=True).click()
    expect(page.get_by_text("reference 146 counts 3 times")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="SVG").click()
    assert "valverde2021" in download.value.suggested_filename


def start_a_run(page):
    page.get_by_role("link", name="Benchmarks", exact=True).click()
    page.get_by_role("link", name="Site shift", exact=True).click()
    page.get_by_label("Smoke").check()
    page.get_by_label("Seeds").fill("1")
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url("**/runs/*/")


def test_filters_keep_the_address_in_step(page, site):
    page.goto(f"{site}/studies/")
    page.get_by_label("Instance").check()
    expect(page.get_by_text("15 of 129 studies")).to_be_visible()
    assert "node=instance" in page.url
    page.get_by_label("Search titles").fill("joint")
    page.keyboard.press("Enter")
    expect(page.get_by_text("“joint”")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Instance")).to_be_checked()
    page.go_back()
    expect(page.get_by_text("15 of 129 studies")).to_be_visible()


def test_picking_a_target_renews_its_sources_and_the_address(page, site):
    selection_run()
    page.goto(f"{site}/source-selection/")
    page.get_by_label("Target task").select_option("ET-20-T1")
    expect(page.get_by_text("4 of 16 sources left for ET-20-T1")).to_be_visible()
    page.locator("#roi-no").check()
    expect(page.get_by_text("8 of 16 sources left for ET-20-T1")).to_be_visible()
    assert "target=ET-20-T1" in page.url
    assert "roi=false" in page.url
    page.go_back()
    expect(page.get_by_text("4 of 16 sources left for ET-20-T1")).to_be_visible()


def test_run_page_follows_the_run_by_itself(page, site, owner):
    # Created without its message, as when no worker is there: this test is the worker.
    run = run_request_unsent()
    page.goto(f"{site}/runs/{run.pk}/")
    expect(page.locator("#progress .chip")).to_have_text("queued")
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, reason="attempt 1")
    Event.objects.create(run=run, name="log", payload={"message": "the engine warms up"})
    expect(page.locator("#progress .chip")).to_have_text("running")
    expect(page.get_by_text("the engine warms up")).to_be_visible()
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, reason="out of memory")
    expect(page.locator("#progress .chip")).to_have_text("failed")
    expect(page.locator("#results").get_by_text("out of memory")).to_be_visible()
    expect(page.locator("#progress")).not_to_have_attribute("hx-trigger", "every 2s")
    expect(page.locator("#run-announcement")).to_contain_text("Failed")


def test_pages_fit_a_narrow_screen(page, site):
    page.set_viewport_size({"width": 380, "height": 800})
    for path in (
        "",
        "taxonomy/",
        "taxonomy/feature/",
        "studies/",
        "tables/",
        "benchmarks/site-shift/",
    ):
        page.goto(f"{site}/{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 380, f"{path} is {width} px wide"


def test_everything_works_without_scripts(chromium, site):
    from playwright.sync_api import sync_playwright

    from tests.e2e.conftest import ARGUMENTS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"{site}/studies/")
        page.get_by_label("Instance").check()
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_text("15 of 129 studies")).to_be_visible()
        browser.close()


def run_request_unsent() -> Run:
    from unittest.mock import patch

    with patch("benchmarks.services.runs.run_send", return_value=False):
        return run_request(benchmark="site-shift", profile="smoke")
