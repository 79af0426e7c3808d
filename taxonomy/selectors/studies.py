"""Reads of studies: filtered, searched, counted by facet."""

import re
from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404

from reviewdb.common.errors import RuleViolation
from reviewdb.common.tables_in.terms import folded
from reviewdb.common.years import FIRST_YEAR, last_year, publication_year
from reviewdb.reviews.models import Study
from reviewdb.reviews.selectors.reviews import User, visible_reviews
from taxonomy.models import Approach, Attribute, Tagging
from taxonomy.selectors.facets import FACETS, NOT_STATED, FacetValue, Reviews

Filters = Mapping[str, str]
SHOWN_CHOICES = 60
TEXT_FIELDS = ("title", "authors", "venue", "doi", "abstract")


def study_list(user: User, filters: Filters) -> QuerySet[Study]:
    """Return the studies that the user may read and every filter admits, with details.

    ``filters`` are the facets' names and ``q``; other names are ignored, empty values too.
    Raises RuleViolation with the choices for a value that does not exist.
    """
    reviews = visible_reviews(user)
    return with_details(_filtered(reviews, checked(reviews, filters)))


def study_get(user: User, pk: int) -> Study:
    """Return the study with details; Http404 where there is none that the user may read."""
    studies = Study.objects.filter(review__in=visible_reviews(user))
    return get_object_or_404(with_details(studies), pk=pk)


def study_facets(user: User, filters: Filters) -> dict[str, list[FacetValue]]:
    """Return by facet its values, each with the number of studies that choosing it would show.

    A facet's own filter is left out of its counts, so that its other values can be chosen.
    """
    reviews = visible_reviews(user)
    chosen = checked(reviews, filters)
    among = _found(reviews, chosen)
    return {
        name: facet.counts(
            _found(reviews, {key: value for key, value in chosen.items() if key != name})
            if name in chosen
            else among
        )
        for name, facet in FACETS.items()
    }


def _found(reviews: Reviews, chosen: Filters) -> QuerySet[Study]:
    """Return the studies by their keys, looked up now.

    Filters within each count let PostgreSQL, where it has no statistics yet, nest loops for
    minutes over a few hundred studies.
    """
    return Study.objects.filter(
        pk__in=list(_filtered(reviews, chosen).values_list("pk", flat=True))
    )


def with_details(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Return the studies with review, approaches, attributes and tags, in four queries."""
    return studies.select_related("review").prefetch_related(
        Prefetch("approaches", Approach.objects.select_related("node")),
        Prefetch("attributes", Attribute.objects.select_related("term__vocabulary")),
        Prefetch("taggings", Tagging.objects.select_related("tag")),
    )


def checked(reviews: Reviews, filters: Filters) -> dict[str, str]:
    """Return the filters that are set; raises RuleViolation for the values that do not exist."""
    given = {name: filters.get(name, "").strip() for name in (*FACETS, "q")}
    chosen = {
        name: FACETS[name].normal(value) if name in FACETS else value.replace("\x00", "")
        for name, value in given.items()
        if value
    }
    errors = {}
    for name in [name for name in chosen if name in FACETS]:
        problem = _problem(name, chosen[name], reviews, given[name])
        if problem and (slug := _named(name, given[name], reviews)):
            chosen[name] = slug
        elif problem:
            errors[name] = [problem]
    if errors:
        field, texts = next(iter(errors.items()))
        raise RuleViolation(f"{field}: {texts[0]}", errors)
    return chosen


def _named(name: str, given: str, reviews: Reviews) -> str:
    """Return the slug of the value that goes by the given name; empty for none."""
    names = FACETS[name].names(reviews)
    return next((slug for slug, known in names if folded(known) == folded(given)), "")


def _problem(name: str, value: str, reviews: Reviews, given: str) -> str:
    choices = FACETS[name].choices(reviews)
    if choices is None:
        is_year = re.fullmatch("[0-9]{4}", value) and publication_year(int(value))
        if is_year or value == NOT_STATED:
            return ""
        return f"must be a year from {FIRST_YEAR} to {last_year()}, or {NOT_STATED}; got {given!r}"
    if value in choices:
        return ""
    more = f" and {len(choices) - SHOWN_CHOICES} more" if len(choices) > SHOWN_CHOICES else ""
    known = ", ".join(choices[:SHOWN_CHOICES]) or "none yet"
    return f"unknown value {given!r}; choices: {known}{more}"


def _filtered(reviews: Reviews, chosen: Filters) -> QuerySet[Study]:
    studies = Study.objects.filter(review__in=reviews)
    for name, value in chosen.items():
        studies = studies.filter(_matching(value) if name == "q" else FACETS[name].condition(value))
    return studies


def _matching(text: str) -> Q:
    """Return the condition that every word is found somewhere in what is known of the study."""
    words = text.split()
    numbered = re.fullmatch(r"ref(?:erence|\.)?\s*([0-9]+)", text.strip(), re.IGNORECASE)
    if numbered:  # as an unidentified study is shown
        return Q(key=numbered.group(1))
    condition = Q()
    for word in words:
        condition &= _has_word(word)
    return condition


def _has_word(word: str) -> Q:
    found = Q(key=word)
    for name in TEXT_FIELDS:
        found |= Q(**{f"{name}__icontains": word})
    own = {"study": OuterRef("pk")}
    found |= Q(Exists(Approach.objects.filter(technique__icontains=word, **own)))
    found |= Q(Exists(Attribute.objects.filter(term__value__icontains=word, **own)))
    return found | Q(Exists(Tagging.objects.filter(tag__name__icontains=word, **own)))
