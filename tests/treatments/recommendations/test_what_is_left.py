"""What is left of an unfinished case: on page and paper, in decision and worklist."""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from patients.models import Encounter
from tests.treatments.conftest import findings
from treatments.engine import evaluate, load_ruleset
from treatments.models import Recommendation
from treatments.recommendations import site_prior
from treatments.recommendations.decision_form import DecisionForm
from treatments.recommendations.services import case_evaluate
from treatments.recommendations.verification import verified_recommendation
from treatments.reports.compose import freeze
from treatments.reports.services import report_request

pytestmark = pytest.mark.django_db

WEAK = {"weakest_mrc_grade": 2, "motor_deficit_days": 5}


@pytest.fixture
def page_of(sign_in, dr_surgeon):
    def page_of(advice: Recommendation) -> str:
        page = sign_in(dr_surgeon).get(advice.get_absolute_url())
        return " ".join(page.content.decode().split())

    return page_of


@pytest.fixture
def one_of_two(an_advice) -> Recommendation:
    """At L5-S1 the zone alone chooses between the two endoscopic ways."""
    return an_advice(level="L5-S1", forget=("zone",))


def test_that_it_is_at_least_urgent_stands_over_the_answer(an_advice, page_of):
    advice = an_advice(facts=WEAK, forget=("saddle_anaesthesia",))
    page = page_of(advice)
    assert '<h2 id="stop">At least urgent</h2>' in page
    assert "an emergency is not excluded until this is known: Saddle" in page
    assert "Not enough data for advice" not in page
    assert "Perhaps: Cauda equina syndrome is suspected" in page


def test_the_worklist_says_so_too(an_advice, sign_in, dr_surgeon):
    an_advice(facts=WEAK, forget=("saddle_anaesthesia",))
    assert Encounter.objects.get().triage_flag == "least_urgent"
    page = sign_in(dr_surgeon).get(reverse("patients:worklist")).content.decode()
    assert "At least urgent" in page


def test_that_no_answer_leads_onto_the_ladder_is_said(an_advice, page_of):
    advice = an_advice(
        facts={"clinical_imaging_concordance": False}, forget=("bladder_dysfunction",)
    )
    page = page_of(advice)
    assert "Not a case for the ladder" in page
    assert "it comes to the emergency pathway or diagnose first" in page
    assert "What can be said so far" not in page


def test_two_that_are_left_are_named_with_what_selects_each(one_of_two, page_of):
    assert (one_of_two.disposition, one_of_two.recommended_treatment) == ("ladder", "")
    page = page_of(one_of_two)
    assert "One of 2 options" in page
    assert "none is advised yet" in page
    assert "<b>foraminal or extraforaminal</b>" in page
    assert "<b>central or subarticular</b>" in page
    assert '<span class="word">Advised</span>' not in page


def test_the_decision_offers_those_that_are_left(one_of_two, rf, dr_surgeon):
    request = rf.post("/")
    request.user, request.session = dr_surgeon, {}

    form = DecisionForm(request=request, action="/", recommendation=one_of_two)
    accepted = dict(dict(form.fields["choice"].choices[1:])["Accept what is advised"])
    assert set(accepted) == {"ENDO_TF", "ENDO_IL"}
    assert accepted["ENDO_IL"].endswith("(one of 2 that are left)")


def test_the_report_says_what_the_page_says(an_advice, one_of_two, dr_surgeon, db):
    import uuid

    def printed(advice: Recommendation) -> Any:
        report = report_request(
            recommendation=advice, actor=dr_surgeon, request_key=uuid.uuid4()
        )
        return freeze(report)

    two = printed(one_of_two)
    assert two.headline == "One of 2 options"
    assert len(two.among) == 2
    assert all("zone is" in entry.value.lower() for entry in two.among)
    urgent = printed(an_advice(facts=WEAK, forget=("saddle_anaesthesia",)))
    assert urgent.headline == "At least urgent"
    assert urgent.at_least
    assert "an emergency is not excluded" in urgent.bounds


def test_a_partial_answer_reaches_the_advice_and_its_words(an_advice, page_of):
    advice = an_advice(facts={"weakest_mrc_grade": {"at_most": 4}})
    stored = advice.evaluation_document
    bounds = stored["urgency_floor"], stored["urgency_ceiling"]
    assert bounds == ("early", "urgent")
    assert "weakest_mrc_grade" in {m["fact"] for m in stored["missing"] if "have" in m}
    assert "MRC grade 4 or less" in page_of(advice)


# --- The site's own cases -------------------------------------------------------------


@pytest.fixture
def counting(monkeypatch):
    """A few cases are enough, and they are counted anew each time."""
    cache.clear()
    monkeypatch.setattr(site_prior, "ENOUGH_CASES", 2)
    monkeypatch.setattr(site_prior, "ENOUGH_ANSWERS", 2)
    monkeypatch.setattr(site_prior, "COUNTED_FOR", 0)


def test_too_few_cases_leave_the_shipped_prior(advice):
    assert site_prior.site_counts() == ()
    assert "prior" not in advice.evaluation_document


def test_the_sites_own_cases_are_counted_and_kept_with_the_advice(
    counting, an_advice, a_case, dr_surgeon
):
    an_advice(disc={"zone": "foraminal"})
    an_advice(disc={"zone": "foraminal"})
    counts = dict(site_prior.site_counts())
    assert counts["zone"] == (1, 1, 3, 1)  # one is added to each
    assert "contained" not in counts  # none of these is a protrusion
    prior = site_prior.prior_with(tuple(counts.items()))
    assert {row.basis for row in prior.rows["zone"]} == {"counted"}
    assert {row.basis for row in prior.rows["contained"]} == {"assumed"}
    advice = case_evaluate(encounter=a_case(forget=("zone",)), actor=dr_surgeon)
    assert advice.evaluation_document["prior"]["counts"]["zone"] == [1, 1, 3, 1]
    result = verified_recommendation(advice)
    assert result.differs == ()


def test_an_altered_count_is_found(counting, an_advice, a_case, dr_surgeon):
    an_advice(disc={"zone": "foraminal"})
    an_advice(disc={"zone": "foraminal"})
    told = a_case(forget=("zone", "weakest_mrc_grade", "post_void_residual_ml"))
    advice = case_evaluate(encounter=told, actor=dr_surgeon)
    advice.evaluation_document["next_question"] = {"fact": "zone", "leaves": {}}
    result = verified_recommendation(advice)
    assert "next_question" in " ".join(result.differs)


def test_a_case_that_counts_twice_is_counted_once(counting, advice, dr_surgeon):
    assert site_prior.site_counts() == ()
    assert findings().facts  # one case is not two


# --- What a reviewer found ------------------------------------------------------------


def test_a_certain_urgency_is_not_hidden_by_not_enough_data(an_advice, page_of):
    advice = an_advice(
        facts={"weakest_mrc_grade": 1, "motor_deficit_days": 5},
        forget=("clinical_imaging_concordance",),
    )
    stored = advice.evaluation_document
    assert (stored["urgency"], advice.disposition) == ("urgent", "insufficient_data")
    page = page_of(advice)
    assert "Urgent; more is not known enough" in page
    assert "Not enough data for advice" not in page
    assert "Perhaps: " in page


def test_no_reason_against_an_option_that_is_left_is_given(one_of_two):
    explored = one_of_two.evaluation_document["exploration"]["why_not"]
    assert not {"ENDO_TF", "ENDO_IL"} & {entry["treatment"] for entry in explored}


def test_what_is_counted_here_changes_nothing_but_the_order(counting, an_advice):
    an_advice(disc={"zone": "foraminal"})
    an_advice(disc={"zone": "foraminal"})
    forgotten = ("zone", "migration", "suspected_infection", "weakest_mrc_grade")
    here = an_advice(forget=forgotten).evaluation_document
    assert "prior" in here
    case = an_advice(forget=forgotten).case_document
    elsewhere = evaluate(case, load_ruleset()).to_document()
    for part in here.keys() - {"prior", "next_question", "exploration", "case_id"}:
        assert here[part] == elsewhere[part], part
