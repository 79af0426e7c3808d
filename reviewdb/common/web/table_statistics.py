"""What the database knows of its tables' sizes, refreshed where many rows arrive at once."""

from django.db import connection


def refresh_statistics() -> None:
    """Let PostgreSQL count the knowledge base's tables anew; other databases do without.

    Until autovacuum passes, up to a minute after a review has arrived, its planner takes the
    tables for empty and nests loops through them: seconds or minutes for a page.
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
