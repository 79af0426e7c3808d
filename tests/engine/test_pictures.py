"""What pictures say in words."""

import numpy as np
from matplotlib.figure import Figure

from benchmarks.engine.reporting.pictures import draw_feature_spaces


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
