"""Middleware that refuses requests which are not text or far too large, before any view.

Databases, files and pages hold text. NUL, halves of surrogate pairs, bytes that are not UTF-8 and
excessive amounts are refused here with a reason, for pages and API alike.
"""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, QueryDict

from reviewdb.common.entered import character_problem
from reviewdb.common.web.problems import Errors, field_problem, problem_response

MAX_BODY = 2 * 2**20
"""Bytes of a body that is held in memory: JSON, or a form without files."""
MAX_UPLOAD = 256 * 2**20
"""Bytes of a form with files, which Django writes to disk as they come."""
MAX_PARAMETERS = 300
"""Parameters of an address: more than the benchmark form, which has one for each strategy."""
MAX_VALUE = 2_000
"""Characters of one parameter of an address."""
CHARSETS = ("", "utf-8", "utf8", "us-ascii", "ascii")
FORM, UPLOAD = "application/x-www-form-urlencoded", "multipart/form-data"
Answer = Callable[[HttpRequest], HttpResponse]


class Refused(Exception):  # noqa: N818 - what happened to the request
    """A request that goes no further, with the status that says why."""

    def __init__(self, status: int, errors: Errors) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors


class InputGate:
    """Middleware: answers 400, 404, 413 or 415 itself where a request cannot be read as text."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the refusal, or what the views answer."""
        try:
            _check(request)
        except Refused as refused:
            body = field_problem(refused.errors)
            return problem_response(request, refused.status, body["message"], refused.errors)
        return self.get_response(request)


def _check(request: HttpRequest) -> None:
    _check_size(request)
    charset = (request.content_params or {}).get("charset", "")
    if charset.strip("\"' ").lower() not in CHARSETS:
        raise Refused(415, {"charset": [f"must be utf-8, got {charset[:40]!r}"]})
    if problem := character_problem(request.path_info):
        raise Refused(404, {"path": [problem]})
    _check_texts(("cookie", value) for value in request.COOKIES.values())
    _check_query(request.META.get("QUERY_STRING", ""))
    if request.method == "POST" and request.content_type in (FORM, UPLOAD):
        check_form(request.POST)


def _check_size(request: HttpRequest) -> None:
    declared = request.META.get("CONTENT_LENGTH") or "0"
    limit = MAX_UPLOAD if request.content_type == UPLOAD else MAX_BODY
    size = int(declared) if declared.isascii() and declared.isdecimal() else 0
    if len(declared) > 18 or size > limit:
        text = f"must hold at most {limit} bytes, has {declared[:20]}"
        raise Refused(413, {"body": [text]})


def _check_query(raw: str) -> None:
    """Raise Refused for a query that Django would repair silently, or that is too long."""
    try:
        text = raw.encode("latin-1").decode()
        pairs = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict")
    except UnicodeError:
        raise Refused(400, {"query": ["is not UTF-8, percent-encoded"]}) from None
    if len(pairs) > MAX_PARAMETERS:
        text = f"must hold at most {MAX_PARAMETERS} parameters, has {len(pairs)}"
        raise Refused(400, {"query": [text]})
    _check_texts(pairs)
    for name, value in pairs:
        if max(len(name), len(value)) > MAX_VALUE:
            text = f"must hold at most {MAX_VALUE} characters, has {max(len(name), len(value))}"
            raise Refused(400, {name[:40]: [text]})


def check_form(form: QueryDict) -> None:
    """Raise Refused for a form that holds anything other than text, except files."""
    _check_texts((name, value) for name, values in form.lists() for value in values)


def _check_texts(pairs: Iterable[tuple[str, str]]) -> None:
    for name, value in pairs:
        if problem := character_problem(name):
            raise Refused(400, {"parameter": [f"its name {problem}"]})
        if problem := character_problem(str(value)):
            raise Refused(400, {name[:40]: [problem]})


def text_problems(value: object, depth: int) -> str:
    """Return a JSON value's first problem: a string that is no text, or too deep nesting."""
    level = [value]
    for _ in range(depth + 1):
        for one in level:
            if isinstance(one, str) and (problem := character_problem(one)):
                return problem
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return ""
    return f"is nested more than {depth} deep"


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else ()
