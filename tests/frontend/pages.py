"""A client that sees pages as browsers do: how template lines are broken makes no difference."""

import re
from typing import Any

from django.test import Client

BLOCKS = (
    "aside|article|body|caption|datalist|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|"
    "h[1-6]|head|header|html|legend|li|link|main|meta|nav|noscript|ol|option|p|section|select|"
    "summary|svg|table|tbody|td|th|thead|title|tr|ul"
)
ATTRIBUTES = r"""(?:"[^"]*"|'[^']*'|[^>"'])*"""
BLOCK_TAG = re.compile(rf"\s*(</?(?:{BLOCKS})\b{ATTRIBUTES}>)\s*")
VERBATIM = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)


class PageClient(Client):
    """Django's test client; runs of white space in HTML read as one blank, none beside blocks."""

    def request(self, **request: Any) -> Any:
        """Return the response, its page as a browser reads it."""
        response = super().request(**request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and not response.streaming:
            response.content = as_read(response.content.decode())
        return response


def as_read(html: str) -> str:
    """Return the page without the white space that no browser shows."""
    parts = VERBATIM.split(html)
    parts[::2] = [BLOCK_TAG.sub(r"\1", re.sub(r"\s+", " ", part)) for part in parts[::2]]
    return "".join(
        part.replace(" >", ">") if not part.startswith("<pre") else part for part in parts
    )
