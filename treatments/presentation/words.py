"""The words of the engine's closed lists: one table for pages, previews, PDF, replays.

Each table has a word for each member that can occur, and a test holds it to that. The
words of a disposition in a list are the labels of `Recommendation.Disposition`, which
the database knows too.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from treatments.engine.evaluation.guarantees import (
    BLOCKS,
    CANNOT_CHANGE,
    COULD_CHANGE,
)
from treatments.engine.ruleset.enums import Disposition, Effect, OptionStatus, Urgency
from treatments.models import Recommendation

#: "" where there is none: nothing was evaluated, or it was not determined.
AnyUrgency: TypeAlias = Urgency | Literal[""]
#: "" for a rule that judges no option: triage, urgency, derived findings.
AnyEffect: TypeAlias = Effect | Literal[""]

#: Each status in a word, the most favourable first. The sign of the same name is drawn
#: beside it, so that neither colour nor shape ever stands alone.
STATUS_WORDS: Mapping[OptionStatus, str] = {
    OptionStatus.RECOMMENDED: "Advised",
    OptionStatus.SUITABLE: "Suitable",
    OptionStatus.CAUTION: "With caution",
    OptionStatus.UNDETERMINED: "Undetermined",
    OptionStatus.UNAVAILABLE: "Not offered here",
    OptionStatus.NOT_INDICATED: "Not indicated",
    OptionStatus.UNSUITABLE: "Unsuitable",
    OptionStatus.CONTRAINDICATED: "Contraindicated",
}
#: A rung with several options takes the status of the most favourable one.
FAVOUR = tuple(STATUS_WORDS)
#: The statuses that are weighed against each other, and can be accepted.
WEIGHED = frozenset(
    {OptionStatus.RECOMMENDED, OptionStatus.SUITABLE, OptionStatus.CAUTION}
)

#: What a rule does to an option where it holds.
EFFECT_WORDS: Mapping[Effect, str] = {
    Effect.INDICATED: "speaks for it",
    Effect.CAUTION: "a reservation",
    Effect.SHARED_CAUTION: "a reservation that all operations share",
    Effect.UNSUITABLE: "speaks against it; can be overridden",
    Effect.CONTRAINDICATED: "rules it out",
}
#: What it would do, while it is open.
WOULD_WORDS: Mapping[Effect, str] = {
    Effect.INDICATED: "would speak for it",
    Effect.CAUTION: "would be a reservation",
    Effect.SHARED_CAUTION: "would be a reservation that all operations share",
    Effect.UNSUITABLE: "would speak against it",
    Effect.CONTRAINDICATED: "would rule it out",
}
#: The heaviest reason first.
WEIGHT: tuple[AnyEffect, ...] = (
    Effect.CONTRAINDICATED,
    Effect.UNSUITABLE,
    Effect.CAUTION,
    Effect.SHARED_CAUTION,
    Effect.INDICATED,
    "",
)
#: An effect that has the sign of another.
EFFECT_SIGNS: Mapping[AnyEffect, AnyEffect] = {Effect.SHARED_CAUTION: Effect.CAUTION}
#: Said beside the status where every reservation of an option is of that kind.
RESERVATION_WORDS: Mapping[str, str] = {"shared": "as all operations have"}

DISPOSITION_WORDS: Mapping[Disposition, str] = {
    Disposition(choice.value): str(choice.label)
    for choice in Recommendation.Disposition
}
#: Where the ladder stops, the urgency follows from the answer itself.
URGENCY_GOES_WITHOUT_SAYING = (
    Disposition.EMERGENCY,
    Disposition.DIAGNOSE_FIRST,
    Disposition.OUT_OF_SCOPE,
    Disposition.INSUFFICIENT_DATA,
)
#: The urgencies of a case on the ladder, the most urgent first.
LADDER_URGENCIES = (Urgency.URGENT, Urgency.EARLY, Urgency.ELECTIVE)
#: Above a case that is being entered: it is not evaluated yet.
PREVIEW_HEADINGS: Mapping[Disposition, str] = {
    **DISPOSITION_WORDS,
    Disposition.INSUFFICIENT_DATA: "Not enough data for advice yet",
}
#: Above a report that has no option to name.
REPORT_HEADINGS: Mapping[Disposition, str] = {
    Disposition.LADDER: "Options to consider",
    Disposition.REFER: "Refer: what fits is not offered here",
    Disposition.EMERGENCY: "Emergency pathway: the ladder stops here",
    Disposition.DIAGNOSE_FIRST: "Diagnose first: no option is given",
    Disposition.INSUFFICIENT_DATA: "Not enough is known to give an option",
    Disposition.OUT_OF_SCOPE: "Outside the scope of the rules",
    Disposition.INVALID: "The entry has errors: nothing was evaluated",
}
#: What a triage rule does, in a replay.
TRIAGE_WORDS: Mapping[Disposition, str] = {
    Disposition.EMERGENCY: "calls the emergency pathway",
    Disposition.DIAGNOSE_FIRST: "asks to diagnose first",
    Disposition.OUT_OF_SCOPE: "puts the case outside the scope",
    Disposition.LADDER: "lets the case on to the ladder",
}
#: The sign beside a disposition; it is the sign of a status.
DISPOSITION_SIGNS: Mapping[Disposition, OptionStatus] = {
    Disposition.LADDER: OptionStatus.RECOMMENDED,
    Disposition.REFER: OptionStatus.UNAVAILABLE,
    Disposition.INSUFFICIENT_DATA: OptionStatus.UNDETERMINED,
    Disposition.OUT_OF_SCOPE: OptionStatus.NOT_INDICATED,
    Disposition.EMERGENCY: OptionStatus.CONTRAINDICATED,
    Disposition.DIAGNOSE_FIRST: OptionStatus.CONTRAINDICATED,
    Disposition.INVALID: OptionStatus.CONTRAINDICATED,
}

#: What another value of an assumed fact could do to the advice.
ASSUMED_WORDS: Mapping[str | None, str] = {
    BLOCKS: " (could change it)",
    COULD_CHANGE: " (could change it)",
    CANNOT_CHANGE: "",
    None: " (effect not worked out)",
}
