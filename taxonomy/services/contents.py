"""Compares a folder's studies with stored ones and stages new and changed rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reviewdb.common.tables_in.terms import folded, free_slug, term_slug
from reviewdb.reviews.models import Evidence, Review, Study
from taxonomy.folder.review_rows import (
    BIBLIOGRAPHIC,
    ApproachRow,
    AttributeRow,
    ReviewRows,
    StudyRow,
)
from taxonomy.models import Approach, Attribute, Taxonomy, Term, Vocabulary
from taxonomy.services.staging import chunks, stage_write
from taxonomy.services.tally import Tally

SETTLED = (Evidence.RESOLVED, Evidence.EDITED)


@dataclass
class Staging:
    """The review being loaded (``target``, None for a new one) and the staged review with new rows.

    ``studies`` maps reference numbers to database keys of staged studies. These are new studies,
    changed ones, and carriers: unchanged studies with new approaches or attributes.
    """

    target: Review | None
    stage: Review
    tally: Tally
    studies: dict[str, int] = field(default_factory=dict)

    def write_studies(self, rows: list[Study]) -> None:
        """Stage the studies and store their database keys in ``studies``."""
        stage_write(self.stage, rows)
        staged = Study.objects.filter(review=self.stage, key__in=[row.key for row in rows])
        self.studies.update(staged.values_list("key", "pk"))

    def carry(self, refs: Iterable[str]) -> None:
        """Stage a carrier for each study that is not staged yet."""
        missing = sorted({ref for ref in refs if ref not in self.studies})
        self.write_studies([Study(review=self.stage, key=ref) for ref in missing])


def contents_stage(rows: ReviewRows, taxonomy: Taxonomy, staging: Staging) -> None:
    """Stage the folder's studies, approaches and attributes that the target does not have."""
    for studies in chunks(rows.studies):
        _stage_studies(studies, staging)
    nodes = dict(taxonomy.nodes.values_list("path", "pk"))
    for approaches in chunks(rows.approaches):
        _stage_approaches(approaches, nodes, staging)
    terms = _stage_terms(rows, staging)
    for attributes in chunks(rows.attributes):
        _stage_attributes(attributes, terms, staging)


def _stage_studies(rows: Sequence[StudyRow], staging: Staging) -> None:
    known = {
        study.key: study
        for study in Study.objects.filter(
            review=staging.target, key__in=[row.ref for row in rows]
        ).only("key", "position", "evidence", "edited_fields", *BIBLIOGRAPHIC)
    }
    new = [_new(row, staging.stage) for row in rows if row.ref not in known]
    changed = [
        shadow
        for row in rows
        if row.ref in known and (shadow := _changed(known[row.ref], row, staging.stage))
    ]
    staging.write_studies([*new, *changed])
    unchanged = len(rows) - len(new) - len(changed)
    staging.tally.add("studies", created=len(new), updated=len(changed), unchanged=unchanged)


def _new(row: StudyRow, stage: Review) -> Study:
    values = {name: getattr(row, name) for name in BIBLIOGRAPHIC}
    return Study(review=stage, key=row.ref, position=int(row.ref), evidence=row.evidence, **values)


def _changed(study: Study, row: StudyRow, stage: Review) -> Study | None:
    """Return the changed study, or None if unchanged; values set by a person or Crossref stay."""
    if study.evidence in SETTLED or row.evidence == Evidence.UNRESOLVED:
        return None
    before = {name: getattr(study, name) for name in BIBLIOGRAPHIC}
    stated = {name: value for name in BIBLIOGRAPHIC if (value := getattr(row, name))}
    free = {name: value for name, value in stated.items() if name not in study.edited_fields}
    after = before | free
    if after == before and study.evidence == row.evidence:
        return None
    return Study(
        review=stage,
        key=study.key,
        position=study.position,
        evidence=row.evidence,
        edited_fields=study.edited_fields,
        **after,
    )


def _stage_approaches(rows: Sequence[ApproachRow], nodes: dict[str, int], staging: Staging) -> None:
    filed = Approach.objects.filter(
        study__review=staging.target, study__key__in={row.ref for row in rows}
    )
    known = set(filed.values_list("study__key", "node__path", "technique").order_by())
    new = [row for row in rows if (row.ref, row.node, row.technique) not in known]
    staging.carry(row.ref for row in new)
    made = [
        Approach(
            study_id=staging.studies[row.ref],
            node_id=nodes[row.node],
            technique=row.technique,
            section=row.section,
        )
        for row in new
    ]
    stage_write(staging.stage, made)
    staging.tally.add("approaches", created=len(new), unchanged=len(rows) - len(new))


def _stage_attributes(
    rows: Sequence[AttributeRow], terms: dict[tuple[str, str], int], staging: Staging
) -> None:
    said = Attribute.objects.filter(
        study__review=staging.target, study__key__in={row.ref for row in rows}
    )
    known = set(said.values_list("study__key", "term").order_by())
    new = [row for row in rows if (row.ref, terms[row.vocabulary, row.term]) not in known]
    staging.carry(row.ref for row in new)
    made = [
        Attribute(
            study_id=staging.studies[row.ref],
            term_id=terms[row.vocabulary, row.term],
            section=row.section,
        )
        for row in new
    ]
    stage_write(staging.stage, made)
    staging.tally.add("attributes", created=len(new), unchanged=len(rows) - len(new))


def _stage_terms(rows: ReviewRows, staging: Staging) -> dict[tuple[str, str], int]:
    """Stage new terms; return the database keys of all by vocabulary and folded value."""
    stated = [(row.vocabulary, row.term, row.value) for row in rows.attributes]
    wanted: dict[str, dict[str, str]] = {}
    for name, key, value in (*stated, *rows.controlled):
        wanted.setdefault(name, {}).setdefault(key, value)
    found: dict[tuple[str, str], int] = {}
    for name, values in sorted(wanted.items()):
        found |= {(name, key): pk for key, pk in _vocabulary(name, values, staging).items()}
    return found


def _vocabulary(name: str, wanted: dict[str, str], staging: Staging) -> dict[str, int]:
    """Return one vocabulary's terms by folded value."""
    there = Term.objects.filter(vocabulary__review=staging.target, vocabulary__slug=name)
    stored = list(there.values_list("pk", "slug", "value"))
    known = {folded(value): pk for pk, _, value in stored}
    # A term whose value was respelled is still found by its slug.
    respelled = {slug: pk for pk, slug, value in stored if folded(value) not in wanted}
    known |= {
        key: respelled[slug]
        for key, value in wanted.items()
        if key not in known and (slug := term_slug(value)) in respelled
    }
    new = {key: value for key, value in wanted.items() if key not in known}
    staging.tally.add("terms", created=len(new), unchanged=len(wanted) - len(new))
    if not new:
        return known
    title = name.replace("_", " ").capitalize()
    vocabulary = Vocabulary.objects.create(review=staging.stage, slug=name, name=title)
    taken = {slug for _, slug, _ in stored}
    terms = []
    for value in new.values():
        slug = free_slug(value, taken)
        taken.add(slug)
        terms.append(Term(vocabulary=vocabulary, slug=slug, value=value))
    stage_write(staging.stage, terms)
    made = Term.objects.filter(vocabulary=vocabulary).values_list("value", "pk")
    return known | {folded(value): pk for value, pk in made}
