"""Parsers of API requests' bodies: strict JSON, and forms that hold only text."""

import json
import math
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework import parsers
from rest_framework.exceptions import ValidationError

from reviewdb.common.json_object import JsonObject
from reviewdb.common.web.gate import Refused, check_form, text_problems

MAX_DEPTH = 20


class StrictJSONParser(parsers.JSONParser):
    """JSON as its standard has it: UTF-8, each name once in an object, finite numbers."""

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        """Return the value; raises the API's 400 for invalid JSON or text."""
        try:
            value = json.loads(
                stream.read().decode(),
                object_pairs_hook=_each_once,
                parse_constant=_no_constant,
                parse_float=_finite,
            )
        except RecursionError:
            raise _refused(f"is nested more than {MAX_DEPTH} deep") from None
        except UnicodeDecodeError:
            raise _refused("is not UTF-8") from None
        except ValueError as error:
            raise _refused(f"is no JSON: {error}") from None
        if problem := text_problems(value, MAX_DEPTH):
            raise _refused(problem)
        if not isinstance(value, Mapping):
            raise _refused('must be an object, such as {"name": "value"}')
        return dict(value)


class TextFormParser(parsers.FormParser):
    """A form without files."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the form; raises the API's 400 where it holds anything other than text."""
        return _checked(super().parse(stream, media_type, parser_context))


class TextMultiPartParser(parsers.MultiPartParser):
    """A form that may have files."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the form; raises the API's 400 where a field holds anything other than text."""
        found = super().parse(stream, media_type, parser_context)
        _checked(found.data)
        return found


def _checked(form: QueryDict) -> QueryDict:
    try:
        check_form(form)
    except Refused as refused:
        raise ValidationError(dict(refused.errors)) from None
    return form


def _refused(text: str) -> ValidationError:
    return ValidationError({"body": [text]})


def _each_once(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"an object names {twice[:40]!r} twice")
    return found


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:40]} is too large a number")
    return value
