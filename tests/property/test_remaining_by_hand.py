"""What is left of a case with partial answers is what its completions come to.

Up to five facts of a random case are left open or in part. Each completion is a case
of its own, evaluated with everything known; brute force joins them.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.property.cases import LEVELS, RULESET, complete_cases
from treatments.engine import Fact, evaluate, explore
from treatments.engine.case import CaseReader
from treatments.engine.compiler.program import mask_of, program_of
from treatments.engine.evaluation.next_question import base_with
from treatments.engine.ruleset.enums import URGENCIES
from treatments.engine.ruleset.presumptions import presumed_values
from treatments.engine.ruleset.unary_tests import UnaryTests, parse

PROGRAM = program_of(RULESET)
VARIABLES = {v.name: v for v in PROGRAM.variables}
TREATMENTS = tuple(RULESET.treatments)
MOST_COMPLETIONS = 300
PRESUMING = {
    name
    for kind in ("computed", "presumption")
    for table in RULESET.tables_of(kind)
    for name in (*table.inputs, table.output)
}


def placed(case: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """The case with these answers to facts of the case and of its first disc."""
    facts, disc = dict(case["facts"]), dict(case["discs"][0])
    for name, value in answers.items():
        (facts if RULESET.facts[name].scope == "case" else disc)[name] = value
    return {**case, "facts": facts, "discs": [disc, *case["discs"][1:]]}


@st.composite
def sets(draw: st.DrawFn, name: str) -> Any:
    """Nothing, or some of a fact's values."""
    fact = RULESET.facts[name]
    if fact.type == "bool" or draw(st.integers(0, 2)) == 0:
        return None
    if fact.type == "enum":
        values = st.sampled_from(fact.values)
        return {"one_of": draw(st.lists(values, min_size=2, unique=True))}
    values = VARIABLES[name].representatives
    ends = sorted(draw(st.lists(st.sampled_from(values), min_size=2, max_size=2)))
    stated = {"at_least": ends[0], "at_most": ends[1]}
    if draw(st.booleans()):
        del stated[draw(st.sampled_from(["at_least", "at_most"]))]
    return stated


@st.composite
def partial_cases(draw: st.DrawFn) -> tuple[dict[str, Any], list[str]]:
    """A case of contract 2, and the names of the facts that it leaves open."""
    case = {**draw(complete_cases()), "contract": 2}
    case["discs"] = case["discs"][:1]
    # The neighbours are seen: they are open facts of their own else.
    level = LEVELS.index(case["responsible_level"])
    for at in (level - 1, level + 1):
        if 0 <= at < len(LEVELS):
            seen = {"level": LEVELS[at], "herniation_type": "none"}
            case["discs"].append({**seen, "pfirrmann_grade": 3})
    away = st.lists(st.sampled_from(TREATMENTS), max_size=3, unique=True)
    if withheld := draw(st.one_of(st.just([]), away)):
        case["unavailable_treatments"] = withheld
    asked = [n for n in (*case["facts"], *case["discs"][0]) if n in VARIABLES]
    asked = [n for n in asked if n not in ("level", "imaging_status")]
    names = draw(st.lists(st.sampled_from(asked), min_size=1, max_size=5, unique=True))
    return placed(case, {name: draw(sets(name)) for name in names}), names


def left_of(case: dict[str, Any], name: str) -> list[Any]:
    """A value of each region that an answer leaves."""
    scope = RULESET.facts[name].scope
    stated = (case["facts"] if scope == "case" else case["discs"][0]).get(name)
    found: dict[int, Any] = {}
    for value in every_value(VARIABLES[name].fact):
        if stated is None or is_in(stated, value):
            found.setdefault(VARIABLES[name].mask_of(value), value)
    return list(found.values())


@lru_cache
def every_value(fact: Fact) -> tuple[Any, ...]:
    """Every value of a fact, decimals to a twentieth."""
    if fact.type in ("bool", "enum"):
        return tuple(fact.values) or (False, True)
    low, high = (int(limit) for limit in fact.limits)
    if fact.type == "int":
        return tuple(range(low, high + 1))
    return tuple(at / 20 for at in range(low * 20, high * 20 + 1))


def is_in(stated: Any, value: Any) -> bool:
    if not isinstance(stated, dict):
        return bool(stated == value)
    if "one_of" in stated:
        return value in stated["one_of"]
    return bool(stated.get("at_least", value) <= value <= stated.get("at_most", value))


def agrees(name: str, value: Any, presumed: Any) -> bool:
    """Whether no rule can tell a value from those that are presumed."""
    variable = VARIABLES[name]
    return bool(variable.mask_of(value) & mask_of(variable, presumed))


def place(said: Any) -> tuple[str, str | None]:
    return said.disposition, said.recommended


@settings(max_examples=10000, deadline=None, suppress_health_check=list(HealthCheck))
@given(partial_cases())
def test_the_bounds_and_the_sets_are_those_of_the_completions(
    found: tuple[dict[str, Any], list[str]],
) -> None:
    case, names = found
    spaces = [left_of(case, name) for name in names]
    size = 1
    for space in spaces:
        size *= len(space)
    assume(size <= MOST_COMPLETIONS)
    read = CaseReader(RULESET).read(case)
    assert read is not None
    presumed = presumed_values(RULESET, read.answers)
    everything, agreeing = [], []
    for values in product(*spaces):
        answers = dict(zip(names, values, strict=True))
        if answers.get("pregnant") and case["facts"]["sex"] == "male":
            continue  # computed: no man is
        said = evaluate(placed(case, answers), RULESET, effects=False)
        everything.append(said)
        if all(agrees(n, answers[n], presumed[n]) for n in names if n in presumed):
            agreeing.append((answers, said))
    evaluation = evaluate(case, RULESET)
    left = evaluation.remaining
    assert left is not None
    urgencies = [URGENCIES.index(said.urgency) for _, said in agreeing]
    assert left.urgency_floor == URGENCIES[max(urgencies)]
    # Open facts that follow from the person only widen what is possible.
    if not set(names) & {"sex", "pregnant", "age_years"}:
        worst = min(URGENCIES.index(said.urgency) for said in everything)
        assert left.urgency_ceiling == URGENCIES[worst]
        one = {(said.urgency, *place(said)) for said in everything}
        assert evaluation.robust is (len(one) == 1)
    assert set(left.dispositions) == {said.disposition for _, said in agreeing}
    assert (evaluation.urgency is None) is (len(set(urgencies)) > 1)
    places = {place(said) for _, said in agreeing}
    assert left.outcomes == len(places)
    if evaluation.recommended is None:
        assert (
            len(left.dispositions) > 1 or len(places) > 1 or place(evaluation) in places
        )
    elif len(places) == 1:
        assert place(evaluation) in places
    check_selection(left.among, agreeing, places)
    on_ladder = {said.disposition for _, said in agreeing} & {"ladder", "refer"}
    never = [
        code
        for code in TREATMENTS
        if on_ladder
        and code in left.in_no_case
        and any(said.recommended == code for _, said in agreeing)
    ]
    assert not never


def check_selection(
    among: Any, agreeing: list[tuple[dict[str, Any], Any]], places: set[Any]
) -> None:
    """Each alternative selects in every completion, and needs each of its facts."""
    codes = {code for _, code in places}
    on_ladder = all(disposition == "ladder" for disposition, _ in places)
    if not on_ladder or not 1 < len(codes) <= 3:
        assert among is None
        return
    assert among is not None
    assert {entry["treatment"] for entry in among} == codes
    for entry in among:
        for alternative in entry["if"]:
            cells = {c["fact"]: parse(c["is"]) for c in alternative}
            chosen = chosen_where(agreeing, cells)
            assert chosen == {entry["treatment"]}
            for name in cells:
                fewer = {n: c for n, c in cells.items() if n != name}
                assert chosen_where(agreeing, fewer) != chosen


def chosen_where(
    agreeing: list[tuple[dict[str, Any], Any]], cells: dict[str, UnaryTests]
) -> set[str]:
    return {
        said.recommended
        for answers, said in agreeing
        if all(cell.accepts(answers[name]) for name, cell in cells.items())
    }


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(partial_cases(), st.data())
def test_a_narrower_answer_narrows_what_is_left(
    found: tuple[dict[str, Any], list[str]], data: st.DataObject
) -> None:
    case, names = found
    free = [name for name in names if name not in PRESUMING]
    free = [n for n in free if RULESET.facts[n].presumed is None]
    assume(free)
    name = data.draw(st.sampled_from(free))
    value = data.draw(st.sampled_from(left_of(case, name)))
    before = evaluate(case, RULESET, effects=False).remaining
    after = evaluate(placed(case, {name: value}), RULESET, effects=False).remaining
    assert before is not None
    assert after is not None
    rank = URGENCIES.index
    assert rank(after.urgency_floor) <= rank(before.urgency_floor)
    assert rank(after.urgency_ceiling) >= rank(before.urgency_ceiling)
    assert set(after.dispositions) <= set(before.dispositions)
    if before.outcomes is not None and after.outcomes is not None:
        assert after.outcomes <= before.outcomes


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(partial_cases())
def test_the_next_question_is_the_first_of_those_to_ask(
    found: tuple[dict[str, Any], list[str]],
) -> None:
    case, names = found
    evaluation = evaluate(case, RULESET)
    asked = [q["fact"] for q in explore(case, RULESET, evaluation).ask_next or ()]
    said = evaluation.next_question
    quick = evaluate(case, RULESET, effects=False).next_question
    assert (said["fact"] if said else None) == (asked[0] if asked else None)
    assert (quick["fact"] if quick else None) == (said["fact"] if said else None)
    assert (said is None) is (evaluation.robust is True)
    effects = {unknown.fact: effect for unknown, effect in evaluation.missing}
    assert all(effects[name] != "cannot_change" for name in asked)
    assert set(asked) <= set(names)


def test_base_with_nothing_changed_is_the_case() -> None:
    case = {"contract": 2, "facts": {"weakest_mrc_grade": {"at_most": 3}}}
    read = CaseReader(RULESET).read(case)
    assert read is not None
    at = PROGRAM.index["weakest_mrc_grade"]
    assert base_with(PROGRAM, read, {})[at].bit_count() == 1
