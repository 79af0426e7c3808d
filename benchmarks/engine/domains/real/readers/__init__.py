"""Readers of data sets, one file each; a file that is not here takes only its own away."""
