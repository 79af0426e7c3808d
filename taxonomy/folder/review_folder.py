"""Reads a folder of eight CSV files into ReviewRows, or raises all faults at once.

The files: bibliography.csv, approaches.csv, attributes.csv, search_strategy.csv, prisma_flow.csv,
table3_tasks_applications.csv, table4_strategies.csv, figures_facts.csv. Optional files: review.toml
(facts about the review, further documents) and taxonomy.csv (a tree of its own).
"""

import re
from pathlib import Path

from reviewdb.common.errors import RuleViolation
from reviewdb.common.json_object import JsonObject
from reviewdb.common.tables_in.csv_rows import Table, read_table
from reviewdb.common.tables_in.problems import Problems, choices
from reviewdb.common.tables_in.terms import folded
from reviewdb.common.tables_in.toml_text import read_toml
from reviewdb.common.text import bare_doi
from taxonomy.folder import review_tables as tables
from taxonomy.folder.bundled import DATA, DEFAULT_TREE, TREES, bundled_slugs
from taxonomy.folder.review_rows import DocumentRows, ReviewRows, StudyRow
from taxonomy.folder.tree import Tree, read_tree
from taxonomy.statements import statements

COLUMNS = {
    "bibliography": ("ref", "title", "authors", "year", "venue", "doi", "evidence"),
    "approaches": ("ref", "type", "subtype", "subsubtype", "technique", "section"),
    "attributes": ("ref", "attribute", "value", "section"),
    "search_strategy": ("source", "searched_on", "records", "query"),
    "prisma_flow": ("stage", "count", "note"),
    "table3_tasks_applications": (
        "task",
        "task_studies",
        "percent_of_*",
        "application",
        "studies",
    ),
    "table4_strategies": (
        "type",
        "type_approaches",
        "type_percent_of_*",
        "subtype",
        "subsubtype",
        "approaches",
        "percent_of_*",
    ),
    "figures_facts": ("fact", "value", "note"),
}
PUBLISHED = (
    "search_strategy",
    "prisma_flow",
    "table3_tasks_applications",
    "table4_strategies",
    "figures_facts",
)
FACTS = ("title", "question", "protocol", "eligibility_criteria", "citation", "doi", "taxonomy")
TITLE_LIMIT = 500
SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


def read_review(folder: Path, slug: str) -> ReviewRows:
    """Return the folder's review; raises RuleViolation with every fault by file, line and field."""
    if not SLUG.fullmatch(slug) or len(slug) > 50:
        text = f"must be lower-case letters and digits joined by - or _ (at most 50), got {slug!r}"
        raise RuleViolation(f"slug: {text}", {"slug": [text]})
    if not folder.is_dir():
        raise RuleViolation(f"{folder} is not a folder", {"from": [f"{folder} is not a folder"]})
    if not any(path.suffix.lower() == ".csv" for path in folder.iterdir()):
        text = (
            f"{folder} holds no CSV file; give the folder that holds {choices(map(_file, COLUMNS))}"
        )
        raise RuleViolation(text, {"from": [text]})
    problems = Problems()
    facts, home = _facts(folder, slug, problems)
    tree = _tree(folder, slug, facts, problems)
    review = _review(slug, facts, home, tree, folder, problems)
    _check_statements(review.documents, problems)
    problems.raise_any(f"review {slug} was not loaded, nothing was changed")
    return review


def _check_statements(documents: tuple[DocumentRows, ...], problems: Problems) -> None:
    """Note documents whose tables lack what the known statements about them need."""
    if problems.count:
        return
    for document in documents:
        try:
            statements(document.slug, document.published())
        except RuleViolation as violation:
            problems.add(f"{document.slug}:tables", violation.message)


def _file(table: str) -> str:
    return f"{table}.csv"


def _facts(folder: Path, slug: str, problems: Problems) -> tuple[JsonObject, Path]:
    # A copy of a bundled review's tables is still that review. Facts that the folder leaves out are
    # taken from the bundled description.
    own = (folder / "review.toml").exists() or slug not in bundled_slugs()
    home = folder if own else DATA / slug
    facts = read_toml(home / "review.toml", problems)
    for name, value in facts.items():
        if name == "documents":
            continue
        if name not in FACTS:
            problems.add(
                f"review.toml:{name}", f"unknown entry; allowed: {choices((*FACTS, 'documents'))}"
            )
        elif not isinstance(value, str):
            problems.add(f"review.toml:{name}", f"must be text, got {value!r}")
        elif name == "title" and len(value) > TITLE_LIMIT:
            text = f"must hold at most {TITLE_LIMIT} characters, has {len(value)}"
            problems.add("review.toml:title", text)
    return {**facts, "doi": _doi(facts, "review.toml:doi", problems)}, home


def _doi(facts: JsonObject, place: str, problems: Problems) -> str:
    """Return the bare DOI in the facts; empty, with a fault noted, if it is not a DOI."""
    value = str(facts.get("doi", ""))
    found = bare_doi(value)
    if found is None:
        problems.add(place, f"must be a DOI such as 10.1000/182, got {value!r}")
    return found or ""


def _tree(folder: Path, slug: str, facts: JsonObject, problems: Problems) -> Tree | None:
    if (folder / "taxonomy.csv").exists():
        return read_tree(folder, slug, problems, is_own=True)
    name = facts.get("taxonomy") or DEFAULT_TREE
    known = sorted(path.name for path in TREES.iterdir())
    if name not in known:
        problems.add("review.toml:taxonomy", f"no bundled tree {name!r}; bundled: {choices(known)}")
        return None
    return read_tree(TREES / name, name, problems)


def _review(
    slug: str,
    facts: JsonObject,
    home: Path,
    tree: Tree | None,
    folder: Path,
    problems: Problems,
) -> ReviewRows:
    sheets = {name: _table(folder, name, problems) for name in PUBLISHED}
    tasks = tables.check_tasks(sheets["table3_tasks_applications"], problems)
    tables.check_strategies(sheets["table4_strategies"], tree, problems)
    tables.check_flow(sheets["prisma_flow"], problems)
    tables.check_facts(sheets["figures_facts"], problems)
    # Only one of the three long tables is in memory at a time.
    studies, refs = _studies(folder, problems)
    approaches = tuple(
        tables.read_approaches(_table(folder, "approaches", problems), tree, refs, problems)
    )
    attributes = tuple(
        tables.read_attributes(_table(folder, "attributes", problems), refs, tasks, problems)
    )
    searches = tuple(tables.read_searches(sheets["search_strategy"], problems))
    text = {name: str(facts.get(name, "")) for name in FACTS}
    own = DocumentRows(
        slug=slug,
        title=text["title"] or slug,
        citation=text["citation"],
        doi=text["doi"],
        tables=tuple(table for name in PUBLISHED if (table := sheets[name])),
        is_the_review=True,
    )
    return ReviewRows(
        slug=slug,
        facts=text,
        tree=tree or Tree(slug, "", "", "", ()),
        studies=studies,
        approaches=approaches,
        attributes=attributes,
        controlled=_controlled(sheets["table3_tasks_applications"]),
        searches=searches,
        documents=(own, *_documents(facts, home, problems)),
    )


def _table(folder: Path, name: str, problems: Problems) -> Table | None:
    return read_table(folder / _file(name), problems, COLUMNS[name])


def _studies(folder: Path, problems: Problems) -> tuple[tuple[StudyRow, ...], set[str] | None]:
    """Return the studies and their reference numbers.

    Without a readable bibliography the numbers are None and references are not checked, because
    every one would be reported as unknown.
    """
    table = _table(folder, "bibliography", problems)
    studies = tuple(tables.read_studies(table, problems))
    return studies, {study.ref for study in studies} if table else None


def _controlled(table: Table | None) -> tuple[tuple[str, str, str], ...]:
    """Return each (vocabulary, term, value) that Table 3 allows, also if no study states it."""
    rows = table.rows if table else ()
    pairs = [(name, row.cells[name].strip()) for row in rows for name in ("task", "application")]
    return tuple((name, folded(value), value) for name, value in dict.fromkeys(pairs))


def _documents(facts: JsonObject, home: Path, problems: Problems) -> list[DocumentRows]:
    documents = []
    for number, entry in enumerate(facts.get("documents", []), start=1):
        place = f"review.toml:documents:{number}"
        if not isinstance(entry, dict) or not {"slug", "folder", "title"} <= set(entry):
            problems.add(place, "must give slug, folder and title")
            continue
        document = {name: str(value) for name, value in entry.items()}
        if len(document["title"]) > TITLE_LIMIT:
            text = f"must hold at most {TITLE_LIMIT} characters, has {len(document['title'])}"
            problems.add(f"{place}:title", text)
        if not SLUG.fullmatch(document["slug"]):
            problems.add(
                place, f"slug must be lower-case letters and digits, got {document['slug']!r}"
            )
        paths = sorted((home / document["folder"]).glob("*.csv"))
        if not paths:
            problems.add(place, f"no CSV files in {document['folder']}")
        documents.append(
            DocumentRows(
                slug=document["slug"],
                title=document["title"],
                citation=document.get("citation", ""),
                doi=_doi(document, f"{place}:doi", problems),
                tables=tuple(table for path in paths if (table := read_table(path, problems))),
                is_the_review=False,
            )
        )
    return documents
