"""A person's own tasks: files in, a ranked list with reasons out."""

import json

import nibabel
import numpy as np
import pytest

from benchmarks.engine.__main__ import main
from benchmarks.engine.methods.transferability.pair import ScoreSettings
from benchmarks.engine.source_selection.select import select_from_file
from benchmarks.engine.source_selection.task_files import TaskFileError
from benchmarks.findings.source_selection.errors import SelectionError
from tests.engine.test_command_line import engine

SIZE, IMAGES = 12, 8


SETTINGS = ScoreSettings(otce_tolerance=1e-3)


def square(first, last):
    masks = np.zeros((IMAGES, SIZE, SIZE), dtype=np.uint8)
    masks[::2, first:last, first:last] = 1
    return masks


def features(labels, *, signal, seed):
    """Two nearly opposite logits a pixel that know about the labels as much as ``signal`` says."""
    noise = np.random.default_rng(seed).normal(size=(len(labels), 2, SIZE, SIZE))
    sign = np.array([-1, 1]).reshape(1, 2, 1, 1)
    return (noise + signal * sign * labels[:, None]).astype(np.float32)


@pytest.fixture
def tasks(tmp_path):
    """Return the path of a file with a target and three candidates, and its content."""
    labels = square(3, 8)
    np.save(tmp_path / "target.npy", labels)
    arrays = {}
    content = {
        "target": {"name": "ET-mine-T2", "modality": "T2", "region": "ET", "labels": "target.npy"},
        "candidates": [],
    }
    sources = {"ED-a-T2": (2, 8, 3.0), "ED-b-T2": (2, 8, 0.5), "NCR-a-T2": (9, 11, 3.0)}
    for seed, (name, (first, last, signal)) in enumerate(sources.items()):
        arrays[f"{name} masks"] = square(first, last)
        arrays[f"{name} on target"] = features(labels, signal=signal, seed=seed)
        arrays[f"{name} on source"] = features(square(first, last), signal=3.0, seed=seed + 9)
        content["candidates"].append(
            {
                "name": name,
                "modality": "T2",
                "region": name.split("-")[0],
                "masks": f"arrays.npz#{name} masks",
                "pairing": "paired",
                "target_features": f"arrays.npz#{name} on target",
                "source_features": f"arrays.npz#{name} on source",
                "source_labels": f"arrays.npz#{name} masks",
            }
        )
    np.savez(tmp_path / "arrays.npz", **arrays)
    return tmp_path / "tasks.json", content


def written(tasks, **changes):
    """Return the path of the file with fields of the first candidate changed, None removing one."""
    path, content = tasks
    first = {**content["candidates"][0], **changes}
    kept = {name: value for name, value in first.items() if value is not None}
    path.write_text(
        json.dumps({**content, "candidates": [kept, *content["candidates"][1:]]}), "utf-8"
    )
    return path


@pytest.mark.parametrize("score", ["h_score", "otce", "leep", "nce", "logme"])
def test_the_source_that_knows_the_target_is_first_and_the_other_region_falls_out(tasks, score):
    found = select_from_file(written(tasks), score=score, settings=SETTINGS)
    assert [o.candidate.name for o in found.ranked] == ["ED-a-T2", "ED-b-T2"]
    assert found.outcomes[2].fell_out_at == "roi"


def test_only_what_the_first_steps_leave_is_scored(tasks):
    _, content = tasks
    content["candidates"][2]["target_features"] = "missing.npy"  # never opened
    assert len(select_from_file(written(tasks)).ranked) == 2
    with pytest.raises(TaskFileError, match=r"candidates\[2\].target_features: missing.npy"):
        select_from_file(written(tasks), by_roi=False)


def test_numbers_may_stand_in_the_file_instead_of_arrays(tasks):
    path = written(tasks, target_features=None, scores={"h_score": 0.99}, roi_similarity=1.0)
    assert select_from_file(path).ranked[0].candidate.scores == {"h_score": 0.99}


def test_what_is_wrong_with_one_candidate_is_its_reason_and_the_others_are_ranked(tasks):
    path = written(tasks, target_features="nan.npy")
    broken = np.full((IMAGES, 2, SIZE, SIZE), np.nan)
    np.save(path.parent / "nan.npy", broken)
    found = select_from_file(path)
    assert [o.candidate.name for o in found.ranked] == ["ED-b-T2"]
    told = {o.candidate.name: o.reason for o in found.outcomes}
    assert "target features holds 2304 NaN" in told["ED-a-T2"]


def test_nifti_masks_are_read_slice_by_slice(tasks):
    path = written(tasks, masks="masks.nii.gz")
    volume = square(2, 8).transpose(1, 2, 0)
    nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), path.parent / "masks.nii.gz")
    plain = select_from_file(written(tasks))
    assert (
        select_from_file(path).ranked[0].candidate.roi_similarity
        == plain.ranked[0].candidate.roi_similarity
    )


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"masks": "gone.npy"}, "candidates[0].masks", "gone.npy cannot be read"),
        ({"masks": "arrays.npz"}, "candidates[0].masks", "say which, as arrays.npz#NAME"),
        ({"target_features": "target.npy"}, "candidates[0].target_features", "but must be (images"),
        ({"pairing": "both"}, "candidates[0].pairing", "must be paired or crossed"),
        ({"modality": 2}, "candidates[0].modality", "must be a word in quotes, got 2"),
        ({"roi_similarity": "high"}, "candidates[0].roi_similarity", "must be a number"),
        ({"colour": "red"}, "candidates[0].colour", "is not known; known are: name"),
    ],
)
def test_a_refusal_names_file_field_and_remedy(tasks, changes, field, reason):
    with pytest.raises(TaskFileError) as refusal:
        select_from_file(written(tasks, **changes))
    assert (refusal.value.path, refusal.value.field) == (tasks[0], field)
    assert reason in refusal.value.reason


def test_an_unknown_score_is_refused_with_the_choices(tasks):
    with pytest.raises(SelectionError, match="choose one of: h_score, leep"):
        select_from_file(written(tasks), score="magic")


def test_the_command_prints_the_list_or_json(tasks, capsys):
    path = str(written(tasks))
    assert main(["select", path]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == "ET-mine-T2: modality -> RoI -> h_score"
    assert "  1  ED-a-T2: it has the target's modality" in shown
    assert main(["select", path, "--no-roi", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["rank"] for one in found["candidates"]] == [1, 2, 3]


def test_the_command_refuses_without_django(tmp_path):
    refused = engine("select", str(tmp_path / "nothing.json"))
    assert refused.returncode == 1
    assert "nothing.json: file: is no readable JSON" in refused.stderr
