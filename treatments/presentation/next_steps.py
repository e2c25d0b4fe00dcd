"""What is to be considered next where no option is advised: one list for all.

The page and the printed report tell the same. What the rules say clinically is told
from the ruleset, beside this; here is never a treatment.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step; on a page that may edit, `link` leads to `anchor` of the case form."""

    text: str
    link: str = ""
    anchor: str = ""


def next_steps(disposition: str, level: str = "") -> tuple[Step, ...]:
    """The steps of a disposition; the ladder has none. `level` is the responsible."""
    if disposition == "out_of_scope":
        return _out_of_scope(level)
    return _STEPS.get(disposition, ())


def conflict_steps(version: str) -> tuple[Step, ...]:
    """The steps where the rules of this version contradict each other."""
    return (
        Step("The case is kept; it is decided without this tool."),
        Step(
            "The administrator of the rules is told the rule ids named here and the "
            f"version {version}."
        ),
        Step("It is evaluated again when a corrected version is live."),
    )


_STEPS = {
    "emergency": (
        Step(
            "The case is handed over to the on-call spine service by the emergency "
            "pathway of the hospital, now and by voice."
        ),
        Step("The report can go with the patient; it is not needed to begin."),
        Step("The decision is recorded afterwards."),
        Step(
            "If a finding was entered by mistake, the red flags are corrected and the "
            "case is evaluated again.",
            "Correct the red flags",
            "id_saddle_anaesthesia",
        ),
    ),
    "diagnose_first": (
        Step("The question above is settled by the pathway of the hospital."),
        Step(
            "The case is corrected with what was found; a new version is made, and "
            "this one stays as it is.",
            "Correct the case",
        ),
        Step("It is evaluated again: the ladder is shown once no such question stays."),
    ),
    "insufficient_data": (
        Step("What is named below as not known is asked or examined."),
        Step("The case is completed and evaluated again."),
    ),
    "invalid": (
        Step("The errors named here are corrected, and the case is evaluated again."),
    ),
}


def _out_of_scope(level: str) -> tuple[Step, ...]:
    named = f"It is {level}" if level else "It is not named"
    return (
        Step(
            f"Is the responsible level right? {named}.",
            "Look at it again",
            "id_responsible_level",
        ),
        Step(
            "Does the imaging report name a herniation, stenosis or slip that is not "
            "entered yet?"
        ),
        Step("Otherwise the diagnosis is looked for elsewhere, without this tool."),
    )
