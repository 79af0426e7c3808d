"""The endpoints of benchmarks, runs and results: check, call one service or selector, answer."""
