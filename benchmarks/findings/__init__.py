"""Findings from results: rows in, figures and charts out; no Django, no torch."""
