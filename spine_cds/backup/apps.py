from django.apps import AppConfig


class BackupConfig(AppConfig):
    """Backup and restore, which no other app imports."""

    name = "spine_cds.backup"
    label = "backup"
    verbose_name = "Backup and restore"
