from django.urls import include, path

from spine_cds.operation import views as operation

urlpatterns = [
    path("healthz", operation.healthz, name="healthz"),
    path("readyz", operation.readyz, name="readyz"),
    path("metrics", operation.metrics, name="metrics"),
    path("accounts/", include("spine_cds.accounts.urls")),
    path("accounts/", include("spine_cds.accounts.second_factor_urls")),
    path("audit/", include("spine_cds.audit_pages.urls")),
    path("kept/", include("spine_cds.kept.urls")),
    path("", include("patients.urls")),
    path("", include("treatments.urls")),
]

handler500 = "spine_cds.error_pages.server_error"
