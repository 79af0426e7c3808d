"""Fixtures that several rooms share."""

pytest_plugins = ["tests.review_fixtures"]
