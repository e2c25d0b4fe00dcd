from django.urls import path

from patients.views import cases, emergency, entries, patients, records, worklist

app_name = "patients"
urlpatterns = [
    path("", worklist.worklist, name="worklist"),
    path("cases/new/", patients.case_start, name="case-start"),
    path("emergency-access/", emergency.emergency_access, name="emergency-access"),
    path("emergency-access/all/", emergency.emergency_list, name="emergency-list"),
    path("patients/<uuid:pk>/", patients.patient_detail, name="patient-detail"),
    path("patients/<uuid:pk>/edit/", patients.patient_edit, name="patient-edit"),
    path("patients/<uuid:pk>/cases/new/", cases.case_create_page, name="case-create"),
    path("patients/<uuid:pk>/entries/", entries.entry_keep_page, name="entry-keep"),
    path(
        "patients/<uuid:pk>/entries/<uuid:entry>/discard/",
        entries.entry_discard_page,
        name="entry-discard",
    ),
    path("patients/<uuid:pk>/merge/", records.patient_merge_page, name="patient-merge"),
    path(
        "patients/<uuid:pk>/merges/<uuid:merge>/undo/",
        records.merge_undo_page,
        name="merge-undo",
    ),
    path("cases/<uuid:pk>/move/", records.case_move_page, name="case-move"),
    path(
        "cases/<uuid:pk>/reinstate/",
        records.case_reinstate_page,
        name="case-reinstate",
    ),
    path("cases/<uuid:pk>/edit/", cases.case_edit, name="case-edit"),
    path(
        "cases/<uuid:pk>/entered-in-error/",
        cases.case_entered_in_error,
        name="case-entered-in-error",
    ),
]
