"""Reads a review's rows in the form that taxonomy/counting takes."""

from reviewdb.reviews.models import Review
from taxonomy.counting.rows import FiledApproach, NodeRow, ReviewCounts, Stated
from taxonomy.models import Approach, Attribute, Node


def review_counts(review: Review) -> ReviewCounts:
    """Return all rows of the review that tables count, in five queries."""
    nodes = Node.objects.filter(taxonomy__review_trees__review=review).order_by("position")
    approaches = Approach.objects.filter(study__review=review).order_by("study__position", "id")
    stated = Attribute.objects.filter(study__review=review).order_by("study__position", "id")
    return ReviewCounts(
        studies=tuple(review.studies.values_list("key", flat=True)),
        nodes=tuple(NodeRow(*row) for row in nodes.values_list("path", "name", "description")),
        approaches=tuple(
            FiledApproach(*row)
            for row in approaches.values_list("study__key", "node__path", "technique", "section")
        ),
        stated=tuple(
            Stated(*row)
            for row in stated.values_list(
                "study__key", "term__vocabulary__slug", "term__value", "section"
            )
        ),
        searches=tuple(review.searches.values_list("source", "hits")),
    )
