"""The endpoints of the knowledge base: check, call one service or selector, answer."""
