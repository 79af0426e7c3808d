"""Loads a review folder's rows: all or nothing, and a second time without change."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import models, transaction

from reviewdb.common.web.permissions import OPERATOR, Actor, require
from reviewdb.common.web.table_statistics import refresh_statistics
from reviewdb.reviews.models import Action, Review, Role, SourceSearch, Study
from reviewdb.reviews.models.studies import Evidence
from reviewdb.reviews.services.changes import change_add
from reviewdb.reviews.services.members import member_store
from reviewdb.reviews.services.reviews import review_publish
from taxonomy.folder.bundled import bundled_folder
from taxonomy.folder.review_folder import read_review
from taxonomy.folder.review_rows import BIBLIOGRAPHIC, ReviewRows, StudyRow
from taxonomy.folder.tree import Tree
from taxonomy.models import Approach, Attribute, Node, Taxonomy, Term, Vocabulary
from taxonomy.services.publishing import document_store

Row = TypeVar("Row", bound=models.Model)
SETTLED = (Evidence.RESOLVED, Evidence.EDITED)


@dataclass
class Tally:
    """How many rows of each kind were created, updated, or were there already."""

    created: dict[str, int] = field(default_factory=dict)
    updated: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, *, created: int = 0, updated: int = 0, unchanged: int = 0) -> None:
        """Add to the counts of one kind."""
        for counts, number in (
            (self.created, created),
            (self.updated, updated),
            (self.unchanged, unchanged),
        ):
            counts[kind] = counts.get(kind, 0) + number

    def as_json(self) -> dict[str, dict[str, int]]:
        """Return the counts by outcome and kind."""
        return {"created": self.created, "updated": self.updated, "unchanged": self.unchanged}


def review_load(
    *,
    slug: str,
    folder: Path | None = None,
    owner: User | None = None,
    is_public: bool | None = None,
    user: Actor = OPERATOR,
) -> dict[str, Any]:
    """Load the bundled review, or a folder of the same layout, and return what changed.

    What people added or edited stays: rows are added or filled in, never taken away. A new review
    is public unless ``is_public`` is False; None leaves one that is there as it is.
    """
    there = Review.objects.filter(slug=slug).first()
    require(user, "review.load" if there else "review.create", there)
    rows = read_review(folder or bundled_folder(slug), slug)
    tally = Tally()
    with transaction.atomic():
        review = _store_review(rows, tally, is_public=is_public)
        if there and is_public is not None:
            review_publish(review=review, is_public=is_public, user=user)
        for document in rows.documents:
            counts = document_store(
                rows=document, review=review if document.is_the_review else None, user=user
            )
            tally.add("published_values", **counts)
        _log(review, tally, owner, user)
        if any(tally.created.values()):
            refresh_statistics()
    return {"review": slug, **tally.as_json()}


def _log(review: Review, tally: Tally, owner: User | None, user: Actor) -> None:
    """Append one change with the counts, where there are any, and make the owner a member."""
    touched = {"created": tally.created, "updated": tally.updated}
    counts = {how: {k: n for k, n in rows.items() if n} for how, rows in touched.items()}
    if any(counts.values()):
        change_add(user=user, action=Action.LOADED, target=review, counts=counts)
    if owner and not review.memberships.filter(user=owner).exists():
        member_store(review=review, account=owner, role=Role.OWNER, user=user)


def _store_review(rows: ReviewRows, tally: Tally, *, is_public: bool | None) -> Review:
    taxonomy = _store_tree(rows.tree, tally)
    review = _fill_review(rows, taxonomy, tally, is_public=is_public)
    studies = _store_studies(review, rows, tally)
    nodes = {node.path: node for node in taxonomy.nodes.all()}
    terms = _store_terms(rows, tally)
    _add_missing(
        "approaches",
        [
            Approach(
                study=studies[row.ref],
                node=nodes[row.node],
                technique=row.technique,
                section=row.section,
            )
            for row in rows.approaches
        ],
        ("study_id", "node_id", "technique"),
        Approach.objects.filter(study__review=review),
        tally,
    )
    _add_missing(
        "attributes",
        [
            Attribute(
                study=studies[row.ref], term=terms[row.vocabulary, row.term], section=row.section
            )
            for row in rows.attributes
        ],
        ("study_id", "term_id"),
        Attribute.objects.filter(study__review=review),
        tally,
    )
    _store_searches(review, rows, tally)
    return review


def _store_searches(review: Review, rows: ReviewRows, tally: Tally) -> None:
    known = {(row.source, row.searched_on, row.query): row for row in review.searches.all()}
    for row in rows.searches:
        facts = {"source": row.source, "searched_on": row.searched_on, "query": row.query}
        search = known.get((row.source, row.searched_on, row.query)) or SourceSearch(
            review=review, **facts
        )
        tally.add("searches", **_save_changed(search, {"hits": row.hits}))


def _store_tree(tree: Tree, tally: Tally) -> Taxonomy:
    facts = {"title": tree.title, "reference": tree.reference}
    taxonomy, created = Taxonomy.objects.get_or_create(
        slug=tree.slug, version=tree.version, defaults=facts
    )
    tally.add("taxonomies", created=int(created), unchanged=int(not created))
    known = {node.path: node for node in taxonomy.nodes.all()}
    for position, row in enumerate(tree.nodes):
        node = known.get(row.path) or Node(taxonomy=taxonomy, path=row.path)
        node.parent = known.get(row.parent)
        values = {"name": row.name, "position": position, "description": row.description}
        outcome = _save_changed(node, values)
        known[row.path] = node
        tally.add("nodes", **outcome)
    return taxonomy


def _save_changed(row: models.Model, values: dict[str, Any]) -> dict[str, int]:
    """Save the row where it is new or a value differs; returns which of these it was."""
    is_new = row.pk is None
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    if is_new or changed:
        row.full_clean()
        row.save()
    return {"created" if is_new else "updated" if changed else "unchanged": 1}


def _fill_review(
    rows: ReviewRows, taxonomy: Taxonomy, tally: Tally, *, is_public: bool | None
) -> Review:
    # A review's own words may have been edited since: only what is still empty is filled.
    review = Review.objects.filter(slug=rows.slug).first() or Review(slug=rows.slug)
    facts = {name: text for name, text in rows.facts.items() if name != "taxonomy" and text}
    facts["title"] = facts.get("title", rows.slug)
    empty: dict[str, Any] = {
        name: text for name, text in facts.items() if not getattr(review, name)
    }
    if review.pk is None and is_public is not None:
        empty["is_public"] = is_public
    if review.taxonomy_id is None:
        tally.add("reviews", **_save_changed(review, {**empty, "taxonomy": taxonomy}))
    else:
        tally.add("reviews", **_save_changed(review, empty))
    return review


def _store_studies(review: Review, rows: ReviewRows, tally: Tally) -> dict[str, Study]:
    known = {study.key: study for study in review.studies.all()}
    new = [
        Study(
            review=review,
            key=row.ref,
            position=int(row.ref),
            evidence=row.evidence,
            **{name: getattr(row, name) for name in BIBLIOGRAPHIC},
        )
        for row in rows.studies
        if row.ref not in known
    ]
    changed = [
        known[row.ref] for row in rows.studies if row.ref in known and _update(known[row.ref], row)
    ]
    Study.objects.bulk_create(new)
    Study.objects.bulk_update(changed, [*BIBLIOGRAPHIC, "evidence"])
    unchanged = len(rows.studies) - len(new) - len(changed)
    tally.add("studies", created=len(new), updated=len(changed), unchanged=unchanged)
    return known | {study.key: study for study in new}


def _update(study: Study, row: StudyRow) -> bool:
    """Take over what the row says newly; what a person or Crossref settled stays."""
    if study.evidence in SETTLED or row.evidence == Evidence.UNRESOLVED:
        return False
    values = {name: getattr(row, name) for name in BIBLIOGRAPHIC if getattr(row, name)}
    values = {name: value for name, value in values.items() if name not in study.edited_fields}
    values["evidence"] = row.evidence
    changed = {name: value for name, value in values.items() if getattr(study, name) != value}
    for name, value in changed.items():
        setattr(study, name, value)
    return bool(changed)


def _store_terms(rows: ReviewRows, tally: Tally) -> dict[tuple[str, str], Term]:
    stated = [(row.vocabulary, row.term, row.value) for row in rows.attributes]
    wanted = {(name, slug): value for name, slug, value in (*stated, *rows.controlled)}
    names = {name for name, _ in wanted}
    Vocabulary.objects.bulk_create(
        [Vocabulary(slug=name, name=name.replace("_", " ").capitalize()) for name in sorted(names)],
        ignore_conflicts=True,
    )
    vocabularies = {row.slug: row for row in Vocabulary.objects.filter(slug__in=names)}
    terms = [
        Term(vocabulary=vocabularies[name], slug=slug, value=value)
        for (name, slug), value in wanted.items()
    ]
    before = Term.objects.filter(vocabulary__in=vocabularies.values())
    _add_missing("terms", terms, ("vocabulary_id", "slug"), before, tally)
    found = Term.objects.filter(vocabulary__in=vocabularies.values()).select_related("vocabulary")
    return {(term.vocabulary.slug, term.slug): term for term in found}


def _add_missing(
    kind: str,
    rows: list[Row],
    key: tuple[str, ...],
    there: models.QuerySet[Row],
    tally: Tally,
) -> None:
    """Create in one bulk call the rows whose key is not among ``there``."""
    known = set(there.values_list(*key))
    new = [row for row in rows if tuple(getattr(row, name) for name in key) not in known]
    there.bulk_create(new)
    tally.add(kind, created=len(new), unchanged=len(rows) - len(new))
