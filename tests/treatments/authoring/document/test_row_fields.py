"""What a form shows of a row is what it writes back."""

import copy

import pytest

from tests.small_ruleset import FIRST_RULESET
from treatments.authoring.document.row_fields import SECTIONS, SINGLES, texts, written
from treatments.engine import Ruleset, load_ruleset

SHIPPED = dict(load_ruleset().document)
FIRST = dict(load_ruleset(FIRST_RULESET).document)
SELECTION = SINGLES["selection"][1]


@pytest.mark.parametrize("document", [SHIPPED, FIRST], ids=["shipped", "first"])
def test_a_form_that_is_saved_untouched_changes_nothing(document):
    for name, (_, fields) in SINGLES.items():
        row = document[name]
        assert written(fields, row, texts(fields, row)) == row
    for name, section in SECTIONS.items():
        for row in document[name]:
            form = texts(section.fields, row)
            assert written(section.fields, row, form) == row, (name, row)


def test_a_referral_and_a_bridge_can_be_added_and_taken_away():
    form = texts(SELECTION, SHIPPED["selection"])
    emptied = {
        name: "" if name.partition(".")[0] in ("bridge", "refer") else text
        for name, text in form.items()
    }
    without = written(SELECTION, SHIPPED["selection"], emptied)
    assert "refer" not in without
    assert "bridge" not in without
    document = copy.deepcopy(SHIPPED) | {"selection": without}
    assert Ruleset.from_document(document).selection.refer is None
    assert written(SELECTION, without, form) == SHIPPED["selection"]
