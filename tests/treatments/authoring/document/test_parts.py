"""Parts, merges and undo, over documents and edits that nobody thought of."""

from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treatments.authoring.document import edits
from treatments.authoring.document.parts import (
    LISTS,
    address,
    apply,
    difference,
    join,
    merged_order,
    same_order,
    split,
    steps,
)
from treatments.authoring.drafts.services import (
    draft_create,
    draft_edit,
    draft_redo,
    draft_undo,
)
from treatments.authoring.drafts.writing import DraftConflictError
from treatments.authoring.versions.comparison import merge
from treatments.models import RulesetDraft

NAMES = st.text(
    st.characters(exclude_characters="/\\?#%", exclude_categories=("C", "Z")),
    min_size=1,
    max_size=6,
)
SLUGS = st.from_regex(r"[-a-zA-Z0-9_]{1,6}", fullmatch=True)
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
FIELDS = st.dictionaries(st.sampled_from(["title", "note", "cells"]), VALUES)


@st.composite
def rows(draw, key, names=NAMES, row=FIELDS):
    ids = draw(st.lists(names, unique=True, max_size=4))
    return [{key: name, **draw(row)} for name in ids]


TABLE = st.fixed_dictionaries(
    {"inputs": st.lists(NAMES, unique=True, max_size=3), "rules": rows("id")},
    optional={"title": st.text(max_size=8)},
)
DOCUMENTS = st.fixed_dictionaries(
    {
        "format": st.integers(1, 2),
        "metadata": FIELDS,
        "selection": FIELDS,
        **{name: rows(key) for name, key in LISTS.items() if name != "tables"},
        "tables": rows("id", SLUGS, TABLE),
    }
)


@given(DOCUMENTS)
def test_a_document_is_its_parts_and_back(document):
    kept = deepcopy(document)
    parts = split(document)
    assert join(parts) == document == kept
    assert split(join(parts)) == parts


@given(DOCUMENTS, DOCUMENTS)
def test_a_difference_leads_there_and_back(old, new):
    before, after = split(old), split(new)
    changes = difference(before, after)
    assert apply(before, changes) == after
    assert apply(after, [change.reversed for change in changes]) == before
    assert difference(before, before) == []


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_an_address_is_its_steps_and_back(path):
    assert steps(address(*path)) == tuple(path)


ORDERS = st.permutations("abcdefg").flatmap(
    lambda names: st.integers(0, 7).map(lambda n: names[:n])
)


@given(ORDERS, ORDERS, ORDERS)
def test_a_merged_order_has_what_either_brought_and_lacks_what_either_took(
    before, mine, theirs
):
    merged = merged_order(before, mine, theirs)
    kept = set(before) & set(mine) & set(theirs)
    brought = (set(mine) | set(theirs)) - set(before)
    assert sorted(merged) == sorted(kept | brought)
    moved = not same_order(before, mine)
    shared = set(before)
    lead = [n for n in (mine if moved else theirs) if n in shared]
    assert same_order([n for n in merged if n in shared], lead)


@given(ORDERS, ORDERS)
def test_an_order_that_one_side_left_alone_is_the_others(before, changed):
    assert merged_order(before, changed, before) == changed
    assert merged_order(before, before, changed) == changed


# --- Merging ------------------------------------------------------------------------


def a_document(rules):
    """Two tables of these rules, and nothing else."""
    tables = [
        {
            "id": table,
            "inputs": ["age"],
            "rules": [{"id": f"{table}-{n}", "cells": {}} for n in range(rules)],
        }
        for table in ("one", "two")
    ]
    lists = {name: [] for name in LISTS}
    return {"format": 1, "metadata": {}, "selection": {}, **lists, "tables": tables}


BASE = a_document(3)
TABLES = st.sampled_from(["one", "two"])
EDITS = st.one_of(
    st.tuples(st.just("cell"), TABLES, st.integers(0, 3), st.sampled_from("xyz")),
    st.tuples(st.just("add"), TABLES, st.integers(3, 5), st.just("")),
    st.tuples(st.just("remove"), TABLES, st.integers(0, 3), st.just("")),
    st.tuples(st.just("move"), TABLES, st.integers(0, 3), st.sampled_from("012")),
)


def edited(parts, edit):
    """The parts after one edit; as they were where there is no such rule."""
    kind, table, number, text = edit
    rule = f"{table}-{number}"
    try:
        if kind == "cell":
            return edits.set_cells(parts, table, [(rule, "age", text)])
        if kind == "add":
            return edits.add_rule(parts, table, rule_id=rule)
        if kind == "remove":
            return edits.remove_rule(parts, table, rule)
        return edits.move_rule(parts, table, rule, int(text))
    except edits.EditError:
        return parts


def written(steps):
    parts = split(BASE)
    for step in steps:
        parts = edited(parts, step)
    return join(parts)


def rows_of(parts):
    return {place: part for place, part in parts.items() if isinstance(part, dict)}


@given(st.lists(EDITS, max_size=8))
def test_merging_what_nobody_changed_changes_nothing(mine_edits):
    mine = written(mine_edits)
    for merged, clashes in (merge(BASE, mine, BASE), merge(BASE, BASE, mine)):
        assert join(merged) == mine
        assert clashes == []
    merged, clashes = merge(BASE, mine, mine)
    assert join(merged) == mine
    assert clashes == []


@given(st.lists(EDITS, max_size=8), st.lists(EDITS, max_size=8))
def test_a_merge_loses_nothing_and_names_what_both_changed(mine_edits, others):
    mine, theirs = written(mine_edits), written(others)
    merged, clashes = merge(BASE, mine, theirs)
    root, own, other = rows_of(split(BASE)), split(mine), split(theirs)
    here = {change.address: change for change in difference(root, rows_of(own))}
    there = {change.address: change for change in difference(root, rows_of(other))}
    both = {a for a in here.keys() & there.keys() if here[a].after != there[a].after}
    assert {place for place in clashes if "rules/" in place} == both
    found = rows_of(split(join(merged)))
    assert found == rows_of(apply(apply(root, there.values()), here.values()))


@given(st.lists(EDITS, max_size=8), st.lists(EDITS, max_size=8))
def test_who_merges_whom_is_the_same_where_nobody_clashes(mine_edits, others):
    mine, theirs = written(mine_edits), written(others)
    one, clashes = merge(BASE, mine, theirs)
    other, _ = merge(BASE, theirs, mine)
    if not clashes:
        assert rows_of(one) == rows_of(other)


def test_a_rule_that_one_removed_and_the_other_changed_is_back_and_named():
    mine = written([("cell", "one", 1, "x")])
    theirs = written([("remove", "one", 1, "")])
    merged, clashes = merge(BASE, mine, theirs)
    assert clashes == ["tables/one/rules/one-1"]
    assert join(merged) == mine


def test_a_rule_changed_in_a_table_that_the_other_removed_is_back_with_it():
    mine = written([("cell", "one", 1, "x")])
    theirs = {**BASE, "tables": BASE["tables"][1:]}
    merged, clashes = merge(BASE, mine, theirs)
    assert clashes == ["tables/one/rules/one-1"]
    assert [t["id"] for t in join(merged)["tables"]] == ["one", "two"]
    assert join(merged)["tables"][0] == mine["tables"][0]


def test_a_rule_added_to_a_table_that_i_removed_is_named():
    mine = {**BASE, "tables": BASE["tables"][1:]}
    theirs = written([("add", "one", 5, "")])
    _, clashes = merge(BASE, mine, theirs)
    assert "tables/one/rules" in clashes


def test_a_move_is_merged_and_two_moves_are_named():
    mine = written([("move", "one", 0, "2")])
    theirs = written([("add", "one", 5, "")])
    merged, clashes = merge(BASE, mine, theirs)
    assert merged["tables/one/rules"] == ["one-1", "one-2", "one-5", "one-0"]
    assert clashes == []
    merged, clashes = merge(BASE, mine, written([("move", "one", 2, "0")]))
    assert merged["tables/one/rules"] == ["one-1", "one-2", "one-0"]
    assert clashes == ["tables/one/rules"]


# --- Undo, by two people ------------------------------------------------------------


class Naive:
    """What two people's edits, undos and redos should come to, in the plainest way."""

    def __init__(self):
        self.rules = rows_of(split(BASE))
        self.log = []

    def edits(self, who, after):
        changes = difference(self.rules, rows_of(after))
        if changes:
            self.rules = rows_of(after)
            entry = {"who": who, "changes": changes, "undone": False}
            self.log.append(entry)

    def of(self, who, *, undone):
        own = [entry for entry in self.log if entry["who"] == who]
        standing = [i for i, entry in enumerate(own) if not entry["undone"]]
        if not undone:
            return own[standing[-1]] if standing else None
        later = own[standing[-1] + 1 if standing else 0 :]
        return later[0] if later else None

    def goes(self, who, *, back):
        """Whether the step was made; a refused one changes nothing."""
        entry = self.of(who, undone=not back)
        if entry is None:
            return None
        changes = [c.reversed if back else c for c in entry["changes"]]
        if any(self.rules.get(c.address) != c.before for c in changes):
            return False
        self.rules = apply(self.rules, changes)
        entry["undone"] = back
        return True


STEPS = st.tuples(
    st.sampled_from(["first", "second"]),
    EDITS.filter(lambda edit: edit[0] != "move") | st.sampled_from(["undo", "redo"]),
)


@pytest.mark.django_db
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps_of_two=st.lists(STEPS, max_size=14))
def test_any_edits_undos_and_redos_of_two_end_where_a_naive_model_says(
    admin, second_admin, steps_of_two
):
    people = {"first": admin, "second": second_admin}
    draft = draft_create(title="Two at it", document=BASE, actor=admin)
    naive = Naive()
    for who, what in steps_of_two:
        if what in ("undo", "redo"):
            took(draft, people[who], what, naive.goes(who, back=what == "undo"))
        else:
            writes(draft, people[who], what)
            naive.edits(who, split(document_of(draft)))
        document = document_of(draft)
        assert rows_of(split(document)) == naive.rules
        assert join(split(document)) == document
    numbers = list(draft.changes.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def document_of(draft):
    return RulesetDraft.objects.get(pk=draft.pk).document


def writes(draft, actor, what):
    seen = RulesetDraft.objects.get(pk=draft.pk).revision
    draft_edit(
        draft=draft,
        seen=seen,
        edit=lambda parts: edited(parts, what),
        summary=what[0],
        actor=actor,
    )


def took(draft, actor, what, expected):
    step = draft_undo if what == "undo" else draft_redo
    try:
        change = step(draft=draft, actor=actor).change
    except DraftConflictError:
        assert expected is False
    else:
        assert (change is not None) is bool(expected)
