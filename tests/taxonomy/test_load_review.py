import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Review, SourceSearch, Study
from reviewdb.reviews.services.reviews import review_create
from taxonomy.models import Approach, Attribute, Document, Node, PublishedValue, Tagging, Term
from taxonomy.services.loading import review_load

Edit = Callable[[str, int, str], None]
KINDS = (Approach, Attribute, Document, Node, PublishedValue, Review, SourceSearch, Study, Term)


def everything() -> dict[str, list[tuple[object, ...]]]:
    return {kind.__name__: list(kind.objects.order_by("pk").values_list()) for kind in KINDS}


def test_every_row_of_the_bundled_review_is_loaded(review: Review) -> None:
    assert review.studies.count() == 129
    assert Approach.objects.filter(study__review=review).count() == 141
    assert Attribute.objects.filter(study__review=review).count() == 122
    assert Node.objects.count() == 16
    assert set(Document.objects.values_list("slug", flat=True)) == {"valverde2021", "li2023"}
    printed = PublishedValue.objects.get(
        document__slug="li2023", table="table4_5_transferability", row=1, column="h_score"
    )
    assert (printed.text, printed.number) == ("-0.0380", -0.038)


def test_one_study_may_have_several_approaches_under_one_node(review: Review) -> None:
    study = review.studies.get(key="146")
    assert (
        study.approaches.filter(node__path="parameter/parameter-sharing/multiple-models").count()
        == 3
    )


def test_a_second_load_changes_nothing(review: Review) -> None:
    before = everything()
    result = review_load(slug="valverde2021")
    assert everything() == before
    assert not any(result["created"].values())
    assert not any(result["updated"].values())


def test_a_folder_with_only_the_eight_files_is_the_same_review(
    review: Review, folder: Path
) -> None:
    before = everything()
    review_load(slug="valverde2021", folder=folder)
    assert everything() == before


def test_a_folder_under_a_slug_of_its_own_becomes_a_review_of_its_own(
    review: Review, folder: Path
) -> None:
    review_load(slug="mine", folder=folder)
    mine = Review.objects.get(slug="mine")
    assert mine.studies.count() == 129
    assert mine.tree.taxonomy == review.tree.taxonomy


def test_a_load_keeps_what_people_edited_and_tagged(review: Review) -> None:
    study = review.studies.get(key="27")
    study.title, study.edited_fields = "As a person knows it", ["title"]
    study.save()
    tag = review.tags.create(slug="to-read", name="to read")
    Tagging.objects.create(study=study, tag=tag)
    review_load(slug="valverde2021")
    study.refresh_from_db()
    assert study.title == "As a person knows it"
    assert study.taggings.count() == 1


@pytest.mark.parametrize(
    ("name", "line", "text", "place"),
    [
        ("approaches", 12, "35,parametre,prior sharing,,x,4", "approaches.csv:12:type"),
        ("approaches", 12, "35,feature,symmetric,,x,4", "approaches.csv:12:subsubtype"),
        ("approaches", 12, "35,feature,asymmetric,direct,x,4", "approaches.csv:12:subsubtype"),
        ("approaches", 12, "24,instance,fixed,,x,4", "approaches.csv:12:ref"),
        ("approaches", 12, "35,instance,fixed,,,4", "approaches.csv:12:technique"),
        ("approaches", 12, "35,instance,fixed", "approaches.csv:12:row"),
        ("approaches", 1, "ref,type,subtype,technique,section", "approaches.csv:1:subsubtype"),
        ("bibliography", 3, "25,,,,,,unresolved", "bibliography.csv:3:ref"),
        ("bibliography", 3, "26,,,,,,guessed", "bibliography.csv:3:evidence"),
        ("bibliography", 3, "26,,,,,,inferred", "bibliography.csv:3:title"),
        ("bibliography", 3, "26,A,,1066,,,inferred", "bibliography.csv:3:year"),
        ("bibliography", 3, "xx,,,,,,unresolved", "bibliography.csv:3:ref"),
        ("attributes", 2, "25,task,Guessing,Table 3", "attributes.csv:2:value"),
        ("attributes", 3, "25,task,Classification,Table 3", "attributes.csv:3:value"),
        ("search_strategy", 2, "Scopus,19.10.2020,399,q", "search_strategy.csv:2:searched_on"),
        ("search_strategy", 2, "Scopus,2020-10-19,many,q", "search_strategy.csv:2:records"),
        ("prisma_flow", 2, "records_seen,399,", "prisma_flow.csv:2:stage"),
        ("prisma_flow", 2, "records_identified_scopus,-4,", "prisma_flow.csv:2:count"),
        ("figures_facts", 2, "VGG,lots,", "figures_facts.csv:2:value"),
        (
            "table4_strategies",
            2,
            "Instance,16,11.63,Fixed,,six,4.65",
            "table4_strategies.csv:2:approaches",
        ),
        (
            "table3_tasks_applications",
            3,
            "Classification,69,52.71,Tumor,10",
            "table3_tasks_applications.csv:3:task_studies",
        ),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_loaded(
    db: None, folder: Path, edit: Edit, name: str, line: int, text: str, place: str
) -> None:
    edit(name, line, text)
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="valverde2021", folder=folder)
    assert place in refusal.value.errors
    assert not Review.objects.exists()
    assert not Node.objects.exists()


def test_every_fault_is_reported_at_once_and_the_database_is_as_it_was(
    review: Review, folder: Path, edit: Edit
) -> None:
    before = everything()
    edit("approaches", 3, "26,feature,symetric,indirect,x,4")
    edit("approaches", 5, "999,instance,fixed,,x,4")
    edit("bibliography", 4, "27,T,,20x9,,,inferred")
    (folder / "figures_facts.csv").unlink()
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="valverde2021", folder=folder)
    assert set(refusal.value.errors) == {
        "approaches.csv:3:subtype",
        "approaches.csv:5:ref",
        "bibliography.csv:4:year",
        "figures_facts.csv",
    }
    assert "Asymmetric, Symmetric" in refusal.value.errors["approaches.csv:3:subtype"][0]
    assert everything() == before


def test_bytes_that_are_not_utf8_are_named_by_line(db: None, folder: Path) -> None:
    path = folder / "bibliography.csv"
    lines = path.read_bytes().splitlines()
    lines[2] = "26,Gärten,,,,,inferred".encode("latin-1")
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="valverde2021", folder=folder)
    assert "UTF-8" in refusal.value.errors["bibliography.csv:3:encoding"][0]


def test_lines_are_physical_where_a_cell_spans_several(db: None, folder: Path, edit: Edit) -> None:
    edit("bibliography", 2, '25,"A title\nin three\nlines",,2019,,,inferred')
    edit("bibliography", 5, "26,,,x,,,unresolved")
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="valverde2021", folder=folder)
    assert set(refusal.value.errors) == {"bibliography.csv:5:year"}


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(db: None, folder: Path) -> None:
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    review_load(slug="valverde2021", folder=folder)
    assert Study.objects.count() == 129


def test_json_prints_one_object(db: None) -> None:
    out = StringIO()
    call_command("load_review", "valverde2021", "--json", stdout=out)
    assert json.loads(out.getvalue())["created"]["studies"] == 129


def test_a_refusal_under_json_is_the_error_object_and_exit_1(
    db: None, folder: Path, edit: Edit
) -> None:
    edit("approaches", 12, "35,nothing,,,x,4")
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("load_review", "v", "--from", str(folder), "--json", stdout=out)
    assert stop.value.code == 1
    body = json.loads(out.getvalue())
    assert set(body) == {"message", "errors"}
    assert set(body["errors"]) == {"approaches.csv:12:type"}


def test_an_unknown_slug_is_refused_with_the_choices(db: None) -> None:
    with pytest.raises(CommandError, match="bundled: valverde2021"):
        call_command("load_review", "nothing")


def test_a_document_of_another_review_is_not_overwritten(review: Review, folder: Path) -> None:
    with pytest.raises(RuleViolation, match="does not belong to this review"):
        review_load(slug="li2023", folder=folder)
    assert not Review.objects.filter(slug="li2023").exists()


def test_a_review_is_created_once(db: None) -> None:
    out = StringIO()
    call_command("create_review", "mine", "--title", "Mine", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"review": "mine", "title": "Mine", "is_public": False}
    with pytest.raises(RuleViolation, match="already exists"):
        review_create(slug="mine", title="Again")


@pytest.mark.django_db
def test_only_what_adds_rows_makes_postgresql_count_its_tables() -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            review_load(slug="valverde2021")
        found = [query["sql"] for query in queries if query["sql"].startswith("ANALYZE")]
        assert all("reviews_study" in sql and "taxonomy_approach" in sql for sql in found)
        return len(found)

    expected = [1, 0] if connection.vendor == "postgresql" else [0, 0]
    assert [counted(), counted()] == expected


def test_a_private_load_is_never_public_and_has_its_owner(django_user_model: Any) -> None:
    owner = django_user_model.objects.create_user("olga")
    arguments = ("load_review", "valverde2021", "--private", "--owner", "olga")
    call_command(*arguments, stdout=StringIO())
    review = Review.objects.get()
    assert not review.is_public
    assert review.memberships.get().user == owner
    call_command("load_review", "valverde2021", stdout=StringIO())
    review.refresh_from_db()
    assert not review.is_public  # a load that says nothing leaves it as it is
    call_command("load_review", "valverde2021", "--public", stdout=StringIO())
    review.refresh_from_db()
    assert review.is_public
