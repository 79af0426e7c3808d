"""A step of a plan, and the address under which its outputs are stored."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any, ClassVar

ENGINE_REVISION = 4
"""Raised if every step would compute other numbers or files; all addresses change with it. If only
one kind of step or one strategy changes, its own revision is raised instead.
"""

Address = str
Json = Any
"""Any JSON value: the only place where data of a plan are untyped."""


def canonical(value: Json) -> str:
    """Return JSON with sorted keys and no spaces: the same text for the same data anywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class Parents:
    """Addresses of the steps that a step needs, by role: none, one or several per role."""

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """Return every address once, role by role."""
        found: list[Address] = []
        for role in fields(self):
            value = getattr(self, role.name)
            found += value if isinstance(value, tuple) else [value] * (value is not None)
        return tuple(dict.fromkeys(found))

    def one(self, role: str) -> Address | None:
        """Return the address in a role; None if the role is empty or unknown."""
        value = getattr(self, role, None)
        return value if isinstance(value, str) else None

    def as_json(self) -> dict[str, Json]:
        """Return the roles that are not empty."""
        return {name: value for name, value in plain(self).items() if value}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One unit of work; ``address`` is the SHA-256 of what it computes.

    Each kind of step is a subclass. ``work`` is the engine's function that computes it, imported on
    first use. ``revision`` is raised if the same fields give other numbers.
    ``reports_failed_parents`` marks kinds that run although a parent failed, and report it.
    ``uses_networks`` is False for kinds whose outputs do not depend on the device or its precision.
    ``label`` is shown to people and does not enter the address.
    """

    kind: ClassVar[str]
    work: ClassVar[str]
    revision: ClassVar[int] = 1
    reports_failed_parents: ClassVar[bool] = False
    uses_networks: ClassVar[bool] = True

    parents: Parents = Parents()
    label: str = field(default="", compare=False)

    @property
    def revisions(self) -> dict[str, int]:
        """Return the revisions of all code on which the outputs depend, by name."""
        return {"engine": ENGINE_REVISION, "kind": self.revision}

    @property
    def fields(self) -> dict[str, Json]:
        """Return the JSON form of the step's fields, without parents and label."""
        return {name: value for name, value in plain(self).items() if name not in ABOUT}

    @cached_property
    def address(self) -> Address:
        """Return the SHA-256 of kind, fields, parents by role, and revisions."""
        content = {
            "kind": self.kind,
            "fields": self.fields,
            "parents": self.parents.as_json(),
            "revisions": self.revisions,
        }
        return hashlib.sha256(canonical(content).encode()).hexdigest()

    def named(self, name: str) -> str:
        """Return a text field such as ``strategy``; empty if the kind of step lacks it."""
        return str(getattr(self, name, ""))

    def as_json(self) -> dict[str, Json]:
        """Return the step's form in a plan file."""
        return {
            "address": self.address,
            "kind": self.kind,
            "label": self.label,
            "revisions": self.revisions,
            "fields": self.fields,
            "parents": self.parents.as_json(),
        }


ABOUT = ("parents", "label")


def plain(value: Json) -> Json:
    """Return dataclasses as mappings and tuples as lists, all the way down."""
    if is_dataclass(value):
        return {part.name: plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
