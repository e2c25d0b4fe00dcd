from django.apps import AppConfig


class SpineCdsConfig(AppConfig):
    name = "spine_cds"
    verbose_name = "Spine CDS"

    def ready(self) -> None:
        from spine_cds import checks  # noqa: F401, registers them
