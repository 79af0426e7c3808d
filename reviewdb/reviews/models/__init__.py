"""Models of reviews, members, searches, studies and the change log."""

from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models.changes import Action, Change
from reviewdb.reviews.models.reviews import Membership, Review, SourceKind, SourceSearch
from reviewdb.reviews.models.studies import Evidence, Study

__all__ = [
    "Action",
    "Change",
    "Evidence",
    "Membership",
    "Review",
    "Role",
    "SourceKind",
    "SourceSearch",
    "Study",
]
