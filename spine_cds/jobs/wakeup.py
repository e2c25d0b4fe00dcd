"""The bell: a message that says to a worker that there is work, and no more."""

import logging
from typing import Any

from celery.contrib.django.task import DjangoTask
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


class Doorbell(DjangoTask):
    """A task that may fail to be announced: the row waits, the sweep rings again."""

    abstract = True
    # A bell that nobody heard for so long was rung again meanwhile.
    expires = 120

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Ring; without a broker the job waits for the sweep."""
        try:
            return super().apply_async(*args, **kwargs)
        except OperationalError as error:
            logger.warning(
                "broker away (%s): %s waits", type(error).__name__, self.name
            )
            return None
