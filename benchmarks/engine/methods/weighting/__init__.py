"""Weights of source samples: features (n, d) in, weights (n,) out.

Distances are Euclidean, so features should come standardised. Kernels hold (source, target)
matrices in memory: a few thousand samples, not a few million pixels; draw some first.
"""
