"""Two at once: one waits for the other, and nothing is doubled."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from spine_cds.audit.models import Event
from treatments.models import Decision, Recommendation
from treatments.recommendations.services import case_evaluate, decision_record

AT_ONCE = 4
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="rows locked one by one: PostgreSQL only",
    ),
]


def at_once(do: Callable[[], Any]) -> list[Any]:
    """Do it from several connections that start together; gives what each got."""
    start = Barrier(AT_ONCE)

    def one() -> Any:
        start.wait(timeout=10)
        try:
            return do()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(one) for _ in range(AT_ONCE)]
        return [future.result(timeout=30) for future in running]


def test_evaluations_at_the_same_time_are_one_recommendation(
    a_case, version, dr_surgeon
):
    case = a_case()
    given = at_once(lambda: case_evaluate(encounter=case, actor=dr_surgeon))
    assert {advice.pk for advice in given} == {Recommendation.objects.get().pk}
    assert Event.objects.filter(action="case.evaluate").count() == 1


def test_a_decision_sent_several_times_at_once_is_one_decision(advice, dr_surgeon):
    key = uuid.uuid4()
    at_once(
        lambda: decision_record(
            recommendation=advice,
            actor=dr_surgeon,
            outcome="deferred",
            submission_key=key,
        )
    )
    assert Decision.objects.count() == 1
    assert Event.objects.filter(action="decision.record").count() == 1
