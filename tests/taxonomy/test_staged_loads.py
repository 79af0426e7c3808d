"""A load is all or nothing, seen by nobody until its end, and keeps no other writer waiting."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from reviewdb.common.errors import RuleViolation
from reviewdb.reviews.models import Review, Study
from reviewdb.reviews.selectors.reviews import review_list
from taxonomy.models import Approach, Attribute, Document, Node, Taxonomy, Term, Vocabulary
from taxonomy.selectors.studies import study_facets, study_list
from taxonomy.services import loading, staging
from taxonomy.services.loading import review_load
from taxonomy.services.studies import study_edit
from tests.taxonomy.test_load_review import everything

pytestmark = pytest.mark.django_db
Edit = Callable[[str, int, str], None]
OWN_TREE = (
    "path,name,description\ninstance,Instance,Ours\ninstance/fixed,Fixed,\nfeature,Merkmale,\n"
)


def counts() -> list[int]:
    kinds = (Approach, Attribute, Document, Study, Taxonomy, Node, Term, Vocabulary)
    return [kind.objects.count() for kind in kinds] + [Review.everything.count()]


def grow(folder: Path, edit: Edit) -> None:
    """Change a title, add a study, file and state something of an old one and of the new one."""
    edit("bibliography", 3, "26,Another title,,2019,,,inferred")
    for name, row in (
        ("bibliography", "999,A new study,,2020,,,inferred\n"),
        ("approaches", "999,instance,fixed,,weights,4\n26,instance,fixed,,weights too,4\n"),
        ("attributes", "999,modality,Ultrasound,4\n26,colour,red,4\n"),
    ):
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(row)


def test_a_load_that_fails_at_the_end_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    def fail(**_: Any) -> None:
        seen["staged"] = Study.objects.count()
        seen["reviews"] = list(review_list(AnonymousUser()))
        seen["studies"] = list(study_list(AnonymousUser(), {}))
        seen["tasks"] = study_facets(AnonymousUser(), {})["task"]
        seen["page"] = Client().get("/").content.decode()
        raise OSError("the disk is full")

    monkeypatch.setattr(loading, "document_store", fail)
    with pytest.raises(OSError, match="disk is full"):
        review_load(slug="valverde2021")
    assert seen["staged"] == 129
    assert counts() == [0, 0, 0, 0, 1, 16, 0, 0, 0]  # the shared tree is the product's


def test_what_is_staged_is_seen_by_nobody(
    monkeypatch: pytest.MonkeyPatch, django_user_model: Any
) -> None:
    root = django_user_model.objects.create_superuser("root")
    seen: list[Any] = []

    def look(**arguments: Any) -> None:
        seen.append(Study.objects.count())
        for user in (AnonymousUser(), root):
            assert not review_list(user).exists()
            assert not study_list(user, {}).exists()
            assert study_facets(user, {})["review"] == []
        raise RuleViolation("stop", {})

    monkeypatch.setattr(loading, "stage_switch", look)
    with pytest.raises(RuleViolation, match="stop"):
        review_load(slug="valverde2021")
    assert seen == [129]


def test_an_update_that_fails_at_the_end_changes_nothing(
    review: Review, folder: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(folder, edit)
    before, there = everything(), counts()

    def fail(**_: Any) -> None:
        assert Study.objects.get(review=review, key="26").title == "Another title"
        raise OSError("the disk is full")

    monkeypatch.setattr(loading, "document_store", fail)
    with pytest.raises(OSError, match="disk is full"):
        review_load(slug=review.slug, folder=folder)
    assert everything() == before
    assert counts() == there


def test_an_update_adds_to_new_and_to_old_studies(review: Review, folder: Path, edit: Edit) -> None:
    grow(folder, edit)
    result = review_load(slug=review.slug, folder=folder)
    made = {"studies": 1, "approaches": 2, "attributes": 2, "terms": 2}
    assert {kind: number for kind, number in result["created"].items() if number} == made
    assert result["updated"]["studies"] == 1
    new, old = review.studies.get(key="999"), review.studies.get(key="26")
    assert (old.title, old.year) == ("Another title", 2019)
    assert new.approaches.get().technique == "weights"
    assert old.approaches.filter(technique="weights too").exists()
    assert new.attributes.get().term.vocabulary.review == review
    assert old.attributes.get(term__vocabulary__slug="colour").term.value == "red"
    assert review.studies.count() == 130
    assert Review.everything.get() == review
    before = everything()
    review_load(slug=review.slug, folder=folder)
    assert everything() == before


def test_an_edit_made_while_a_load_runs_is_kept(
    review: Review, folder: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch,
    django_user_model: Any,
) -> None:  # fmt: skip
    grow(folder, edit)
    ada, switch = django_user_model.objects.create_superuser("ada"), loading.stage_switch

    def edit_first(**arguments: Any) -> Review:
        study_edit(study=review.studies.get(key="26"), user=ada, fields={"title": "Ada's"})
        return switch(**arguments)

    monkeypatch.setattr(loading, "stage_switch", edit_first)
    review_load(slug=review.slug, folder=folder)
    assert review.studies.get(key="26").title == "Ada's"


def test_two_loads_of_one_new_review_do_not_mix(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = loading.contents_stage

    def be_late(*arguments: Any) -> None:
        monkeypatch.setattr(loading, "contents_stage", stage)
        review_load(slug="valverde2021")
        stage(*arguments)

    monkeypatch.setattr(loading, "contents_stage", be_late)
    with pytest.raises(RuleViolation, match="meanwhile; load it again"):
        review_load(slug="valverde2021")
    assert Review.everything.count() == 1
    assert Study.objects.count() == 129


def test_what_a_killed_load_left_is_swept_by_the_next(folder: Path) -> None:
    host = staging.process_name().rsplit(":", 2)[0]
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                           capture_output=True, check=True, text=True)  # fmt: skip
    dead = f"{host}:{child.stdout.strip()}:1.00"
    facts = {"is_public": False, "staged_at": timezone.now()}
    left = Review.everything.create(slug="~dead", title=dead, **facts)
    alive = Review.everything.create(slug="~alive", title=staging.process_name(), **facts)
    study = Study.objects.create(review=left, key="1")
    tree = Taxonomy.objects.create(review=left, slug="x", title="X")
    node = Node.objects.create(taxonomy=tree, path="x", name="X")
    Approach.objects.create(study=study, node=node, technique="t")
    term = Vocabulary.objects.create(review=left, slug="v", name="V").terms.create(slug="t")
    Attribute.objects.create(study=study, term=term)
    review_load(slug="valverde2021")
    assert set(Review.everything.values_list("slug", flat=True)) == {"valverde2021", alive.slug}
    assert not Taxonomy.objects.filter(slug="x").exists()


def test_no_transaction_writes_more_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []
    statements = staging._statements

    def count(chunk: Any) -> Any:
        assert len(connection.savepoint_ids) == depth
        if type(chunk[0]) in (Study, Approach, Attribute):
            rows.append(len(chunk))
        return statements(chunk)

    depth = len(connection.savepoint_ids)
    monkeypatch.setattr(staging, "CHUNK", 20)
    monkeypatch.setattr(staging, "_statements", count)
    review_load(slug="valverde2021")
    assert sum(rows) == 129 + 141 + 122
    assert max(rows) <= 20
    assert Study.objects.filter(review__slug="valverde2021").count() == 129


def own_tree(folder: Path, text: str = OWN_TREE) -> None:
    (folder / "taxonomy.csv").write_text(text, encoding="utf-8")
    header = (folder / "approaches.csv").read_text(encoding="utf-8").splitlines()[0]
    filed = f"{header}\n26,instance,fixed,,weights,4\n"
    (folder / "approaches.csv").write_text(filed, encoding="utf-8")
    strategies = (folder / "table4_strategies.csv").read_text(encoding="utf-8").splitlines()[:1]
    (folder / "table4_strategies.csv").write_text(strategies[0] + "\n", encoding="utf-8")


@pytest.mark.parametrize("slug", ["mine", "transfer-learning"])
def test_a_tree_of_a_folders_own_changes_no_other_reviews_nodes(
    review: Review, folder: Path, slug: str
) -> None:
    before = list(Node.objects.order_by("pk").values_list())
    own_tree(folder)
    review_load(slug=slug, folder=folder)
    assert list(Node.objects.filter(taxonomy__review=None).order_by("pk").values_list()) == before
    mine = Review.objects.get(slug=slug)
    assert mine.tree.taxonomy.review == mine
    assert mine.tree.taxonomy.nodes.get(path="feature").name == "Merkmale"
    assert mine.studies.get(key="26").approaches.get().node.taxonomy == mine.tree.taxonomy
    page = Client().get(f"/taxonomy/feature/?review={slug}").content.decode()
    assert "Merkmale" in page
    assert "Merkmale" not in Client().get("/taxonomy/?review=valverde2021").content.decode()


def test_a_changed_tree_of_its_own_replaces_the_old_one_and_keeps_what_is_filed(
    folder: Path,
) -> None:
    own_tree(folder)
    review_load(slug="mine", folder=folder)
    before = everything()
    review_load(slug="mine", folder=folder)
    assert everything() == before
    own_tree(folder, OWN_TREE.replace("Fixed", "Unveränderlich") + "other,Other,\n")
    review_load(slug="mine", folder=folder)
    approach = Approach.objects.get()
    assert approach.node.name == "Unveränderlich"
    assert Taxonomy.objects.get().nodes.count() == 4


def test_a_tree_without_a_node_in_use_is_refused(folder: Path) -> None:
    own_tree(folder)
    review_load(slug="mine", folder=folder)
    before = everything()
    own_tree(folder, "path,name\nfeature,Feature\ninstance,Instance\n")
    lines = (folder / "approaches.csv").read_text(encoding="utf-8").splitlines()
    (folder / "approaches.csv").write_text(f"{lines[0]}\n26,instance,,,other,4\n", encoding="utf-8")
    with pytest.raises(RuleViolation, match="filed at instance/fixed") as refusal:
        review_load(slug="mine", folder=folder)
    assert list(refusal.value.errors) == ["taxonomy.csv:path"]
    assert everything() == before


def test_a_review_with_a_tree_of_its_own_can_be_deleted(folder: Path) -> None:
    own_tree(folder)
    review_load(slug="mine", folder=folder)
    Review.objects.get(slug="mine").delete()
    assert not Node.objects.exists()
    assert not Term.objects.exists()


def test_a_folders_words_change_no_other_reviews_vocabulary(
    review: Review, folder: Path, edit: Edit
) -> None:
    before = list(Term.objects.order_by("pk").values_list())
    edit("attributes", 95, "99,architecture,INCEPTIONV2,4")
    edit("attributes", 3, "25,secret_word,Hush,4")
    review_load(slug="mine", folder=folder, is_public=False)
    assert list(Term.objects.filter(vocabulary__review=review).order_by("pk").values_list()) == (
        before
    )
    methods = study_facets(AnonymousUser(), {})["method"]
    assert {row["label"] for row in methods if "ncept" in row["value"]} == {
        "Architecture: Inceptionv2"
    }


def test_words_that_differ_in_signs_are_terms_of_their_own(
    review: Review, folder: Path, edit: Edit
) -> None:
    for line, value in enumerate(("C", "C++", "C#", "Ω", "Ψ", "中文"), start=2):
        edit("attributes", line, f"25,language,{value},4")
    review_load(slug="mine", folder=folder)
    terms = Term.objects.filter(vocabulary__slug="language")
    slugs = dict(terms.values_list("value", "slug"))
    assert (slugs["C"], slugs["C++"], slugs["C#"]) == ("c", "c-plus-plus", "c-sharp")
    assert len(set(slugs.values())) == 6
    before = everything()
    review_load(slug="mine", folder=folder)
    assert everything() == before


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("path,name\na,A\na/b,B\na/b/c,C\na/b/c/d,D\n", "taxonomy.csv:5:path"),
        ("path,name\na,One\nb,ONE\n", "taxonomy.csv:3:name"),
        ("path,name\na,One\none,Two\n", "taxonomy.csv:3:name"),
    ],
)
def test_a_tree_that_cannot_be_filed_in_is_refused(folder: Path, text: str, place: str) -> None:
    own_tree(folder, text)
    with pytest.raises(RuleViolation) as refusal:
        review_load(slug="mine", folder=folder)
    assert place in refusal.value.errors


def test_facts_of_a_tree_are_checked(folder: Path) -> None:
    own_tree(folder)
    (folder / "tree.toml").write_text('version = 7\nowner = "x"\n', encoding="utf-8")
    with pytest.raises(CommandError) as refusal:
        call_command("load_review", "mine", "--from", str(folder))
    assert "tree.toml:version: must be text" in str(refusal.value)
    assert "tree.toml:owner: unknown entry" in str(refusal.value)
