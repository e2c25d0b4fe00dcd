from django.apps import AppConfig


class SpineCdsConfig(AppConfig):
    """The project's own app: its system checks."""

    name = "spine_cds"
    verbose_name = "Spine CDS"

    def ready(self) -> None:
        """Register the system checks."""
        from spine_cds import checks  # noqa: F401, registers them
