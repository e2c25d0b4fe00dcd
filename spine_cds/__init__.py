"""The project package. The Celery application is loaded with Django, so that every
task declared with ``shared_task`` belongs to it."""

from spine_cds.celery import app as celery_app

__all__ = ["celery_app"]
