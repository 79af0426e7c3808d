"""Refreshes PostgreSQL's table statistics after many rows were loaded at once."""

from django.db import connection


def refresh_statistics() -> None:
    """Have PostgreSQL analyze the knowledge base's tables; other databases need nothing.

    Until autovacuum runs, up to a minute after a review was loaded, the planner takes the tables
    for empty and chooses nested loops, which take seconds or minutes for a page.
    """
    if connection.vendor != "postgresql":
        return
    names = ", ".join(
        connection.ops.quote_name(table)
        for table in connection.introspection.django_table_names(include_views=False)
        if table.startswith(("reviews_", "taxonomy_"))
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")
