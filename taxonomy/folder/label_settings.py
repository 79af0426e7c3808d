"""Which attributes of a study state its label setting (the three settings of Pan and Yang)."""

import csv
from functools import cache

from reviewdb.common.tables_in.terms import term_slug
from taxonomy.folder.bundled import DATA

LABEL_SETTINGS = ("inductive", "transductive", "unsupervised")


@cache
def label_setting_terms() -> dict[str, frozenset[tuple[str, str]]]:
    """Return the (vocabulary, term slug) pairs that state each setting, by setting.

    The vocabulary ``label_setting`` states it directly. Other pairs and their reasons are listed in
    data/label_settings.csv.
    """
    terms = {name: {("label_setting", name)} for name in LABEL_SETTINGS}
    with (DATA / "label_settings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            terms[row["label_setting"]].add((row["vocabulary"], term_slug(row["value"])))
    return {name: frozenset(pairs) for name, pairs in terms.items()}
