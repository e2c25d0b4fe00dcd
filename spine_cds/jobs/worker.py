"""One job done by a worker: it ends in the row, whatever happens."""

import logging
from collections.abc import Callable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection

from spine_cds.jobs.lifecycle import Claim, ClaimLostError, claim, fail, give_back
from spine_cds.jobs.models import AnyJob

logger = logging.getLogger(__name__)


class HopelessError(Exception):
    """Another attempt would fail as well; the message is told to the user."""


def work_on_next(model: type[AnyJob], do: Callable[[Claim[AnyJob]], Any]) -> None:
    """Take the job whose turn it is and do it; nothing where none waits.

    ``do`` gets no database connection that is open, and ends the job itself.
    """
    taken = claim(model)
    release_connection()
    if taken is None:
        return
    try:
        do(taken)
    except ClaimLostError as lost:
        logger.info("%s: stopped, the claim is lost", lost)
    except HopelessError as problem:
        fail(taken, failure=str(problem))
    except SoftTimeLimitExceeded:
        give_back(taken, failure=model.too_long)
    except Exception as error:
        # The type alone: a message could quote what was entered about a patient.
        logger.error("%s %s: %s", model.kind, taken.job.pk, type(error).__name__)
        give_back(taken, failure=model.unexpected)
    finally:
        release_connection()


def release_connection() -> None:
    """No database connection is held while a job is worked on, nor between jobs."""
    if not connection.in_atomic_block:
        connection.close()
