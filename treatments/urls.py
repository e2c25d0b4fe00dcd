from django.urls import path

from treatments.authoring.views import drafts, grid, sections, trial, versions
from treatments.recommendations import case_views as cases
from treatments.recommendations import views as recommendations
from treatments.replay import views as replays
from treatments.reports import views as reports
from treatments.rulebook import views as rulebook

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
    path("replays/", replays.replay_create, name="replay-create"),
    path("replays/<uuid:pk>/", replays.replay_detail, name="replay-detail"),
    path("replays/<uuid:pk>/cancel/", replays.replay_stop, name="replay-cancel"),
    path("replays/<uuid:pk>/retry/", replays.replay_again, name="replay-retry"),
    path("rules/", rulebook.ruleset_list, name="ruleset-list"),
    path("rules/<int:pk>/", rulebook.ruleset_detail, name="ruleset-detail"),
    path(
        "rules/<int:pk>/tables/<slug:slug>/", rulebook.table_detail, name="table-detail"
    ),
    path("rules/<int:pk>/sources/", rulebook.source_list, name="source-list"),
    path("rules/compare/", versions.version_compare, name="version-compare"),
    path("rules/import/", versions.draft_import, name="draft-import"),
    path("rules/signers/", versions.signer_list, name="signer-list"),
    path(
        "rules/signers/<int:pk>/withdraw/",
        versions.signer_withdraw,
        name="signer-withdraw",
    ),
    path("rules/<int:pk>/restore/", versions.version_restore, name="version-restore"),
    path(
        "rules/activations/<int:pk>/withdraw/",
        versions.activation_withdraw,
        name="activation-withdraw",
    ),
    path(
        "rules/<int:pk>/export/<slug:form>/",
        versions.version_export,
        name="version-export",
    ),
    path("rules/<int:pk>/draft/", drafts.draft_create, name="draft-create"),
    path("drafts/<uuid:pk>/", drafts.draft_detail, name="draft-detail"),
    path("drafts/<uuid:pk>/describe/", drafts.draft_describe, name="draft-describe"),
    path("drafts/<uuid:pk>/checks/", drafts.draft_checks, name="draft-checks"),
    path("drafts/<uuid:pk>/accept/", drafts.finding_accept, name="finding-accept"),
    path(
        "drafts/<uuid:pk>/difference/",
        drafts.draft_difference,
        name="draft-difference",
    ),
    path(
        "drafts/<uuid:pk>/tables/<slug:slug>/trial/",
        trial.trial_panel,
        name="trial-panel",
    ),
    path(
        "drafts/<uuid:pk>/lists/<slug:section>/",
        sections.section_detail,
        name="section-detail",
    ),
    path(
        "drafts/<uuid:pk>/lists/<slug:section>/new/",
        sections.row_create,
        name="row-create",
    ),
    path(
        "drafts/<uuid:pk>/lists/<slug:section>/rows/<str:name>/",
        sections.row_edit,
        name="row-edit",
    ),
    path(
        "drafts/<uuid:pk>/lists/<slug:section>/rows/<str:name>/move/",
        sections.row_move,
        name="row-move",
    ),
    path(
        "drafts/<uuid:pk>/about/<slug:name>/", sections.single_edit, name="single-edit"
    ),
    path("drafts/<uuid:pk>/submit/", drafts.draft_submit, name="draft-submit"),
    path("drafts/<uuid:pk>/return/", drafts.draft_return, name="draft-return"),
    path("drafts/<uuid:pk>/sign/", drafts.draft_sign, name="draft-sign"),
    path("drafts/<uuid:pk>/publish/", drafts.draft_publish, name="draft-publish"),
    path("drafts/<uuid:pk>/merge/", drafts.draft_merge, name="draft-merge"),
    path("drafts/<uuid:pk>/abandon/", drafts.draft_abandon, name="draft-abandon"),
    path(
        "drafts/<uuid:pk>/undo/", drafts.draft_undo, {"way": "undo"}, name="draft-undo"
    ),
    path(
        "drafts/<uuid:pk>/redo/", drafts.draft_undo, {"way": "redo"}, name="draft-redo"
    ),
    path(
        "drafts/<uuid:pk>/export/<slug:form>/",
        versions.draft_export,
        name="draft-export",
    ),
    path(
        "teams/<int:pk>/availability/",
        rulebook.availability_edit,
        name="availability-edit",
    ),
]

#: The rule grid: a table of a draft, its cells, rules, columns and checks.
_TABLE = "drafts/<uuid:pk>/tables/<slug:slug>/"
urlpatterns += [
    path(_TABLE, grid.grid_detail, name="grid-detail"),
    path(f"{_TABLE}cell/", grid.grid_cell, name="grid-cell"),
    path(f"{_TABLE}rules/<path:rule>/", grid.grid_rule, name="grid-rule"),
    path(f"{_TABLE}row/", grid.grid_row, name="grid-row"),
    path(f"{_TABLE}column/", grid.grid_column, name="grid-column"),
    path(f"{_TABLE}step/", grid.grid_step, name="grid-step"),
    path(f"{_TABLE}paste/", grid.grid_paste, name="grid-paste"),
    path(f"{_TABLE}checks/", grid.grid_checks, name="grid-checks"),
    path(f"{_TABLE}finding/", grid.grid_finding, name="grid-finding"),
]
