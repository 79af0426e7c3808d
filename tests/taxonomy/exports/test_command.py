import io
import json
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from reviewdb.reviews.models import Review
from taxonomy.exports.registry import FORMATS, export_render
from tests.taxonomy.exports.needs import needs

pytestmark = pytest.mark.django_db

MAGIC = {"png": b"\x89PNG", "pdf": b"%PDF-", "svg": b"<svg"}


def export(review: str, what: str, fmt: str, out: Path, *extra: str) -> str:
    printed = io.StringIO()
    call_command(
        "export_review", review, what, "--format", fmt, "--out", str(out), *extra, stdout=printed
    )
    return printed.getvalue().strip()


def test_every_export_of_the_bundled_review_is_written(bundled: Review, tmp_path: Path) -> None:
    for what, formats in FORMATS.items():
        for fmt in formats:
            path = tmp_path / f"{what}.{fmt}"
            assert export("valverde2021", what, fmt, path) == str(path)
            assert path.read_bytes().startswith(MAGIC.get(fmt, b""))
            assert path.stat().st_size > 200
    assert len(list(tmp_path.iterdir())) == sum(len(formats) for formats in FORMATS.values())


def test_a_review_without_rows_exports_too() -> None:
    review = Review.objects.create(slug="new", title="New")
    for what, formats in FORMATS.items():
        for fmt in formats:
            assert export_render(review, what, fmt).content


@needs("flow")
def test_json_tells_what_was_written(small: Review, tmp_path: Path) -> None:
    path = tmp_path / "flow.svg"
    told = json.loads(export("small", "flow", "svg", path, "--json"))
    assert told == {
        "review": "small",
        "what": "flow",
        "format": "svg",
        "path": str(path),
        "bytes": path.stat().st_size,
    }


@needs("flow", "strategies", "tasks", "studies")
@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (("nope", "flow", "svg"), "there are: small"),
        (("small", "flows", "svg"), "flow, strategies, tasks, studies"),
        (("small", "flow", "docx"), "svg, png, pdf, json, csv"),
    ],
)
def test_an_unknown_word_is_refused_with_the_choices(
    small: Review, tmp_path: Path, arguments: tuple[str, str, str], remedy: str
) -> None:
    with pytest.raises(CommandError, match=remedy):
        export(*arguments, tmp_path / "x")
    assert not list(tmp_path.iterdir())


@needs("flow")
def test_a_missing_folder_and_a_folder_as_file_are_refused(small: Review, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="does not exist; create it first"):
        export("small", "flow", "svg", tmp_path / "missing" / "flow.svg")
    with pytest.raises(CommandError, match="is a folder"):
        export("small", "flow", "svg", tmp_path)


@needs("flow")
def test_a_refusal_under_json_is_the_error_object(
    small: Review, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command(
            "export_review",
            "small",
            "flow",
            "--format",
            "x",
            "--out",
            str(tmp_path / "x"),
            "--json",
        )
    assert ended.value.code == 1
    assert list(json.loads(capsys.readouterr().out)["errors"]) == ["format"]


@needs("flow")
def test_a_failed_write_leaves_the_older_file(
    small: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "flow.svg"
    path.write_text("older")

    def full(self: Path, content: bytes) -> int:
        os.close(os.open(self, os.O_CREAT | os.O_WRONLY))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CommandError, match="No space left"):
        export("small", "flow", "svg", path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["flow.svg"]
    assert path.read_text() == "older"
