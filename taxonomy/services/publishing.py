"""Stores a source document's tables cell by cell, as printed."""

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.cells import as_number
from reviewdb.common.web.permissions import OPERATOR, Actor, require
from reviewdb.reviews.models import Action, Review
from reviewdb.reviews.services.changes import Differences, change_add, differences
from taxonomy.folder.review_rows import DocumentRows
from taxonomy.models import Document, PublishedValue


def document_store(
    *, rows: DocumentRows, review: Review | None, user: Actor = OPERATOR
) -> dict[str, int]:
    """Store the document and its cells; returns how many were created, updated or unchanged.

    Must run in a transaction of the caller. Cells that the document no longer has are deleted. A
    document without a review is shared, so that only few accounts may change it.
    """
    document, fields = _document(rows, review)
    known = {(cell.table, cell.row, cell.column): cell for cell in document.values.all()}
    printed = {(cell.table, cell.row, cell.column): cell for cell in _cells(document, rows)}
    new = [cell for key, cell in printed.items() if key not in known]
    changed = [
        _take_over(known[key], cell)
        for key, cell in printed.items()
        if key in known and _differs(known[key], cell)
    ]
    gone = [cell.pk for key, cell in known.items() if key not in printed]
    PublishedValue.objects.filter(pk__in=gone).delete()
    PublishedValue.objects.bulk_create(new)
    PublishedValue.objects.bulk_update(changed, ["text", "number", "position"])
    unchanged = len(printed) - len(new) - len(changed)
    counts = {"created": len(new), "updated": len(changed) + len(gone)}
    if fields or any(counts.values()):
        require(user, "review.load" if review else "documents.share", review)
        change_add(user=user, action=Action.LOADED, target=document, fields=fields, counts=counts)
    return {**counts, "unchanged": unchanged}


def document_check(*, rows: DocumentRows, review: Review | None) -> None:
    """Raise RuleViolation if the slug's document belongs to another review, or to none."""
    document = Document.objects.filter(slug=rows.slug).first()
    if document and document.review != review:
        text = f"the document {rows.slug!r} does not belong to this review; choose another slug"
        raise RuleViolation(text, {"slug": [text]})


def _document(rows: DocumentRows, review: Review | None) -> tuple[Document, Differences]:
    """Create or update the document of that slug; return it and its changed fields.

    Fields that the folder leaves empty keep their values.
    """
    document_check(rows=rows, review=review)
    document = Document.objects.filter(slug=rows.slug).first() or Document(slug=rows.slug)
    before = _facts(document)
    document.review = review
    document.title = rows.title
    document.citation = rows.citation or document.citation
    document.doi = rows.doi or document.doi
    document.full_clean()
    document.save()
    return document, differences(before, _facts(document))


def _facts(document: Document) -> dict[str, str]:
    return {"title": document.title, "citation": document.citation, "doi": document.doi}


def _cells(document: Document, rows: DocumentRows) -> list[PublishedValue]:
    return [
        PublishedValue(
            document=document,
            table=table.name,
            row=number,
            column=column,
            position=position,
            text=row.cells[column],
            number=as_number(row.cells[column]),
        )
        for table in rows.tables
        for number, row in enumerate(table.rows, start=1)
        for position, column in enumerate(table.columns)
    ]


def _differs(old: PublishedValue, new: PublishedValue) -> bool:
    return (old.text, old.position) != (new.text, new.position)


def _take_over(old: PublishedValue, new: PublishedValue) -> PublishedValue:
    old.text, old.number, old.position = new.text, new.number, new.position
    return old
