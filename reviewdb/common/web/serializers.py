"""Serializers of requests' bodies: only known fields, values of the documented type."""

from collections.abc import Collection, Iterable
from typing import Any

from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.utils import html

from reviewdb.common.entered import LARGEST, not_one_of, whole_number

FORM_FIELDS = ("csrfmiddlewaretoken",)
"""Fields that Django's forms add to their own."""


Checked = dict[str, Any]
"""What a form or a request's body holds once its fields were checked, each of its own type."""


class StrictSerializer(serializers.Serializer[Any]):
    """A body whose unknown fields are refused, so that a mistyped name is not ignored."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the checked values; raises ValidationError for unknown names and bad values."""
        known = [name for name, field in self.fields.items() if not field.read_only]
        text = f"unknown field; there are: {', '.join(known) or 'none'}"
        unknown = {
            str(name): [text] for name in data if name not in known and name not in FORM_FIELDS
        }
        if unknown:
            raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class NoBody(StrictSerializer):
    """The empty body of a request."""


class Text(serializers.CharField):
    """A text; a JSON number is refused."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Choice(Text):
    """One of a list of words; a refusal lists them."""

    def __init__(self, choices: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self.choices = list(choices)
        set_override(self, "field", {"type": "string", "enum": self.choices})

    def to_internal_value(self, data: Any) -> str:
        """Return the word."""
        word = super().to_internal_value(data)
        if word not in self.choices:
            raise serializers.ValidationError(not_one_of(word, self.choices))
        return word


class WholeNumber(serializers.IntegerField):
    """A whole number: JSON's own, or a few ASCII digits in forms and addresses."""

    def __init__(self, *, low: int = 0, high: int = LARGEST, **options: Any) -> None:
        super().__init__(min_value=low, max_value=high, **options)
        self.low, self.high = low, high

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if isinstance(data, str) and self._is_form():
            value = whole_number(data, high=LARGEST)
        else:
            value = data if type(data) is int else None
        if value is None:
            self.fail("invalid")
        if not self.low <= value <= self.high:
            bounds = f"between {self.low} and {self.high}"
            raise serializers.ValidationError(f"must be {bounds}, got {str(value)[:40]}")
        return value

    def _is_form(self) -> bool:
        return bool(html.is_html_input(getattr(self.root, "initial_data", None)))


def nothing_given(names: Collection[str]) -> str:
    """Return the sentence that asks for one field at least."""
    return f"nothing to set; there are: {', '.join(names)}"
