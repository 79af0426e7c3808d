"""The steps of the comparison protocol."""
