"""The steps of the protocol that asks which source task to transfer from."""
