"""Strategies: one file each, loaded on first use through its card."""
