"""The WSGI door: `granian --interface wsgi reviewdb.wsgi:application`."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

from reviewdb.common.processes import ORPHANED, follow

os.umask(0o077)  # what a page writes is read by this account alone
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reviewdb.settings")


class Utf8Request(WSGIRequest):
    """A request read as UTF-8 whatever charset it declares; the gate refuses other charsets.

    Django decodes the query by it while the request is made, before any middleware could answer:
    a charset such as ``hex``, which Python has but not for text, ends in the server's own error.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        declared = meta.get("CONTENT_TYPE", "")
        self.content_type, self.content_params = parse_header_parameters(declared)


class Handler(WSGIHandler):
    """Django's handler, with requests that are UTF-8."""

    request_class = Utf8Request


# Under `serve` the server's processes end with it, whoever kills it; elsewhere that is the affair
# of whatever started the server.
if os.environ.get("REVIEWDB_SERVED"):
    follow(os.getppid(), lambda: os._exit(ORPHANED))
django.setup(set_prefix=False)
application = Handler()
