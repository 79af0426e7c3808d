"""Differentially private gradients and their privacy accounting."""
