"""The filters of studies, shared by the API's list and counts, the page and the export."""

import re

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q

from reviewdb.common.tables_in.terms import folded
from reviewdb.common.web.filters import CheckedFilter, ChoiceFilter, ReaderFilterSet
from reviewdb.common.web.permissions import Actor
from reviewdb.common.years import FIRST_YEAR, last_year, publication_year
from reviewdb.reviews.models import Study
from reviewdb.reviews.selectors.reviews import visible_reviews
from taxonomy.folder.label_settings import LABEL_SETTINGS
from taxonomy.models import Approach, Attribute, Tagging
from taxonomy.selectors.facets import FACETS, NOT_STATED

TEXT_FIELDS = ("title", "authors", "venue", "doi", "abstract")
MAX_WORDS = 50
"""The most words in a search; each is looked for in every column."""
MAX_SEARCH = 500
YEAR = re.compile("[0-9]{4}")


class FacetFilter(ChoiceFilter):
    """A filter by a facet's values, limited to those that the user may see."""

    def __init__(self, name: str, help_text: str) -> None:
        facet = FACETS[name]

        def choices(user: Actor) -> list[str]:
            return facet.choices(visible_reviews(user)) or []

        super().__init__(
            condition=facet.condition, choices=choices, normal=facet.normal, help_text=help_text
        )
        self.facet = facet

    def check(self, text: str) -> str:
        """Return the slug of a value given by slug or name."""
        try:
            return super().check(text)
        except ValidationError:
            names = self.facet.names(visible_reviews(self.parent.user))
            found = next((slug for slug, name in names if folded(name) == folded(text)), "")
            if not found:
                raise
            return found


class YearFilter(CheckedFilter):
    """A filter by year, or by years not stated."""

    def check(self, text: str) -> str:
        """Return the year as digits, checked against the range of publication years."""
        if text == NOT_STATED or (YEAR.fullmatch(text) and publication_year(int(text))):
            return text
        raise ValidationError(
            f"must be a year from {FIRST_YEAR} to {last_year()}, or {NOT_STATED}; got {text[:40]!r}"
        )


class SearchFilter(CheckedFilter):
    """A search for words, each of which must occur in some text of a study."""

    def check(self, text: str) -> str:
        """Return the words."""
        words = text.split()
        if len(words) > MAX_WORDS or len(text) > MAX_SEARCH:
            raise ValidationError(
                f"must hold at most {MAX_WORDS} words and {MAX_SEARCH} characters, "
                f"has {len(words)} and {len(text)}"
            )
        return " ".join(words)


def matching(text: str) -> Q:
    """Return the condition that each word occurs in some text of the study."""
    numbered = re.fullmatch(r"ref(?:erence|\.)?\s*([0-9]+)", text, re.IGNORECASE)
    if numbered:  # the title shown for an unidentified study
        return Q(key=numbered.group(1))
    condition = Q()
    for word in text.split():
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


class StudyFilterSet(ReaderFilterSet):
    """Filters by facets and search; a study must match all that are set."""

    review = FacetFilter("review", "Slug of a review.")
    node = FacetFilter("node", "Path of a taxonomy node; studies below it are found too.")
    task = FacetFilter("task", "Slug of a task, or not-stated.")
    application = FacetFilter("application", "Slug of an application, or not-stated.")
    mri = FacetFilter("mri", "The modality stated by the source, or not-stated.")
    method = FacetFilter(
        "method", "vocabulary:term about the learner, such as uses_cnn:no, or not-stated."
    )
    label_setting = ChoiceFilter(
        condition=FACETS["label_setting"].condition,
        closed=[*LABEL_SETTINGS, NOT_STATED],
        help_text="The label setting stated by the study, or not-stated.",
    )
    technique = FacetFilter("technique", "A technique, as filed.")
    tag = FacetFilter("tag", "Slug of a tag.")
    year = YearFilter(
        condition=FACETS["year"].condition,
        schema={"pattern": f"^([0-9]{{4}}|{NOT_STATED})?$"},
        help_text="A year, or not-stated.",
    )
    q = SearchFilter(
        condition=matching,
        schema={"maxLength": MAX_SEARCH},
        help_text="Words that must all occur in the texts of a study.",
    )

    class Meta:
        model = Study
        fields: list[str] = []
