"""Real data sets that people have fetched themselves, served in the simulated world's form."""
