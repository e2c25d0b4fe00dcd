"""For machines: is it alive, can it work, and its figures."""

import hmac
import os

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    JsonResponse,
)
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
    multiprocess,
)

from spine_cds.operation import readiness
from spine_cds.operation.metrics import SiteCollector


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers; it looks at nothing else."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part in a word; 503 while a clinician's page could not be answered.

    A silent worker is told, and keeps nobody from working: reports wait.
    """
    parts = readiness.parts()
    is_ready = all(parts.get(name) == readiness.OK for name in readiness.NEEDED)
    is_whole = all(word == readiness.OK for word in parts.values())
    status = "ok" if is_whole else "degraded" if is_ready else "down"
    return JsonResponse(
        {"status": status, "parts": parts}, status=200 if is_ready else 503
    )


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus's format, for whoever has the token; without one there is no page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponseNotFound("Not found.\n", content_type="text/plain")
    text = generate_latest(_site()) + generate_latest(_processes())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _site() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(SiteCollector())
    return registry


def _processes() -> CollectorRegistry:
    """What django-prometheus counted; of all web processes that share a folder."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry
