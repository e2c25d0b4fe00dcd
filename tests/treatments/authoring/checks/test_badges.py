"""What the checks say stands at the row where it is mended."""

import pytest

from tests.small_ruleset import FIRST_RULESET, small_ruleset
from treatments.authoring.checks import badges
from treatments.authoring.checks.badges import badges_of, box_of, quick_badges
from treatments.authoring.document import edits
from treatments.authoring.document.draft_reader import read_draft
from treatments.authoring.document.parts import address, join, split
from treatments.engine import load_ruleset
from treatments.engine.analysis import check
from treatments.engine.ruleset.unary_tests import parse

FEW, SHIPPED = small_ruleset(), load_ruleset()
#: It has an invariant that fails where nothing is on offer.
FIRST = load_ruleset(FIRST_RULESET)


def edited(table, *changes, base=FEW):
    """A ruleset after edits of one table, and the ids of its rules."""
    parts = split(base.document)
    for how, *arguments in changes:
        parts = how(parts, table, *arguments)
    return read_draft(join(parts)).ruleset, parts[f"tables/{table}/rules"]


def found(table, *changes, base=FEW):
    ruleset, rows = edited(table, *changes, base=base)
    return badges_of(check(ruleset, limit=500), ruleset, table, rows, base)


def labels(shown, rule):
    return [badge.label for badge in shown.of(rule)]


def test_a_copy_duplicates_its_rule_and_both_say_so():
    shown = found("cons", (edits.copy_rule, "CONS-02"))
    assert "duplicates CONS-02" in labels(shown, "CONS-16")
    assert "duplicates CONS-16" in labels(shown, "CONS-02")


def test_a_rule_below_a_wider_one_is_masked_by_it():
    table = "motor_deficit"
    rows = split(FEW.document)[f"tables/{table}/rules"]
    anything = [(rows[0], "cells.weakest_mrc_grade", "-")]
    shown = found(table, (edits.set_entries, anything))
    assert f"masked by {rows[0]}" in labels(shown, rows[1])


def test_the_same_cells_with_another_effect_contradict():
    shown = found(
        "cons",
        (edits.copy_rule, "CONS-02"),
        (edits.set_entries, [("CONS-16", "outputs.effect", "contraindicated")]),
    )
    assert "contradicts CONS-02" in labels(shown, "CONS-16")


def test_a_gap_is_shown_at_the_rule_that_opened_it_even_when_it_is_disabled():
    rows = split(FEW.document)["tables/instability/rules"]
    narrowed = found("instability", (edits.disable_rule, rows[-1], "no"))
    (badge,) = [b for b in narrowed.of(rows[-1]) if b.kind == "gap"]
    assert badge.label.startswith("opens a gap (")
    assert badge.severity == "error"
    assert not narrowed.table or all(b.kind != "gap" for b in narrowed.table)


def test_the_cells_of_a_gap_close_it():
    rows = split(FEW.document)["tables/instability/rules"]
    gone = (edits.disable_rule, rows[-1], "no")
    shown = found("instability", gone)
    (badge,) = [b for b in shown.of(rows[-1]) if b.kind == "gap"]
    finding = shown.findings[badge.fingerprint]
    box = box_of(finding, "0")
    assert box_of(finding, "99") is None
    parts = edits.disable_rule(split(FEW.document), "instability", rows[-1], "no")
    parts = edits.add_rule(parts, "instability", cells=box.cells)
    made = parts["tables/instability/rules"][-1]
    for text in box.cells.values():
        assert parse(text)
    parts = edits.set_field(parts, "instability", made, "outputs.value", "no")
    ruleset = read_draft(join(parts)).ruleset
    left = [f for f in check(ruleset).of("gap") if f.table == "instability"]
    assert not left or left[0].share < finding.share


def test_a_broken_invariant_stands_at_the_changed_rule_that_breaks_it():
    parts = split(SHIPPED.document)
    table = "cons"
    against = [
        rule
        for rule in parts[f"tables/{table}/rules"]
        if parts[edits.rule_place(table, rule)]["outputs"]["effect"]
        in ("unsuitable", "contraindicated")
    ]
    changed = [(rule, "outputs.effect", "indicated") for rule in against]
    shown = found(table, (edits.set_entries, changed), base=SHIPPED)
    broken = [label for rule in against for label in labels(shown, rule)]
    assert any(label.startswith("breaks INV-") for label in broken)


def test_what_was_found_in_the_version_before_is_nobodys_new_fault():
    """INV-7 fails in the first rules where nothing is on offer."""
    rows = split(FIRST.document)["tables/instability/rules"]
    shown = found("instability", (edits.disable_rule, rows[-1], "no"), base=FIRST)
    assert "invariant" not in [badge.kind for badge in shown.of(rows[-1])]
    assert "invariant" in [badge.kind for badge in shown.table]


def test_what_no_rule_of_the_table_is_to_blame_for_is_said_of_the_table():
    shown = found(
        "fusion",
        (edits.set_field, "FUSION-01", "rationale", "Words."),
        base=FIRST,
    )
    assert [badge.kind for badge in shown.table] == ["invariant"]


def test_a_broken_invariant_is_named_in_full_whatever_its_id():
    parts = dict(split(FIRST.document))
    named = {**parts.pop("invariants/INV-7"), "id": "On offer (all)"}
    parts["invariants"] = ["On offer (all)"]
    parts[address("invariants", "On offer (all)")] = named
    ruleset = read_draft(join(parts)).ruleset
    rows = parts["tables/cons/rules"]
    shown = badges_of(check(ruleset, limit=500), ruleset, "cons", rows, ruleset)
    labelled = [badge.label for badge in shown.table if badge.kind == "invariant"]
    assert labelled == ["breaks On offer (all)"]


@pytest.fixture
def no_cache(settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }


def test_at_once_the_table_is_exact_and_the_rest_as_last_checked(no_cache):
    before = check(FIRST, limit=500)
    badges.keep("a-draft", before)
    ruleset, rows = edited("cons", (edits.copy_rule, "CONS-02"), base=FIRST)
    quick = quick_badges("a-draft", ruleset, "cons", rows, FIRST)
    assert "duplicates CONS-02" in labels(quick, "CONS-16")
    assert [badge.kind for badge in quick.table] == ["invariant"]
    first = quick_badges("another-draft", ruleset, "cons", rows, FIRST)
    assert "duplicates CONS-02" in labels(first, "CONS-16")
    assert not first.table
