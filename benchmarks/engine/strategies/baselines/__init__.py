"""Baselines without a transfer method: trained on one domain or on both."""
