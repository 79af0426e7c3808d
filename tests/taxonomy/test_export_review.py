import io
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.core.management import CommandError, call_command

from reviewdb.common.tables_out import EXPORTS
from reviewdb.reviews.models import Review, Study
from taxonomy.models import Approach, Node, Tag, Tagging, Taxonomy
from taxonomy.selectors.exports import export_render, study_rows
from taxonomy.services.loading import review_load

pytestmark = pytest.mark.django_db

MAGIC = {"png": b"\x89PNG", "pdf": b"%PDF-", "svg": b"<svg"}


@pytest.fixture
def bundled() -> Review:
    review_load(slug="valverde2021")
    return Review.objects.get(slug="valverde2021")


@pytest.fixture
def small() -> Review:
    tree = Taxonomy.objects.create(slug="tree", title="Tree")
    node = Node.objects.create(taxonomy=tree, path="feature", name="Feature")
    review = Review.objects.create(slug="small", title="50% & more", taxonomy=tree)
    study = Study.objects.create(review=review, key="1", title="=SUM(A1)", year=2020)
    Approach.objects.create(study=study, node=node, technique="MMD")
    Approach.objects.create(study=study, node=node, technique="CORAL")
    tag = Tag.objects.create(review=review, slug="key-paper", name="key paper")
    Tagging.objects.create(study=study, tag=tag)
    return review


def export(review: str, what: str, fmt: str, out: Path, *extra: str) -> str:
    printed = io.StringIO()
    call_command(
        "export_review", review, what, "--format", fmt, "--out", str(out), *extra, stdout=printed
    )
    return printed.getvalue().strip()


def test_every_export_of_the_bundled_review_is_written(bundled: Review, tmp_path: Path) -> None:
    for what, formats in EXPORTS.items():
        for fmt in formats:
            path = tmp_path / f"{what}.{fmt}"
            assert export("valverde2021", what, fmt, path) == str(path)
            assert path.read_bytes().startswith(MAGIC.get(fmt, b""))
            assert path.stat().st_size > 200
    assert len(list(tmp_path.iterdir())) == sum(len(formats) for formats in EXPORTS.values())


def test_exported_tables_hold_what_the_rows_count(bundled: Review) -> None:
    frame = pd.read_csv(io.BytesIO(export_render(bundled, "strategies", "csv").content))
    leaves = frame[frame["subtype"].notna()]
    assert leaves["approaches"].sum() == Approach.objects.filter(study__review=bundled).count()
    flow = json.loads(export_render(bundled, "flow", "json").content)
    assert flow["boxes"][-1]["count"] == bundled.studies.count()
    studies = pd.read_csv(io.BytesIO(export_render(bundled, "studies", "csv").content))
    assert len(studies) == bundled.studies.count()


def test_flow_rows_name_each_reason_below_its_box(bundled: Review) -> None:
    frame = pd.read_csv(io.BytesIO(export_render(bundled, "flow", "csv").content))
    sources = frame[(frame["box"] == "records_identified") & (frame["column"] == "databases")]
    assert sources["count"].tolist() == [433, 399, 34]
    assert sources["reason"].tolist()[1:] == ["Scopus", "Springer (MICCAI 2020)"]


def test_a_study_is_one_row_with_all_its_approaches_and_tags(small: Review) -> None:
    assert study_rows(small)[0]["approaches"] == ["feature: MMD", "feature: CORAL"]
    assert study_rows(small)[0]["nodes"] == ["feature"]
    frame = pd.read_csv(io.BytesIO(export_render(small, "studies", "csv").content))
    assert frame["title"].tolist() == ["'=SUM(A1)"]
    assert frame["tags"].tolist() == ["key paper"]


def test_the_number_of_queries_does_not_grow_with_the_studies(
    bundled: Review, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(5):
        study_rows(bundled)


def test_a_latex_caption_with_special_characters_compiles(small: Review) -> None:
    latex = export_render(small, "strategies", "tex").content.decode()
    assert r"50\% \& more" in latex
    assert r"\label{tab:small-strategies}" in latex


def test_a_review_without_rows_exports_too() -> None:
    review = Review.objects.create(slug="new", title="New")
    for what, formats in EXPORTS.items():
        for fmt in formats:
            assert export_render(review, what, fmt).content


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


def test_a_missing_folder_and_a_folder_as_file_are_refused(small: Review, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="does not exist; create it first"):
        export("small", "flow", "svg", tmp_path / "missing" / "flow.svg")
    with pytest.raises(CommandError, match="is a folder"):
        export("small", "flow", "svg", tmp_path)


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
