"""The steps of the protocol that selects a source task."""
