"""Gradients that reveal little about any one sample, and the account of how little."""
