"""CSV files that pages offer for download."""

from collections.abc import Iterable, Sequence

from django.http import HttpResponse

from reviewdb.common.tables_out import CONTENT_TYPES, Row, TableText, to_csv


def csv_download(rows: Iterable[Row], *, name: str, columns: Sequence[str]) -> HttpResponse:
    """Return rows as a file, guarded against formulas; ``columns`` is the header without rows."""
    text = TableText(headings={column: column for column in columns})
    response = HttpResponse(to_csv(list(rows), text), content_type=CONTENT_TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
