"""Differentiable distances between domains: torch in, a scalar out."""
