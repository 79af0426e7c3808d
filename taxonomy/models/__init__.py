"""What the literature says, as rows."""

from taxonomy.models.classification import (
    Approach,
    Attribute,
    Node,
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
    "Tag",
    "Tagging",
    "Taxonomy",
    "Term",
    "Vocabulary",
]
