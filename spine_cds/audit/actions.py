"""Every action that the audit trail can hold, with its words for the pages.

One list for the whole project, so that no action is without words and mypy finds a
name that does not exist. It imports nothing: an app that records an action of its own
adds a line here. A value is stored with each event and hashed: it is never changed.
"""

from django.db.models import TextChoices


class AuditAction(TextChoices):
    """``<entity>.<verb>`` as it is stored, and what pages call it."""

    AUDIT_EXPORT = "audit.export", "Audit trail exported"
    AUDIT_READ = "audit.read", "Audit trail read"
    AUDIT_SEARCH = "audit.search", "Looked up in the audit trail"

    AVAILABILITY_UPDATE = "availability.update", "What the hospital offers changed"

    BACKUP_CREATE = "backup.create", "Backup made"
    BACKUP_RESTORE = "backup.restore", "Backup restored"

    CASE_CREATE = "case.create", "Case entered"
    CASE_UPDATE = "case.update", "Draft saved"
    CASE_CORRECT = "case.correct", "Correction begun: a new version"
    CASE_EVALUATE = "case.evaluate", "Evaluated"
    CASE_TRIAGE = "case.triage", "What must not wait changed"
    CASE_ENTERED_IN_ERROR = "case.entered_in_error", "Marked as entered in error"
    CASE_REINSTATE = "case.reinstate", "Taken back into use"
    CASE_COPY = "case.copy", "Copied to another patient"
    CASE_MOVE = "case.move", "Moved to another patient"
    CASE_READ = "case.read", "Case read"
    CASE_ENTRY_KEEP = "case.entry_keep", "Entries begun, not saved yet"
    CASE_ENTRY_DISCARD = "case.entry_discard", "Unsaved entries thrown away"
    CASE_FILTER_RULES = "case.filter_rules", "Rules narrowed to a stored case"
    CASE_TRY_ON_DRAFT = "case.try_on_draft", "Stored case tried on a draft of rules"
    # How far a case has come: `case.` and its new state.
    CASE_EVALUATED = "case.evaluated", "Case moved on to evaluated"
    CASE_REVIEWED = "case.reviewed", "Case moved on to reviewed"
    CASE_DECIDED = "case.decided", "Case moved on to decided"

    DECISION_RECORD = "decision.record", "Decision recorded"

    DRAFT_CREATE = "draft.create", "Draft of rules begun"
    DRAFT_DESCRIBE = "draft.describe", "Draft of rules named anew"
    DRAFT_ACCEPT_FINDING = "draft.accept_finding", "Finding of the checks let stand"
    DRAFT_MOVE = "draft.move", "Draft of rules handed on"
    DRAFT_PUBLISH = "draft.publish", "Draft of rules published"
    DRAFT_EXPORT = "draft.export", "Draft of rules exported"
    # `draft.` and the kind of a change.
    DRAFT_EDIT = "draft.edit", "Rules edited in a draft"
    DRAFT_UNDO = "draft.undo", "Edit of rules taken back"
    DRAFT_REDO = "draft.redo", "Edit of rules made again"

    PATIENT_CREATE = "patient.create", "Patient entered"
    PATIENT_UPDATE = "patient.update", "Patient’s details changed"
    PATIENT_MERGE = "patient.merge", "Record merged with another of the same person"
    PATIENT_UNMERGE = "patient.unmerge", "Merge of two records taken back"
    PATIENT_READ = "patient.read", "Patient read"
    PATIENT_SEARCH = "patient.search", "Patients searched for"
    PATIENT_EMERGENCY_ACCESS = "patient.emergency_access", "Opened in an emergency"
    PATIENT_EMERGENCY_REFUSED = (
        "patient.emergency_refused",
        "Emergency access to nobody who is known here",
    )

    RECOMMENDATION_REVIEW = "recommendation.review", "Reviewed"
    RECOMMENDATION_COMMENT = "recommendation.comment", "Commented"

    # Of a job: its kind, and what became of it.
    REPLAY_REQUEST = "replay.request", "Replay of stored cases asked for"
    REPLAY_FINISH = "replay.finish", "Replay of stored cases ready"
    REPLAY_FAIL = "replay.fail", "Replay of stored cases failed"
    REPLAY_CANCEL = "replay.cancel", "Replay of stored cases cancelled"
    REPLAY_RETRY = "replay.retry", "Replay of stored cases tried again"
    REPLAY_READ = "replay.read", "Replay of stored cases read"
    REPORT_REQUEST = "report.request", "Report asked for"
    REPORT_RENDER = "report.render", "Report ready"
    REPORT_FAIL = "report.fail", "Report failed"
    REPORT_CANCEL = "report.cancel", "Report cancelled"
    REPORT_RETRY = "report.retry", "Report tried again"
    REPORT_READ = "report.read", "Report opened"
    REPORT_DOWNLOAD = "report.download", "Report downloaded"

    RULESET_LOAD = "ruleset.load", "Rules stored"
    RULESET_ACTIVATE = "ruleset.activate", "Rules made live"
    RULESET_RESTORE = "ruleset.restore", "Earlier rules restored"
    RULESET_WITHDRAW_ACTIVATION = (
        "ruleset.withdraw_activation",
        "Rules to come withdrawn",
    )
    RULESET_EXPORT = "ruleset.export", "Rules exported"

    SIGNATURE_RECORD = "signature.record", "Signed"
    SIGNER_DESIGNATE = "signer.designate", "Surgeon let sign rules"
    SIGNER_WITHDRAW = "signer.withdraw", "Surgeon no longer signs rules"

    TEAM_CREATE = "team.create", "Team made"
    TEAM_UPDATE = "team.update", "Team renamed"

    USER_CREATE = "user.create", "User made"
    USER_UPDATE = "user.update", "User changed"
    USER_SIGN_IN = "user.sign_in", "Signed in"
    USER_SIGN_IN_REFUSED = "user.sign_in_refused", "Sign-in refused"
    USER_SIGN_OUT = "user.sign_out", "Signed out"
    USER_PASSWORD_CHANGE = "user.password_change", "Password changed"
    USER_SESSIONS_END = "user.sessions_end", "Signed out everywhere"
    USER_UNLOCK = "user.unlock", "User let try to sign in again"
    USER_SECOND_FACTOR_REMOVE = "user.second_factor_remove", "Second factor removed"
    # `user.` and what django-allauth calls a change of a second factor.
    USER_TOTP_ACTIVATED = "user.totp_activated", "Authenticator app added"
    USER_TOTP_DEACTIVATED = "user.totp_deactivated", "Authenticator app removed"
    USER_WEBAUTHN_ADDED = "user.webauthn_added", "Security key added"
    USER_WEBAUTHN_REMOVED = "user.webauthn_removed", "Security key removed"
    USER_RECOVERY_CODES_GENERATED = (
        "user.recovery_codes_generated",
        "Recovery codes made",
    )

    WORDS_KEEP = "words.keep", "Words begun, not sent yet"
    WORDS_DISCARD = "words.discard", "Unsent words thrown away"

    WORKLIST_READ = "worklist.read", "Worklist read"


def action_words(action: str) -> str:
    """What pages call a stored action.

    A trail that was restored from elsewhere may hold one that this version does not
    know: it is shown as it is spelled, never dropped.
    """
    if action in AuditAction.values:
        return str(AuditAction(action).label)
    return action.replace(".", ": ").replace("_", " ").capitalize()
