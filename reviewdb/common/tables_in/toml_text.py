"""Reads the small TOML files of a review's folder into dictionaries."""

import tomllib
from pathlib import Path
from typing import Any

from reviewdb.common.json_object import JsonObject
from reviewdb.common.tables_in.problems import Problems
from reviewdb.common.text import printable


def read_toml(path: Path, problems: Problems) -> JsonObject:
    """Return the file's content, empty where there is no file or it is broken (noted)."""
    try:
        found = _printable(tomllib.loads(path.read_bytes().decode("utf-8-sig")))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        problems.add(path.name, "is not UTF-8; save the file as UTF-8")
    except (tomllib.TOMLDecodeError, ValueError) as error:
        problems.add(path.name, f"is no TOML: {error}")
    except RecursionError:
        problems.add(path.name, "is nested too deeply")
    except OSError as error:
        problems.add(path.name, f"cannot be read: {error.strerror}")
    else:
        return dict(found)
    return {}


def _printable(value: Any) -> Any:
    if isinstance(value, dict):
        return {printable(name): _printable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_printable(inner) for inner in value]
    return printable(value) if isinstance(value, str) else value
