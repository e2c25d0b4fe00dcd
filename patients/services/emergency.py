"""Opening a patient of another team in an emergency."""

from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from patients.models import EmergencyAccess, Patient
from patients.models.search import number_key
from spine_cds.accounts.models import User
from spine_cds.audit.actions import AuditAction
from spine_cds.audit.services import record
from spine_cds.folding import folded_number


@transaction.atomic
def emergency_access_open(
    *, user: User, identifier: str, birth_date: date, reason: str
) -> list[EmergencyAccess]:
    """Open a patient of another team to `user` for some hours.

    Number and birth date have to fit; where two teams know the person, both rows are
    opened. Nothing found gives an empty list, and is recorded as well.
    """
    # One's own patients are open anyway: an emergency line about them would mislead.
    of_others = Patient.objects.exclude(team__in=user.teams.all())
    number = folded_number(identifier)
    alike = of_others.filter(number_key=number_key(identifier), birth_date=birth_date)
    fitting = [one for one in alike if folded_number(one.identifier) == number]
    # All records of the person, whichever of their numbers is given.
    leading = [one.merged_into_id or one.pk for one in fitting]
    found = of_others.filter(Q(pk__in=leading) | Q(merged_into__in=leading))
    now = timezone.now()
    until = now + timedelta(hours=settings.EMERGENCY_ACCESS_HOURS)
    # The form sent twice is one access; to the minute, so that it can be renewed.
    again = user.emergency_accesses.filter(
        patient__in=found, reason=reason, since__gt=now - timedelta(minutes=1)
    )
    if sent_before := list(again.select_related("patient")):
        return sent_before
    opened = [
        EmergencyAccess.objects.create(
            patient=patient, user=user, reason=reason, since=now, until=until
        )
        for patient in found
    ]
    for access in opened:
        record(
            actor=user,
            action=AuditAction.PATIENT_EMERGENCY_ACCESS,
            entity=access,
            patient_id=str(access.patient_id),
            detail={"until": until.isoformat()},
        )
    if not opened:
        record(actor=user, action=AuditAction.PATIENT_EMERGENCY_REFUSED, entity=user)
    return opened
