import io
import json

import pandas as pd
import pytest

from reviewdb.common.tables_out import Row, TableText, table_bytes

TEXT = TableText("50% of R&D", "tab:x", {"type": "Type", "share": "Studies (%)"})
ROWS: list[Row] = [
    {"type": "Instance", "studies": 16, "share": 12.4},
    {"type": "a_b & 100% {x} ~ ^ \\ $ #", "studies": None, "share": None},
]


def written(rows: list[Row], fmt: str) -> str:
    return table_bytes(rows, fmt, TEXT).decode("utf-8")


def test_csv_comes_back_from_pandas_as_it_went_in() -> None:
    rows: list[Row] = [
        {"name": 'quoted "text", with comma', "n": 3, "share": 4.65, "none": None},
        {"name": "two\nlines, Müller", "n": None, "share": -0.5, "none": None},
    ]
    frame = pd.read_csv(io.StringIO(written(rows, "csv")))
    assert frame["name"].tolist() == [row["name"] for row in rows]
    assert frame["share"].tolist() == [4.65, -0.5]
    assert frame["n"].isna().tolist() == [False, True]
    assert frame["none"].isna().all()


def test_whole_numbers_beside_empty_cells_stay_whole() -> None:
    assert written(ROWS, "csv").splitlines()[1] == "Instance,16,12.4"


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_spreadsheet_does_not_run_text_as_a_formula(text: str) -> None:
    frame = pd.read_csv(io.StringIO(written([{"x": text}], "csv")), dtype=str)
    assert frame["x"].tolist()[0].startswith("'")


@pytest.mark.parametrize("value", [-3, -0.5, "-0.5", "+1e3", "a=b"])
def test_numbers_and_harmless_text_are_left_alone(value: object) -> None:
    assert written([{"x": value}], "csv") == f"x\n{value}\n"


def test_lists_are_joined_in_csv_and_stay_lists_in_json() -> None:
    rows: list[Row] = [{"tags": ("a", "b")}]
    assert written(rows, "csv") == "tags\na; b\n"
    assert json.loads(written(rows, "json")) == [{"tags": ["a", "b"]}]


def test_null_is_null_in_json_and_blank_in_print() -> None:
    assert json.loads(written(ROWS, "json"))[1]["studies"] is None
    for fmt in ("markdown", "latex"):
        assert "None" not in written(ROWS, fmt)
        assert "nan" not in written(ROWS, fmt)


def test_latex_escapes_every_special_character() -> None:
    latex = written(ROWS, "latex")
    assert r"\caption{50\% of R\&D}" in latex
    assert r"\label{tab:x}" in latex
    cell = r"a\_b \& 100\% \{x\} \textasciitilde{} \textasciicircum{} \textbackslash{} \$ \#"
    assert cell in latex
    assert r"Type & studies & Studies (\%) \\" in latex
    assert r"\toprule" in latex
    assert r"\begin{tabular}{lrr}" in latex


def test_percentages_have_two_decimals_in_print() -> None:
    assert "12.40" in written(ROWS, "latex")
    assert "12.40" in written(ROWS, "markdown")


def test_markdown_cells_cannot_break_the_table_or_become_markup() -> None:
    lines = written([{"x": "a|b\n<b>*c*_d_`e`"}], "markdown").splitlines()
    assert len(lines) == 3
    assert lines[2] == r"| a\|b \<b\>\*c\*\_d\_\`e\` |"


@pytest.mark.parametrize("fmt", ["csv", "json", "markdown", "latex"])
def test_a_table_without_rows_keeps_its_header(fmt: str) -> None:
    assert written([], fmt).strip()
    if fmt != "json":
        assert "type" in written([], fmt).lower()
