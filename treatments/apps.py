from django.apps import AppConfig

from patients.facts import ask_from


class TreatmentsConfig(AppConfig):
    """What is advised: the app's wiring."""

    name = "treatments"

    def ready(self) -> None:
        """Let the case form ask what the live rules ask."""
        from treatments.presentation.vocabulary import live_vocabulary

        ask_from(live_vocabulary)
