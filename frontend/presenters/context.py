"""The one name for what a template is given."""

from typing import Any

Context = dict[str, Any]
"""A page's values by the names that its template reads; templates check no types."""
