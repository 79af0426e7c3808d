"""Reads dataclasses from JSON; unknown, missing and wrong fields are refused by name."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from benchmarks.plan.errors import PlanError
from benchmarks.plan.steps.step import ABOUT, Json, Parents, Step

T = TypeVar("T")
_HINTS: dict[Json, dict[str, Json]] = {}
WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def read_step(kind: type[Step], entry: Mapping[str, Json], where: str) -> Step:
    """Return the step in a plan file's entry; raises PlanError naming step and field."""
    label = _one(str, entry.get("label", ""), f"{where}: label")
    parents: Parents = read_dataclass(
        hints(kind)["parents"], entry.get("parents"), f"{where}: parents"
    )
    values = read_fields(kind, entry.get("fields"), f"{where}: fields", without=ABOUT)
    return kind(parents=parents, label=label, **values)


def read_dataclass(kind: type[T], given: Json, where: str) -> T:
    """Return an instance of ``kind`` made from a mapping."""
    return kind(**read_fields(kind, given, where))


def read_fields(
    kind: type[T], given: Json, where: str, without: tuple[str, ...] = ()
) -> dict[str, Json]:
    """Return the values of a dataclass's fields, checked against their types."""
    if not isinstance(given, Mapping):
        raise PlanError("steps", f"{where} must be a mapping, got {given!r}")
    parts = [part for part in fields(kind) if part.name not in without]  # type: ignore[arg-type]  # T is a dataclass
    known = [part.name for part in parts]
    needed = [p.name for p in parts if p.default is MISSING and p.default_factory is MISSING]
    if unknown := [name for name in given if name not in known]:
        raise PlanError("steps", f"{where}: {unknown[0]!r} is unknown; known: {', '.join(known)}")
    if missing := [name for name in needed if name not in given]:
        raise PlanError("steps", f"{where}: {missing[0]!r} is missing")
    types_of = hints(kind)
    return {name: _one(types_of[name], value, f"{where}.{name}") for name, value in given.items()}


def hints(kind: Json) -> dict[str, Json]:
    """Return the types of a class's fields."""
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    return _HINTS[kind]


def _one(kind: Json, value: Json, where: str) -> Json:
    """Return ``value`` converted to ``kind``: lists become tuples, mappings become dataclasses."""
    if is_dataclass(kind):
        return read_dataclass(kind, value, where)  # type: ignore[arg-type]  # a class, never an instance
    origin: Json = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _any_of(get_args(kind), value, where)
    if origin is Literal:
        return _choice(get_args(kind), value, where)
    if origin is tuple:
        return _tuple(get_args(kind), value, where)
    if origin is Mapping:
        return _mapping(get_args(kind)[1], value, where)
    is_whole_for_number = kind is float and type(value) is int
    if type(value) is not kind and not is_whole_for_number:
        raise PlanError("steps", f"{where} must be {WORDS.get(kind, 'null')}, got {value!r}")
    return value


def _any_of(kinds: tuple[Json, ...], value: Json, where: str) -> Json:
    if value is None and type(None) in kinds:
        return None
    exact = [kind for kind in kinds if kind is type(value)]
    others = [kind for kind in kinds if kind is not type(None)]
    return _one((exact or others)[0], value, where)


def _choice(choices: tuple[Json, ...], value: Json, where: str) -> Json:
    if value not in choices:
        shown = ", ".join(map(repr, choices))
        raise PlanError("steps", f"{where} must be one of {shown}, got {value!r}")
    return value


def _tuple(kinds: tuple[Json, ...], value: Json, where: str) -> tuple[Json, ...]:
    if not isinstance(value, list | tuple):
        raise PlanError("steps", f"{where} must be a list, got {value!r}")
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(value)
    if len(kinds) != len(value):
        raise PlanError("steps", f"{where} must hold {len(kinds)} values, got {len(value)}")
    numbered = enumerate(zip(kinds, value, strict=True))
    return tuple(_one(kind, inner, f"{where}[{place}]") for place, (kind, inner) in numbered)


def _mapping(kind: Json, value: Json, where: str) -> dict[str, Json]:
    if not isinstance(value, Mapping):
        raise PlanError("steps", f"{where} must be a mapping, got {value!r}")
    return {str(name): _one(kind, inner, f"{where}.{name}") for name, inner in value.items()}
