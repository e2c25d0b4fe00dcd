from django.apps import AppConfig


class KeptConfig(AppConfig):
    """Whose page it is, and what was typed on it and never sent."""

    name = "spine_cds.kept"
    label = "kept"
    verbose_name = "Kept words"
