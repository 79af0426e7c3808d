"""API tokens that were kept as they are become hashes; clients go on using them."""

from datetime import UTC, datetime

from django.db import migrations
from django.utils.dateparse import parse_datetime
from knox.crypto import hash_token
from knox.settings import CONSTANTS

OLD_TABLE = "authtoken_token"  # of rest_framework.authtoken, which is no longer installed


def hash_tokens(apps, schema_editor):
    """Move each token into knox's table as its hash, then remove the old table."""
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if OLD_TABLE not in connection.introspection.table_names(cursor):
            return
        if connection.vendor == "sqlite":
            # Else the deleted rows stay readable in the file's free pages.
            cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"SELECT {connection.ops.quote_name('key')}, created, user_id FROM {OLD_TABLE}")
        rows = cursor.fetchall()
        _store(apps.get_model("knox", "AuthToken"), connection.alias, rows)
        cursor.execute(f"DELETE FROM {OLD_TABLE}")
    schema_editor.execute(f"DROP TABLE {OLD_TABLE}")
    _forget_app(apps, connection)


def _store(model, alias, rows):
    for key, created, user_id in rows:
        digest = hash_token(key)
        tokens = model.objects.using(alias)
        if tokens.filter(pk=digest).exists():
            continue
        row = model(digest=digest, token_key=key[: CONSTANTS.TOKEN_KEY_LENGTH], user_id=user_id)
        row.save(using=alias, force_insert=True)
        tokens.filter(pk=digest).update(created=_moment(created))


def _moment(value):
    """Return the time with its zone; SQLite gives it as text."""
    moment = value if isinstance(value, datetime) else parse_datetime(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _forget_app(apps, connection):
    """Take away what Django noted about the app: its migrations, permissions, content types."""
    types = apps.get_model("contenttypes", "ContentType").objects.using(connection.alias)
    types.filter(app_label="authtoken").delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'authtoken'")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("knox", "0009_extend_authtoken_field"),
    ]

    # There is no way back: a hash does not give its token.
    operations = [migrations.RunPython(hash_tokens, migrations.RunPython.noop)]
