"""What the journeys share: the rules, a case of each kind, a silent doorbell."""

import uuid
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.utils import timezone

from patients.findings import CaseFindings
from patients.models import Encounter, Patient
from patients.services.cases import case_create
from patients.services.patients import patient_create
from spine_cds.jobs import lifecycle
from tests.browser.person import Person
from tests.fixtures_browser import DESKTOP, PHONE
from treatments.engine import load_ruleset
from treatments.management.demo_cases import CASES, DemoCase
from treatments.models import Recommendation, Report, RulesetVersion
from treatments.recommendations.services import case_evaluate
from treatments.reports.content import ReportContext
from treatments.reports.jobs import report_finish
from treatments.reports.render import render
from treatments.rulebook.services import ruleset_load


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def size(request) -> dict[str, int]:
    return request.param


@pytest.fixture
def as_person(open_page) -> Callable[..., Person]:
    """as_person(user, path, ...) -> the page, in the hands of a person."""
    return lambda *args, **options: Person(open_page(*args, **options))


@pytest.fixture(scope="session")
def shipped_rules():
    return load_ruleset()


@pytest.fixture
def rules(transactional_db, shipped_rules) -> RulesetVersion:
    return ruleset_load(ruleset=shipped_rules)


@pytest.fixture
def a_case(rules, dr_surgeon, team) -> Callable[..., Encounter]:
    """a_case("Abbott") enters the demo case of that name; nothing is evaluated."""

    def a_case(family_name: str, *, actor=dr_surgeon, of=team) -> Encounter:
        case = next(c for c in CASES if c.family_name == family_name)
        return case_create(
            patient=_patient(case, actor, of),
            actor=actor,
            data=CaseFindings(
                occurred_on=timezone.localdate(),
                facts=case.all_facts,
                discs=case.all_discs,
                responsible_level=case.level,
                note=case.note,
            ),
        )

    return a_case


def _patient(case: DemoCase, actor, team) -> Patient:
    today = timezone.localdate()
    return patient_create(
        actor=actor,
        team=team,
        identifier=f"H-{uuid.uuid4().hex[:8]}",
        family_name=case.family_name,
        given_name=case.given_name,
        birth_date=today.replace(year=today.year - case.age, month=1, day=1),
        sex=case.sex,
    )


@pytest.fixture
def advice_on(a_case, dr_surgeon) -> Callable[..., Recommendation]:
    """advice_on("Abbott") enters that demo case and evaluates it."""

    def advice_on(family_name: str, *, actor=dr_surgeon, **where) -> Recommendation:
        encounter = a_case(family_name, actor=actor, **where)
        return case_evaluate(encounter=encounter, actor=actor)

    return advice_on


class Printer:
    """The worker's part in slow motion: the test says when each step is taken."""

    claim: lifecycle.Claim[Report] | None = None

    def takes_it(self) -> None:
        self.claim = lifecycle.claim(Report)

    def is_done(self) -> None:
        document = render(ReportContext.from_document(self.claim.job.content))
        assert report_finish(claim=self.claim, document=document)

    def gives_up(self) -> None:
        assert lifecycle.fail(self.claim, failure="No glyph for this text.")


@pytest.fixture
def printer(monkeypatch) -> Printer:
    """No worker hears the doorbell; the test itself makes the report."""
    silent = SimpleNamespace(delay_on_commit=lambda **_: None)
    monkeypatch.setattr("treatments.reports.services.render_report", silent)
    return Printer()
