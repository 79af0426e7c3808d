"""The steps of the protocol that compares strategies in scenarios."""
