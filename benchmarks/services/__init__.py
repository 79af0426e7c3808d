"""Writes that people and workers ask for: request, cancel, retry, keep alive."""
