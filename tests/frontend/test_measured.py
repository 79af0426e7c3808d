"""The sentence that a node's page says about its measurements."""

from html import unescape

from benchmarks.findings.measured import HOW_STRATEGIES_COUNT
from benchmarks.models import Run


def page(client, path):
    return unescape(client.get(f"/taxonomy/{path}/").content.decode())


def test_the_page_of_a_node_says_in_a_sentence_what_was_measured(client, measured):
    html = page(client, "parameter")
    assert (
        "Of 2 strategies measured on simulated images, 1 gained in at least one comparison and "
        "1 lost in at least one comparison." in html
    )
    assert HOW_STRATEGIES_COUNT in html


def test_a_failure_is_told(client, measured):
    assert "The one strategy measured on simulated images failed." in page(client, "feature")


def test_a_smoke_run_says_that_it_has_no_verdict(client, measured):
    Run.objects.filter(pk=measured.pk).update(profile="smoke")
    html = page(client, "parameter")
    assert "Both strategies measured on simulated images have no verdict (a test run)." in html


def test_a_node_without_measurements_has_no_sentence(client, measured):
    html = page(client, "relational")
    assert "strategies measured on" not in html
    assert HOW_STRATEGIES_COUNT not in html
