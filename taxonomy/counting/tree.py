"""The taxonomy as a networkx tree with what is filed at and below each node."""

from typing import cast

import networkx as nx

from taxonomy.counting.rows import ReviewCounts
from taxonomy.counting.tables import NodeCount, node_counts


class FiledNode(NodeCount):
    """A node of the taxonomy with what is filed at and below it; ``id`` is its path."""

    id: str
    path: str
    name: str
    description: str


class TreeNode(FiledNode):
    """A node with the nodes below it."""

    children: list["TreeNode"]


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


def tree_json(graph: "nx.DiGraph[str]") -> list[TreeNode]:
    """Return the roots, each with its ``children`` nested, in the order they were added."""
    return [_node_json(graph, path) for path in graph if graph.in_degree(path) == 0]


def _node_json(graph: "nx.DiGraph[str]", path: str) -> TreeNode:
    children = [_node_json(graph, child) for child in graph.successors(path)]
    row = {"id": path, "path": path, **graph.nodes[path], "children": children}
    return cast(TreeNode, row)
