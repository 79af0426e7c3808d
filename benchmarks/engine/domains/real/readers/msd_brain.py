"""Medical Segmentation Decathlon, Task01_BrainTumour: ``dataset.json`` and 4D volumes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.engine.domains.real.case import Case, DataProblem, Found, Holdings, Mask, Volume
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.readers.shared.sites import ONE_SITE, with_sites
from benchmarks.engine.domains.real.values import DECATHLON_NAMES

COHORT = "glioma"
MODALITIES = {"flair": "flair", "t1w": "t1", "t1gd": "t1ce", "t2w": "t2"}


def read(folder: Path) -> Holdings:
    """Return the training cases that dataset.json lists; its test cases have no labels."""
    found = Found()
    base = next((p.parent for p in sorted(folder.glob("**/dataset.json"))), folder)
    description = _description(base / "dataset.json", found)
    if description is None:
        return found.holdings()
    frames = {
        MODALITIES[str(name).lower()]: int(number)
        for number, name in description["modality"].items()
        if str(name).lower() in MODALITIES
    }
    cases = [
        case
        for entry in description["training"]
        if (case := _case(base, entry, frames, description["labels"], found)) is not None
    ]
    found.cases += with_sites(cases, folder, found)
    return found.holdings(len(description.get("test", [])))


def _description(path: Path, found: Found) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text("utf-8"))
        problem = _shortcoming(content)
    except (OSError, ValueError) as error:
        problem = f"cannot be read ({error})"
    if not problem:
        return dict(content)
    remedy = "unpack Task01_BrainTumour.tar again"
    found.problems.append(DataProblem(str(path), problem, remedy, is_general=True))
    return None


def _shortcoming(content: Any) -> str:
    """Return what keeps the description from being used, or nothing."""
    if not isinstance(content, dict):
        return "is no JSON object"
    if missing := {"modality", "labels", "training"} - set(content):
        return f"has no {', '.join(sorted(missing))}"
    names = {str(name).lower() for name in content["labels"].values()}
    if unknown := names - set(DECATHLON_NAMES):
        return f"labels {', '.join(sorted(unknown))} are not those of the brain tumour task"
    return ""


def _case(
    base: Path,
    entry: Mapping[str, str],
    frames: Mapping[str, int],
    labels: Mapping[str, str],
    found: Found,
) -> Case | None:
    image, label = base / entry["image"], base / entry["label"]
    subject = image.name.removesuffix(".gz").removesuffix(".nii")
    absent = [path for path in (image, label) if not path.exists()]
    for path in absent:
        found.problems.append(
            DataProblem(
                path=str(path),
                what="dataset.json lists it, but it is not there",
                remedy="unpack Task01_BrainTumour.tar again, or skip the subject",
                subject=subject,
            )
        )
    return Case(
        subject=subject,
        session="",
        site=ONE_SITE,
        part="",
        cohort=COHORT,
        images={} if image in absent else {c: Volume(image, frame) for c, frame in frames.items()},
        masks={} if label in absent else _masks(label, labels),
        is_ill=True,
        is_stripped=True,
    )


def _masks(path: Path, labels: Mapping[str, str]) -> dict[str, Mask]:
    allowed = frozenset(int(value) for value in labels)
    inside: dict[str, set[int]] = {}
    for value, name in labels.items():
        inside.setdefault(DECATHLON_NAMES[name.lower()], set()).add(int(value))
    inside["wt"] = set(allowed) - inside.pop("background", {0})
    return {name: Mask(path, frozenset(values), allowed) for name, values in inside.items()}


DATASET = Dataset(
    world="msd-brain",
    title="Medical Segmentation Decathlon, Task01_BrainTumour",
    layout="Task01_BrainTumour/{dataset.json,imagesTr,labelsTr}",
    source="the Medical Segmentation Decathlon's site; free, CC BY-SA 4.0",
    read=read,
)
