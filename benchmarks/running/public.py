"""Removes host paths, tracebacks and secrets from engine events before they are stored."""

import sys
from typing import Any

from django.conf import settings

from reviewdb.common.public_text import public_value


def public(value: Any) -> Any:
    """Return the event, or one of its texts, without host paths, tracebacks and secrets."""
    return public_value(value, (str(settings.REVIEWDB_HOME), str(settings.BASE_DIR), sys.prefix))
