"""Root URL configuration: includes the addresses of every app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from reviewdb.common.web.views import ApiRoot

api: list[URLPattern | URLResolver] = [
    path("", ApiRoot.as_view(), name="root"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("", include("reviewdb.reviews.api.urls")),
    path("", include("taxonomy.api.urls")),
    path("", include("benchmarks.api.urls")),
]

urlpatterns = [
    path("api/v1/", include((api, "api"))),
    path("admin/", admin.site.urls),
    path("", include("frontend.urls")),
]

handler400 = "reviewdb.common.web.problems.bad_request"
handler403 = "reviewdb.common.web.problems.permission_denied"
handler404 = "reviewdb.common.web.problems.page_not_found"
handler500 = "reviewdb.common.web.problems.server_error"
