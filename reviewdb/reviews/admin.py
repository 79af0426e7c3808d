"""The administrator's view of reviews and their people."""

# Django's admin classes take no type arguments when they run.
# mypy: disable-error-code="type-arg"

from django.contrib import admin

from reviewdb.reviews import models


class MembershipInline(admin.TabularInline):
    """A review's people."""

    model = models.Membership
    extra = 0
    autocomplete_fields = ["user"]


class SearchInline(admin.TabularInline):
    """A review's searches."""

    model = models.SourceSearch
    extra = 0


@admin.register(models.Review)
class ReviewAdmin(admin.ModelAdmin):
    """Reviews, their people and searches."""

    list_display = ["slug", "title", "is_public"]
    list_filter = ["is_public"]
    search_fields = ["slug", "title"]
    inlines = [MembershipInline, SearchInline]
