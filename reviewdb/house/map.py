"""`docs/map.md`, made from the tree: rooms, journeys, answers to first questions, files."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from reviewdb.house.journeys import JOURNEYS, QUESTIONS
from reviewdb.house.rooms import HouseError, Room, first_line, rooms_of

MAP = Path("docs/map.md")
HEAD = """# The map

Made from the tree by `make map`, held against it by `make check`. Every line is the first line of
a file or a function. Imports point down this list of apps: `frontend` → `benchmarks` → `taxonomy` →
`reviewdb.reviews` → `reviewdb.common`. Within an app: `api` → `services` → `tasks` → `running` →
`selectors` → `models` → pure folders."""


def map_text(root: Path) -> str:
    """Return the map of the tree below ``root``, Markdown.

    Raises HouseError with every file without a first line and every place that is not there.
    """
    rooms = rooms_of(root)
    parts = [HEAD, "## Rooms", _rooms_table(rooms)]
    faults: list[str] = []
    parts += ["## Where is it?", *_sections(QUESTIONS, root, faults)]
    parts += ["## Journeys", *_sections(JOURNEYS, root, faults)]
    parts += ["## Files", *(_files(room) for room in rooms if room.files)]
    if faults:
        raise HouseError("places that the map names are not there:\n  " + "\n  ".join(faults))
    return "\n\n".join(parts) + "\n"


def write_map(root: Path) -> Path:
    """Return the map's path, written anew."""
    path = root / MAP
    path.write_text(map_text(root), encoding="utf-8")
    return path


def check_map(root: Path) -> None:
    """Raise HouseError unless the map in the tree is the map of the tree."""
    path = root / MAP
    if not path.exists() or path.read_text(encoding="utf-8") != map_text(root):
        raise HouseError(f"{MAP} is not the map of this tree; make it again with `make map`")


def _rooms_table(rooms: list[Room]) -> str:
    lines = ["| room | what it holds | files |", "| --- | --- | --- |"]
    lines += [
        f"| [`{room.path}/`]({_link(room.path)}) | {room.line} | {len(room.files)} |"
        for room in rooms
    ]
    return "\n".join(lines)


def _sections(
    entries: Mapping[str, tuple[str, ...]], root: Path, faults: list[str]
) -> Iterator[str]:
    for title, places in entries.items():
        numbered = (
            f"{number}. {_place(place, root, faults)}" for number, place in enumerate(places, 1)
        )
        yield "\n".join((f"**{title}**", "", *numbered))


def _place(place: str, root: Path, faults: list[str]) -> str:
    path, _, symbol = place.partition(":")
    try:
        line = first_line(root / path, symbol)
    except (LookupError, OSError) as error:
        faults.append(f"{place}: {error}")
        return place
    name = f" `{symbol}`" if symbol else ""
    return f"[`{path}`]({_link(path)}){name}: {line}"


def _files(room: Room) -> str:
    lines = [f"**{room.path}/** {room.line}", ""]
    lines += [f"- [`{file.name}`]({_link(file.path)}) {file.line}" for file in room.files]
    return "\n".join(lines)


def _link(path: str) -> str:
    return os.path.relpath(path, MAP.parent).replace(os.sep, "/")
