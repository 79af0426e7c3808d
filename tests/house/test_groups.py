"""Tests that share a costly fixture run on one of pytest's workers."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one worker")
@pytest.mark.xdist_group("grouped")
def test_a_group_of_tests_is_seen_by_the_scheduler(request):
    assert request.node.nodeid.endswith("@grouped")
