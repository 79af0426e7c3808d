"""Reads of the effects that studies report."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from reviewdb.reviews.models import Review
from reviewdb.reviews.selectors.reviews import User, visible_reviews
from taxonomy.models import ReportedEffect


def effect_list(review: Review) -> QuerySet[ReportedEffect]:
    """Return the effects that the review's studies report, with their studies, in order."""
    rows = ReportedEffect.objects.filter(study__review=review).select_related("study")
    return rows.order_by("study__position", "study_id", "pk")


def effect_get(user: User, pk: int) -> ReportedEffect:
    """Return the effect; Http404 if it is missing or the user may not read its review."""
    rows = ReportedEffect.objects.select_related("study__review")
    return get_object_or_404(rows.filter(study__review__in=visible_reviews(user)), pk=pk)
