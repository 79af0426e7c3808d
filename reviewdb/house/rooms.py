"""The rooms of the tree: each folder of Python files, with the first line of every file in it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

APPS = ("reviewdb", "taxonomy", "benchmarks", "frontend")
WITHOUT_FIRST_LINES = ("migrations",)
"""Folders whose files Django names and writes; they are no rooms."""


class HouseError(Exception):
    """The tree and what is said about it differ; the text names every place."""


@dataclass(frozen=True)
class File:
    """A file and what its first line says of it."""

    path: str
    line: str

    @property
    def name(self) -> str:
        """Return the file's name."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class Room:
    """A folder with the first line of its ``__init__.py`` and its other files."""

    path: str
    line: str
    files: tuple[File, ...]


def rooms_of(root: Path) -> list[Room]:
    """Return every room below ``root``, parents first; raises HouseError where one says nothing."""
    silent: list[str] = []
    rooms = [_room(folder, root, silent) for app in APPS for folder in _folders(root / app)]
    if silent:
        raise HouseError("no first line says what these hold:\n  " + "\n  ".join(silent))
    return rooms


def first_line(path: Path, symbol: str = "") -> str:
    """Return the first line of the docstring of a file, or of a function or class in it.

    ``symbol`` may name a method, as ``Class.method``. Raises LookupError where it is not there, or
    says nothing.
    """
    node: ast.AST = ast.parse(path.read_text(encoding="utf-8"))
    for name in symbol.split(".") if symbol else ():
        node = next(part for part in _definitions(node, name))
    text = ast.get_docstring(node) if isinstance(node, _DOCUMENTED) else None
    if not text:
        raise LookupError(f"{path.name}: {symbol or 'the file'} has no docstring")
    return text.splitlines()[0]


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _definitions(node: ast.AST, name: str) -> Iterator[ast.AST]:
    for part in ast.iter_child_nodes(node):
        if isinstance(part, _DOCUMENTED[1:]) and part.name == name:
            yield part
    raise LookupError(f"{name!r} is not defined")


def _folders(app: Path) -> Iterator[Path]:
    yield app
    for folder in sorted(path for path in app.rglob("*") if path.is_dir()):
        is_room = (folder / "__init__.py").exists()
        if is_room and not set(folder.parts) & {*WITHOUT_FIRST_LINES, "__pycache__"}:
            yield folder


def _room(folder: Path, root: Path, silent: list[str]) -> Room:
    files = [_file(path, root, silent) for path in sorted(folder.glob("*.py"))]
    first, *others = sorted(files, key=lambda file: file.name != "__init__.py")
    return Room(folder.relative_to(root).as_posix(), first.line, tuple(others))


def _file(path: Path, root: Path, silent: list[str]) -> File:
    name = path.relative_to(root).as_posix()
    try:
        return File(name, first_line(path))
    except LookupError:
        silent.append(name)
        return File(name, "")
