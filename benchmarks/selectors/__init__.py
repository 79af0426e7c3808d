"""Reads of runs, results and what can be run, each within a fixed number of queries."""

from benchmarks.selectors.catalogue import benchmark_list, strategy_list, strategy_row
from benchmarks.selectors.gaps import gap_list
from benchmarks.selectors.results import (
    result_list,
    result_row,
    results_for_node,
    results_for_study,
)
from benchmarks.selectors.runs import run_get, run_list, run_progress
from benchmarks.selectors.times import run_estimate
from benchmarks.selectors.tree import taxonomy_tree_with_results
from benchmarks.selectors.workers import has_live_worker

__all__ = [
    "benchmark_list",
    "gap_list",
    "has_live_worker",
    "result_list",
    "result_row",
    "results_for_node",
    "results_for_study",
    "run_estimate",
    "run_get",
    "run_list",
    "run_progress",
    "strategy_list",
    "strategy_row",
    "taxonomy_tree_with_results",
]
