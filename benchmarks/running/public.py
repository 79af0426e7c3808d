"""What of an engine's words anybody may read; the rest stays in the run's folder."""

import sys
from typing import Any

from django.conf import settings

from reviewdb.common.public_text import public_value


def public(value: Any) -> Any:
    """Return an event, or a text of one, without host paths, tracebacks and secrets."""
    return public_value(value, (str(settings.REVIEWDB_HOME), str(settings.BASE_DIR), sys.prefix))
