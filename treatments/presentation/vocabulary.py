"""The vocabulary of a ruleset as the questions of the case form.

The form belongs to `patients`, which knows no ruleset: what is asked is handed to it.
"""

from collections.abc import Iterator, Mapping

from patients.facts import SHIPPED, Question, Vocabulary, problems
from treatments.engine import Fact, Ruleset
from treatments.models import RulesetVersion

#: Units that a fact may be measured in: UCUM, and the words of people.
UNITS: Mapping[str, str] = {
    "1": "",
    "%": "%",
    "a": "years",
    "mo": "months",
    "wk": "weeks",
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "mm": "mm",
    "cm": "cm",
    "m": "m",
    "mm2": "mm²",
    "deg": "°",
    "kg": "kg",
    "kg/m2": "kg/m²",
    "mL": "mL",
    "mg": "mg",
    "mg/L": "mg/L",
    "mg/dL": "mg/dL",
    "g/L": "g/L",
    "mmol/L": "mmol/L",
    "mmol/mol": "mmol/mol",
    "umol/L": "µmol/L",
    "10*9/L": "10⁹/L",
    "mm[Hg]": "mmHg",
    "{INR}": "INR",
    "{score}": "points",
    "{count}": "times",
}
#: Scales of what ships, whose words are the form's own.
_SCALES = ("{score}", "{MRC}", "{grade}", "{type}", "{Meyerding}")
#: What the form asks in words of its own where the rules say only "score".
_OWN_WORDS = {"leg_pain_nrs": "NRS", "back_pain_nrs": "NRS"}
_ASKED = ("case", "disc")
_KEPT = 16
_known: dict[str, Vocabulary] = {}


def vocabulary_of(ruleset: Ruleset) -> Vocabulary:
    """What the form asks by a ruleset, and the words for what is answered."""
    known = _known.get(ruleset.sha256)
    if known is None:
        while len(_known) >= _KEPT:
            _known.pop(next(iter(_known)), None)
        known = vocabulary_from(ruleset.facts)
        _known[ruleset.sha256] = known
    return known


def live_vocabulary() -> Vocabulary:
    """What the case form asks by the live rules; what ships while there are none."""
    version = RulesetVersion.objects.live().without_document().first()
    return SHIPPED if version is None else vocabulary_of(version.ruleset)


def vocabulary_from(facts: Mapping[str, Fact]) -> Vocabulary:
    """The same of facts that are no ruleset yet."""
    return Vocabulary.of(question_of(f) for f in facts.values() if f.scope in _ASKED)


def unaskable(fact: Fact) -> Iterator[str]:
    """Why no form can ask a fact; nothing for one that it asks, or never has to."""
    if fact.scope not in _ASKED:
        return
    if fact.unit and fact.unit not in UNITS and fact.unit not in _SCALES:
        yield f"has the unit {fact.unit}; choose one of the list"
    yield from problems(question_of(fact))


def question_of(fact: Fact) -> Question:
    """A fact of the rules as a question of the form."""
    low, high = fact.minimum or 0, fact.maximum or 0
    plausible = None
    if fact.plausible_minimum is not None or fact.plausible_maximum is not None:
        least, most = fact.plausible_minimum, fact.plausible_maximum
        plausible = (low if least is None else least, high if most is None else most)
    return Question(
        name=fact.name,
        kind=fact.type,  # type: ignore[arg-type]  # one of TYPES, as it was read
        label=fact.label,
        group=fact.group,
        of_disc=fact.scope == "disc",
        help=fact.meaning,
        unit=_unit(fact),
        minimum=low,
        maximum=high,
        plausible=plausible,
        codes=fact.values,
        essential=fact.essential == "yes",
    )


def _unit(fact: Fact) -> str:
    if fact.name in _OWN_WORDS:
        return _OWN_WORDS[fact.name]
    return UNITS.get(fact.unit, fact.unit.strip("{}"))
