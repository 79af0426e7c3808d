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
from taxonomy.models.effects import ReportedEffect
from taxonomy.models.published import Document, PublishedValue

__all__ = [
    "Approach",
    "Attribute",
    "Document",
    "Node",
    "PublishedValue",
    "ReportedEffect",
    "ReviewTree",
    "Tag",
    "Tagging",
    "Taxonomy",
    "Term",
    "Vocabulary",
]
