"""Who may be the person that somebody is about to enter."""

import hashlib
from dataclasses import dataclass
from datetime import date

from patients.models import Patient
from patients.models.search import number_key
from spine_cds.accounts.models import User
from spine_cds.folding import folded_number, name_ways

SHOWN_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Likeness:
    """A patient whom the user may see, and what speaks for the same person."""

    patient: Patient
    reason: str


@dataclass(frozen=True, slots=True)
class Likely:
    """Whom the new person may be; ``elsewhere`` is in a team the user does not see."""

    known: list[Likeness]
    elsewhere: bool

    def __bool__(self) -> bool:
        return bool(self.known) or self.elsewhere

    @property
    def ids(self) -> list[str]:
        """Of those shown, in an order of their own."""
        return sorted(str(like.patient.pk) for like in self.known)

    @property
    def mark(self) -> str:
        """What the user has seen: another one asks again."""
        seen = ",".join([*self.ids, str(self.elsewhere)])
        return hashlib.sha256(seen.encode()).hexdigest()[:16]


def likely_patients(
    user: User,
    *,
    identifier: str,
    family_name: str,
    given_name: str = "",
    birth_date: date | None = None,
) -> Likely:
    """By the hospital number, as it is read or as it looks; by name and birth date.

    Of patients whom the user may not see only whether the number is one of theirs.
    """
    number, looks = folded_number(identifier), number_key(identifier)
    name = name_ways(family_name, given_name)
    seen = Patient.objects.visible_to(user).select_related("merged_into")
    # Two questions, for an index each.
    numbered = list(seen.filter(number_key=looks)) if looks else []
    born = seen.filter(birth_date=birth_date) if birth_date else []
    # Of one person's records the one that leads, once.
    known = {
        patient.leading: "the same number"
        if folded_number(patient.identifier) == number
        else "a number that looks the same"
        for patient in numbered
    }
    for patient in born:
        if name & name_ways(patient.family_name, patient.given_name):
            known.setdefault(patient.leading, "the same name and birth date")
    hidden = Patient.objects.filter(number_key=looks).exclude(
        pk__in=[one.pk for one in numbered]
    )
    numbers = hidden.values_list("identifier", flat=True) if number else ()
    return Likely(
        [Likeness(*like) for like in known.items()][:SHOWN_AT_MOST],
        elsewhere=any(folded_number(other) == number for other in numbers),
    )
