"""The journeys of data and the questions of a newcomer, as places in the tree.

A place is a file and, after a colon, a function or class in it. Nothing is said about it here: the
map prints its own first line, and refuses a place that is not there.
"""

JOURNEYS: dict[str, tuple[str, ...]] = {
    "Review: from a folder of tables to a page, an answer of the API, a file": (
        "taxonomy/management/commands/load_review.py",
        "taxonomy/folder/review_folder.py:read_review",
        "reviewdb/common/tables_in/csv_rows.py:read_table",
        "taxonomy/services/loading.py:review_load",
        "reviewdb/reviews/services/changes.py:change_add",
        "reviewdb/reviews/models/studies.py:Study",
        "taxonomy/models/classification.py:Approach",
        "taxonomy/selectors/counts.py:review_counts",
        "taxonomy/counting/tables.py:strategies_table",
        "taxonomy/counting/reconciliation.py:reconcile",
        "reviewdb/reviews/prisma/flow.py:flow_boxes",
        "taxonomy/api/review_views.py",
        "frontend/views/tables.py",
        "taxonomy/exports/registry.py:export_render",
    ),
    "Review: what a person changes": (
        "frontend/views/studies.py",
        "taxonomy/api/study_views.py",
        "reviewdb/common/web/permissions.py:require",
        "taxonomy/services/studies.py:study_edit",
        "reviewdb/common/entered.py",
        "reviewdb/reviews/services/changes.py:change_add",
        "reviewdb/reviews/selectors/changes.py:study_changes",
    ),
    "Benchmark: from a request to a result beside its taxonomy node": (
        "benchmarks/api/views.py",
        "benchmarks/services/runs.py:run_request",
        "benchmarks/plan/build.py:request_spec",
        "benchmarks/plan/build.py:build_plan",
        "benchmarks/plan/protocols/comparison/planner.py:steps",
        "benchmarks/plan/steps/step.py",
        "benchmarks/tasks.py:run_execute",
        "benchmarks/running/attempts.py:claim",
        "benchmarks/running/execution.py:execute",
        "benchmarks/running/child.py:EngineChild",
        "benchmarks/engine/__main__.py",
        "benchmarks/engine/running/run.py:run_plan",
        "benchmarks/engine/steps/comparison/fit.py:fit",
        "benchmarks/engine/training/access.py:Access",
        "benchmarks/engine/strategies/dann.py:Dann",
        "benchmarks/engine/steps/comparison/evaluate.py:evaluate",
        "benchmarks/engine/steps/comparison/compare.py:compare",
        "benchmarks/engine/steps/comparison/conclude.py:conclude",
        "benchmarks/plan/events.py",
        "benchmarks/running/recording.py:Recorder",
        "benchmarks/models/results.py:Result",
        "benchmarks/selectors/results.py",
        "frontend/views/taxonomy.py",
    ),
}
QUESTIONS: dict[str, tuple[str, ...]] = {
    "Where is a title normalised?": (
        "reviewdb/reviews/bibliography/match.py:same_title",
        "reviewdb/reviews/bibliography/match.py:plain",
        "reviewdb/common/text.py:one_line",
    ),
    "Where is the interval of an AUC made?": (
        "benchmarks/engine/reporting/roc.py:auc_shares",
        "benchmarks/engine/reporting/roc.py:auc_interval",
        "benchmarks/engine/reporting/statistics.py:metric_interval",
        "benchmarks/engine/steps/comparison/compare.py:compare",
    ),
    "Which line lets a worker take a run?": ("benchmarks/running/attempts.py:claim",),
    "What happens when a worker is killed?": (
        "benchmarks/running/attempts.py:lost_because",
        "benchmarks/running/attempts.py:end_lost",
        "benchmarks/services/upkeep.py:runs_requeue_lost",
        "reviewdb/common/processes.py:end_with",
    ),
    "Where does a new export go, where a new format of tables?": (
        "taxonomy/exports/registry.py",
        "reviewdb/common/tables_out.py:table_bytes",
    ),
    "What may a reader do?": (
        "reviewdb/common/web/permissions.py",
        "reviewdb/reviews/selectors/reviews.py:visible_reviews",
    ),
    "Where is the word for a metric?": ("benchmarks/plan/metrics.py",),
    "Where are the columns of a result named?": ("benchmarks/plan/result_row.py",),
    "Where is it decided which results count as evidence?": ("benchmarks/selectors/evidence.py",),
    "Where does a new strategy go?": (
        "benchmarks/plan/catalog/__init__.py",
        "benchmarks/engine/strategies/__init__.py",
    ),
    "Where does a new question (protocol) go?": (
        "benchmarks/plan/protocols/__init__.py",
        "benchmarks/engine/steps/__init__.py",
        "frontend/presenters/protocols.py",
    ),
    "Where does a new data set go?": ("benchmarks/engine/domains/real/catalog.py",),
    "Where is input refused that no view should see?": (
        "reviewdb/common/web/gate.py:InputGate",
        "reviewdb/common/web/problems.py",
    ),
}
