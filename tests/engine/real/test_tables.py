"""Tables and lists beside the volumes: read as they are meant, or refused by line."""

import json

import numpy as np
import pytest

from benchmarks.engine.domains.real.case import DataProblem
from benchmarks.engine.domains.real.holding import holding_of
from benchmarks.engine.domains.real.people import age_in, age_of
from benchmarks.engine.domains.real.skips import add_skips
from tests.engine.real.conftest import needs_reader

LISTED = "path,subject,age,group\na.nii.gz,a,70,CN\nb.nii.gz,b,81,AD\n"


@pytest.fixture
def listed(datasets):
    """Return a function that writes volumes.csv and returns its folder; no volume is read."""

    def put(content=LISTED, encoding="utf-8"):
        needs_reader("csv")
        folder = datasets / "csv"
        folder.mkdir(exist_ok=True)
        (folder / "volumes.csv").write_bytes(content.encode(encoding))
        return folder

    return put


def said():
    return [str(problem) for problem in holding_of("csv").problems]


def people():
    return {case.subject: (case.age, case.is_ill) for case in holding_of("csv").cases}


WHOLE = {"a": (70.0, False), "b": (81.0, True)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_table_reads_alike_however_it_was_saved(encoding, mark, end, listed):
    listed(LISTED.replace(",", mark).replace("\n", end), encoding)
    assert people() == WHOLE
    assert said() == []


def test_column_names_may_be_written_in_capitals_and_lines_be_empty(listed):
    listed(LISTED.replace("path,subject,age", " Path,SUBJECT ,Age").replace("\nb", "\n\n,,,\nb"))
    assert people() == WHOLE


@pytest.mark.parametrize(
    ("content", "encoding", "says"),
    [
        (LISTED.replace("CN", "gesünder"), "latin-1", "csv:2:encoding: byte 0xfc is not UTF-8"),
        (LISTED.replace("CN", "C\0N"), "utf-8", "volumes.csv:2:encoding: holds a null byte"),
        (LISTED.replace("70,CN", "70,CN,x"), "utf-8", "csv:2:row: has 5 cells, the header has 4"),
        (LISTED.replace("70,CN", "70"), "utf-8", "volumes.csv:2:row: has 3 cells"),
        (LISTED.replace("CN", '"CN'), "utf-8", "volumes.csv:2:row: not readable as CSV"),
        (LISTED.replace("age", "Subject"), "utf-8", "volumes.csv:1: column subject is there twice"),
        (LISTED.replace("subject", "who"), "utf-8", "volumes.csv:1: column subject is missing"),
        ("", "utf-8", "volumes.csv: cannot be read: the file is empty"),
        (LISTED.replace("70", "60-70"), "utf-8", "volumes.csv:2: age: '60-70' is a range"),
        (LISTED.replace("70", "900 months?"), "utf-8", "volumes.csv:2: age: could not convert"),
    ],
)  # fmt: skip
def test_a_table_gone_wrong_is_refused_by_line(content, encoding, says, listed):
    listed(content, encoding)
    assert any(says in problem for problem in said()), said()


def test_a_folder_in_place_of_a_table_is_said(datasets):
    needs_reader("csv")
    (datasets / "csv" / "volumes.csv").mkdir(parents=True)
    assert "volumes.csv: cannot be read" in said()[0]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("70.5", 70.5),
        ("89+", 89),
        (">89", 89),
        ("12 years", 12),
        ("018M", 1.5),
        ("6 months", 0.5),
        ("6mo", 0.5),
        ("26 weeks", 26 * 7 / 365.25),
        ("45d", 45 / 365.25),
    ],
)
def test_ages_with_a_unit_are_years(text, years):
    assert age_of(text) == pytest.approx(years)


@pytest.mark.parametrize("text", ["n/a", "", "NaN", "unknown"])
def test_an_age_that_is_not_told_is_none(text):
    assert np.isnan(age_of(text))


@pytest.mark.parametrize("text", ["old", "-3", "inf", "1e400", "12 to 14", "3 parsecs", "70,5"])
def test_an_age_that_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"convert|range|between"):
        age_of(text)


@pytest.mark.parametrize("column", ["age_months", "age_in_months", "age (months)", "age[mo]"])
def test_a_column_that_names_its_unit_is_an_age_in_it(column):
    assert age_in({column: "18"}) == 1.5


def test_columns_that_only_begin_with_age_are_none():
    assert np.isnan(age_in({"aged": "3", "age_group": "4", "agent": "7"}))


@pytest.mark.parametrize(
    ("unit", "years"),
    [("months", 34 / 12), ("Years (at scan)", 34), ("weeks", 0.6516), ("m", 34 / 12)],
)
def test_the_description_of_participants_says_the_unit_of_age(unit, years, dataset):
    described = {"Age": {"Description": "age", "Units": unit}}
    (dataset("bids") / "participants.json").write_text(json.dumps(described), "utf-8")
    held = holding_of("bids")
    assert held.cases[0].age == pytest.approx(years, rel=1e-3)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"age": {"Units": "moons"}}', "participants.json: Units of age are 'moons'"),
        ("{", "participants.json: cannot be read as JSON"),
        ("[" * 100_000, "participants.json: cannot be read as JSON"),
    ],
)
def test_a_description_of_participants_gone_wrong_is_named(content, says, dataset):
    (dataset("bids") / "participants.json").write_text(content, "utf-8")
    assert any(says in str(problem) for problem in holding_of("bids").problems)


def test_a_second_row_that_says_the_same_is_no_problem(dataset):
    table = dataset("bids") / "participants.tsv"
    lines = table.read_text("utf-8").splitlines()
    table.write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")
    assert holding_of("bids").problems == ()
    table.write_text("\n".join([*lines, lines[1].replace("34", "35")]) + "\n", "utf-8")
    (problem, *_) = holding_of("bids").problems
    assert problem.path.endswith("participants.tsv:4")
    assert problem.subject == "sub-01"


def test_rows_of_sites_that_belong_to_nobody_are_said(dataset):
    rows = "subject;site\nBraTS2021_00000;a\nBraTS2021_00002;b\nBraTS2021_7;c\n"
    (dataset("brats2021") / "sites.csv").write_text(rows, "utf-8")
    held = holding_of("brats2021")
    assert held.problems == ()
    assert [case.site for case in held.cases] == ["a", "b"]
    (note,) = held.notes
    assert "BraTS2021_7 has a row, but no volumes" in note.what


def test_a_skip_list_in_another_encoding_is_refused_by_line_and_the_rest_is_read(listed):
    folder = listed()
    (folder / "skip.txt").write_bytes("a\nMüller\n".encode("latin-1"))
    assert people() == WHOLE
    (problem,) = said()
    assert "skip.txt:2:encoding: byte 0xfc is not UTF-8" in problem
    with pytest.raises(OSError, match="nothing was added"):
        add_skips(folder, [])


def test_a_skip_list_as_an_editor_saves_it_is_read_and_added_to(listed, dataset):
    folder = listed()
    (folder / "skip.txt").write_bytes("a  # dunkel, unschärfe".encode("utf-16"))
    assert set(people()) == {"b"}
    problem = holding_of("csv").cases[0]
    added = add_skips(folder, [DataProblem("x", "is cut\nshort", "", problem.subject)])
    assert added == ["b"]
    assert (folder / "skip.txt").read_text("utf-8").splitlines()[1] == "b  # is cut short"
    assert people() == {}
    assert said() == []


def test_two_rows_of_one_examination_that_contradict_each_other_are_named(listed):
    rows = "path,subject,contrast,age,mask\na1,a,t1,70,m\na2,a,t2,71,n\na3,a,flair,,m\n"
    listed(rows)
    assert [problem.split("another ")[1].split()[0] for problem in said()] == ["age", "mask"]


def test_axes_that_a_table_gives_must_be_axes(listed):
    listed("path,subject,axes\na,a,LAS\nb,b,LAR\nc,c,up\n")
    assert [problem.split("volumes.csv:")[1][:9] for problem in said()] == [
        "3: axes a",
        "4: axes a",
    ]
    assert [case.axes for case in holding_of("csv").cases] == ["LAS", "", ""]
