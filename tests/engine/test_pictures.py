"""What pictures say in words."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.figure import Figure

from benchmarks.engine.reporting import pictures
from benchmarks.engine.reporting.pictures import draw_feature_spaces, draw_predictions


def test_feature_spaces_are_titled_by_the_names_of_the_strategies(tmp_path, monkeypatch):
    drawn: list[Figure] = []
    save = Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda f, *a, **k: (drawn.append(f), save(f, *a, **k)))
    points = {slug: np.zeros((3, 2), dtype=np.float32) for slug in ("source_only", "federated_dp")}
    rows = [{"strategy": slug, "proxy_a_distance_after": 1.25} for slug in points]
    about = {"is_target": [True, False, False], "simulated": True}
    draw_feature_spaces(points, about, rows, tmp_path / "spaces.png")
    assert [axis.get_title() for axis in drawn[0].axes] == [
        "Source only\nproxy A-distance 1.25",
        "Federated averaging, private per\npatient (epsilon 8)\nproxy A-distance 1.25",
    ]


@pytest.mark.parametrize("slices", [1, 2, 9])
def test_predictions_on_few_slices_are_drawn_too(slices, tmp_path, monkeypatch):
    labels = np.zeros((3, slices, 8, 8), dtype=np.uint8)
    labels[..., 2:5, 2:5] = 1
    domain = SimpleNamespace(
        images=labels.astype(np.float32), labels=labels, subjects=["a", "b", "c"], simulated=True
    )
    subjects = [{"dice": 0.5}, {"dice": 0.7}, {"dice": 0.6}]
    tested = {"rules": {"last": {"subjects": subjects}}, "test_subjects": [0, 1, 2]}
    context = SimpleNamespace(outputs=lambda *_: tested, domain=lambda _: domain)
    monkeypatch.setattr(pictures, "_masks", lambda *_: labels)
    path = tmp_path / "predictions.png"
    draw_predictions(context, SimpleNamespace(evaluations=("one",)), "last", path)
    assert path.stat().st_size > 0
