from pathlib import Path

import pytest

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.csv_rows import Table, read_table
from reviewdb.common.tables_in.problems import Problems

COLUMNS = ("ref", "title", "percent_of_*")
ROWS = 'ref,title,percent_of_9\n1,"One, two",4.65\n2,Three,9\n'


def read(tmp_path: Path, data: bytes, columns: tuple[str, ...] | None = COLUMNS) -> Table | None:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    problems = Problems()
    table = read_table(path, problems, columns)
    problems.raise_any("refused")
    return table


def refused(tmp_path: Path, data: bytes) -> dict[str, list[str]]:
    with pytest.raises(RuleViolation) as refusal:
        read(tmp_path, data)
    return refusal.value.errors


def cells(table: Table | None) -> list[list[str]]:
    return [list(row.cells.values()) for row in table.rows] if table else []


@pytest.mark.parametrize(
    "data",
    [
        ROWS.encode(),
        ROWS.encode("utf-16"),
        b"\xff\xfe\x00\x00" + ROWS.encode("utf-32-le"),
        ROWS.replace(",", ";").replace("One; two", "One, two").replace("4.65", "4,65").encode(),
        ROWS.replace(",", "\t").replace("One\t two", "One, two").encode("utf-8-sig"),
        ROWS.replace(",", "|").replace("One| two", "One, two").encode(),
        b"sep=;\r\n" + ROWS.replace(",", ";").replace("One; two", "One, two").encode(),
        ROWS.replace("ref,title,percent_of_9", "Ref,TITLE,Percent of 9").encode(),
        ROWS.replace("\n", ",,\r\n").encode() + b",,,,\r\n  \r\n",
        ROWS.replace("\n", "\r").encode(),
    ],
)
def test_a_table_is_read_in_whatever_form_a_spreadsheet_saves_it(
    tmp_path: Path, data: bytes
) -> None:
    table = read(tmp_path, data)
    assert table
    assert table.columns == ("ref", "title", "percent_of_9")
    assert cells(table) == [["1", "One, two", "4.65"], ["2", "Three", "9"]]


def test_without_expected_columns_the_header_shows_what_parts_the_cells(tmp_path: Path) -> None:
    table = read(tmp_path, b"a;b c\n1;2\n", columns=None)
    assert table
    assert table.columns == ("a", "b c")
    assert read(tmp_path, b"only\n1\n", columns=None)


def test_a_line_above_the_header_does_not_shift_the_line_numbers(tmp_path: Path) -> None:
    assert set(refused(tmp_path, b"sep=;\nref;title;percent_of_9\n1;2\n")) == {"t.csv:3:row"}


@pytest.mark.parametrize(
    ("data", "place", "text"),
    [
        (b"", "t.csv", "the file is empty"),
        (b"\n  \n", "t.csv", "the file is empty"),
        (b"Autor;Jahr\nx;y\n", "t.csv:1:row", "must name the columns ref, title"),
        (b"ref,title,ref,percent_of_1\n", "t.csv:1:ref", "only once"),
        (b"ref,title,Ref,percent_of_1\n", "t.csv:1:ref", "only once"),
        (b'ref,title,percent_of_1\n1,"x,2\n3,y,4\n', "t.csv:2:row", "never closed"),
        (b'ref,title,percent_of_1\n1,"x"y,2\n', "t.csv:2:row", 'written twice ("")'),
        (b"ref,title,percent_of_1\n1," + b"x" * 1_000_001 + b",2\n", "t.csv:2:row", "more than"),
        (b"ref,title,percent_of_1\n1,\x00,2\n", "t.csv:2:encoding", "null byte"),
        (b"ref,title,percent_of_1\n1,\xe4,2\n", "t.csv:2:encoding", "save the file as UTF-8"),
        (b"\xff\xferef", "t.csv:1:encoding", "UTF-16"),
        (b"ref,title,percent_of_1\n1,2\n", "t.csv:2:row", "has 2 cells"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_in_one_sentence(
    tmp_path: Path, data: bytes, place: str, text: str
) -> None:
    errors = refused(tmp_path, data)
    assert list(errors) == [place]
    assert len(errors[place]) == 1
    assert text in errors[place][0]


def test_a_missing_file_is_named_and_one_in_other_letters_is_read(tmp_path: Path) -> None:
    problems = Problems()
    assert read_table(tmp_path / "t.csv", problems) is None
    assert list(problems.errors) == ["t.csv"]
    (tmp_path / "T.CSV").write_bytes(ROWS.encode())
    assert read_table(tmp_path / "t.csv", Problems(), COLUMNS)


def test_of_many_faults_the_first_are_listed_and_the_rest_counted(tmp_path: Path) -> None:
    errors = refused(tmp_path, b"ref,title,percent_of_1\n" + b"1\n" * 360)
    assert len(errors) == 21
    assert errors["more"] == ["and 340 more"]
