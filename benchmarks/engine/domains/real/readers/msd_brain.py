"""Medical Segmentation Decathlon, Task01_BrainTumour: ``dataset.json`` and 4D volumes."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.engine.domains.real.case import Case, DataProblem, Found, Holdings, Mask, Volume
from benchmarks.engine.domains.real.dataset import Dataset
from benchmarks.engine.domains.real.files import is_there, visible
from benchmarks.engine.domains.real.readers.shared.sites import ONE_SITE, with_sites
from benchmarks.engine.domains.real.text_files import read_json
from benchmarks.engine.domains.real.values import DECATHLON_NAMES
from reviewdb.common.json_object import JsonObject

COHORT = "glioma"
DESCRIPTION = "dataset.json"
EXAMPLES = {"modality": "FLAIR", "labels": "background"}
NUMBER = re.compile(r"[0-9]{1,3}")
MODALITIES = {"flair": "flair", "t1w": "t1", "t1gd": "t1ce", "t2w": "t2"}


def read(folder: Path) -> Holdings:
    """Return the training cases that dataset.json lists; its test cases have no labels."""
    found = Found()
    here = visible(folder, folder.glob(f"**/{DESCRIPTION}"))
    path = here[0] if here else folder / DESCRIPTION
    description = _description(path, found)
    if description is None:
        return found.holdings()
    frames = {
        MODALITIES[name.lower()]: int(number)
        for number, name in description["modality"].items()
        if name.lower() in MODALITIES
    }
    cases = [
        _case(path.parent, entry, frames, description["labels"], found)
        for entry in description["training"]
    ]
    found.cases += with_sites(cases, folder, found)
    return found.holdings(len(description.get("test", [])))


def _description(path: Path, found: Found) -> JsonObject | None:
    before = len(found.problems)
    content = read_json(path, found)
    if len(found.problems) > before:
        return None
    for what in _shortcomings(content):
        remedy = "correct it, or unpack Task01_BrainTumour.tar again"
        found.problems.append(DataProblem(str(path), what, remedy, is_general=True))
    return None if len(found.problems) > before else dict(content)


def _shortcomings(content: Any) -> Iterator[str]:
    """Yield the errors of dataset.json's content."""
    if not isinstance(content, dict):
        yield "is no JSON object"
    elif missing := {"modality", "labels", "training"} - set(content):
        yield f"has no {', '.join(sorted(missing))}"
    else:
        yield from _wrong_names(content)
        yield from _wrong_cases(content)


def _wrong_names(content: JsonObject) -> Iterator[str]:
    for field, example in EXAMPLES.items():
        if not _is_names_by_number(content[field]):
            yield f'{field} must be an object from number to name, as {{"0": "{example}"}}'
    if _is_names_by_number(content["labels"]):
        names = {name.lower() for name in content["labels"].values()}
        if unknown := names - set(DECATHLON_NAMES):
            yield f"labels {', '.join(sorted(unknown))} are not those of the brain tumour task"


def _wrong_cases(content: JsonObject) -> Iterator[str]:
    for field in ("training", "test"):
        if not isinstance(content.get(field, []), list):
            yield f"{field} must be a list of cases"
    if isinstance(content["training"], list):
        for place, entry in enumerate(content["training"]):
            if not _is_case(entry):
                yield f'training[{place}] must be like {{"image": "a.nii.gz", "label": "b.nii.gz"}}'


def _is_names_by_number(value: Any) -> bool:
    return isinstance(value, dict) and all(
        NUMBER.fullmatch(number) and isinstance(name, str) for number, name in value.items()
    )


def _is_case(entry: Any) -> bool:
    return isinstance(entry, dict) and all(
        isinstance(entry.get(role), str) and entry[role].strip() for role in ("image", "label")
    )


def _case(
    base: Path,
    entry: Mapping[str, str],
    frames: Mapping[str, int],
    labels: Mapping[str, str],
    found: Found,
) -> Case:
    image, label = base / entry["image"], base / entry["label"]
    subject = image.name.removesuffix(".gz").removesuffix(".nii")
    absent = [path for path in (image, label) if not is_there(path)]
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
