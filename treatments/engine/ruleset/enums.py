"""The closed lists of words that a ruleset, an evaluation and a page share.

Each member *is* its text (``StrEnum``), so that documents, hashes and database rows
hold the plain word, and a mistyped one is found by the type checker. The order of the
members is their rank: the most urgent first, the weakest notice first.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal, TypeAlias


class Disposition(StrEnum):
    """Where a case goes. A triage row gives one of the first four."""

    EMERGENCY = "emergency"
    DIAGNOSE_FIRST = "diagnose_first"
    OUT_OF_SCOPE = "out_of_scope"
    LADDER = "ladder"
    #: None of the options on offer fits, and one that is not on offer does.
    REFER = "refer"
    #: Not enough is known to advise; an evaluation says so, a row cannot.
    INSUFFICIENT_DATA = "insufficient_data"
    #: The case document has errors; nothing was evaluated.
    INVALID = "invalid"


class Urgency(StrEnum):
    """How soon a case must be seen to."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    EARLY = "early"
    ELECTIVE = "elective"


class OptionStatus(StrEnum):
    """What an evaluation says of one treatment."""

    CONTRAINDICATED = "contraindicated"
    UNSUITABLE = "unsuitable"
    SUITABLE = "suitable"
    CAUTION = "caution"
    #: Within the engine: all its reservations are shared. It is shown as a caution.
    SHARED_CAUTION = "shared_caution"
    NOT_INDICATED = "not_indicated"
    UNDETERMINED = "undetermined"
    UNAVAILABLE = "unavailable"
    RECOMMENDED = "recommended"


class Effect(StrEnum):
    """What a rule of an eligibility table says of its treatments."""

    INDICATED = "indicated"
    CAUTION = "caution"
    #: A reservation that all direct operations share: it chooses between none of them.
    SHARED_CAUTION = "shared_caution"
    UNSUITABLE = "unsuitable"
    CONTRAINDICATED = "contraindicated"


class Indicator(StrEnum):
    """How pressing an alert is (CDS Hooks)."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


#: The dispositions that a triage row may give.
DISPOSITIONS: Final = (
    Disposition.EMERGENCY,
    Disposition.DIAGNOSE_FIRST,
    Disposition.OUT_OF_SCOPE,
    Disposition.LADDER,
)
#: The dispositions of an evaluation that triage did not send away from the ladder.
ON_LADDER: Final = frozenset(
    {Disposition.LADDER, Disposition.REFER, Disposition.INSUFFICIENT_DATA}
)
URGENCIES: Final = tuple(Urgency)
EFFECTS: Final = tuple(Effect)
INDICATORS: Final = tuple(Indicator)

#: The statuses of a treatment that may be taken, and of one that is ruled out.
FOR: Final = frozenset(
    {OptionStatus.SUITABLE, OptionStatus.SHARED_CAUTION, OptionStatus.CAUTION}
)
AGAINST: Final = frozenset({OptionStatus.UNSUITABLE, OptionStatus.CONTRAINDICATED})

#: The effects that rule a treatment out.
EXCLUDING: Final = frozenset({Effect.UNSUITABLE, Effect.CONTRAINDICATED})

#: In a triage row to the ladder, instead of an urgency: the urgency tables give it.
FROM_URGENCY_TABLES: Final = "-"
TriageUrgency: TypeAlias = Urgency | Literal["-"]
