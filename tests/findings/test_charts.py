"""Charts of results say what the rows say."""

import xml.etree.ElementTree as ET

from benchmarks.findings.charts import results as charts
from benchmarks.findings.charts import source_selection as charts_selection

NAMES = {"full_fine_tuning": "Full fine-tuning", "target_only": "Target only"}


def _row(strategy, n_target, mean, gain=None, verdict=None):
    return {
        "strategy": strategy, "n_target": n_target, "mean": mean, "low": None, "high": None,
        "gain": gain, "gain_low": gain, "gain_high": gain, "verdict": verdict,
        "baseline": "target_only",
    }  # fmt: skip


ROWS = [
    _row("target_only", 2, 0.5),
    _row("target_only", 8, 0.6),
    _row("full_fine_tuning", 2, 0.4, -0.1, "negative_transfer"),
    _row("full_fine_tuning", 8, 0.7, 0.1, "gain"),
]


def _texts(svg):
    nodes = ET.fromstring(svg).iter()  # noqa: S314 - drawn here
    return {node.text for node in nodes if node.text and node.text.strip()}


def test_gain_chart_names_strategy_baseline_and_negative_transfer():
    texts = _texts(charts.gain_chart(ROWS, names=NAMES, metric="Dice"))
    assert {"Full fine-tuning", "negative transfer"} <= texts
    assert "2 labelled target subjects, against Target only" in texts


def test_gain_chart_without_a_gain_is_empty():
    assert charts.gain_chart(ROWS[:2], names=NAMES, metric="Dice") == ""


def test_learning_curves_name_every_strategy():
    svg = charts.learning_curves(ROWS, names=NAMES, baselines=["target_only"], metric="Dice")
    assert {"Full fine-tuning", "Target only", "2", "8"} <= _texts(svg)


def test_rows_without_a_mean_draw_nothing():
    failed = [_row("full_fine_tuning", 2, None, None, "failed")]
    assert charts.learning_curves(failed, names=NAMES, baselines=[], metric="Dice") == ""


def test_training_curves_draw_loss_and_validation():
    curves = [{
        "n_target": 2,
        "curve": [{"iteration": 1, "loss": 0.9}, {"iteration": 2, "loss": 0.4}],
        "validations": [{"iteration": 2, "source_validation": 0.5}],
    }]  # fmt: skip
    drawn = charts.training_curves(curves, validated="validation Dice")
    assert {"2 labelled", "loss", "validation Dice"} <= _texts(drawn)
    assert charts.training_curves([], validated="validation Dice") == ""


def test_what_was_solved_at_once_has_no_training_to_draw():
    curves = [{
        "n_target": 2, "curve": [], "validations": [{"iteration": 0, "target_validation": -13.5}],
    }]  # fmt: skip
    assert charts.training_curves(curves, validated="validation score") == ""


def test_score_chart_tells_rank_modality_and_region():
    sources = [_source("ED-14-T2", 0.2, 0.7, rank=7), _source("NCR-14-T1", 0.4, 0.6)]
    texts = _texts(charts_selection.score_chart(sources, score="OTCE", metric="Dice"))
    assert {"7", "OTCE, before tuning", "T1", "T2", "ED", "NCR"} <= texts


def test_source_without_a_score_is_no_point():
    alone = [_source("ED-14-T2", None, 0.7)]
    assert charts_selection.score_chart(alone, score="OTCE", metric="Dice") == ""


def _source(name, score, dice, *, rank=None):
    region, _partition, modality = name.split("-")
    return {"source": name, "region": region, "modality": modality, "score": score, "dice": dice,
            "low": dice - 0.1, "high": None, "rank": rank, "kept": rank is not None}  # fmt: skip


def test_a_gain_without_a_verdict_is_not_called_pending():
    rows = [{**row, "verdict": None, "withheld": "too few seeds: 3 of at least 5"} for row in ROWS]
    texts = _texts(charts.gain_chart(rows, names=NAMES, metric="Dice"))
    assert "no verdict" in texts
    assert "verdict pending" not in texts


def test_a_gain_whose_verdict_is_to_come_is_not_drawn_as_no_difference():
    pending = [_row("full_fine_tuning", 2, 0.7, 0.1, None)]
    assert "verdict pending" in _texts(charts.gain_chart(pending, names=NAMES, metric="Dice"))
    assert "verdict pending" not in _texts(charts.gain_chart(ROWS, names=NAMES, metric="Dice"))


def test_the_longest_name_of_a_strategy_is_drawn_whole():
    names = {"full_fine_tuning": "A strategy whose name goes on and on for long, and then longer"}
    for svg in (
        charts.gain_chart(ROWS, names=names, metric="Dice"),
        charts.learning_curves(ROWS, names=names, baselines=[], metric="Dice"),
    ):
        assert names["full_fine_tuning"] in _texts(svg)


def test_no_two_of_many_learning_curves_look_alike():
    slugs = [f"strategy_{number}" for number in range(20)]
    colour, dash = charts._curve_encodings(slugs, {}, ["strategy_3"])
    tones, styles = (found.to_dict()["scale"]["range"] for found in (colour, dash))
    looks = zip(tones, styles, strict=True)
    assert len({(tone, tuple(style)) for tone, style in looks}) == len(slugs)


def test_training_curves_leave_room_for_a_wider_font_in_the_legend():
    def width(*rules):
        validations = [{"iteration": i, **dict.fromkeys(rules, 0.1 * i)} for i in (1, 2)]
        curves = [{"n_target": 2, "curve": [], "validations": validations}]
        return float(ET.fromstring(charts.training_curves(curves, validated="Dice")).get("width"))  # noqa: S314 - drawn here

    assert width("source_validation", "target_validation") >= width("a", "b") + 12
