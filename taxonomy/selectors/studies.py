"""Reads of studies: filtered, searched, counted by facet."""

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from reviewdb.common.web.filters import Given
from reviewdb.reviews.models import Study
from reviewdb.reviews.selectors.reviews import User, visible_reviews
from taxonomy.models import Approach, Attribute, Tagging
from taxonomy.selectors.facets import FACETS, FacetValue
from taxonomy.selectors.study_filters import StudyFilterSet


def readable_studies(user: User) -> QuerySet[Study]:
    """Return the studies of the reviews that the user may read."""
    return Study.objects.filter(review__in=visible_reviews(user))


def study_list(user: User, filters: Given) -> QuerySet[Study]:
    """Return the studies that the user may read and every filter admits, with details.

    ``filters`` are the names of StudyFilterSet; other names are ignored, empty values too.
    Raises RuleViolation with the choices for a value that does not exist.
    """
    return with_details(studies_found(user, filters))


def studies_found(user: User, filters: Given) -> QuerySet[Study]:
    """Return the studies alone; raises as ``study_list`` does."""
    return StudyFilterSet(filters, readable_studies(user), user=user).found()


def study_get(user: User, pk: int) -> Study:
    """Return the study with details; Http404 where there is none that the user may read."""
    return get_object_or_404(with_details(readable_studies(user)), pk=pk)


def study_facets(user: User, filters: Given) -> dict[str, list[FacetValue]]:
    """Return by facet its values, each with the number of studies that choosing it would show.

    A facet's own filter is left out of its counts, so that its other values can be chosen.
    """
    asked = StudyFilterSet(filters, readable_studies(user), user=user)
    chosen = asked.chosen()
    among = _by_key(asked.found())
    return {
        name: facet.counts(_by_key(asked.found(but=name)) if name in chosen else among)
        for name, facet in FACETS.items()
    }


def _by_key(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return the studies by their keys, looked up now.

    Filters within each count let PostgreSQL, where it has no statistics yet, nest loops for
    minutes over a few hundred studies.
    """
    return Study.objects.filter(pk__in=list(studies.values_list("pk", flat=True)))


def with_details(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return the studies with review, approaches, attributes and tags, in four queries."""
    return studies.select_related("review").prefetch_related(
        Prefetch("approaches", Approach.objects.select_related("node")),
        Prefetch("attributes", Attribute.objects.select_related("term__vocabulary")),
        Prefetch("taggings", Tagging.objects.select_related("tag")),
    )
