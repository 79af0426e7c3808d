"""Reads a taxonomy folder (taxonomy.csv, optional tree.toml) into a tree with look-up by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reviewdb.common.tables_in.cells import Cells
from reviewdb.common.tables_in.csv_rows import read_table
from reviewdb.common.tables_in.problems import Problems, choices
from reviewdb.common.tables_in.terms import folded
from reviewdb.common.tables_in.toml_text import read_toml

SLUG_PATH = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*)*")

NODES = 1_000  # a page shows them all
LEVELS = 3  # type, subtype, sub-subtype: the columns of approaches.csv
FACT_LIMITS = {"title": 300, "version": 20, "reference": 10_000}


@dataclass(frozen=True)
class TreeNode:
    """One node of the file; ``words`` are its name and its slug, folded for comparing."""

    path: str
    name: str
    description: str
    words: frozenset[str]

    @property
    def parent(self) -> str:
        """Return the parent's path, empty for a root."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True)
class Tree:
    """A taxonomy in depth-first order; a bundled one, or a review's own."""

    slug: str
    title: str
    version: str
    reference: str
    nodes: tuple[TreeNode, ...]
    is_own: bool = False
    by_parent: dict[str, list[TreeNode]] = field(default_factory=dict, compare=False, repr=False)

    def children(self, path: str) -> list[TreeNode]:
        """Return the children of the node at ``path``; the roots for an empty path."""
        if not self.by_parent:
            for node in self.nodes:
                self.by_parent.setdefault(node.parent, []).append(node)
        return self.by_parent.get(path, [])

    def leaf(self, cells: Cells, fields: Sequence[str]) -> str:
        """Return the path of the leaf that the cells name; empty, with a fault noted, if none."""
        path = ""
        for name in fields:
            children, word = self.children(path), folded(cells.text(name))
            if not children and not word:
                continue
            match = [node for node in children if word in node.words]
            if not match:
                cells.add(name, _unknown(cells.text(name), children))
                return ""
            path = match[0].path
        if self.children(path):
            cells.add(fields[-1], f"{path} is not a leaf of the taxonomy")
            return ""
        return path


def _unknown(word: str, children: Sequence[TreeNode]) -> str:
    if not children:
        return f"must be empty here, got {word!r}"
    return f"unknown node {word!r}; allowed: {choices(node.name for node in children)}"


def read_tree(folder: Path, slug: str, problems: Problems, *, is_own: bool = False) -> Tree | None:
    """Return the folder's tree, or None if it has faults (added to ``problems``)."""
    facts = _tree_facts(folder, problems)
    table = read_table(folder / "taxonomy.csv", problems, ("path", "name"), ("description",))
    if table is None:
        return None
    nodes: dict[str, TreeNode] = {}
    words: dict[tuple[str, str], str] = {}
    for row in table.rows:
        node = _read_node(Cells(row, problems), nodes, words)
        if node:
            nodes[node.path] = node
    if len(nodes) > NODES:
        problems.add("taxonomy.csv", f"a tree has at most {NODES} nodes, this one {len(nodes)}")
    return Tree(
        slug=slug,
        title=facts.get("title") or slug,
        version=facts.get("version") or "1",
        reference=facts.get("reference") or "",
        nodes=tuple(nodes.values()),
        is_own=is_own,
    )


def _tree_facts(folder: Path, problems: Problems) -> dict[str, str]:
    facts = read_toml(folder / "tree.toml", problems)
    for name, value in facts.items():
        if name not in FACT_LIMITS:
            text = f"unknown entry; allowed: {choices(FACT_LIMITS)}"
        elif not isinstance(value, str):
            text = f"must be text, got {value!r}"
        elif len(value) > FACT_LIMITS[name]:
            text = f"must hold at most {FACT_LIMITS[name]} characters, has {len(value)}"
        else:
            continue
        problems.add(f"tree.toml:{name}", text)
    return {name: value for name, value in facts.items() if isinstance(value, str)}


def _read_node(
    cells: Cells, known: dict[str, TreeNode], words: dict[tuple[str, str], str]
) -> TreeNode | None:
    path = cells.text("path", required=True, limit=300)
    name = cells.text("name", required=True, limit=200)
    if path and not SLUG_PATH.fullmatch(path):
        cells.add("path", f"must be slugs joined by /, such as feature/symmetric; got {path!r}")
        return None
    parent, _, slug = path.rpartition("/")
    if path in known:
        cells.add("path", f"{path} is listed twice")
    elif path.count("/") >= LEVELS:
        cells.add("path", f"a tree has at most {LEVELS} levels, got {path}")
    elif parent and parent not in known:
        cells.add("path", f"its parent {parent} must be on an earlier line")
    own = frozenset((folded(name), folded(slug)))
    for word in own:
        other = words.setdefault((parent, word), path)
        if other != path:
            cells.add("name", f"{word!r} already names {other}; siblings need different names")
    description = cells.text("description") if "description" in cells.row.cells else ""
    return TreeNode(path, name, description, own)
