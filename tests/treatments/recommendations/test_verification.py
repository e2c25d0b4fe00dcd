"""``manage.py verify`` names each row that no longer follows from what is stored."""

import uuid
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, models

from spine_cds.accounts.models import Signature
from spine_cds.audit.triggers import suspended
from treatments.models import Decision, Recommendation, Report, RulesetVersion
from treatments.recommendations import verification
from treatments.recommendations.services import decision_record
from treatments.reports.services import report_request

pytestmark = pytest.mark.django_db


def verify(*arguments: object) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify", *map(str, arguments), stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def report(advice, dr_surgeon, django_capture_on_commit_callbacks) -> Report:
    with django_capture_on_commit_callbacks(execute=True):
        made = report_request(
            recommendation=advice, actor=dr_surgeon, request_key=uuid.uuid4()
        )
    made.refresh_from_db()
    assert made.document
    return made


@pytest.fixture
def decision(advice, dr_surgeon) -> Decision:
    return decision_record(
        recommendation=advice,
        actor=dr_surgeon,
        outcome="deferred",
        note="Wants to wait.",
        submission_key=uuid.uuid4(),
        signed=True,
    )


def rewrite(model, **values) -> None:
    with suspended(connection):
        models.QuerySet(model).update(**values)


def test_what_nobody_touched_is_recomputed_to_the_same_bytes(
    report, an_advice, version
):
    an_advice(facts={"saddle_anaesthesia": True})
    an_advice(forget=("conservative_response", "herniation_type"))
    assert verify() == (0, "4 verified, 0 differ, 0 made by another engine.\n")
    assert verify("--reports")[1].startswith("1 verified")
    assert verify("--recommendations")[1].startswith("3 verified")
    assert verify(report.pk)[1].startswith("1 verified")


@pytest.mark.parametrize("part", ["robust", "options", "exploration", "alerts"])
def test_an_altered_answer_is_named_with_its_part(advice, part):
    altered = {**advice.evaluation_document, part: None}
    rewrite(Recommendation, evaluation_document=altered)
    code, told = verify(advice.pk)
    assert code == 1
    assert f"recommendation {advice.pk}: recomputed otherwise: {part}\n" in told


def test_a_part_that_was_taken_away_or_slipped_in_is_named(advice):
    altered = {**advice.evaluation_document, "extra": 1}
    del altered["missing"]
    rewrite(Recommendation, evaluation_document=altered)
    assert "recomputed otherwise: extra, missing\n" in verify()[1]


def test_an_altered_case_is_named_by_its_hash(advice):
    case = advice.case_document
    altered = {**case, "facts": {**case["facts"], "age_years": 44}}
    rewrite(Recommendation, case_document=altered)
    code, told = verify()
    assert code == 1
    assert f"recommendation {advice.pk}: the case does not match its hash" in told


def test_an_altered_ruleset_is_named_by_its_hash(advice, version):
    document = {**version.document, "title": "Other rules"}
    rewrite(RulesetVersion, document=document)
    code, told = verify()
    assert code == 1
    assert f"the ruleset {version} does not match its hash" in told


def test_a_ruleset_that_is_refused_now_is_named(advice, version):
    rewrite(RulesetVersion, document={"id": "nothing"})
    assert "its ruleset is refused: " in verify()[1]


def test_a_column_that_says_otherwise_is_named(advice):
    rewrite(Recommendation, recommended_treatment="MED")
    told = verify()[1]
    assert "recommended_treatment is not what the evaluation says" in told


def test_an_answer_of_another_engine_is_said_apart_and_is_no_difference(advice):
    document = {**advice.evaluation_document, "engine_version": "0.9.0"}
    del document["robust"]
    rewrite(Recommendation, evaluation_document=document, engine_version="0.9.0")
    code, told = verify()
    assert code == 0
    assert "made by engine 0.9.0; engine " in told
    assert "but gives the same advice" in told
    assert "1 verified, 0 differ, 1 made by another engine." in told


def test_another_engine_that_advised_otherwise_is_told(advice):
    document = {**advice.evaluation_document, "engine_version": "0.9.0"}
    document["urgency"] = "urgent"
    rewrite(
        Recommendation,
        evaluation_document=document,
        engine_version="0.9.0",
        urgency="urgent",
    )
    code, told = verify()
    assert code == 0
    assert "and would answer otherwise: urgency" in told


def test_an_altered_pdf_is_named(report):
    rewrite(Report, document=bytes(report.document) + b" ")
    code, told = verify()
    assert code == 1
    assert f"report {report.pk}: the stored PDF does not match its hash\n" in told


def test_values_that_print_to_another_pdf_are_named(report):
    rewrite(Report, content={**report.content, "headline": "Something else"})
    assert f"report {report.pk}: its values print to another PDF\n" in verify()[1]


def test_values_that_cannot_be_printed_are_named_without_a_word_of_them(report):
    rewrite(Report, content={"note": "Okafor"})
    code, told = verify()
    assert code == 1
    assert "its values cannot be printed any more (KeyError)" in told
    assert "Okafor" not in told


def test_a_signed_decision_that_nobody_touched_is_right(decision):
    assert verify() == (0, "1 verified, 0 differ, 0 made by another engine.\n")


@pytest.mark.parametrize(
    ("model", "values", "told"),
    [
        (Decision, {"note": "Wants it now."}, "is not what was signed"),
        (Signature, {"sha256": "0" * 64}, "is not signed as the audit trail says"),
    ],
)
def test_an_altered_decision_or_signature_is_named(decision, model, values, told):
    rewrite(model, **values)
    code, output = verify()
    assert code == 1
    assert f"decision {decision.pk} {told}" in output


def test_a_decision_given_to_another_than_its_signer_is_named(decision, dr_resident):
    rewrite(Decision, decided_by=dr_resident)
    assert f"decision {decision.pk} was signed by somebody else" in verify()[1]


def test_a_signature_that_was_taken_away_is_named(decision):
    with suspended(connection):
        models.QuerySet(Signature).delete()
    code, output = verify()
    assert code == 1
    assert f"decision {decision.pk} is not signed as the audit trail says" in output


def test_an_id_of_nothing_is_an_error(advice):
    with pytest.raises(CommandError, match="1 of these ids"):
        verify(advice.pk, uuid.uuid4())


def test_rows_come_a_few_at_a_time(advice, monkeypatch):
    """Constant memory: the rows are never all in hand."""
    seen = []
    iterator = Recommendation.objects.all().__class__.iterator

    def watched(self, chunk_size=None):
        seen.append(chunk_size)
        return iterator(self, chunk_size)

    monkeypatch.setattr(Recommendation.objects.all().__class__, "iterator", watched)
    list(verification.verified_recommendations())
    assert seen == [20]
