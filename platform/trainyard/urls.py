"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from trainyard.talent.views import decide

urlpatterns = [
    path("", include("trainyard.operations.urls")),
    path("accounts/", include("trainyard.accounts.urls")),
    path("accounts/", include("trainyard.privacy.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("courses.gradebook.urls")),
    path("", include("courses.regrade.urls")),
    path("", include("courses.review.urls")),
    path("", include("courses.teaching.urls")),
    path("", include("courses.certificates.urls")),
    path("", include("trainyard.portfolio.urls")),
    path("", include("trainyard.talent.urls")),
    path("operations/recruiters/", decide, name="operations-recruiters"),
    path("courses/", include("courses.urls")),
    path("jobs/", include("jobs_data.urls")),
    path("", include("trainyard.careers.urls")),
    path("api/", include("trainyard.api_urls")),
    path("admin/", admin.site.urls),
]

handler500 = "trainyard.db_outage.error"
