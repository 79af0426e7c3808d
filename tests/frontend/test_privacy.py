"""A private review does not exist for others: no page, list, count, choice or error names it.

Everything that can be asked without a role is asked, rightly and wrongly, before the private review
is there and afterwards: no answer may differ in a byte.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reviewdb.common.web.permissions import OPERATOR
from reviewdb.reviews.models import Review
from taxonomy.services.loading import review_load
from taxonomy.services.studies import study_tag

WORD = "zibeline"
SLUG = f"{WORD}-review"
BUNDLED_TREE = Path(__file__).parents[2] / "taxonomy/data/trees/transfer-learning/taxonomy.csv"
PARAMETERS = {
    "api/v1/studies/": (
        "review", "node", "task", "application", "mri", "method", "label_setting", "technique",
        "tag", "year",
    ),
    "api/v1/studies/facets/": ("review", "node", "task", "application", "technique", "tag"),
    "api/v1/results/": ("node", "run", "benchmark", "scenario", "strategy", "metric"),
    "api/v1/taxonomy/": ("review",),
    "api/v1/exports/": ("review", "what", "format"),
    "api/v1/runs/": ("benchmark", "state"),
    "api/v1/source-selection/": ("target",),
    "studies/": ("review", "node", "task", "application", "technique", "tag", "q"),
}  # fmt: skip
IDENTIFIERS = {"slug": SLUG, "document": SLUG, "path": f"instance/{WORD}"}
HITS = (f"{WORD}-application", f"{WORD}-decoding", f"instance/{WORD}", "nonsense")
TOKEN = re.compile(rb"[A-Za-z0-9]{64}")  # against forged requests, another in each answer


def load_hidden(folder: Path) -> Review:
    """Load a private review with the word in every place that a review has."""
    for name, old, new in (
        ("bibliography", "26,,", f"26,{WORD} title,"),
        ("approaches", "26,feature,symmetric,indirect,", f"26,instance,{WORD},,{WORD} "),
        ("attributes", "25,application,Aneurysm", f"25,application,{WORD} application"),
        ("table3_tasks_applications", "Aneurysm", f"{WORD} application"),
        ("table3_tasks_applications", "fMRI decoding", f"{WORD} decoding"),  # no study says so
    ):
        path = folder / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    tree = BUNDLED_TREE.read_text(encoding="utf-8").rstrip("\n")
    lines = tree.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("instance,"))
    lines.insert(at + 1, f"instance/{WORD},{WORD.capitalize()},A {WORD} node.")
    (folder / "taxonomy.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "review.toml").write_text(f'title = "The {WORD} review"\n', encoding="utf-8")
    review_load(slug=SLUG, folder=folder, is_public=False)
    hidden = Review.objects.get(slug=SLUG)
    study_tag(study=hidden.studies.get(key="26"), name=f"{WORD} tag", user=OPERATOR)
    return hidden


def addresses(patterns: Any = None, before: str = "") -> list[str]:
    """Return every address of pages and API, with ``{name}`` for what varies."""
    found = []
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(one.pattern))
        if isinstance(one, URLResolver):
            found += [] if route.startswith("admin") else addresses(one.url_patterns, route)
        elif isinstance(one, URLPattern) and "^" not in route and "sign" not in route:
            found.append(route)
    return found


def asked(*, with_values: bool) -> list[str]:
    """Return addresses that speak of the hidden review, of nothing, and of what is public."""
    found = []
    for route in addresses():
        address = re.sub(r"{(\w+)}", lambda name: IDENTIFIERS.get(name[1], "1"), route)
        found += [address, f"{address}?review={SLUG}"]
    if with_values:
        found += [
            f"{route}?{name}={value}"
            for route, names in PARAMETERS.items()
            for name in names
            for value in (SLUG if name == "review" else f"{WORD}-tag", *HITS)
        ]
    return sorted(set(found))


def answers(reader: Client, asked: list[str]) -> dict[str, tuple[int, bytes]]:
    found = {}
    for address in asked:
        answer = reader.get(f"/{address}")
        text = b"".join(answer) if answer.streaming else answer.content
        found[address] = (answer.status_code, TOKEN.sub(b"", text))
    return found


@pytest.mark.parametrize("has_account", [False, True])
def test_a_private_review_changes_no_answer(
    review: Review, folder: Path, client: Client, person: Any, has_account: bool
) -> None:
    if has_account:
        client.force_login(person)
    questions = asked(with_values=not has_account)
    before = answers(client, questions)
    load_hidden(folder)
    after = answers(client, questions)
    told = [address for address in questions if before[address] != after[address]]
    assert not told, "\n".join(f"{a}: {before[a][0]} -> {after[a][0]}" for a in told)


def test_the_studies_of_a_private_review_are_not_found(
    review: Review, folder: Path, client: Client, person: Any
) -> None:
    pk = load_hidden(folder).studies.get(key="26").pk
    for sign_in in (lambda: None, lambda: client.force_login(person)):
        sign_in()
        for path in ("/studies/{}/", "/api/v1/studies/{}/"):
            assert client.get(path.format(pk)).status_code == 404
    for path in ("edit/", "tags/", "tags/remove/", "unlock/"):
        there, nowhere = (client.post(f"/studies/{n}/{path}", {"name": "x"}) for n in (pk, 9**9))
        assert (there.status_code, nowhere.status_code) == (404, 404)
    for path in ("", "tags/", "unlock/"):
        address = f"/api/v1/studies/{pk}/{path}"
        method = client.post if path else client.patch
        assert method(address, {"tag": "x"}, content_type="application/json").status_code in (
            400,
            404,
        )


def test_its_members_see_all_of_it(review: Review, folder: Path, admin_client: Any) -> None:
    load_hidden(folder)
    for path in (f"?review={SLUG}", f"studies/?review={SLUG}", f"taxonomy/?review={SLUG}"):
        assert WORD in admin_client.get(f"/{path}").content.decode()
