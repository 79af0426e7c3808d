"""The journeys of data and the questions of a newcomer, as places in the tree.

A place is a file and, after a colon, a function or class in it. Nothing is said about it here: the
map prints its own first line, and refuses a place that is not there.
"""

JOURNEYS: dict[str, tuple[str, ...]] = {}
QUESTIONS: dict[str, tuple[str, ...]] = {}
