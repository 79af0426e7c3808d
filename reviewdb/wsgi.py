"""The WSGI application: `granian --interface wsgi reviewdb.wsgi:application`."""

import os
from collections.abc import Mapping
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

from reviewdb.common.processes import ORPHANED, follow

os.umask(0o077)  # only this account may read files written by pages
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewdb.settings")


class Utf8Request(WSGIRequest):
    """A request decoded as UTF-8 whatever charset it declares; middleware refuses other charsets.

    Django decodes the query by the declared charset while it builds the request, before any
    middleware runs. A charset such as ``hex``, which Python has as a non-text codec, would end in
    an unhandled error.
    """

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        declared = meta.get("CONTENT_TYPE", "")
        self.content_type, self.content_params = parse_header_parameters(declared)


class Handler(WSGIHandler):
    """Django's handler, with requests that are UTF-8."""

    request_class = Utf8Request


# Under `serve` the server's processes end with it. Elsewhere their parent is responsible for that.
if os.environ.get("REVIEWDB_SERVED"):
    follow(os.getppid(), lambda: os._exit(ORPHANED))
django.setup(set_prefix=False)
application = Handler()
