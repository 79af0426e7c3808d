"""Readers of data sets, one file each; without a file only its data set is gone."""
