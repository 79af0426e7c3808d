import json
import shutil
from collections.abc import Callable
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command

from reviewdb.common.errors import RuleViolation
from reviewdb.common.years import last_year, publication_year
from reviewdb.reviews.bibliography.crossref import Reference
from reviewdb.reviews.bibliography.match import Entry, agrees, same_author
from reviewdb.reviews.models import Review, Study
from reviewdb.reviews.models.studies import Evidence
from reviewdb.reviews.services.bibliography import bibliography_resolve
from taxonomy.selectors.studies import study_list
from taxonomy.services.loading import review_load
from taxonomy.services.studies import study_edit

Works = dict[str, dict[str, Any]]
Edit = Callable[[str, int, str], None]


def references_of(review: Review) -> Works:
    """Return a reference a study: the true title where one is known, else a made-up one."""
    return {
        study.key: {
            "key": f"10.1000/journal-ref_{study.key}",
            "article-title": study.title.upper() or f"Made-up paper number {study.key}",
            "author": study.authors.split(",")[0] or "Nobody",
            "year": str(study.year or 2018),
            "journal-title": "Journal of Tests",
            "DOI": f"10.1000/paper.{study.key}",
        }
        for study in review.studies.all()
    }


def work(references: Works) -> bytes:
    others = [{"key": "ref_7", "article-title": "Not of this review"}, {"key": "no number"}]
    return json.dumps({"message": {"reference": [*references.values(), *others]}}).encode()


def resolve(review: Review, references: Works) -> dict[str, Any]:
    return bibliography_resolve(review=review, data=work(references), name="work.json").as_json()


def test_unidentified_and_inferred_studies_are_filled(review: Review) -> None:
    result = resolve(review, references_of(review))
    assert (result["resolved"], result["unmatched"]) == (114, [])
    study = review.studies.get(key="30")
    assert study.title == "Made-up paper number 30"
    assert (study.authors, study.year, study.doi) == ("Nobody", 2018, "10.1000/paper.30")
    assert study.evidence == Evidence.RESOLVED
    assert not Study.objects.filter(key="7").exists()


def test_papers_named_in_the_text_keep_their_title_and_gain_what_was_missing(
    review: Review,
) -> None:
    named = review.studies.get(key="34")
    resolve(review, references_of(review))
    after = review.studies.get(key="34")
    assert (after.title, after.evidence) == (named.title, Evidence.NAMED)
    assert (named.doi, after.doi) == ("", "10.1000/paper.34")


def test_an_inferred_paper_that_turns_out_to_be_another_keeps_nothing(review: Review) -> None:
    references = references_of(review)
    references["31"] = {
        "key": "ref31",
        "article-title": "Something else altogether",
        "author": "Doe",
    }
    resolve(review, references)
    study = review.studies.get(key="31")
    assert (study.title, study.authors) == ("Something else altogether", "Doe")
    assert (study.year, study.venue, study.doi) == (None, "", "")


def test_the_full_list_of_authors_is_kept_where_the_reference_names_the_first(
    review: Review,
) -> None:
    resolve(review, references_of(review))
    assert review.studies.get(key="28").authors.count(";") == 2


def test_a_persons_edit_is_never_overwritten(review: Review, extractor: Any) -> None:
    study = review.studies.get(key="30")
    study_edit(study=study, user=extractor, fields={"title": "What Ada found", "year": 2011})
    result = resolve(review, references_of(review))
    study.refresh_from_db()
    assert (study.title, study.year) == ("What Ada found", 2011)
    assert study.doi == "10.1000/paper.30"
    assert study.evidence == Evidence.EDITED
    assert (result["skipped_edited"], result["resolved"]) == (1, 113)


def test_a_second_resolution_changes_nothing_and_a_reload_keeps_it(review: Review) -> None:
    references = references_of(review)
    resolve(review, references)
    before = list(Study.objects.order_by("pk").values_list())
    again = resolve(review, references)
    assert (again["resolved"], again["updated"]) == (0, 0)
    review_load(slug="valverde2021")
    assert list(Study.objects.order_by("pk").values_list()) == before


def test_a_work_whose_numbers_are_shifted_is_refused_whole(review: Review) -> None:
    references = references_of(review)
    shifted = {
        key: {**entry, "key": f"ref{int(key) + 1}"}
        for key, entry in references.items()
        if key != "155"
    }
    before = list(Study.objects.order_by("pk").values_list())
    with pytest.raises(RuleViolation, match="named in the text differ") as refusal:
        resolve(review, shifted)
    assert "reference 53" in refusal.value.errors
    assert list(Study.objects.order_by("pk").values_list()) == before


def test_a_work_in_which_no_named_paper_is_recognised_is_refused(review: Review) -> None:
    some = {key: entry for key, entry in references_of(review).items() if key in {"27", "30"}}
    with pytest.raises(RuleViolation, match="0 can be recognised"):
        resolve(review, some)


def test_named_papers_without_a_title_are_compared_by_author_and_year(review: Review) -> None:
    references = references_of(review)
    for key in ("34", "36", "40"):
        del references[key]["article-title"]
    resolve(review, references)
    references["34"]["author"] = "Somebody"
    with pytest.raises(RuleViolation) as refusal:
        resolve(review, references)
    assert set(refusal.value.errors) == {"reference 34"}


def test_a_citation_in_one_piece_is_kept_whole(review: Review) -> None:
    references = references_of(review)
    title = review.studies.get(key="68").title
    references["68"] = {"key": "ref68", "unstructured": f"van Tulder: {title}. IEEE, 2019."}
    references["30"] = {"key": "ref30", "unstructured": "Doe, J. A paper. 2017."}
    resolve(review, references)
    study = review.studies.get(key="30")
    assert (study.title, study.year) == ("Doe, J. A paper. 2017.", None)
    assert review.studies.get(key="68").title == title


def test_a_reference_that_says_nothing_leaves_its_study_open(review: Review) -> None:
    references = references_of(review)
    references["30"] = {"key": "ref30", "year": "2017"}
    del references["33"]
    assert resolve(review, references)["unmatched"] == ["30", "33"]
    assert review.studies.get(key="30").evidence == Evidence.UNRESOLVED


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"not json", "w.json:1"),
        (b"\xff\xfe", "w.json"),
        (b"[]", "w.json"),
        (b'{"message": {}}', "w.json"),
        (b'{"reference": ["x"]}', "w.json:reference 1"),
        (b'{"reference": [{"key": "B27-a-66"}, {"key": "B28-a-66"}]}', "w.json:reference 2:key"),
    ],
)
def test_a_document_of_another_form_is_refused(review: Review, data: bytes, place: str) -> None:
    with pytest.raises(RuleViolation) as refusal:
        bibliography_resolve(review=review, data=data, name="w.json")
    assert place in refusal.value.errors


def test_the_command_prints_counts(review: Review, tmp_path: Path) -> None:
    path = tmp_path / "work.json"
    references = [*references_of(review).values()]
    path.write_text(json.dumps({"reference": references}), encoding="utf-8")
    out = StringIO()
    call_command("resolve_bibliography", review.slug, "--from", str(path), "--json", stdout=out)
    result = json.loads(out.getvalue())
    assert set(result) == {"resolved", "updated", "skipped_edited", "unmatched"}
    assert result["resolved"] == 114


def test_online_without_a_doi_says_what_is_needed(review: Review) -> None:
    Review.objects.filter(pk=review.pk).update(doi="")
    with pytest.raises(CommandError, match="--doi"):
        call_command("resolve_bibliography", review.slug, "--online")


def test_online_without_a_network_is_refused_clearly(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: Any, **__: Any) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setattr("reviewdb.reviews.services.crossref_online.urlopen", unreachable)
    with pytest.raises(CommandError, match=r"network is unreachable.*--from"):
        call_command("resolve_bibliography", review.slug, "--online", "--doi", "10.1000/x")


def test_an_unknown_review_or_file_is_named(review: Review, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there are: valverde2021"):
        call_command("resolve_bibliography", "other", "--from", "x")
    with pytest.raises(CommandError, match="No such file"):
        call_command("resolve_bibliography", review.slug, "--from", str(tmp_path / "none"))


def test_titles_differ_in_marks_and_subtitles_but_not_in_words() -> None:
    entry = Entry("Détection of tumours: a study", "Müller, Ann; Doe, J.", 2019)
    assert agrees(entry, Reference("1", title="Detection of Tumours - A Study"))
    assert agrees(entry, Reference("1", title="Another question altogether")) is False
    assert agrees(entry, Reference("1", year=2019)) is None
    assert same_author("van Opbroek, Annegreet; Ikram, M.", "A. Van Opbroek")
    assert not same_author("Li, Wei", "Lin, Wei")


CASES = Path(__file__).parent / "data" / "crossref"


@pytest.fixture
def small(db: None, folder: Path) -> Review:
    """Return a review of five studies, of which the text names the first three."""
    shutil.copy(CASES / "bibliography.csv", folder)
    for name in ("approaches", "attributes"):
        path = folder / f"{name}.csv"
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    review_load(slug="small", folder=folder)
    return Review.objects.get(slug="small")


def resolve_case(review: Review, name: str) -> dict[str, Any]:
    data = (CASES / f"{name}.json").read_bytes()
    return bibliography_resolve(review=review, data=data, name="work.json").as_json()


def test_markup_and_entities_are_taken_out_of_what_crossref_states(small: Review) -> None:
    resolve_case(small, "markup_and_entities")
    study = small.studies.get(key="4")
    assert study.title == "Effect of in vivo tides on H2O & CO2: p < 0.05"
    assert (study.authors, study.venue) == ("D&D", "J. Inv. Img. & Vision")


def test_half_a_surrogate_pair_is_stored_as_a_replacement_character(small: Review) -> None:
    resolve_case(small, "lone_surrogate")
    assert small.studies.get(key="4").title == "A lone half \ufffd of a pair"


def test_a_doi_loses_the_stop_behind_it_and_what_is_none_is_not_stored(small: Review) -> None:
    resolve_case(small, "doi_with_stop")
    assert small.studies.get(key="4").doi == "10.5555/cr.stop"
    study = small.studies.get(key="5")
    assert (study.title, study.doi) == ("A DOI that is none", "")


def test_a_long_doi_is_stored_whole(small: Review) -> None:
    resolve_case(small, "doi_of_228_characters")
    assert small.studies.get(key="4").doi == f"10.5555/{'x' * 220}"


def test_two_keys_of_one_number_are_refused_with_both(small: Review) -> None:
    before = list(Study.objects.order_by("pk").values_list())
    with pytest.raises(RuleViolation) as refusal:
        resolve_case(small, "two_keys_one_number")
    text = refusal.value.errors["work.json:reference 5:key"][0]
    assert "'bib4'" in text
    assert "'ref4'" in text
    assert list(Study.objects.order_by("pk").values_list()) == before


def test_nulls_say_nothing_and_a_list_gives_its_first_title(small: Review) -> None:
    assert resolve_case(small, "nulls_and_lists")["unmatched"] == ["4"]
    study = small.studies.get(key="5")
    assert (study.title, study.authors, study.year) == ("A title in a list", "", 2018)


def test_a_year_with_a_letter_is_read_and_the_year_0_is_none(small: Review) -> None:
    resolve_case(small, "odd_years")
    years = dict(small.studies.filter(key__in=("4", "5")).values_list("title", "year"))
    assert years == {"Year with a letter": 2018, "Year 0": None}


def named_and(**fourth: Any) -> list[dict[str, Any]]:
    data = json.loads((CASES / "odd_years.json").read_text(encoding="utf-8"))
    return [*data["message"]["reference"][:3], {"key": "ref4", **fourth}]


@pytest.mark.parametrize(
    "fourth",
    [{"article-title": True}, {"article-title": 7, "DOI": False}, {"unstructured": {"a": "b"}}],
)
def test_only_text_is_a_title(small: Review, fourth: dict[str, Any]) -> None:
    data = json.dumps({"reference": named_and(**fourth)}).encode()
    result = bibliography_resolve(review=small, data=data, name="w.json")
    assert result.unmatched == ["4", "5"]


def test_a_doi_given_as_an_address_is_stored_bare(small: Review) -> None:
    entries = named_and(
        **{"article-title": "An\x00 address", "DOI": "https://doi.org/10.5555/Cr.x"}
    )
    data = json.dumps({"reference": entries}).encode()
    bibliography_resolve(review=small, data=data, name="w.json")
    study = small.studies.get(key="4")
    assert (study.title, study.doi) == ("An address", "10.5555/Cr.x")


def test_a_giant_number_is_no_reason_to_fail(small: Review) -> None:
    entries = named_and(key="ref4" + "0" * 5000, volume=1)
    data = json.dumps({"reference": entries}).replace('"volume": 1', f'"volume": {"9" * 5000}')
    result = bibliography_resolve(review=small, data=data.encode(), name="w.json")
    assert result.unmatched == ["4", "5"]


def test_deep_nesting_is_refused_in_words(small: Review) -> None:
    data = b'{"reference": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    with pytest.raises(RuleViolation, match="nested too deeply"):
        bibliography_resolve(review=small, data=data, name="w.json")


def test_a_bibliography_states_dois_bare_or_is_refused(db: None, folder: Path, edit: Edit) -> None:
    edit("bibliography", 3, "26,A,,,,https://doi.org/10.5555/x,inferred")
    edit("bibliography", 4, "27,B,,,,javascript:alert(1),inferred")
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="small", folder=folder)
    assert set(refusal.value.errors) == {"bibliography.csv:4:doi"}
    edit("bibliography", 4, "27,B,,,,,inferred")
    review_load(slug="small", folder=folder)
    assert Study.objects.get(key="26").doi == "10.5555/x"


@pytest.mark.parametrize(
    ("year", "is_one"), [(1899, False), (1900, True), (last_year(), True), (last_year() + 1, False)]
)
def test_reader_crossref_edit_and_filter_agree_on_years(
    small: Review, folder: Path, edit: Edit, django_user_model: Any, year: int, is_one: bool
) -> None:
    edit("bibliography", 2, f"1,Mapping tides in small basins,,{year},,,inferred")
    outcomes = [
        lambda: review_load(slug="other", folder=folder),
        lambda: study_edit(
            study=small.studies.get(key="4"),
            user=django_user_model.objects.create_superuser("ada"),
            fields={"year": year},
        ),
        lambda: study_list(AnonymousUser(), {"year": str(year)}),
    ]
    for outcome in outcomes:
        with nullcontext() if is_one else pytest.raises(RuleViolation):
            outcome()
    assert (publication_year(year) == year) is is_one
