"""Models of the taxonomy app: trees, approaches, attributes, tags, published values."""

from taxonomy.models.classification import (
    Approach,
    Attribute,
    Node,
    ReviewTree,
    Tag,
    Tagging,
    Taxonomy,
    Term,
    Vocabulary,
)
from taxonomy.models.published import Document, PublishedValue

__all__ = [
    "Approach",
    "Attribute",
    "Document",
    "Node",
    "PublishedValue",
    "ReviewTree",
    "Tag",
    "Tagging",
    "Taxonomy",
    "Term",
    "Vocabulary",
]
