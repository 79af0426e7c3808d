"""Small TOML files beside the tables -> dictionaries."""

import tomllib
from pathlib import Path
from typing import Any

from reviewdb.common.tables_in.problems import Problems


def read_toml(path: Path, problems: Problems) -> dict[str, Any]:
    """Return the file's content, empty where there is no file or it is broken (noted)."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        problems.add(path.name, "is not UTF-8; save the file as UTF-8")
    except tomllib.TOMLDecodeError as error:
        problems.add(path.name, f"is no TOML: {error}")
    except OSError as error:
        problems.add(path.name, f"cannot be read: {error.strerror}")
    return {}
