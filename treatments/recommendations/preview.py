"""What a case comes to while it is being entered: nothing stored, nothing promised.

A preview is no recommendation: it has no guarantee, no reasons and no row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from patients.facts import Vocabulary
from patients.findings import CaseFindings
from patients.models import Patient
from treatments.engine import Evaluation, Ruleset, evaluate
from treatments.engine.case import known_to
from treatments.engine.ruleset.enums import (
    Disposition,
    Indicator,
    OptionStatus,
    Urgency,
)
from treatments.presentation.case_summary import (
    Item,
    assumed_item,
    fact_item,
    responsible_level,
)
from treatments.presentation.ladder import Drawing, draw_ladder
from treatments.presentation.vocabulary import vocabulary_of
from treatments.presentation.what_is_left import WhatIsLeft, read_what_is_left
from treatments.presentation.words import (
    DISPOSITION_SIGNS,
    PREVIEW_HEADINGS,
    AnyUrgency,
)
from treatments.recommendations.case_document import findings_document
from treatments.recommendations.site_prior import prior_with, site_counts

#: Where the ladder stops before it begins.
STOPS = (Disposition.EMERGENCY, Disposition.DIAGNOSE_FIRST)


@dataclass(frozen=True, slots=True)
class CasePreview:
    """The state of an open form under the live rules, in words.

    `questions` are the open ones in the order of their worth, as the page has them.
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
    left: WhatIsLeft | None = None

    @property
    def heading(self) -> str:
        """The option that would be advised, or why there is none."""
        if self.is_conflict:
            return "The rules conflict"
        left = self.left.heading if self.left else ""
        return self.advised or left or PREVIEW_HEADINGS[self.disposition]

    @property
    def bounds(self) -> str:
        """What is not excluded yet; an emergency leaves nothing to say of it."""
        is_emergency = self.disposition is Disposition.EMERGENCY
        return self.left.bounds if self.left and not is_emergency else ""

    @property
    def is_at_least(self) -> bool:
        """Whether the urgency is the least that is certain."""
        return self.left is not None and self.left.is_at_least

    @property
    def sign(self) -> str:
        """The sign beside the heading; with several options left none is advised."""
        if self.disposition is Disposition.LADDER and not self.advised:
            return OptionStatus.UNDETERMINED
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
    asked = vocabulary_of(ruleset)
    case = known_to(ruleset, findings_document(findings, patient, unavailable))
    # Without effects: the emptier a form, the more of them there are to work out.
    prior = prior_with(site_counts())
    answer = evaluate(case, ruleset, effects=False, prior=prior)
    evaluation = answer.to_document()
    advised = evaluation["recommended"]
    left = read_what_is_left(evaluation, ruleset, responsible_level(case))
    stopped = answer.disposition in STOPS
    texts: dict[bool, list[str]] = {True: [], False: []}
    for alert in evaluation["alerts"]:
        texts[alert["indicator"] == Indicator.CRITICAL].append(alert["text"])
    return CasePreview(
        disposition=answer.disposition,
        urgency=_urgency(answer.urgency, left),
        left=left,
        advised=ruleset.treatments[advised["treatment"]].title if advised else "",
        critical=tuple(texts[True]),
        warnings=tuple(texts[False]),
        red_flags=tuple(
            fact_item(fact.name, asked=asked)
            for section in asked.sections
            if section.code == "red_flags"
            for fact in section.facts
            if findings.facts.get(fact.name) is True
        ),
        questions=()
        if answer.disposition is Disposition.EMERGENCY
        else _questions(answer, case, asked),
        assumed=tuple(
            assumed_item(entry, ruleset.facts, responsible_level(case), asked=asked)
            for entry in evaluation["assumed"]
        ),
        drawing=None
        if stopped or not evaluation["options"] or (left and left.elsewhere)
        else draw_ladder(evaluation["options"], ruleset),
        is_conflict=bool(answer.errors)
        and answer.disposition is not Disposition.INVALID,
    )


def _urgency(urgency: Urgency | None, left: WhatIsLeft | None) -> AnyUrgency:
    """The urgency of every completion, else the least that is certain."""
    if urgency is None and left is not None and left.is_at_least:
        return left.floor
    return urgency or ""


def _questions(
    answer: Evaluation, case: Mapping[str, Any], asked: Vocabulary
) -> tuple[Item, ...]:
    """What to ask, the question worth most first: the list of the page, at once.

    Nothing in it is known to be irrelevant, and what is assumed and may change the
    advice is in it too.
    """
    level = responsible_level(case)
    return tuple(
        fact_item(unknown.fact, level=unknown.level or level, asked=asked)
        for unknown in answer.asking
    )
