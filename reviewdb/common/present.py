"""Imports the modules that a table names; an entry whose file was removed is left out."""

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def present_modules(names: Iterable[str]) -> list[ModuleType]:
    """Return the named modules whose file is there, in the order named.

    A module that is there and broken raises its own error.
    """
    return [import_module(name) for name in names if find_spec(name) is not None]
