"""What an unfinished case can still come to, in words: one reading for all pages.

The form's panel, the page of the advice, the worklist and the report say the same,
from the evaluation document alone; one of contract 1 says nothing of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.engine import Fact, Ruleset
from treatments.engine.ruleset.enums import ON_LADDER, Disposition, Urgency
from treatments.presentation.case_summary import Item, fact_item
from treatments.presentation.form_words import cell_words
from treatments.presentation.vocabulary import vocabulary_of

#: What the worst that is still possible means for whoever has to decide.
_NOT_EXCLUDED: Mapping[Urgency, str] = {
    Urgency.EMERGENCY: "an emergency is not excluded",
    Urgency.URGENT: "it may be urgent",
    Urgency.EARLY: "it may have to be early",
}
#: As many answers are named by the engine; there may be more.
_NAMED_AT_MOST = 5
_WHERE: Mapping[Disposition, str] = {
    Disposition.EMERGENCY: "the emergency pathway",
    Disposition.DIAGNOSE_FIRST: "diagnose first",
    Disposition.OUT_OF_SCOPE: "outside the scope of the rules",
}


@dataclass(frozen=True, slots=True)
class Selected:
    """A treatment that is left, by its code and title, and what selects it.

    Each of the alternatives is a list of answers that have to hold together.
    """

    code: str
    title: str
    alternatives: tuple[tuple[Item, ...], ...]


@dataclass(frozen=True, slots=True)
class WhatIsLeft:
    """The parts of contract 2 that say what is left of a case.

    ``urgency`` is None where completions differ in it; ``until`` are the answers that
    keep the worst urgency possible; ``outcomes`` is None where they were not counted;
    ``triage`` are the texts of the triage rows that may still hold.
    """

    disposition: Disposition
    urgency: Urgency | None
    floor: Urgency
    ceiling: Urgency
    until: tuple[Item, ...]
    dispositions: tuple[Disposition, ...]
    outcomes: int | None
    leads_to_ladder: bool
    among: tuple[Selected, ...]
    in_no_case: tuple[str, ...]
    question: Item | None
    is_advised: bool
    triage: tuple[str, ...] = ()

    @property
    def is_at_least(self) -> bool:
        """Whether the urgency is a floor, and says more than that it can wait."""
        return self.urgency is None and self.floor is not Urgency.ELECTIVE

    @property
    def heading(self) -> str:
        """What stands over the answer where no option can be named; "" elsewhere.

        That it is at least urgent is never hidden behind "not enough data".
        """
        if self.is_advised or self.disposition not in ON_LADDER:
            return ""
        if self.disposition is Disposition.REFER:
            return ""
        if self.disposition is Disposition.INSUFFICIENT_DATA:
            return self._open_heading
        if self.among:
            return f"One of {len(self.among)} options"
        if self.outcomes:
            return f"{self.outcomes} options remain"
        return "Several options remain"

    @property
    def _open_heading(self) -> str:
        """Over an answer of which not even the disposition is certain."""
        if self.is_at_least:
            return f"At least {self.floor}"
        if self.is_pressing:
            return f"{self.floor.capitalize()}; more is not known enough"
        if set(self.dispositions) == {Disposition.LADDER, Disposition.REFER}:
            return "An option that is offered here, or a referral"
        return "" if self.leads_to_ladder else "Not a case for the ladder"

    @property
    def is_pressing(self) -> bool:
        """Whether something is certain to be early or urgent, and not what it is."""
        is_open = self.disposition is Disposition.INSUFFICIENT_DATA
        return is_open and self.floor is not Urgency.ELECTIVE

    @property
    def perhaps(self) -> tuple[str, ...]:
        """The texts of the triage rows that may hold, where it cannot wait."""
        return self.triage if self.is_pressing else ()

    @property
    def bounds(self) -> str:
        """How urgent it is at least, and what is not excluded until what is known."""
        if self.floor == self.ceiling:
            return ""
        lead = ""
        if self.urgency is not None:
            lead = f"{self.urgency.capitalize()} on what is known and assumed; "
        elif self.is_at_least:
            lead = f"At least {self.floor}; "
        said = f"{lead}{_NOT_EXCLUDED[self.ceiling]}{self._until}."
        return said[0].upper() + said[1:]

    @property
    def _until(self) -> str:
        names = [item.label for item in self.until]
        if not names:
            return " while the answers below are open"
        if len(names) >= _NAMED_AT_MOST:
            return f" until such answers are known as {_joined(names)}"
        these = "these are" if len(names) > 1 else "this is"
        return f" until {these} known: {_joined(names)}"

    @property
    def elsewhere(self) -> str:
        """Where it goes, if in no completion onto the ladder; "" else."""
        is_open = self.disposition is Disposition.INSUFFICIENT_DATA
        if self.leads_to_ladder or not is_open:
            return ""
        places = " or ".join(_WHERE[d] for d in self.dispositions if d in _WHERE)
        return (
            "Whatever the open answers, this is not a case for the ladder: "
            f"it comes to {places}."
        )


def read_what_is_left(
    evaluation: Mapping[str, Any], ruleset: Ruleset, level: str
) -> WhatIsLeft | None:
    """What an evaluation document says of it; None where it says nothing."""
    if "urgency_floor" not in evaluation:
        return None
    words = _Words(ruleset, level)
    question = evaluation["next_question"]
    urgency = evaluation["urgency"]
    return WhatIsLeft(
        disposition=Disposition(evaluation["disposition"]),
        urgency=Urgency(urgency) if urgency else None,
        floor=Urgency(evaluation["urgency_floor"]),
        ceiling=Urgency(evaluation["urgency_ceiling"]),
        until=tuple(map(words.item, evaluation["urgency_ceiling_by"])),
        dispositions=tuple(map(Disposition, evaluation["dispositions"])),
        outcomes=evaluation["outcomes_remaining"],
        leads_to_ladder=evaluation["leads_to_ladder"],
        among=tuple(words.selected(evaluation["recommended_among"] or ())),
        in_no_case=tuple(words.title(code) for code in evaluation["in_no_case"]),
        question=words.item(question) if question else None,
        is_advised=evaluation["recommended"] is not None,
        triage=tuple(
            str(ruleset.rules[rule].outputs["text"])
            for rule in evaluation["triage_remaining"]
        ),
    )


class _Words:
    def __init__(self, ruleset: Ruleset, level: str) -> None:
        self.ruleset, self.level = ruleset, level
        self.asked = vocabulary_of(ruleset)

    def title(self, code: str) -> str:
        return self.ruleset.treatments[code].title

    def item(self, condition: Mapping[str, Any]) -> Item:
        """A fact, with the answer that is named of it."""
        name = condition["fact"]
        at = condition.get("level") or self.level
        item = fact_item(name, level=at, asked=self.asked)
        value = self._answer(name, condition["is"]) if "is" in condition else ""
        return Item(item.name, item.label, value, item.level, item.essential)

    def selected(self, among: Iterable[Mapping[str, Any]]) -> Iterable[Selected]:
        for entry in among:
            code = entry["treatment"]
            alternatives = (tuple(map(self.item, one)) for one in entry["if"])
            yield Selected(code, self.title(code), tuple(alternatives))

    def _answer(self, name: str, cell: str) -> str:
        fact: Fact | None = self.ruleset.facts.get(name)
        return cell if fact is None else cell_words(fact, cell)


def _joined(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
