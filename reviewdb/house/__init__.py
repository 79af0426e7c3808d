"""Keeps the house: the map made from the tree, and what the loss of one file may cost."""
