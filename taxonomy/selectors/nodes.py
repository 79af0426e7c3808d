"""Reads of taxonomy trees, nodes and the approaches at them."""

from typing import TypedDict

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404

from reviewdb.reviews.models import Review, Study
from reviewdb.reviews.selectors.reviews import User, visible_reviews
from taxonomy.counting.tree import TreeNode, taxonomy_graph, tree_json
from taxonomy.models import Approach, Node, Taxonomy
from taxonomy.selectors.counts import review_counts
from taxonomy.selectors.studies import with_details


def node_tree(review: Review) -> list[TreeNode]:
    """Return the review's tree: nested nodes with counts of approaches and distinct studies."""
    return tree_json(taxonomy_graph(review_counts(review)))


def node_get(path: str, review: Review | None = None) -> Node:
    """Return the node at ``path`` of the review's tree, else of a shared one; Http404 if none."""
    nodes = Node.objects.select_related("parent", "taxonomy").order_by("taxonomy_id")
    if review is None:
        nodes = nodes.filter(taxonomy__review=None)
    else:
        nodes = nodes.filter(taxonomy__review_trees__review=review)
    node = nodes.filter(path=path.strip("/")).first()
    return node or get_object_or_404(nodes.none(), path=path)


def tree_of(review: Review) -> Taxonomy | None:
    """Return the tree in which the review classifies its studies."""
    return Taxonomy.objects.filter(review_trees__review=review).first()


def below(node: Node) -> Q:
    """Return the condition that a node is this one or lies below it."""
    return Q(node__taxonomy=node.taxonomy_id) & (
        Q(node__path=node.path) | Q(node__path__startswith=f"{node.path}/")
    )


def node_approaches(node: Node, user: User | None = None) -> QuerySet[Approach]:
    """Return the approaches filed at or below the node, of reviews that the user may read."""
    seen = visible_reviews(user or AnonymousUser())
    approaches = Approach.objects.filter(below(node), study__review__in=seen)
    return approaches.select_related("study", "node").order_by(
        "node__position", "study__position", "pk"
    )


class TechniqueCount(TypedDict):
    """A technique with its approaches and distinct studies."""

    technique: str
    approaches: int
    studies: int


def technique_counts(approaches: QuerySet[Approach]) -> list[TechniqueCount]:
    """Return the techniques among the approaches, most used first."""
    counted = (
        approaches.order_by()
        .values_list("technique")
        .annotate(approaches=Count("pk"), studies=Count("study", distinct=True))
        .order_by("-approaches", "technique")
    )
    return [
        TechniqueCount(technique=technique, approaches=number, studies=studies)
        for technique, number, studies in counted
    ]


def node_studies(node: Node, user: User | None = None) -> QuerySet[Study]:
    """Return the distinct studies filed at or below the node, with related rows loaded."""
    filed = node_approaches(node, user).order_by().values("study")
    return with_details(Study.objects.filter(pk__in=filed))
