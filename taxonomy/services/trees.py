"""Stores trees: bundled ones, which reviews share, or a review's own."""

from django.db import transaction

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Review
from taxonomy.folder.tree import Tree
from taxonomy.models import Approach, Node, ReviewTree, Taxonomy
from taxonomy.services.tally import Tally


def tree_store(*, tree: Tree, target: Review | None, stage: Review, tally: Tally) -> Taxonomy:
    """Return the stored tree: the shared one, the target's own if it is equal, else a new one.

    A changed tree is stored as a tree of the staged review until the switch, so that no reader sees
    half of it.
    """
    if not tree.is_own:
        return _shared(tree, tally)
    own = Taxonomy.objects.filter(review=target, review_trees__review=target).first()
    if target and own and _stored(own) == _wanted(tree):
        tally.add("taxonomies", unchanged=1)
        tally.add("nodes", unchanged=len(tree.nodes))
        return own
    with transaction.atomic():
        facts = {"slug": tree.slug, "version": tree.version}
        new = Taxonomy(review=stage, title=tree.title, reference=tree.reference, **facts)
        new.full_clean()
        new.save()
        _add_nodes(new, tree)
    tally.add("taxonomies", created=int(own is None), updated=int(own is not None))
    tally.add("nodes", created=len(tree.nodes))
    return new


def tree_switch(*, review: Review, taxonomy: Taxonomy) -> None:
    """Make the review use the tree; its approaches move to the nodes of the same paths.

    Raises RuleViolation if approaches are filed at a node that the tree lacks. Must run in a
    transaction of the caller.
    """
    row = ReviewTree.objects.filter(review=review).select_related("taxonomy").first()
    if row is None:
        ReviewTree.objects.create(review=review, taxonomy=taxonomy)
    elif row.taxonomy_id != taxonomy.pk:
        old = row.taxonomy
        _refile(review, old, taxonomy)
        row.taxonomy = taxonomy
        row.save()
        if old.review_id == review.pk:
            old.delete()


def _shared(tree: Tree, tally: Tally) -> Taxonomy:
    facts = {"title": tree.title, "reference": tree.reference}
    with transaction.atomic():
        taxonomy, created = Taxonomy.objects.get_or_create(
            review=None, slug=tree.slug, version=tree.version, defaults=facts
        )
        tally.add("taxonomies", created=int(created), unchanged=int(not created))
        known = {node.path: node for node in taxonomy.nodes.all()}
        if not known:
            _add_nodes(taxonomy, tree)
            tally.add("nodes", created=len(tree.nodes))
            return taxonomy
        for position, row in enumerate(tree.nodes):
            node = known.get(row.path) or Node(taxonomy=taxonomy, path=row.path)
            node.parent = known.get(row.parent)
            wanted = (row.name, position, row.description)
            is_new, differs = not node.pk, (node.name, node.position, node.description) != wanted
            if is_new or differs:
                node.name, node.position, node.description = wanted
                node.save()
            known[row.path] = node
            counts = {"created": is_new, "updated": differs and not is_new}
            tally.add("nodes", **counts, unchanged=not (is_new or differs))
    return taxonomy


def _add_nodes(taxonomy: Taxonomy, tree: Tree) -> None:
    """Create the tree's nodes level by level, because a child needs its parent's key."""
    known: dict[str, Node] = {}
    numbered = list(enumerate(tree.nodes))
    for level in range(1 + max((row.path.count("/") for row in tree.nodes), default=0)):
        rows = [
            Node(
                taxonomy=taxonomy,
                path=row.path,
                name=row.name,
                description=row.description,
                position=position,
                parent=known.get(row.parent),
            )
            for position, row in numbered
            if row.path.count("/") == level
        ]
        known |= {node.path: node for node in Node.objects.bulk_create(rows)}


def _stored(taxonomy: Taxonomy) -> tuple[object, ...]:
    facts = (taxonomy.title, taxonomy.version, taxonomy.reference)
    nodes = taxonomy.nodes.order_by("position").values_list("path", "name", "description")
    return (*facts, tuple(nodes))


def _wanted(tree: Tree) -> tuple[object, ...]:
    nodes = tuple((row.path, row.name, row.description) for row in tree.nodes)
    return (tree.title, tree.version, tree.reference, nodes)


def _refile(review: Review, old: Taxonomy, new: Taxonomy) -> None:
    nodes = dict(new.nodes.values_list("path", "pk"))
    filed = Approach.objects.filter(study__review=review, node__taxonomy=old).order_by()
    used = dict(filed.values_list("node__path", "node").distinct())
    gone = sorted(set(used) - set(nodes))
    if gone:
        text = (
            f"approaches are filed at {', '.join(gone)}, which the tree no longer has; "
            "keep these nodes, or file the approaches elsewhere first"
        )
        raise RuleViolation(f"taxonomy.csv: {text}", {"taxonomy.csv:path": [text]})
    for path, pk in used.items():
        filed.filter(node=pk).update(node=nodes[path])
