"""Addresses of members and changes, below ``/api/v1/``."""

from django.urls import URLPattern, path

from reviewdb.reviews.api.views import ChangeList, MemberDetail, MemberList

urlpatterns: list[URLPattern] = [
    path("members/", MemberList.as_view(), name="members"),
    path("members/<int:pk>/", MemberDetail.as_view(), name="member"),
    path("changes/", ChangeList.as_view(), name="changes"),
]
