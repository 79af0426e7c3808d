"""Filters of lists for pages, API and exports: django-filter's, with the reader as an input."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django_filters import CharFilter, FilterSet
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import OpenApiParameter

from reviewdb.common.entered import LARGEST, not_one_of, whole_number
from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.permissions import Actor

Given = Mapping[str, str]


class CheckedField(forms.CharField):
    """A text that ``check`` turns into the value; empty means that the filter is not set."""

    def __init__(self, *, check: Callable[[str], Any], **options: Any) -> None:
        super().__init__(required=False, **options)
        self.check = check

    def clean(self, value: Any) -> Any:
        """Return the checked value, or an empty text."""
        text = super().clean(value)
        return self.check(text) if text else text


class CheckedFilter(CharFilter):
    """A filter that checks its text; ``schema`` is its OpenAPI schema.

    ``condition`` turns a value into a query condition; without one, ``field_name`` has to equal it.
    """

    def __init__(
        self,
        field_name: str | None = None,
        *,
        condition: Callable[[Any], Q] | None = None,
        schema: Mapping[str, Any] | None = None,
        help_text: str = "",
    ) -> None:
        super().__init__(field_name=field_name, help_text=help_text)
        self.condition = condition
        self.schema = {"type": "string", "description": help_text, **(schema or {})}
        set_override(self, "field", self.schema)

    @property
    def field(self) -> CheckedField:
        """Return the form's field."""
        return CheckedField(check=self.check, help_text=self.extra["help_text"])

    def check(self, text: str) -> Any:
        """Return the value that the text stands for; raises ValidationError."""
        return text

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Return the rows that have the value."""
        if value in ("", None):
            return rows
        if self.condition:
            return rows.filter(self.condition(value))
        return rows.filter(**{str(self.field_name): value})


class ChoiceFilter(CheckedFilter):
    """A filter whose value is one of ``closed``, or of ``choices``, which depend on the reader.

    A value among ``known`` is always a choice and needs no query.
    """

    def __init__(
        self,
        field_name: str | None = None,
        *,
        closed: Sequence[str] = (),
        known: Sequence[str] = (),
        choices: Callable[[Actor], Sequence[str]] | None = None,
        normal: Callable[[str], str] = str.strip,
        schema: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        listed = {"enum": list(closed)} if closed else {}
        super().__init__(field_name, schema={**listed, **(schema or {})}, **options)
        self.known = tuple(closed) + tuple(known)
        self.choices = choices
        self.normal = normal

    def check(self, text: str) -> str:
        """Return the value as the choices write it; raises ValidationError that names them."""
        value = self.normal(text)
        if value in self.known:
            return value
        more = self.choices(self.parent.user) if self.choices else ()
        if value in more:
            return value
        known = list(dict.fromkeys([*self.known, *more]))
        raise ValidationError(not_one_of(text, known))


class RowFilter(CheckedFilter):
    """A filter by the number of a row that exists; ``where`` says where they are listed."""

    def __init__(
        self, field_name: str, *, rows: Callable[[], QuerySet[Any]], where: str, help_text: str
    ) -> None:
        schema = {"type": "integer", "minimum": 1, "maximum": LARGEST}
        super().__init__(field_name, schema=schema, help_text=help_text)
        self.rows = rows
        self.where = where

    def check(self, text: str) -> int:
        """Return the number of the row."""
        return row_number(text, self.rows(), self.where)


def row_number(text: str, rows: QuerySet[Any], where: str) -> int:
    """Return the number of a row that exists; raises ValidationError."""
    number = whole_number(text, low=1)
    if number is None:
        raise ValidationError(f"must be a whole number (an integer from 1), got {text[:40]!r}")
    if not rows.filter(pk=number).exists():
        raise ValidationError(f"there is no {where.rstrip('s/')} {number}; {where} lists them")
    return number


class ReaderFilterSet(FilterSet):
    """Filters with a reader: lists of choices hold only what the reader may see."""

    def __init__(
        self,
        data: Given | None = None,
        queryset: QuerySet[Any] | None = None,
        *,
        request: HttpRequest | None = None,
        user: Actor | None = None,
        prefix: str | None = None,
    ) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        asker = user or getattr(request, "user", None)
        self.user: Actor = asker or AnonymousUser()

    def chosen(self) -> dict[str, str]:
        """Return the filters that are set; raises RuleViolation for unknown values."""
        if errors := {name: [str(text) for text in texts] for name, texts in self.errors.items()}:
            field, texts = next(iter(errors.items()))
            raise RuleViolation(f"{field}: {texts[0]}", errors)
        return {name: value for name, value in self.form.cleaned_data.items() if value != ""}

    def found(self, *, but: str = "") -> QuerySet[Any]:
        """Return the rows that every filter admits, the filter ``but`` left out."""
        rows = self.queryset
        for name, value in self.chosen().items():
            rows = rows if name == but else self.filters[name].filter(rows, value)
        return rows


def filter_parameters(
    filters: type[FilterSet], *, required: Sequence[str] = ()
) -> list[OpenApiParameter]:
    """Return the OpenAPI description of the filters, for endpoints that are not lists."""
    return [
        OpenApiParameter(
            name,
            {key: value for key, value in found.schema.items() if key != "description"},
            description=found.schema["description"],
            required=name in required,
        )
        for name, found in filters.base_filters.items()
    ]
