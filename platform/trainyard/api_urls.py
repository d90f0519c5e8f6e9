"""Every address of the API, its schema and its documentation."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from trainyard.api import nothing_here

urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", include("courses.regrade.api_urls")),
    path("v1/", include("courses.review.api_urls")),
    path("v1/", include("courses.api_urls")),
    path("v1/", include("courses.gradebook.api_urls")),
    path("v1/", include("courses.teaching.api_urls")),
    path("v1/", include("courses.certificates.api_urls")),
    path("v1/", include("jobs_data.api_urls")),
    path("v1/", include("trainyard.careers.api_urls")),
    path("v1/", include("trainyard.portfolio.api_urls")),
    path("v1/", include("trainyard.privacy.api_urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    # The split view keeps its script in a file of its own, so that the strict CSP holds.
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    re_path(r"^(?P<rest>.*)$", nothing_here, name="nothing-here"),
]
