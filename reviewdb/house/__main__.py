"""`python -m reviewdb.house map [--check]` and `... loss [--drawn N] [--seed N]`."""

import sys
from argparse import ArgumentParser
from pathlib import Path

from reviewdb.house.map import check_map, write_map
from reviewdb.house.rooms import HouseError

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Return 0 where the house is in order, else 1 with what is not on standard error."""
    parser = ArgumentParser(prog="python -m reviewdb.house", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("map", help="write docs/map.md from the tree")
    drawing.add_argument("--check", action="store_true", help="only compare, change nothing")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            check_map(ROOT)
        else:
            sys.stdout.write(f"wrote {write_map(ROOT).relative_to(ROOT)}\n")
    except HouseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
