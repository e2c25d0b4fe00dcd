from django.urls import path

from treatments.reports import views as reports
from treatments.views import cases, recommendations, rules

app_name = "treatments"
urlpatterns = [
    path("cases/<uuid:pk>/", cases.case_detail, name="case-detail"),
    path("cases/<uuid:pk>/evaluate/", cases.case_evaluate, name="case-evaluate"),
    path("patients/<uuid:pk>/preview/", cases.case_preview, name="case-preview"),
    path("cases/<uuid:pk>/history/", cases.case_history, name="case-history"),
    path(
        "recommendations/<uuid:pk>/",
        recommendations.recommendation_detail,
        name="recommendation-detail",
    ),
    path(
        "recommendations/<uuid:pk>/decision/",
        recommendations.decision_create,
        name="decision-create",
    ),
    path(
        "recommendations/<uuid:pk>/review/",
        recommendations.review_create,
        name="review-create",
    ),
    path(
        "recommendations/<uuid:pk>/comments/",
        recommendations.comment_create,
        name="comment-create",
    ),
    path(
        "recommendations/<uuid:pk>/reports/",
        reports.report_create,
        name="report-create",
    ),
    path("reports/<uuid:pk>/", reports.report_detail, name="report-detail"),
    path("reports/<uuid:pk>/cancel/", reports.report_stop, name="report-cancel"),
    path("reports/<uuid:pk>/pdf/", reports.report_download, name="report-download"),
    path("rules/", rules.ruleset_list, name="ruleset-list"),
    path("rules/<int:pk>/", rules.ruleset_detail, name="ruleset-detail"),
    path("rules/<int:pk>/tables/<slug:slug>/", rules.table_detail, name="table-detail"),
    path("rules/<int:pk>/sources/", rules.source_list, name="source-list"),
    path(
        "teams/<int:pk>/availability/",
        rules.availability_edit,
        name="availability-edit",
    ),
]
