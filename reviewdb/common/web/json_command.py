"""The base of every command with ``--json``: one JSON object on standard output, or one refusal."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from reviewdb.common.errors import Refusal, RuleViolation
from reviewdb.common.json_object import JsonObject


class JsonCommand(BaseCommand):
    """Prints what ``run`` returns: as JSON under ``--json``, else as ``describe`` formats it.

    A RuleViolation or ValidationError becomes the error object (``--json``) or text on standard
    error; either way the command exits 1.
    """

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--json`` beside the command's own arguments."""
        self.add_own_arguments(parser)
        parser.add_argument(
            "--json", action="store_true", help="print one JSON object and nothing else"
        )

    def add_own_arguments(self, parser: ArgumentParser) -> None:
        """Add the command's own arguments."""

    def run(self, **options: Any) -> JsonObject:
        """Do the work and return what is printed."""
        raise NotImplementedError

    def describe(self, result: JsonObject) -> str:
        """Return the result in words for a terminal."""
        return json.dumps(result, indent=2, ensure_ascii=False)

    def progress(self, text: str) -> None:
        """Print one line of progress, only on a terminal."""
        if self.stderr.isatty():
            self.stderr.write(text, style_func=str)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, print, and exit 1 on a refusal."""
        as_json = bool(options["json"])
        try:
            result = self.run(**options)
        except (RuleViolation, ValidationError) as error:
            self._refuse(as_violation(error), as_json=as_json)
            return
        self._print(result if as_json else self.describe(result))

    def _refuse(self, violation: RuleViolation, *, as_json: bool) -> None:
        if not as_json:
            raise CommandError(_as_text(violation))
        self._print(violation.as_json())
        sys.exit(1)

    def _print(self, result: JsonObject | Refusal | str) -> None:
        text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        self.stdout.write(text)


def as_violation(error: RuleViolation | ValidationError) -> RuleViolation:
    """Return either error as a RuleViolation with its fields."""
    if isinstance(error, RuleViolation):
        return error
    by_field = error.message_dict if hasattr(error, "error_dict") else {"value": error.messages}
    lines = [f"{field}: {text}" for field, texts in by_field.items() for text in texts]
    return RuleViolation("; ".join(lines), by_field)


def _as_text(violation: RuleViolation) -> str:
    lines = [f"{place}: {text}" for place, texts in violation.errors.items() for text in texts]
    if len(lines) > 1:
        return "\n".join([violation.message.partition(": ")[0], *lines])
    return violation.message
