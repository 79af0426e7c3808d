"""`make calibration`: how often intervals cover, verdicts err, and weights miss, measured."""
