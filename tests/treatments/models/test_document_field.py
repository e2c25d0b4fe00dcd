"""A ruleset's document comes back in the order it was written, on every database."""

import json

import pytest
from django.db import connection

from treatments.engine import load_ruleset
from treatments.models import RulesetVersion

pytestmark = pytest.mark.django_db


def test_a_document_keeps_the_order_of_its_keys(version):
    stored = RulesetVersion.objects.get().document
    assert json.dumps(stored) == json.dumps(dict(load_ruleset().document))


def test_a_document_stored_as_an_object_is_read_as_it_is(version):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE treatments_rulesetversion DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER guard_treatments_rulesetversion_update")
        text = json.dumps({"bb": 1, "a": [2.5]})
        cursor.execute("UPDATE treatments_rulesetversion SET document = %s", [text])
    assert RulesetVersion.objects.get().document == {"bb": 1, "a": [2.5]}
