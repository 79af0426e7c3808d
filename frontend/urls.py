"""Addresses of the pages."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from frontend.views import (
    accounts,
    benchmarks,
    calibration,
    claims,
    comparison,
    gaps,
    overview,
    published,
    reviews,
    run_exports,
    runs,
    source_selection,
    studies,
    tables,
    taxonomy,
)

app_name = "frontend"

sign_in = LoginView.as_view(template_name="frontend/sign_in.html", redirect_authenticated_user=True)

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("taxonomy/", taxonomy.tree, name="taxonomy"),
    path("taxonomy/<path:path>/", taxonomy.node, name="node"),
    path("gaps/", gaps.gaps, name="gaps"),
    path("gaps/<slug:slug>/", gaps.gap, name="gap"),
    path("studies/", studies.browse, name="studies"),
    path("studies/<int:study_id>/", studies.study, name="study"),
    path("studies/<int:study_id>/edit/", studies.edit, name="study-edit"),
    path("studies/<int:study_id>/tags/", studies.tag, name="study-tag"),
    path("studies/<int:study_id>/tags/remove/", studies.untag, name="study-untag"),
    path("studies/<int:study_id>/unlock/", studies.unlock, name="study-unlock"),
    path("members/", reviews.members, name="members"),
    path("changes/", reviews.changes, name="changes"),
    path("reviews/<slug:slug>/members/", reviews.member_new, name="member-new"),
    path(
        "reviews/<slug:slug>/members/<int:member_id>/",
        reviews.member_change,
        name="member-change",
    ),
    path("reviews/<slug:slug>/publish/", reviews.publish, name="review-publish"),
    path("tables/", tables.tables, name="tables"),
    path("published/", published.documents, name="published-list"),
    path("published/<slug:slug>/", published.document, name="published"),
    path("benchmarks/", benchmarks.benchmark_list, name="benchmarks"),
    path("benchmarks/<slug:slug>/", benchmarks.benchmark, name="benchmark"),
    path("benchmarks/<slug:slug>/estimate/", benchmarks.estimate, name="benchmark-estimate"),
    path(
        "benchmarks/source-selection/tables.csv", source_selection.tables_file, name="source-tables"
    ),
    path("source-selection/", source_selection.source_selection, name="source-selection"),
    path("runs/", runs.run_list_page, name="runs"),
    path("runs/compare/", comparison.compare, name="run-compare"),
    path("runs/compare/results.csv", comparison.results_file, name="run-compare-csv"),
    path("runs/<int:run_id>/", runs.run, name="run"),
    path("runs/<int:run_id>/progress/", runs.progress, name="run-progress"),
    path("runs/<int:run_id>/cancel/", runs.cancel, name="run-cancel"),
    path("runs/<int:run_id>/retry/", runs.retry, name="run-retry"),
    path("runs/<int:run_id>/delete/", runs.delete, name="run-delete"),
    path("runs/<int:run_id>/results.csv", runs.results_file, {"ending": "csv"}, name="run-csv"),
    path("runs/<int:run_id>/results.json", runs.results_file, {"ending": "json"}, name="run-json"),
    path("runs/<int:run_id>/challenger.csv", run_exports.challenger, name="run-challenger"),
    path("runs/<int:run_id>/claims-reloaded.csv", run_exports.claims, name="run-claims"),
    path("claims/", claims.claims, name="claims"),
    path("studies/<int:study_id>/effects/", claims.effect_new, name="effect-new"),
    path("effects/<int:effect_id>/remove/", claims.effect_drop, name="effect-remove"),
    path("calibration/", calibration.calibration, name="calibration"),
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/<path:token>/", accounts.sign_in_link, name="sign-in-link"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("account/", accounts.account, name="account"),
    path("account/token/", accounts.token_rotate, name="token-rotate"),
    path("account/password/", accounts.password_set, name="password"),
]
