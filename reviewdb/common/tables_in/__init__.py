"""Tables and small text files in: bytes to checked cells, every fault with its place."""
