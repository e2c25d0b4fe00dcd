from django.apps import AppConfig


class BackupConfig(AppConfig):
    name = "spine_cds.backup"
    label = "backup"
    verbose_name = "Backup and restore"
