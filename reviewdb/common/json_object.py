"""The one name for a JSON object whose fields our code does not fix: requests, files, provenance.

Where the fields are known, a TypedDict beside the function that returns it names them.
"""

from collections.abc import Mapping
from typing import Any

JsonObject = Mapping[str, Any]
"""Read, never written to; a TypedDict is one too."""
