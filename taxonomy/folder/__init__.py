"""A review as a folder of CSV files: read whole, or refused with every fault in it."""
