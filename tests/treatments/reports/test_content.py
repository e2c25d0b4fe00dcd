"""The printed values survive their journey through the database's JSON."""

import json

import pytest

from tests.treatments.reports.samples import EMERGENCY, LADDER
from treatments.reports.content import ReportContext


@pytest.mark.parametrize("context", [LADDER, EMERGENCY])
def test_a_context_comes_back_from_json_as_it_went(context):
    stored = json.loads(json.dumps(context.to_document()))
    assert ReportContext.from_document(stored) == context


def test_a_document_that_lacks_a_value_is_refused():
    document = LADDER.to_document()
    del document["header"]["decider"]
    with pytest.raises(KeyError, match="decider"):
        ReportContext.from_document(document)


def test_a_report_from_before_it_said_why_not_still_reads():
    document = LADDER.to_document()
    del document["why_none"], document["advised"]["why_not"]
    read = ReportContext.from_document(document)
    assert (read.why_none, read.advised.why_not) == ((), "")
    assert read == LADDER
