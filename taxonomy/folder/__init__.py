"""Reads a review from a folder of CSV files, or refuses it with a list of all faults."""
