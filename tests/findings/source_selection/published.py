"""The published Tables II, IV and V as targets and candidates."""

import csv

from benchmarks.findings.source_selection.framework import Candidate, TargetTask
from taxonomy.folder.bundled import DATA

TABLES = DATA / "li2023"
TARGETS = ("ET-22-T2", "ET-20-T1")
# Table II: how alike a region is to ET, whatever the modality.
SIMILARITY_TO_ET = {"ED": 0.987, "NCR": 0.985}


def rows(name):
    with (TABLES / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def task(name):
    region, _partition, modality = name.split("-")
    return TargetTask(name, modality, region)


def candidates(target):
    found = []
    for row in rows("table4_5_transferability"):
        if row["target"] == target:
            source = task(row["source"])
            scores = {name: float(row[name]) for name in ("h_score", "otce")}
            similarity = SIMILARITY_TO_ET[source.region]
            found.append(Candidate(source.name, source.modality, source.region, similarity, scores))
    return found


def dice(target):
    return {
        row["source"]: float(row["dice"])
        for row in rows("table4_5_transferability")
        if row["target"] == target
    }
