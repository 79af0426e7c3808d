"""Reads of studies: filtered, searched, counted by facet."""

from collections.abc import Mapping

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404

from reviewdb.common.tables_in.terms import folded
from reviewdb.common.web.filters import Given
from reviewdb.reviews.models import Study
from reviewdb.reviews.selectors.reviews import User, visible_reviews
from taxonomy.models import Approach, Attribute, Tagging
from taxonomy.selectors.facets import FACETS, FacetValue
from taxonomy.selectors.published import published_studies
from taxonomy.selectors.study_filters import StudyFilterSet


def readable_studies(user: User) -> QuerySet[Study]:
    """Return the studies of the reviews that the user may read."""
    return Study.objects.filter(review__in=visible_reviews(user))


def study_list(user: User, filters: Given) -> QuerySet[Study]:
    """Return the studies that the user may read and that match every filter, with details.

    ``filters`` are the names of StudyFilterSet; other names are ignored, empty values too.
    Raises RuleViolation with the choices for an unknown value.
    """
    return with_details(studies_found(user, filters))


def studies_found(user: User, filters: Given) -> QuerySet[Study]:
    """Return the same studies without details; raises as ``study_list`` does."""
    return StudyFilterSet(filters, readable_studies(user), user=user).found()


def study_get(user: User, pk: int) -> Study:
    """Return the study with details; Http404 if it is missing or the user may not read it."""
    return get_object_or_404(with_details(readable_studies(user)), pk=pk)


def study_facets(user: User, filters: Given) -> dict[str, list[FacetValue]]:
    """Return the values of each facet with the number of studies that selecting each would show.

    A facet's own filter is left out of its counts, so that its other values can be chosen.
    """
    asked = StudyFilterSet(filters, readable_studies(user), user=user)
    chosen = asked.chosen()
    among = _by_key(asked.found())
    counted = {
        name: facet.counts(_by_key(asked.found(but=name)) if name in chosen else among)
        for name, facet in FACETS.items()
    }
    return counted | _with_published(_only_review(chosen, counted), counted)


def _only_review(chosen: Mapping[str, str], counted: Mapping[str, list[FacetValue]]) -> str:
    """Return the slug of the review of all studies; empty if they belong to several."""
    if "review" in chosen:
        return chosen["review"]
    found = [value["value"] for value in counted["review"]]
    return found[0] if len(found) == 1 else ""


def _with_published(
    review: str, counted: Mapping[str, list[FacetValue]]
) -> dict[str, list[FacetValue]]:
    """Add the counts stated by the review's source to the facets that it covers."""
    stated = published_studies(review) if review else {}
    return {
        name: [
            {**value, "published": stated[key]}
            if (key := (name, folded(value["label"]))) in stated
            else value
            for value in counted[name]
        ]
        for name in ("task", "application")
    }


def _by_key(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return the studies as a queryset over their keys, which are read now.

    With the filters inside each count, PostgreSQL without statistics chooses nested loops that take
    minutes for a few hundred studies.
    """
    return Study.objects.filter(pk__in=list(studies.values_list("pk", flat=True)))


def with_details(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return the studies with review, approaches, attributes and tags, in four queries."""
    return studies.select_related("review").prefetch_related(
        Prefetch("approaches", Approach.objects.select_related("node")),
        Prefetch("attributes", Attribute.objects.select_related("term__vocabulary")),
        Prefetch("taggings", Tagging.objects.select_related("tag")),
    )
