"""What a case comes to while it is being entered: nothing stored, nothing promised.

A preview is no recommendation: it has no guarantee, no reasons and no row.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from patients.facts import CASE_FACTS, SECTIONS
from patients.findings import CaseFindings
from patients.models import Patient
from treatments.engine import Ruleset, evaluate
from treatments.engine.case import known_to
from treatments.engine.evaluation.guarantees import BLOCKS
from treatments.engine.ruleset.enums import Disposition, Indicator, Urgency
from treatments.presentation.case_summary import (
    Item,
    assumed_item,
    fact_item,
    responsible_level,
)
from treatments.presentation.ladder import Drawing, draw_ladder
from treatments.presentation.words import (
    DISPOSITION_SIGNS,
    PREVIEW_HEADINGS,
    AnyUrgency,
)
from treatments.recommendations.case_document import findings_document

RED_FLAGS = tuple(
    fact.name
    for section in SECTIONS
    if section.code == "red_flags"
    for fact in section.facts
)
#: Where the ladder stops before it begins.
STOPS = (Disposition.EMERGENCY, Disposition.DIAGNOSE_FIRST)


@dataclass(frozen=True, slots=True)
class CasePreview:
    """The state of an open form under the live rules, in words.

    `questions` are the open ones: what triage waits for first, then what the most
    rules do.
    """

    disposition: Disposition
    urgency: AnyUrgency
    advised: str
    critical: tuple[str, ...]
    warnings: tuple[str, ...]
    red_flags: tuple[Item, ...]
    questions: tuple[Item, ...]
    assumed: tuple[Item, ...]
    drawing: Drawing | None
    is_conflict: bool

    @property
    def heading(self) -> str:
        """The option that would be advised, or why there is none."""
        if self.is_conflict:
            return "The rules conflict"
        return self.advised or PREVIEW_HEADINGS[self.disposition]

    @property
    def sign(self) -> str:
        """The sign beside the heading."""
        return DISPOSITION_SIGNS[self.disposition]

    @property
    def said_urgency(self) -> str:
        """That it can wait is not said of a case that is only half known."""
        is_advice = self.advised or self.disposition == Disposition.REFER
        waits = self.urgency is Urgency.ELECTIVE and not is_advice
        return "" if self.is_stopped or waits else self.urgency

    @property
    def is_stopped(self) -> bool:
        """Whether the case goes elsewhere, and no option is looked at."""
        return self.disposition in STOPS


def preview_findings(
    findings: CaseFindings,
    patient: Patient,
    ruleset: Ruleset,
    unavailable: Iterable[str] = (),
) -> CasePreview:
    """What `findings` come to so far, in a few hundredths of a second.

    Guarantees are left out: with most of a case unknown they take up to a second.
    """
    case = known_to(ruleset, findings_document(findings, patient, unavailable))
    # Without effects: the emptier a form, the more of them there are to work out.
    answer = evaluate(case, ruleset, effects=False)
    evaluation = answer.to_document()
    advised = evaluation["recommended"]
    stopped = answer.disposition in STOPS
    texts: dict[bool, list[str]] = {True: [], False: []}
    for alert in evaluation["alerts"]:
        texts[alert["indicator"] == Indicator.CRITICAL].append(alert["text"])
    return CasePreview(
        disposition=answer.disposition,
        urgency=answer.urgency or "",
        advised=ruleset.treatments[advised["treatment"]].title if advised else "",
        critical=tuple(texts[True]),
        warnings=tuple(texts[False]),
        red_flags=tuple(
            fact_item(name) for name in RED_FLAGS if findings.facts.get(name) is True
        ),
        questions=() if stopped else _questions(evaluation, case),
        assumed=tuple(
            assumed_item(entry, ruleset.facts, responsible_level(case))
            for entry in evaluation["assumed"]
        ),
        drawing=None
        if stopped or not evaluation["options"]
        else draw_ladder(evaluation["options"], ruleset),
        is_conflict=bool(answer.errors)
        and answer.disposition is not Disposition.INVALID,
    )


def _questions(
    evaluation: Mapping[str, Any], case: Mapping[str, Any]
) -> tuple[Item, ...]:
    """What to ask: the level, what blocks any answer, then what rules wait for.

    What blocks is exact where triage is open; else options wait, and it is judged by
    the rules that do.
    """
    missing = [entry for entry in evaluation["missing"] if not entry.get("level")]
    waiting = Counter(
        name
        for option in evaluation["options"]
        for entry in option["undetermined"]
        for name in entry["facts"]
    )
    level = responsible_level(case)
    ranked = []
    for place, entry in enumerate(missing):
        item = fact_item(entry["fact"], level=level)
        first = item.name == "responsible_level"
        flag = item.name in RED_FLAGS and CASE_FACTS[item.name].essential
        blocks = entry["effect"] == BLOCKS
        if first or flag or blocks or waiting[item.name]:
            grave = (not first, not blocks, not flag, not item.essential)
            rank = (*grave, -waiting[item.name], place)
            ranked.append((rank, item))
    return tuple(item for _, item in sorted(ranked, key=lambda pair: pair[0]))
