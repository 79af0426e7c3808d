"""`make bench`: how fast we are, against a named peer or the raw resource, in one run."""
