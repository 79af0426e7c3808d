"""Measurements as rows, as `bench.json` and as sections of `docs/performance.md`."""

import json
import os
import platform
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "performance.md"


@dataclass(frozen=True)
class Ratio:
    """One comparison; ``ratio`` above 1 means ours is better."""

    name: str
    peer: str
    ours: float
    theirs: float
    unit: str
    ratio: float
    target: float | None

    @property
    def met(self) -> bool | None:
        """Return whether the target is reached; None without a target on this device."""
        return None if self.target is None else self.ratio >= self.target

    def as_json(self) -> dict[str, object]:
        """Return the row of `bench.json`."""
        return {**asdict(self), "met": self.met}


@dataclass(frozen=True)
class Measurement:
    """A measurement's result: comparisons, and a section of text and tables in Markdown."""

    name: str
    title: str
    markdown: str
    ratios: tuple[Ratio, ...] = ()


def state_folder() -> Path:
    """Return REVIEWDB_HOME or its default."""
    return Path(os.environ.get("REVIEWDB_HOME", "").strip() or ROOT / "var")


def machine() -> str:
    """Return one line on the machine: processor, accelerator and versions."""
    parts = [
        f"{os.cpu_count()} cores of {_processor()}",
        f"Python {platform.python_version()}",
        f"torch {version('torch')}",
        f"MONAI {version('monai')}",
        datetime.now(UTC).date().isoformat(),
    ]
    return ", ".join(parts)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    found = re.search(r"model name\s*:\s*(.+)", lines)
    return found[1] if found else platform.machine()


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def record(measurements: Sequence[Measurement]) -> Path:
    """Write `bench.json` and the measured sections of the page; return the JSON's path."""
    path = state_folder() / "bench.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    measured = {m.name for m in measurements}
    kept = [row for row in _earlier(path) if row["name"].split("/")[0] not in measured]
    rows = kept + [ratio.as_json() for m in measurements for ratio in m.ratios]
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    page = PAGE.read_text("utf-8") if PAGE.exists() else "# Performance\n"
    for measurement in measurements:
        page = with_section(page, measurement)
    PAGE.write_text(page, encoding="utf-8")
    return path


def _earlier(path: Path) -> list[Mapping[str, str]]:
    if not path.exists():
        return []
    rows: list[Mapping[str, str]] = json.loads(path.read_text("utf-8"))
    return rows


def with_section(page: str, measurement: Measurement) -> str:
    """Return the page with the measurement's section replaced or appended."""
    begin, end = (f"<!-- {word}: {measurement.name} -->" for word in ("begin", "end"))
    body = [begin, f"## {measurement.title}", "", measurement.markdown]
    if measurement.ratios:
        body += ["", _ratio_table(measurement.ratios)]
    section = "\n".join([*body, "", f"Measured on {machine()}.", end])
    if begin in page:
        head, rest = page.split(begin, 1)
        return head + section + rest.split(end, 1)[1]
    return page.rstrip() + "\n\n" + section + "\n"


def _ratio_table(ratios: Sequence[Ratio]) -> str:
    header = ("what", "peer", "ours", "theirs", "unit", "ratio", "target", "met")
    met_texts = {True: "yes", False: "no", None: "none here"}
    return table(
        header,
        [
            (
                *(r.name, r.peer, f"{r.ours:.3g}", f"{r.theirs:.3g}", r.unit, f"{r.ratio:.2f}"),
                "" if r.target is None else f"{r.target:g}",
                met_texts[r.met],
            )
            for r in ratios
        ],
    )


def progress(text: str) -> None:
    """Write a line of progress to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
