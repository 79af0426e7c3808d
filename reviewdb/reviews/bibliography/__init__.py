"""Bibliographic formats: bytes in, parsed references out; how two entries are compared."""
