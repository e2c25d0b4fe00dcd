"""What stands against using stored advice today, in words: for page, list and PDF."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from patients.models import Encounter
from patients.person import OtherDetail, other_details
from treatments.models import Recommendation

IN_ERROR = "Entered in error: this case does not count"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether advice is still that of the case and of the person.

    `superseded` says by what, with its full stop left out; "" while it is the newest.
    `newest_id` is the newest advice on the case, `current_case_id` the version that
    counts. `details` are those of the person that were evaluated otherwise.
    """

    superseded: str
    in_error: bool
    newest_id: UUID
    current_case_id: UUID
    details: tuple[OtherDetail, ...]

    @property
    def is_newest(self) -> bool:
        """Whether nothing was advised on the case since."""
        return not self.superseded

    @property
    def details_words(self) -> str:
        """The details in one line, with what was evaluated first; "" without any."""
        return "; ".join(map(str, self.details))

    @property
    def marks(self) -> tuple[str, ...]:
        """What has to be read on each page that the advice is printed on."""
        return tuple(self._marks())

    def _marks(self) -> Iterator[str]:
        if self.in_error:
            yield IN_ERROR
        if self.superseded:
            yield self.superseded
        if self.details:
            yield f"Evaluated with other details of the person. {self.details_words}"


def standing_of(recommendation: Recommendation) -> Standing:
    """The standing of one piece of advice today.

    No query where it comes from `for_page()` and is the newest of the case.
    """
    encounter = recommendation.encounter
    newest_id = getattr(recommendation, "newest_id", None)
    if newest_id is None:
        advice = Recommendation.objects.of_case(encounter.case_uid)
        newest_id = advice.values_list("pk", flat=True)[0]
    current = encounter
    if encounter.state == Encounter.State.SUPERSEDED:
        current = Encounter.objects.current().get(case_uid=encounter.case_uid)
    return Standing(
        superseded=_superseded(recommendation, current, newest_id),
        in_error=current.state == Encounter.State.ENTERED_IN_ERROR,
        newest_id=newest_id,
        current_case_id=current.pk,
        details=_details(recommendation),
    )


def _superseded(
    recommendation: Recommendation, current: Encounter, newest_id: UUID
) -> str:
    is_newest = newest_id == recommendation.pk
    if current.pk != recommendation.encounter_id:
        words = f"Superseded by version {current.version} of this case"
        return f"{words}, which is not evaluated yet" if is_newest else words
    if not is_newest:
        return "Superseded by a later evaluation of this version of the case"
    return ""


def _details(recommendation: Recommendation) -> tuple[OtherDetail, ...]:
    """Those that its rules know: no advice rests on what no rule can ask."""
    asked = recommendation.ruleset.ruleset.facts
    facts = recommendation.case_document.get("facts", {})
    found = other_details(facts, recommendation.encounter)
    return tuple(detail for detail in found if detail.name in asked)
