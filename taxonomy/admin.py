"""The administrator's view of the knowledge base."""

# Django's admin classes take no type arguments when they run.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from reviewdb.common.errors import RuleViolation
from reviewdb.common.web.serializers import Checked
from reviewdb.reviews.admin import LoggedAdmin
from reviewdb.reviews.models import Study
from taxonomy import models
from taxonomy.services.studies import EDITABLE, study_entered, study_lock


class ApproachInline(admin.TabularInline):
    """Where a study is filed."""

    model = models.Approach
    extra = 0
    autocomplete_fields = ["node"]


class AttributeInline(admin.TabularInline):
    """What is stated about a study."""

    model = models.Attribute
    extra = 0
    autocomplete_fields = ["term"]


class StudyEntryForm(ModelForm):
    """A study's fields, held to the rules of the service."""

    def clean(self) -> Checked:
        """Return the fields in the form they are stored in."""
        found: Checked = super().clean() or {}
        names = [name for name in EDITABLE if name in self.changed_data and name in found]
        try:
            return found | study_entered({name: found[name] for name in names})
        except RuleViolation as violation:
            raise ValidationError(dict(violation.errors)) from None


@admin.register(Study)
class StudyAdmin(LoggedAdmin):
    """Studies, where they are filed and what is stated."""

    form = StudyEntryForm

    list_display = ["key", "title", "year", "evidence", "review"]
    list_display_links = ["key", "title"]
    list_filter = ["review", "evidence", "year"]
    list_select_related = ["review"]
    search_fields = ["key", "title", "authors", "doi"]
    readonly_fields = ["edited_fields"]
    inlines = [ApproachInline, AttributeInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the studies without those that a load is still writing."""
        return super().get_queryset(request).filter(review__staged_at=None)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django calls it so
        """Save the study; no import overwrites what was edited here."""
        names = [name for name in form.changed_data if name in EDITABLE]
        study_lock(obj, names, form.initial.get("title", ""))
        super().save_model(request, obj, form, change)


@admin.register(models.Taxonomy)
class TaxonomyAdmin(LoggedAdmin):
    """Trees."""

    list_display = ["slug", "version", "title", "review"]


@admin.register(models.Node)
class NodeAdmin(LoggedAdmin):
    """Nodes in the order of their tree."""

    list_display = ["path", "name", "taxonomy"]
    list_filter = ["taxonomy"]
    list_select_related = ["taxonomy"]
    search_fields = ["path", "name"]


@admin.register(models.Vocabulary)
class VocabularyAdmin(LoggedAdmin):
    """Controlled vocabularies."""

    list_display = ["slug", "name", "review"]
    list_filter = ["review"]
    search_fields = ["slug", "name"]


@admin.register(models.Term)
class TermAdmin(LoggedAdmin):
    """Their values."""

    list_display = ["value", "vocabulary"]
    list_filter = ["vocabulary"]
    list_select_related = ["vocabulary"]
    search_fields = ["value"]


@admin.register(models.Tag)
class TagAdmin(LoggedAdmin):
    """Free labels."""

    list_display = ["name", "review"]
    list_filter = ["review"]
    list_select_related = ["review"]
    search_fields = ["name"]


@admin.register(models.Document)
class DocumentAdmin(LoggedAdmin):
    """Source documents; their cells are loaded, not typed."""

    list_display = ["slug", "title", "doi"]
