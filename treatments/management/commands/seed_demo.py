"""Sign-ins and synthetic cases to try the project with; never in production."""

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from patients.findings import CaseFindings
from patients.models import Encounter, Patient
from patients.services.cases import case_create
from patients.services.patients import patient_create
from spine_cds.accounts.models import Role, Team, User
from treatments.management.demo_cases import CASES, DemoCase
from treatments.models import Decision, Recommendation, Review
from treatments.recommendations.services import (
    case_evaluate,
    comment_add,
    decision_record,
    review_record,
)

TEAMS = ("Spine unit", "Neurosurgery")
#: Sign-in name, names, role, and the positions of their teams in `TEAMS`.
PEOPLE = (
    ("surgeon", "Sofia", "Marin", Role.SURGEON, (0,)),
    ("resident", "Jonas", "Weber", Role.RESIDENT, (0,)),
    ("admin", "Alex", "Novak", Role.ADMIN, ()),
    ("admin2", "Mira", "Castel", Role.ADMIN, ()),
    ("surgeon2", "Tomás", "Ortega", Role.SURGEON, (1,)),
)


class Command(BaseCommand):
    """``manage.py seed_demo``: people and cases to look around with."""

    help = "Make demo users and cases (development only); what is there already stays."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is not there yet; all of it or nothing.

        Raises:
            CommandError: this is production.
        """
        if settings.PRODUCTION:
            raise CommandError("Demo users and cases are not for production.")
        with transaction.atomic():
            teams = [Team.objects.get_or_create(name=name)[0] for name in TEAMS]
            people = {person[0]: _user(person, teams) for person in PEOPLE}
            new = sum(
                _seed(case, number, teams[case.team], people)
                for number, case in enumerate(CASES, start=1)
            )
        self.stdout.write(f"Demo cases: {new} new, {len(CASES)} in all.")
        for name, given, family, role, _ in PEOPLE:
            self.stdout.write(
                f"  {name:<9} {password_of(name):<20} {given} {family}, {role.label}"
            )


def password_of(username: str) -> str:
    """The password of a demo user; the command prints it."""
    return f"demo-{username}-2026"


def _user(
    person: tuple[str, str, str, Role, tuple[int, ...]], teams: list[Team]
) -> User:
    """The demo user; one who exists keeps the password and everything else."""
    username, given, family, role, positions = person
    known = User.objects.filter(username=username).first()
    if known is not None:
        return known
    user = User.objects.create_user(
        username,
        password=password_of(username),
        first_name=given,
        last_name=family,
        role=role,
    )
    user.teams.set([teams[position] for position in positions])
    return user


def _seed(case: DemoCase, number: int, team: Team, people: dict[str, User]) -> bool:
    """Enter one case as its surgeon would; False where it is there already."""
    identifier = f"DEMO-{number:03}"
    if Patient.objects.filter(team=team, identifier=identifier).exists():
        return False
    surgeon = people["surgeon2" if case.team else "surgeon"]
    day = timezone.localdate() - datetime.timedelta(days=case.days_ago)
    patient = patient_create(
        actor=surgeon,
        team=team,
        identifier=identifier,
        family_name=case.family_name,
        given_name=case.given_name,
        # The first of that month: the age is right on the day of the encounter.
        birth_date=day.replace(year=day.year - case.age, day=1),
        sex=case.sex,
    )
    encounter = case_create(
        patient=patient,
        actor=surgeon,
        data=CaseFindings(
            occurred_on=day,
            facts=case.all_facts,
            discs=case.all_discs,
            responsible_level=case.level,
            note=case.note,
        ),
    )
    if case.then != "draft":
        _follow(case, encounter, surgeon, people["resident"])
    return True


def _follow(
    case: DemoCase, encounter: Encounter, surgeon: User, resident: User
) -> None:
    """What came after the entry: evaluation, review, decision."""
    advice = case_evaluate(encounter=encounter, actor=surgeon)
    if case.then in ("reviewed", "decided", "overridden"):
        _review(advice, resident, Review.Verdict.AGREE)
    if case.then == "disputed":
        reason = "The fragment looks calcified on the CT; please look again."
        _review(advice, resident, Review.Verdict.DISAGREE, reason)
        comment_add(
            recommendation=advice,
            actor=surgeon,
            text="Good point. I have asked for the bone window.",
            submission_key=uuid.uuid4(),
        )
    outcomes: dict[str, dict[str, Any]] = {
        "decided": {
            "outcome": Decision.Outcome.ACCEPTED,
            "treatment": advice.recommended_treatment,
        },
        "overridden": {
            "outcome": Decision.Outcome.OVERRIDDEN,
            "treatment": "MED",
            "override_reason": Decision.OverrideReason.JUDGEMENT,
            "note": "Unilateral approach with over-the-top decompression.",
        },
        "deferred": {
            "outcome": Decision.Outcome.DEFERRED,
            "deferred_for": "the family's view",
            "note": "Wants to talk to the family first.",
        },
    }
    if case.then in outcomes:
        decision_record(
            recommendation=advice,
            actor=surgeon,
            submission_key=uuid.uuid4(),
            **outcomes[case.then],
        )


def _review(
    advice: Recommendation, resident: User, verdict: str, reason: str = ""
) -> None:
    review_record(
        recommendation=advice,
        actor=resident,
        verdict=verdict,
        reason=reason,
        submission_key=uuid.uuid4(),
    )
