"""A case without an image: advised on, nothing of a disc asked, and told when to."""

import pytest
from django.urls import reverse

from patients.findings import CaseFindings
from patients.models import Encounter
from patients.services.cases import case_create
from tests.treatments.conftest import findings
from treatments.management.demo_cases import CASES
from treatments.recommendations.case_document import case_document
from treatments.recommendations.preview import preview_findings
from treatments.recommendations.services import case_evaluate

pytestmark = pytest.mark.django_db

WALSH = next(case for case in CASES if case.family_name == "Walsh")


@pytest.fixture
def early(patient, dr_surgeon):
    """Sciatica of two weeks, in a patient whom nobody has sent to a scanner."""
    usual = findings()
    data = CaseFindings(occurred_on=usual.occurred_on, facts=WALSH.all_facts)
    return case_create(patient=patient, actor=dr_surgeon, data=data)


@pytest.fixture
def advice(early, version, dr_surgeon):
    return case_evaluate(encounter=early, actor=dr_surgeon)


def test_care_is_advised_without_a_disc_or_a_level(advice):
    assert (advice.disposition, advice.recommended_treatment) == ("ladder", "CONS")
    missing = {entry["fact"] for entry in advice.evaluation_document["missing"]}
    assert not missing & {"responsible_level", "herniation_type", "mri_age_months"}


def test_the_page_shows_no_disc_and_says_when_an_image_is_due(
    advice, sign_in, dr_surgeon
):
    page = sign_in(dr_surgeon).get(advice.get_absolute_url()).content.decode()
    assert "No image yet: nothing of a disc was asked." in page
    assert "<h3>Disc</h3>" not in page
    for unasked in ("the responsible level<", "Age of the MRI", "Iliac crest height"):
        assert unasked not in page
    due = [a for a in advice.evaluation_document["alerts"] if a["rule"] == "ALERT-54"]
    assert due[0]["text"][:40] in page


def test_the_panel_asks_nothing_of_an_image(early, patient, version):
    said = CaseFindings.of(Encounter.objects.with_findings().get())
    preview = preview_findings(said, patient, version.ruleset)
    assert preview.advised == version.ruleset.treatments["CONS"].title
    assert not {"responsible_level", "herniation_type", "mri_age_months"} & {
        item.name for item in (*preview.questions, *preview.assumed)
    }


def test_a_case_of_before_is_read_as_before(a_case, version, dr_surgeon):
    case = a_case()
    assert case_document(case)["contract"] == 2
    Encounter.objects.update(contract=1)
    case.refresh_from_db()
    assert case_document(case)["contract"] == 1


def test_the_form_of_an_evaluated_case_leads_to_the_image(early, sign_in, dr_surgeon):
    page = sign_in(dr_surgeon).get(reverse("patients:case-edit", args=[early.pk]))
    assert 'id="id_imaging_status_none" checked' in page.content.decode()
