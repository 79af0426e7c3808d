"""Weights of source samples: features (n, d) in, weights (n,) out.

Distances are Euclidean, so that features should be standardised. Kernels keep (source, target)
matrices in memory: they allow a few thousand samples; draw a subset of pixels first.
"""
