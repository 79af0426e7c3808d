"""Addresses of the knowledge base, below ``/api/v1/``."""

from django.urls import URLPattern, path

from taxonomy.api.effects import EffectDetail, StudyEffects
from taxonomy.api.exports import ExportView
from taxonomy.api.review_views import (
    PublishedDocument,
    Reconciliation,
    ReviewDetail,
    ReviewFlowView,
    ReviewList,
    StrategiesTable,
    TasksTable,
)
from taxonomy.api.study_views import StudyDetail, StudyFacets, StudyList, StudyTags, StudyUnlock

urlpatterns: list[URLPattern] = [
    path("exports/", ExportView.as_view(), name="exports"),
    path("reviews/", ReviewList.as_view(), name="reviews"),
    path("reviews/<slug:slug>/", ReviewDetail.as_view(), name="review"),
    path("reviews/<slug:slug>/flow/", ReviewFlowView.as_view(), name="review-flow"),
    path(
        "reviews/<slug:slug>/tables/strategies/",
        StrategiesTable.as_view(),
        name="review-strategies",
    ),
    path("reviews/<slug:slug>/tables/tasks/", TasksTable.as_view(), name="review-tasks"),
    path(
        "reviews/<slug:slug>/reconciliation/",
        Reconciliation.as_view(),
        name="review-reconciliation",
    ),
    path("studies/", StudyList.as_view(), name="studies"),
    path("studies/facets/", StudyFacets.as_view(), name="study-facets"),
    path("studies/<int:pk>/", StudyDetail.as_view(), name="study"),
    path("studies/<int:pk>/unlock/", StudyUnlock.as_view(), name="study-unlock"),
    path("studies/<int:pk>/tags/", StudyTags.as_view(), name="study-tags"),
    path("studies/<int:pk>/effects/", StudyEffects.as_view(), name="study-effects"),
    path("effects/<int:pk>/", EffectDetail.as_view(), name="effect"),
    path("published/<slug:document>/", PublishedDocument.as_view(), name="published"),
]
