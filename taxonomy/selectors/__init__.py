"""Reads of studies, nodes, tables and documents, each within a fixed number of queries."""
