"""Random cases of the shipped vocabulary, complete and partial."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from treatments.engine import Fact, load_ruleset

RULESET = load_ruleset()
LEVELS = RULESET.facts["level"].values


def values(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.type == "bool":
        return st.booleans()
    if fact.type == "enum":
        return st.sampled_from(fact.values)
    low, high = fact.limits
    if fact.type == "int":
        return st.integers(int(low), int(high))
    return st.integers(int(low) * 10, int(high) * 10).map(lambda tenth: tenth / 10)


CASE_FACTS = {n: values(f) for n, f in RULESET.facts.items() if f.scope == "case"}
DISC_FACTS = {
    n: values(f) for n, f in RULESET.facts.items() if f.scope == "disc" and n != "level"
}
#: Red flags stop most random cases; without them the ladder is reached.
QUIET: dict[str, Any] = {
    "saddle_anaesthesia": False,
    "bladder_dysfunction": False,
    "bowel_dysfunction": False,
    "sexual_dysfunction": False,
    "suspected_infection": False,
    "suspected_malignancy": False,
    "significant_trauma": False,
    "clinical_imaging_concordance": True,
}


@st.composite
def complete_cases(draw: st.DrawFn) -> dict[str, Any]:
    """Every case fact known, one to three discs with every finding known."""
    facts = draw(st.fixed_dictionaries(CASE_FACTS))
    if draw(st.integers(0, 9)):
        facts |= QUIET
        if draw(st.booleans()):
            facts["bilateral_leg_symptoms"] = False
    levels = draw(
        st.lists(st.sampled_from(LEVELS), min_size=1, max_size=3, unique=True)
    )
    discs = [{"level": lv, **draw(st.fixed_dictionaries(DISC_FACTS))} for lv in levels]
    return {
        "contract": 1,
        "facts": facts,
        "discs": discs,
        "responsible_level": levels[0],
    }


@st.composite
def partial_cases(draw: st.DrawFn) -> dict[str, Any]:
    """A complete case of which some answers were never given."""
    case = draw(complete_cases())
    named = [("case", name) for name in case["facts"]]
    named += [("disc", name) for name in case["discs"][0] if name != "level"]
    for scope, name in draw(st.lists(st.sampled_from(named), max_size=12, unique=True)):
        holder = case["facts"] if scope == "case" else case["discs"][0]
        del holder[name]
    return case


def known_facts(case: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """What an invariant may name: stated and derived facts, and the outcome."""
    advised = document["recommended"]
    indicators = {alert["indicator"] for alert in document["alerts"]}
    withheld = case.get("unavailable_treatments", ())
    return {
        **case["facts"],
        **case["discs"][0],
        **document["derived"],
        "disposition": document["disposition"],
        "urgency": document["urgency"],
        "recommended": advised and advised["treatment"],
        "alert": "critical" if "critical" in indicators else None,
        "offered": "" if "CONS" in withheld else "CONS",
    }
