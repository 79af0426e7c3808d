"""Real data sets on this machine, served in the form of the simulated world."""
