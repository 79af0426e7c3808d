"""API endpoints of benchmarks, runs and results; each checks input and calls one function."""
