"""Whether this process can do its work: each part by name, in a word."""

from collections.abc import Callable, Iterator
from functools import partial

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from spine_cds.operation import heartbeats
from treatments.models import RulesetVersion

OK, DOWN = "ok", "down"


def parts() -> dict[str, str]:
    """Database, migrations, ruleset, broker, a worker
    of each queue, sweep: ``ok`` or what is wrong."""
    return dict(_parts())


def _parts() -> Iterator[tuple[str, str]]:
    database = _asked(_database)
    yield "database", database
    if database == OK:
        yield "migrations", _asked(_migrations)
        yield "ruleset", _asked(_ruleset)
    if settings.REDIS_URL:
        broker = _asked(_broker)
        yield "broker", broker
        if broker == OK:
            for queue in settings.CELERY_TASK_QUEUES:
                name = heartbeats.worker_of(queue)
                yield name, _asked(partial(_alive, name))
            yield "sweep", _asked(lambda: _alive(heartbeats.SWEEP))


#: Without these a clinician's page fails; without the others reports wait.
NEEDED = ("database", "migrations", "ruleset")


def _asked(question: Callable[[], str]) -> str:
    """What a part answers; ``down`` where it raises, whatever its client raises."""
    try:
        return question()
    except Exception:
        return DOWN


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} to apply" if plan else OK


def _ruleset() -> str:
    try:
        is_live = RulesetVersion.objects.live().exists()
    except DatabaseError:
        return DOWN
    return OK if is_live else "none is live"


def _broker() -> str:
    with redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
        client.ping()
    return OK


def _alive(name: str) -> str:
    return OK if heartbeats.is_alive(name) else "silent"
