import csv
import io
import random

import pytest

from reviewdb.common.formula_guard import guarded, unguarded
from reviewdb.common.tables_in.csv_rows import read_table
from reviewdb.common.tables_in.problems import Problems
from reviewdb.common.tables_out import to_csv

SIGNS = "=+-@|%\uff1d\uff0b\uff0d\uff20\uff5c\uff05"  # and their full-width twins
LETTERS = [
    *SIGNS,
    "'",
    "'",
    '"',
    ",",
    ";",
    " ",
    "\t",
    "\r",
    "\n",
    "\ufeff",
    "\u200b",
    "a",
    "1",
    ".",
    "ß",
]


def random_texts(count: int) -> list[str]:
    draw = random.Random(20)  # noqa: S311 - drawn texts, no secret
    return ["".join(draw.choices(LETTERS, k=draw.randint(0, 8))) for _ in range(count)]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "\t", "\r", "\n", "\ufeff", "\xa0", "\u200b "])
def test_text_with_a_sign_first_is_guarded(sign: str, before: str) -> None:
    text = f"{before}{sign}SUM(A1)"
    assert guarded(text) == f"'{text}"


def test_a_formula_and_a_formula_after_an_apostrophe_give_two_cells() -> None:
    assert guarded("=1+1") == "'=1+1"
    assert guarded("'=1+1") == "''=1+1"


@pytest.mark.parametrize("text", ["", "'", "'t Hooft", "-0.5", "+1e3", "'-5", "a=b", "x@y"])
def test_numbers_and_harmless_text_are_left_alone(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@pytest.mark.parametrize("text", ["-1_000", "-\uff11", "-inf", "+nan", "--1", "-1+cmd"])
def test_what_only_looks_like_a_number_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_every_text_comes_back_from_its_cell() -> None:
    for text in random_texts(5000):
        cell = guarded(text)
        assert unguarded(cell) == text
        assert not cell.lstrip(" \t\r\n\ufeff\u200b").startswith(tuple(SIGNS)) or is_number(cell)
    texts = set(random_texts(5000))
    assert len({guarded(text) for text in texts}) == len(texts)


def is_number(cell: str) -> bool:
    return cell.lstrip("+-").replace(".", "", 1).isdecimal()


def test_a_file_is_read_as_it_was_written(tmp_path) -> None:
    texts = random_texts(1000)
    path = tmp_path / "texts.csv"
    path.write_bytes(to_csv([{"row": str(n), "text": t} for n, t in enumerate(texts)]).encode())
    problems = Problems()
    table = read_table(path, problems, ("row", "text"))
    assert table
    assert problems.errors == {}
    assert [row.cells["text"] for row in table.rows] == texts


def test_a_column_name_is_guarded_too() -> None:
    header = next(csv.reader(io.StringIO(to_csv([{"=cmd()": 1}]))))
    assert header == ["'=cmd()"]
