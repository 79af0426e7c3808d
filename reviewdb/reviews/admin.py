"""Django admin of reviews, members and searches; every edit enters the change log."""

# Django's admin classes take no type arguments when they run.
# mypy: disable-error-code="type-arg"

from typing import Any

from django.contrib import admin
from django.db import models as db
from django.db import transaction
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest

from reviewdb.reviews import models
from reviewdb.reviews.models import Action
from reviewdb.reviews.services.changes import Differences, change_add, differences


class LoggedAdmin(admin.ModelAdmin):
    """Appends additions, edits and deletions to the change log, inlines included."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - Django calls it so
        """Save the row and log what the form changed."""
        super().save_model(request, obj, form, change)
        self._log(request, Action.EDITED if change else Action.ADDED, obj, _from_form(form))

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: BaseInlineFormSet,
        change: bool,  # noqa: FBT001 - Django calls it so
    ) -> None:
        """Save the inline rows and log each that changed."""
        gone = [row.instance for row in formset.deleted_forms if row.instance.pk]
        for row in gone:
            self._log(request, Action.REMOVED, row, {})
        super().save_formset(request, form, formset, change)
        forms = {id(row.instance): row for row in formset.forms}
        for row in formset.new_objects:
            self._log(request, Action.ADDED, row, _from_form(forms.get(id(row))))
        for row, _ in formset.changed_objects:
            self._log(request, Action.EDITED, row, _from_form(forms.get(id(row))))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Log and delete the row."""
        with transaction.atomic():
            self._log(request, Action.REMOVED, obj, {})
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: db.QuerySet) -> None:
        """Log and delete each row."""
        with transaction.atomic():
            for row in queryset:
                self._log(request, Action.REMOVED, row, {})
            super().delete_queryset(request, queryset)

    def _log(self, request: HttpRequest, action: Action, row: Any, fields: Differences) -> None:
        if fields or action != Action.EDITED:
            change_add(user=request.user, action=action, target=row, fields=fields)


def _from_form(form: ModelForm | None) -> Differences:
    """Return the fields changed in a form."""
    if form is None:
        return {}
    names = [name for name in form.changed_data if name in form.cleaned_data]
    before = {name: form.get_initial_for_field(form.fields[name], name) for name in names}
    return differences(before, {name: form.cleaned_data[name] for name in names})


class MembershipInline(admin.TabularInline):
    """The members of a review."""

    model = models.Membership
    extra = 0
    autocomplete_fields = ["user"]


class SearchInline(admin.TabularInline):
    """The searches of a review."""

    model = models.SourceSearch
    extra = 0


@admin.register(models.Review)
class ReviewAdmin(LoggedAdmin):
    """Reviews with their members and searches."""

    list_display = ["slug", "title", "is_public"]
    list_filter = ["is_public"]
    search_fields = ["slug", "title"]
    inlines = [MembershipInline, SearchInline]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the initial values of a new review: private, as with the command."""
        return {"is_public": False, **super().get_changeform_initial_data(request)}
