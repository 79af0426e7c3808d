"""Reads tables and small text files: from bytes to checked cells, every fault with its place."""
