"""Commands of the benchmarks app."""
