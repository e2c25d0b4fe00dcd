from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "spine_cds.audit"
    label = "audit"
    verbose_name = "Audit trail"
