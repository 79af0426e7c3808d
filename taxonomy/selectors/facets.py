"""The facets by which studies are filtered: their values, conditions and counts.

``task`` and ``application`` are vocabularies of their own. ``mri`` is the modality stated by the
source. ``method`` is what it states about the learner (whether a CNN, which architecture, which
loss), with values written ``vocabulary:term``. ``label_setting`` follows from statements about
labels (data/label_settings.csv). The source states these for few studies; all others are
``not-stated``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NotRequired, TypedDict

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from reviewdb.common.tables_in.terms import term_slug
from reviewdb.reviews.models import Review, Study
from taxonomy.folder.label_settings import LABEL_SETTINGS, label_setting_terms
from taxonomy.models import Approach, Attribute, Node, ReviewTree, Tag, Tagging, Term

NOT_STATED = "not-stated"
Studies = QuerySet[Study]
Reviews = QuerySet[Review]
Names = Iterable[tuple[str, str]]  # (slug, name)


class FacetValue(TypedDict):
    """A value, its label, and the number of studies that selecting it would show.

    ``published`` is the number that the source states for the whole review, if it does.
    """

    value: str
    label: str
    count: int
    published: NotRequired[int]


@dataclass(frozen=True)
class Facet:
    """One filter of studies.

    ``condition`` turns a value into a condition on studies. ``choices`` are the allowed values
    (None: any year). ``counts`` returns the values of given studies. ``normal`` returns a value in
    its stored form, so that Classification matches classification. ``names`` maps names to values,
    so that C++ matches its slug.
    """

    condition: Callable[[str], Q]
    choices: Callable[[Reviews], list[str] | None]
    counts: Callable[[Studies], list[FacetValue]]
    normal: Callable[[str], str] = str.strip
    names: Callable[[Reviews], Names] = lambda _: ()


def _exists(rows: QuerySet[Attribute] | QuerySet[Approach] | QuerySet[Tagging]) -> Q:
    return Q(Exists(rows.filter(study=OuterRef("pk"))))


def _values(rows: Iterable[tuple[str, str, int]]) -> list[FacetValue]:
    """Return the values, those with most studies first, then by label."""
    found = [FacetValue(value=value, label=label, count=count) for value, label, count in rows]
    return sorted(found, key=lambda row: (-row["count"], row["label"]))


def _with_not_stated(found: list[FacetValue], studies: Studies, condition: Q) -> list[FacetValue]:
    count = studies.filter(condition).count()
    return [*found, FacetValue(value=NOT_STATED, label="not stated", count=count)]


def attribute_facet(*vocabularies: str) -> Facet:
    """Return the facet of one vocabulary, or of several with values prefixed by their name."""
    rows = Attribute.objects.filter(term__vocabulary__slug__in=vocabularies)
    is_one = len(vocabularies) == 1

    def condition(value: str) -> Q:
        if value == NOT_STATED:
            return ~_exists(rows)
        vocabulary, _, slug = value.rpartition(":")
        name = vocabularies[0] if is_one else vocabulary
        return _exists(rows.filter(term__vocabulary__slug=name, term__slug=slug))

    def choices(reviews: Reviews) -> list[str]:
        terms = Term.objects.filter(
            vocabulary__slug__in=vocabularies, vocabulary__review__in=reviews
        )
        pairs = terms.order_by("value").values_list("vocabulary__slug", "slug")
        values = dict.fromkeys(_term_value(*pair, is_one=is_one) for pair in pairs)
        return [*values, NOT_STATED]

    def counts(studies: Studies) -> list[FacetValue]:
        found = rows.filter(study__in=studies).order_by()
        counted = found.values_list("term__vocabulary__slug", "term__slug").annotate(
            Min("term__vocabulary__name"), Min("term__value"), Count("study", distinct=True)
        )
        values = _values(
            (
                _term_value(vocabulary, slug, is_one=is_one),
                label if is_one else f"{name}: {label}",
                count,
            )
            for vocabulary, slug, name, label, count in counted
        )
        return _with_not_stated(values, studies, condition(NOT_STATED))

    def names(reviews: Reviews) -> Names:
        terms = Term.objects.filter(
            vocabulary__slug__in=vocabularies, vocabulary__review__in=reviews
        )
        return terms.values_list("slug", "value") if is_one else ()

    return Facet(condition, choices, counts, term_slug if is_one else str.strip, names)


def _term_value(vocabulary: str, slug: str, *, is_one: bool) -> str:
    return slug if is_one else f"{vocabulary}:{slug}"


def _label_setting_rows(settings: Iterable[str]) -> QuerySet[Attribute]:
    said = Q(pk__in=[])
    for setting in settings:
        for vocabulary, slug in label_setting_terms()[setting]:
            said |= Q(term__vocabulary__slug=vocabulary, term__slug=slug)
    return Attribute.objects.filter(said)


def _label_setting(value: str) -> Q:
    if value == NOT_STATED:
        return ~_exists(_label_setting_rows(LABEL_SETTINGS))
    return _exists(_label_setting_rows([value]))


def _label_setting_counts(studies: Studies) -> list[FacetValue]:
    names = (*LABEL_SETTINGS, NOT_STATED)
    counts = {
        name.replace("-", "_"): Count("pk", filter=_label_setting(name), distinct=True)
        for name in names
    }
    found = studies.order_by().aggregate(**counts)
    rows = [(name, name, found[name]) for name in LABEL_SETTINGS]
    unknown = found[NOT_STATED.replace("-", "_")]
    return [*_values(rows), FacetValue(value=NOT_STATED, label="not stated", count=unknown)]


def _year(value: str) -> Q:
    return Q(year=None) if value == NOT_STATED else Q(year=int(value))


def _year_counts(studies: Studies) -> list[FacetValue]:
    found = dict(studies.order_by().values_list("year").annotate(studies=Count("pk")))
    unknown = found.pop(None, 0)
    years = [
        FacetValue(value=str(year), label=str(year), count=found[year])
        for year in sorted(found, reverse=True)
    ]
    return [*years, FacetValue(value=NOT_STATED, label="not stated", count=unknown)]


def _node(value: str) -> Q:
    here = Q(node__path=value) | Q(node__path__startswith=f"{value}/")
    return _exists(Approach.objects.filter(here))


def _node_choices(reviews: Reviews) -> list[str]:
    trees = ReviewTree.objects.filter(review__in=reviews)
    nodes = Node.objects.filter(taxonomy__in=trees.values("taxonomy"))
    return list(nodes.order_by("taxonomy", "position").values_list("path", flat=True))


def _node_counts(studies: Studies) -> list[FacetValue]:
    """Return every node with its number of studies at or below it, in the tree's order."""
    filed = Approach.objects.filter(study__in=studies).order_by()
    below: dict[str, set[int]] = {}
    for path, study in filed.values_list("node__path", "study_id").distinct():
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            below.setdefault("/".join(parts[:depth]), set()).add(study)
    trees = ReviewTree.objects.filter(review__in=studies.order_by().values("review"))
    nodes = Node.objects.filter(taxonomy__in=trees.values("taxonomy"))
    names = nodes.order_by("taxonomy", "position").values_list("path", "name")
    return [
        FacetValue(value=path, label=name, count=len(below.get(path, ()))) for path, name in names
    ]


def _tag_counts(studies: Studies) -> list[FacetValue]:
    found = Tagging.objects.filter(study__in=studies).order_by()
    rows = found.values_list("tag__slug", "tag__name")
    return _values(rows.annotate(studies=Count("study", distinct=True)))


def _technique_counts(studies: Studies) -> list[FacetValue]:
    found = Approach.objects.filter(study__in=studies).order_by().values_list("technique")
    counted = found.annotate(studies=Count("study", distinct=True))
    return _values((technique, technique, count) for technique, count in counted)


def _review_counts(studies: Studies) -> list[FacetValue]:
    rows = studies.order_by().values_list("review__slug", "review__title")
    return _values(rows.annotate(studies=Count("pk")))


FACETS: dict[str, Facet] = {
    "review": Facet(
        lambda value: Q(review__slug=value),
        lambda reviews: list(reviews.values_list("slug", flat=True)),
        _review_counts,
    ),
    "node": Facet(_node, _node_choices, _node_counts, lambda value: value.strip("/ ")),
    "task": attribute_facet("task"),
    "application": attribute_facet("application"),
    "mri": attribute_facet("modality"),
    "method": attribute_facet("uses_cnn", "architecture", "loss"),
    "label_setting": Facet(
        _label_setting, lambda _: [*LABEL_SETTINGS, NOT_STATED], _label_setting_counts
    ),
    "technique": Facet(
        lambda value: _exists(Approach.objects.filter(technique=value)),
        lambda reviews: list(
            Approach.objects.filter(study__review__in=reviews)
            .order_by("technique")
            .values_list("technique", flat=True)
            .distinct()
        ),
        _technique_counts,
    ),
    "tag": Facet(
        lambda value: _exists(Tagging.objects.filter(tag__slug=value)),
        lambda reviews: sorted(
            set(Tag.objects.filter(review__in=reviews).values_list("slug", flat=True))
        ),
        _tag_counts,
        term_slug,
        lambda reviews: Tag.objects.filter(review__in=reviews).values_list("slug", "name"),
    ),
    "year": Facet(_year, lambda _: None, _year_counts),
}
