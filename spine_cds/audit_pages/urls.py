from django.urls import path

from spine_cds.audit_pages import views

app_name = "audit"
urlpatterns = [
    path("", views.trail_search, name="trail-search"),
    path("patients/<uuid:pk>/", views.patient_trail, name="patient-trail"),
    path("patients/<uuid:pk>/export/", views.patient_export, name="patient-export"),
    path("users/<int:pk>/", views.user_trail, name="user-trail"),
    path("users/<int:pk>/export/", views.user_export, name="user-export"),
]
