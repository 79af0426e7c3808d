"""`make bench`: measurements of our speed against a named peer or the raw resource."""
