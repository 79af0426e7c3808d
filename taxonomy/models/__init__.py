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
from taxonomy.models.reviews import Membership, Review, SourceSearch
from taxonomy.models.studies import Study

__all__ = [
    "Approach",
    "Attribute",
    "Document",
    "Membership",
    "Node",
    "PublishedValue",
    "Review",
    "SourceSearch",
    "Study",
    "Tag",
    "Tagging",
    "Taxonomy",
    "Term",
    "Vocabulary",
]
