"""The taxonomy as a networkx tree with what is filed at and below each node."""

from typing import Any

import networkx as nx

from taxonomy.counting.rows import ReviewCounts
from taxonomy.counting.tables import node_counts


def taxonomy_graph(counts: ReviewCounts) -> "nx.DiGraph[str]":
    """Return the tree by path; each node holds its name, approaches and distinct studies.

    Both counts include descendants: a study filed under two leaves counts once above them.
    """
    by_path = node_counts(counts)
    graph: nx.DiGraph[str] = nx.DiGraph()
    for node in counts.nodes:
        graph.add_node(
            node.path, name=node.name, description=node.description, **by_path[node.path]
        )
        if node.parent:
            graph.add_edge(node.parent, node.path)
    return graph


def tree_json(graph: "nx.DiGraph[str]") -> list[dict[str, Any]]:
    """Return the roots, each with its ``children`` nested, in the order they were added."""
    return [_node_json(graph, path) for path in graph if graph.in_degree(path) == 0]


def _node_json(graph: "nx.DiGraph[str]", path: str) -> dict[str, Any]:
    children = [_node_json(graph, child) for child in graph.successors(path)]
    return {"id": path, "path": path, **graph.nodes[path], "children": children}
