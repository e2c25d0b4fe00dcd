"""Figures for Prometheus that are true of the whole site, whoever is asked.

They are read from the database at each scrape: counters in the memory of one process
would be those of one process. Requests are counted by django-prometheus.
"""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Min
from django.db.models.functions import Now
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from spine_cds.audit.actions import AuditAction
from spine_cds.audit.models import Event
from spine_cds.operation import heartbeats
from treatments.models import Recommendation, Replay, Report

JOBS = (Report, Replay)
SIGN_INS = (
    AuditAction.USER_SIGN_IN,
    AuditAction.USER_SIGN_IN_REFUSED,
    AuditAction.USER_SIGN_OUT,
)
#: The age of a job is of interest while it waits or runs.
UNFINISHED = ("queued", "running")


class SiteCollector(Collector):
    """Jobs by state and age, evaluations by disposition and ruleset, sign-ins."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every figure, read now."""
        yield from self._jobs()
        yield self._evaluations()
        yield self._sign_ins()
        yield self._heartbeats()

    def _jobs(self) -> Iterator[GaugeMetricFamily]:
        counts = GaugeMetricFamily(
            "spine_cds_jobs", "Jobs by kind and state", labels=["kind", "state"]
        )
        ages = GaugeMetricFamily(
            "spine_cds_job_oldest_seconds",
            "Age of the oldest job that is not finished",
            labels=["kind", "state"],
        )
        for model in JOBS:
            rows = model.objects.order_by().values("state")
            for row in rows.annotate(n=Count("pk"), oldest=Min("queued_at"), at=Now()):
                labels = [model.kind, row["state"]]
                counts.add_metric(labels, row["n"])
                if row["state"] in UNFINISHED:
                    age = (row["at"] - row["oldest"]).total_seconds()
                    ages.add_metric(labels, max(age, 0))
        yield counts
        yield ages

    @staticmethod
    def _evaluations() -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "spine_cds_evaluations",
            "Recommendations by disposition and ruleset version",
            labels=["disposition", "ruleset"],
        )
        rows = Recommendation.objects.order_by()
        for row in rows.values("disposition", "ruleset__version").annotate(
            n=Count("pk")
        ):
            family.add_metric([row["disposition"], row["ruleset__version"]], row["n"])
        return family

    @staticmethod
    def _sign_ins() -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "spine_cds_sign_ins",
            "Sign-ins and sign-outs by what came of them",
            labels=["outcome"],
        )
        rows = Event.objects.filter(action__in=SIGN_INS).order_by().values("action")
        for row in rows.annotate(n=Count("pk")):
            family.add_metric([row["action"].removeprefix("user.")], row["n"])
        return family

    @staticmethod
    def _heartbeats() -> GaugeMetricFamily:
        family = GaugeMetricFamily(
            "spine_cds_heartbeat_age_seconds",
            "Seconds since the last sign of life",
            labels=["part"],
        )
        workers = map(heartbeats.worker_of, settings.CELERY_TASK_QUEUES)
        for name in (*workers, heartbeats.SWEEP):
            seconds = heartbeats.age(name)
            if seconds is not None:
                family.add_metric([name], seconds)
        return family
