"""Commands of the taxonomy app."""
