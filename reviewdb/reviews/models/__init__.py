"""How studies were found and chosen, as rows."""

from reviewdb.common.web.permissions import Role
from reviewdb.reviews.models.reviews import Membership, Review, SourceKind, SourceSearch
from reviewdb.reviews.models.studies import Evidence, Study

__all__ = ["Evidence", "Membership", "Review", "Role", "SourceKind", "SourceSearch", "Study"]
