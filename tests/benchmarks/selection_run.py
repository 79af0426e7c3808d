"""A source-selection run that never ran: its file is made by hand, for tests alone.

Its cells are the published ones moved by a fixed amount, so that order and ties are known.
"""

import hashlib
import json
from copy import deepcopy
from typing import Any

from django.core.files.base import ContentFile

from benchmarks.models import Artifact, Run, RunState
from tests.findings.source_selection.names import TABLES
from tests.findings.source_selection.published import SIMILARITY_TO_ET, TARGETS, rows, task

MOVED = 0.1
NO_LEEP = "LEEP needs two classes, the target images have one"


def selection_content(*, seeds: int = 1) -> dict[str, Any]:
    """Return what such a run's source_selection.json holds."""
    return {
        "profile": "quick",
        "seeds": seeds,
        "simulated": True,
        "targets": [_target(name) for name in TARGETS],
        "tables": {name: [_moved(row) for row in rows(name)] for name in TABLES},
        "left_out": [
            {"table": TABLES[1], "target": "ED-T1", "source": "ET-T1", "reason": "a mask is empty"}
        ],
        "pairs": [_pair(row, seeds) for row in rows("table4_5_transferability")],
        "failed": [
            {"target": TARGETS[0], "source": "ED-99-T2", "reason": "pretrain: out of memory"}
        ],
        "loss": "cross_entropy",
        "h_score_inversion": "pseudo_inverse",
        "selections": [],
        "questions": _questions(seeds),
        "stability": [_stability(name, known) for name in TARGETS for known in (True, False)]
        + [{"target": TARGETS[0], "score": "leep", "prior_knowledge": True, "path": 1,
            "error": "ET-22-T2: no candidate is left"}],
        "cost": {"scoring_seconds": 12.0, "tuning_seconds": 600.0, "share": 0.02, "pairs": 32,
                 "by_score": {"h_score": {"seconds": 6.0, "share": 0.01}}},
    }  # fmt: skip


def selection_run(
    content: dict[str, Any] | None = None,
    *,
    profile: str = "quick",
    benchmark: str = "source-selection",
) -> Run:
    """Return a succeeded run with its file; storage must be a folder of the test."""
    run = Run.objects.create(
        benchmark=benchmark, profile=profile, seeds=1, state=RunState.SUCCEEDED
    )
    artifact = Artifact(
        run=run, name="source_selection.json", kind="source_selection", title="Tables"
    )
    text = json.dumps(selection_content() if content is None else content)
    artifact.digest = hashlib.sha256(text.encode()).hexdigest()
    artifact.file.save("source_selection.json", ContentFile(text))
    return run


def without_score(content: dict[str, Any], score: str, sources: list[str]) -> dict[str, Any]:
    """Return the content with some sources' score gone, and the reason."""
    changed = deepcopy(content)
    for pair in changed["pairs"]:
        if pair["source"] in sources:
            pair[score], pair["reasons"] = None, {score: NO_LEEP}
    return changed


def _target(name: str) -> dict[str, Any]:
    about = task(name)
    return {
        "name": name, "dataset": "FeTS-like (simulated)", "partition": name.split("-")[1],
        "modality": about.modality, "region": about.region,
    }  # fmt: skip


def _moved(row: dict[str, str]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, text in row.items():
        cells[name] = int(text) if name.startswith("top") else _number(text)
        if name in ("dice", "average_dice"):
            cells[name] = round(cells[name] + MOVED, 3)
    return cells


def _number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _pair(row: dict[str, str], seeds: int) -> dict[str, Any]:
    source, dice = task(row["source"]), round(float(row["dice"]) + MOVED, 3)
    return {
        "target": row["target"], "source": source.name, "source_modality": source.modality,
        "source_region": source.region, "dice": dice, "low": dice - 0.05, "high": dice + 0.05,
        "per_seed": [dice] * seeds, "gain": 0.02, "h_score": float(row["h_score"]),
        "otce": float(row["otce"]), "leep": -0.2, "nce": -0.1, "logme": 0.3,
        "roi_similarity": SIMILARITY_TO_ET[source.region], "reasons": {},
    }  # fmt: skip


def _questions(seeds: int) -> list[dict[str, Any]]:
    asked = {
        "Does same modality beat same task?": ("Dice", 0.0, 0.04, "yes"),
        "Does RoI similarity rank the sources?": ("share of pairs", 0.5, 0.52, "open"),
        "Does prior knowledge lower the footrule?": ("places", 0.0, -1.5, "no"),
    }
    return [
        {"question": question, "case": case, "unit": unit, "no_effect": none, "mean": mean,
         "low": mean - 0.03, "high": mean + 0.03, "answer": answer, "seeds": seeds}
        for question, (unit, none, mean, answer) in asked.items()
        for case in ("all", "ET-T1CE")
    ]  # fmt: skip


def _stability(target: str, known: bool) -> dict[str, Any]:
    spread = {"mean": 0.03, "low": 0.0, "high": 0.08}
    return {
        "target": target, "score": "h_score", "prior_knowledge": known, "sources": 16,
        "candidates": 4 if known else 16, "draws": 1000, "resampling": "bootstrap over people",
        "right_share": 0.375, "best_is_candidate_share": 0.8, "lost_dice": spread,
        "footrule": {"1": {"mean": 3.0, "low": 0.0, "high": 9.0}, "2": spread, "3": spread,
                     "4": None},
    }  # fmt: skip
