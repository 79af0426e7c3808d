import pytest

from reviewdb.common.errors import RuleViolation
from reviewdb.common.present import present_modules
from reviewdb.reviews.models import Review
from taxonomy.exports.export import Export
from taxonomy.exports.registry import EXPORTS, MODULES, export_choice, export_render
from tests.taxonomy.exports.needs import needs

MADE_UP = Export("made-up", ("csv", "markdown", "latex"), lambda review, fmt: fmt.encode())


def test_an_export_whose_file_was_taken_away_is_gone_and_the_others_stay() -> None:
    there = present_modules(["taxonomy.exports.gone", *MODULES])
    assert there == present_modules(MODULES)
    assert {module.EXPORT.what for module in there} == set(EXPORTS)


def test_a_module_that_is_there_and_broken_says_so(tmp_path, monkeypatch) -> None:
    (tmp_path / "broken_export.py").write_text("import no_such_module")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        present_modules(["broken_export"])


def test_a_file_is_named_after_review_export_and_format(monkeypatch) -> None:
    monkeypatch.setitem(EXPORTS, "made-up", MADE_UP)
    file = export_render(Review(slug="rev"), "made-up", "tex")
    assert (file.name, file.content) == ("rev-made-up.tex", b"latex")
    assert file.content_type.startswith("application/x-tex")


def test_short_format_names_mean_the_long_ones() -> None:
    assert MADE_UP.format_named("md") == "markdown"
    assert MADE_UP.format_named("latex") == "latex"


@needs("flow", "strategies", "tasks", "studies")
@pytest.mark.parametrize(
    ("what", "fmt", "field", "choices"),
    [
        ("flows", "csv", "what", "flow, strategies, tasks, studies"),
        ("flow", "md", "format", "svg, png, pdf, json, csv"),
        ("studies", "xlsx", "format", "csv, json"),
    ],
)
def test_an_unknown_export_is_refused_with_the_choices(
    what: str, fmt: str, field: str, choices: str
) -> None:
    with pytest.raises(RuleViolation, match=choices) as caught:
        export_choice(what, fmt)
    assert list(caught.value.errors) == [field]
