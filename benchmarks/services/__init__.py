"""Writes to runs and their files: request, cancel, retry, delete, prune, and upkeep by workers."""
