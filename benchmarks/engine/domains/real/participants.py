"""``participants.tsv`` of a BIDS data set: a row per person, or per session of a person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engine.domains.real.case import UNKNOWN_AGE, DataProblem, Found
from benchmarks.engine.domains.real.files import is_there
from benchmarks.engine.domains.real.people import age_in, unit_in
from benchmarks.engine.domains.real.text_files import Row, read_json, read_rows

PREFIX = "sub-"
SESSION_COLUMNS = ("session_id", "session", "ses")
Examined = tuple[str, str]
"""Subject and session."""


@dataclass(frozen=True)
class _Line:
    number: int
    row: Row

    @property
    def session(self) -> str:
        """Return the line's session, empty where the line applies to all sessions."""
        return _plain(next((self.row[c] for c in SESSION_COLUMNS if self.row.get(c)), ""))


@dataclass(frozen=True)
class Person:
    """One person at one session: age in years, and the table's row, empty where there is none."""

    row: Row
    age: float


def read_people(
    base: Path, examined: Iterable[Examined], prefix: str, found: Found
) -> dict[Examined, Person]:
    """Return the person of each examination; mismatches are added to ``found``.

    ``prefix`` is put before subjects' names where the folder is one of several data sets.
    """
    examined = sorted(set(examined))
    path = base / "participants.tsv"
    if not is_there(path):
        return {one: Person({}, UNKNOWN_AGE) for one in examined}
    table = _Table(path, prefix, _lines(path, found), _unit_of_age(base, found), found)
    table.note_mismatches({subject for subject, _session in examined})
    return {one: table.person(*one) for one in examined}


@dataclass(frozen=True)
class _Table:
    path: Path
    prefix: str
    lines: Mapping[str, list[_Line]]
    unit: str
    found: Found

    def person(self, subject: str, session: str) -> Person:
        """Return the person at that session; contradicting lines are a problem."""
        line = self._line(subject, session)
        if line is None:
            return Person({}, UNKNOWN_AGE)
        try:
            return Person(line.row, age_in(line.row, self.unit))
        except ValueError as error:
            remedy = "give years as a number, or n/a"
            self._add(line.number, f"age of {subject}: {error}", remedy, subject)
            return Person(line.row, UNKNOWN_AGE)

    def note_mismatches(self, subjects: set[str]) -> None:
        """Add notes on lines without images and on subjects without a line."""
        for name, lines in self.lines.items():
            if name not in subjects:
                what = f"{name} has a line, but no images"
                remedy = "correct its name, or fetch its images, if it should have any"
                self._add(lines[0].number, what, remedy, is_note=True)
        for name in sorted(subjects - set(self.lines)):
            what = f"{name} has no line: its age and group are unknown"
            self._add(0, what, "add it, if they are known", name, is_note=True)

    def _line(self, subject: str, session: str) -> _Line | None:
        lines = self.lines.get(subject, [])
        own = [line for line in lines if line.session == _plain(session)]
        fitting = own or [line for line in lines if not line.session]
        if not fitting and not session:
            fitting = lines
        different = [line for line in fitting if line.row != fitting[0].row]
        if different:
            what = f"{subject} has a second line that contradicts the first"
            remedy = "keep one line for each person, or for each of its sessions"
            self._add(different[0].number, what, remedy, subject)
            return None
        if lines and not fitting:
            what = f"{subject} has lines, but none for session {session}"
            self._add(lines[0].number, what, "add it, if it is known", subject, is_note=True)
        return fitting[0] if fitting else None

    def _add(
        self, line: int, what: str, remedy: str, subject: str = "", *, is_note: bool = False
    ) -> None:
        self.found.problems.append(
            DataProblem(
                path=f"{self.path}:{line}" if line else str(self.path),
                what=what,
                remedy=remedy,
                subject=f"{self.prefix}{subject}" if subject else "",
                is_note=is_note,
            )
        )


def _lines(path: Path, found: Found) -> dict[str, list[_Line]]:
    """Return the lines of each subject; ``sub-`` is added to names without it."""
    lines: dict[str, list[_Line]] = defaultdict(list)
    for number, row in read_rows(path, ("participant_id",), found):
        name = row["participant_id"]
        if not name:
            what, remedy = "participant_id is empty", "fill it in, or remove the line"
            found.problems.append(DataProblem(f"{path}:{number}", what, remedy, is_general=True))
            continue
        lines[f"{PREFIX}{name.removeprefix(PREFIX)}"].append(_Line(number, row))
    return lines


def _unit_of_age(base: Path, found: Found) -> str:
    """Return the unit of age in participants.json, years where there is none."""
    path = base / "participants.json"
    content = read_json(path, found) if is_there(path) else None
    columns = content.items() if isinstance(content, dict) else ()
    description = next((about for name, about in columns if name.lower() == "age"), None)
    unit = str(description.get("Units") or "years") if isinstance(description, dict) else "years"
    if known := unit_in(unit):
        return known
    what = f"Units of age are {unit!r}"
    remedy = "make them years, months, weeks or days"
    found.problems.append(DataProblem(str(path), what, remedy, is_general=True))
    return "years"


def _plain(session: str) -> str:
    """Return a session's name without prefix and leading zeros: ``1`` for ``ses-01``."""
    name = session.removeprefix("ses-")
    return str(int(name)) if name.isdecimal() else name
