"""The rules of an evaluation that somebody can disagree with, and what they say."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from treatments.engine import Ruleset
from treatments.engine.ruleset.enums import Effect
from treatments.presentation.words import EFFECT_WORDS, WEIGHT


@dataclass(frozen=True, slots=True)
class SpokenRule:
    """A rule that held in a case, with what it did and why."""

    id: str
    effect: str
    text: str

    @property
    def words(self) -> str:
        """In one line, for a list to choose from."""
        return f"{self.id}{f' ({self.effect})' if self.effect else ''}: {self.text}"


def rules_to_dispute(
    evaluation: Mapping[str, Any], ruleset: Ruleset
) -> tuple[SpokenRule, ...]:
    """Every rule that held, the heaviest effect first; triage and urgency last."""
    found = dict.fromkeys(_spoken(evaluation))
    rules = [ruleset.rules[rule_id] for rule_id in found if rule_id in ruleset.rules]
    rules.sort(key=lambda rule: WEIGHT.index(rule.outputs.get("effect", "")))
    return tuple(SpokenRule(r.id, _effect_words(r.outputs), r.rationale) for r in rules)


def disputed(rule_ids: Iterable[str], ruleset: Ruleset) -> tuple[SpokenRule, ...]:
    """Rules by their ids, as a stored statement names them."""
    return tuple(
        SpokenRule(rule_id, _effect_words(rule.outputs), rule.rationale)
        if (rule := ruleset.rules.get(rule_id))
        else SpokenRule(rule_id, "", "not among these rules")
        for rule_id in rule_ids
    )


def _spoken(evaluation: Mapping[str, Any]) -> Iterator[str]:
    for option in evaluation["options"]:
        yield from option["reasons_against"]
        yield from option["reasons_for"]
    yield from evaluation["matched_rules"]


def _effect_words(outputs: Mapping[str, Any]) -> str:
    effect = outputs.get("effect")
    return EFFECT_WORDS[Effect(effect)] if effect else ""
