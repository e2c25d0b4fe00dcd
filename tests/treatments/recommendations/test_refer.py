"""Where what fits is not offered here: the page, the panel, the decision, the list."""

import pytest
from django.urls import reverse

from tests.treatments.conftest import findings
from treatments.recommendations.decision_form import DecisionForm
from treatments.recommendations.preview import preview_findings

pytestmark = pytest.mark.django_db

FOOT_DROP = {"weakest_mrc_grade": 2, "motor_deficit_days": 5}


@pytest.fixture
def not_offered(version):
    """All but care and an injection: a hospital that does not operate."""
    return [c for c in version.ruleset.treatments if c not in ("CONS", "INJECTION")]


@pytest.fixture
def hospital(team, not_offered):
    for code in not_offered:
        team.unavailable_treatments.create(treatment=code)
    return team


@pytest.fixture
def show(sign_in, dr_surgeon):
    def show(advice) -> str:
        response = sign_in(dr_surgeon).get(advice.get_absolute_url())
        assert response.status_code == 200
        return response.content.decode()

    return show


def test_a_paralysis_that_cannot_be_operated_here_is_referred_today(
    hospital, an_advice, show
):
    advice = an_advice(facts=FOOT_DROP)
    assert advice.disposition == "refer"
    assert advice.urgency == "urgent"
    assert advice.recommended_treatment == ""
    page = show(advice)
    told = advice.evaluation_document["refer"]
    assert '<h2 id="stop">Refer</h2>' in page
    assert "<b>Urgent</b>" in page
    assert told["text"] in page
    titles = advice.ruleset.ruleset.treatments
    places = [page.index(f'id="referred-{code}"') for code in told["treatments"]]
    assert places == sorted(places)
    for code in told["treatments"]:
        assert f'<a href="#option-{code}">{titles[code].title}</a>' in page
        option = next(
            o for o in advice.evaluation_document["options"] if o["treatment"] == code
        )
        for rule in option["reasons_for"]:
            assert f"<code>{rule}</code>" in page


def test_the_worklist_shows_it(hospital, a_case, an_advice, sign_in, dr_surgeon):
    elective = an_advice()
    assert elective.disposition == "refer"
    assert elective.encounter.__class__.objects.get().triage_flag == "refer"
    page = sign_in(dr_surgeon).get(reverse("patients:worklist")).content.decode()
    assert '<span class="case-triage case-triage-refer">Refer</span>' in page


def test_an_urgent_one_is_seen_as_urgent(hospital, an_advice):
    advice = an_advice(facts=FOOT_DROP)
    advice.encounter.refresh_from_db()
    assert advice.encounter.triage_flag == "urgent"


def test_the_referral_is_what_can_be_accepted(hospital, an_advice, rf, dr_surgeon):
    advice = an_advice(facts=FOOT_DROP)
    request = rf.get("/")
    request.user = dr_surgeon
    form = DecisionForm(request=request, action="/", recommendation=advice)
    groups = dict(form.fields["choice"].choices[1:])
    assert groups["Accept what is advised"] == [("-pathway", "The referral above")]


def test_the_panel_says_so_while_it_is_entered(patient, version, not_offered):
    said = findings(facts=FOOT_DROP)
    preview = preview_findings(said, patient, version.ruleset, not_offered)
    assert (preview.disposition, preview.heading) == ("refer", "Refer")
    assert preview.said_urgency == "urgent"
    assert preview.drawing is not None
