"""What is to be considered next where no option is advised: one list for all.

The page and the printed report tell the same. What the rules say clinically is told
from the ruleset, beside this; here is never a treatment.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from treatments.engine.ruleset.enums import Disposition


@dataclass(frozen=True, slots=True)
class NextStep:
    """One step; on a page that may edit, `link` leads to `anchor` of the case form."""

    text: str
    link: str = ""
    anchor: str = ""


def next_steps(disposition: Disposition, level: str = "") -> tuple[NextStep, ...]:
    """The steps of a disposition; the ladder has none. `level` is the responsible."""
    if disposition is Disposition.OUT_OF_SCOPE:
        return _out_of_scope(level)
    return _STEPS.get(disposition, ())


def conflict_steps(version: str) -> tuple[NextStep, ...]:
    """The steps where the rules of this version contradict each other."""
    return (
        NextStep("The case is kept; it is decided without this tool."),
        NextStep(
            "The administrator of the rules is told the rule ids named here and the "
            f"version {version}."
        ),
        NextStep("It is evaluated again when a corrected version is live."),
    )


_STEPS: Mapping[Disposition, tuple[NextStep, ...]] = {
    Disposition.EMERGENCY: (
        NextStep(
            "The case is handed over to the on-call spine service by the emergency "
            "pathway of the hospital, now and by voice."
        ),
        NextStep("The report can go with the patient; it is not needed to begin."),
        NextStep("The decision is recorded afterwards."),
        NextStep(
            "If a finding was entered by mistake, the red flags are corrected and the "
            "case is evaluated again.",
            "Correct the red flags",
            "id_saddle_anaesthesia",
        ),
    ),
    Disposition.DIAGNOSE_FIRST: (
        NextStep("The question above is settled by the pathway of the hospital."),
        NextStep(
            "The case is corrected with what was found; a new version is made, and "
            "this one stays as it is.",
            "Correct the case",
        ),
        NextStep(
            "It is evaluated again: the ladder is shown once no such question stays."
        ),
    ),
    Disposition.REFER: (
        NextStep(
            "The patient is referred to a centre that offers what is named above, as "
            "soon as the urgency asks for."
        ),
        NextStep("The report can go with the referral."),
        NextStep(
            "Until then care goes on here, and new weakness, or trouble with bladder "
            "or bowel, is an emergency."
        ),
        NextStep(
            "What this hospital does not offer is a setting of the team; an entry that "
            "is wrong is corrected, and the case is evaluated again.",
            "Correct the case",
        ),
    ),
    Disposition.INSUFFICIENT_DATA: (
        NextStep("What is named below as not known is asked or examined."),
        NextStep("The case is completed and evaluated again."),
    ),
    Disposition.INVALID: (
        NextStep(
            "The errors named here are corrected, and the case is evaluated again."
        ),
    ),
}


def _out_of_scope(level: str) -> tuple[NextStep, ...]:
    named = f"It is {level}" if level else "It is not named"
    return (
        NextStep(
            f"Is the responsible level right? {named}.",
            "Look at it again",
            "id_responsible_level",
        ),
        NextStep(
            "Does the imaging report name a herniation, stenosis or slip that is not "
            "entered yet?"
        ),
        NextStep("Otherwise the diagnosis is looked for elsewhere, without this tool."),
    )
