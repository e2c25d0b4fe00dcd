from django.apps import AppConfig
from django.db.models.signals import post_migrate

from patients.nomenclature import load_herniation_types


class PatientsConfig(AppConfig):
    """What is known of patients: the app's wiring."""

    name = "patients"
    verbose_name = "Patients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the terms of herniation types after each ``migrate``."""
        post_migrate.connect(
            load_herniation_types, sender=self, dispatch_uid="herniation_types"
        )
