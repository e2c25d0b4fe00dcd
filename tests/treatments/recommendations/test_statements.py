"""Decision, review and comment, as a browser sends them."""

import re
import uuid

import pytest
from django.urls import reverse

from patients.services.cases import case_mark_entered_in_error
from spine_cds.accounts.models import Signature
from spine_cds.accounts.services import signed_sha256
from treatments.models import Comment, Decision, Review

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-passphrase"  # as tests.conftest.a_user sets it
DEFER = {"choice": "-defer", "deferred_for": "films"}


@pytest.fixture
def say(sign_in):
    """Post a form about some advice; gives the response."""

    def say(user, what: str, advice, **fields):
        url = reverse(f"treatments:{what}-create", args=[advice.pk])
        data = {"submission_key": str(uuid.uuid4()), **fields}
        if what == "decision":
            data.setdefault("own_password", PASSWORD)
        return sign_in(user).post(url, data)

    return say


def test_the_surgeon_accepts_the_advised_option(advice, say, dr_surgeon):
    response = say(
        dr_surgeon,
        "decision",
        advice,
        choice=advice.recommended_treatment,
    )
    assert response.status_code == 302
    assert response.url == advice.get_absolute_url()
    decision = Decision.objects.get()
    assert (decision.outcome, decision.decided_by) == ("accepted", dr_surgeon)


def test_a_decision_is_signed_with_name_time_and_meaning(advice, say, dr_surgeon):
    say(
        dr_surgeon,
        "decision",
        advice,
        choice="-defer",
        deferred_for="films",
        note="Wants to wait.",
    )
    decision = Decision.objects.get()
    signature = Signature.objects.of(decision).get()
    assert (signature.signer, signature.signer_name) == (dr_surgeon, "Sam Ode")
    assert signature.meaning == "I decided: deferred."
    signed = signature.sha256
    assert signed == signed_sha256(decision.signed_content)
    decision.note = "Something else."
    assert signed != signed_sha256(decision.signed_content)


def test_the_page_shows_by_whom_when_and_with_what_meaning_it_was_signed(
    advice, say, dr_surgeon, client
):
    say(dr_surgeon, "decision", advice, **DEFER)
    signed_at = Signature.objects.get().signed_at
    page = client.get(advice.get_absolute_url()).content.decode()
    when = f"{signed_at.day} {signed_at:%b %Y, %H:%M} UTC"
    assert f"Signed by <bdi>Sam Ode</bdi>, {when}: “I decided: deferred.”" in page


@pytest.mark.parametrize("password", ["", "not my password"])
def test_without_the_password_nothing_is_decided_and_nothing_lost(
    advice, say, dr_surgeon, password
):
    sent = {
        "choice": "CONS",
        "override_reason": "clinical-judgement",
        "note": "Talked it over for an hour.",
        "own_password": password,
    }
    response = say(dr_surgeon, "decision", advice, **sent)
    assert response.status_code == 422
    assert not Decision.objects.exists()
    page = response.content.decode()
    assert "Talked it over for an hour." in page
    assert re.search(r'value="CONS"[^>]*selected', page)
    assert re.search(r'value="clinical-judgement"[^>]*selected', page)
    assert not password or password not in page


def test_a_form_sent_twice_is_signed_once(advice, say, dr_surgeon):
    sent = {
        "choice": "-defer",
        "deferred_for": "films",
        "submission_key": str(uuid.uuid4()),
    }
    for _ in range(2):
        say(dr_surgeon, "decision", advice, **sent)
    assert Signature.objects.count() == 1


@pytest.mark.parametrize("who", ["dr_surgeon", "dr_resident"])
def test_every_form_of_the_page_carries_its_own_key_and_the_csrf_token(
    advice, sign_in, request, who
):
    page = sign_in(request.getfixturevalue(who)).get(advice.get_absolute_url())
    statements = re.search(r'<div class="said">.*', page.content.decode(), re.DOTALL)[0]
    forms = re.findall(r"<form.*?</form>", statements, re.DOTALL)
    assert len(forms) == 3
    assert all('name="csrfmiddlewaretoken" value="' in form for form in forms)
    keys = re.findall(r'name="(?:submission|request)_key" value="([^"]+)"', statements)
    assert len(set(keys)) == 3


def test_a_form_sent_twice_is_one_decision(advice, say, dr_surgeon):
    sent = {
        "choice": "-defer",
        "deferred_for": "films",
        "submission_key": str(uuid.uuid4()),
    }
    for _ in range(2):
        assert say(dr_surgeon, "decision", advice, **sent).status_code == 302
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("choice", ["PERC_PLASMA", "CONS", "FUSION", "-none"])
def test_what_the_rules_speak_against_is_an_override_and_asks_why(
    advice, say, dr_surgeon, choice
):
    response = say(dr_surgeon, "decision", advice, choice=choice)
    assert response.status_code == 422
    assert "An override needs a reason." in response.content.decode()
    assert not Decision.objects.exists()


def test_an_override_needs_a_coded_reason(advice, say, dr_surgeon):
    response = say(dr_surgeon, "decision", advice, choice="CONS")
    assert response.status_code == 422
    assert "An override needs a reason." in response.content.decode()
    response = say(
        dr_surgeon,
        "decision",
        advice,
        choice="CONS",
        override_reason="patient-preference",
    )
    assert response.status_code == 302
    assert Decision.objects.get().override_reason == "patient-preference"


@pytest.mark.parametrize(
    ("treatment", "reason"),
    [("CONS", "other"), ("PERC_PLASMA", "clinical-judgement")],
    ids=["another reason", "a contraindicated option"],
)
def test_some_overrides_need_a_sentence(advice, say, dr_surgeon, treatment, reason):
    sent = {
        "choice": treatment,
        "override_reason": reason,
    }
    assert say(dr_surgeon, "decision", advice, **sent).status_code == 422
    sent["note"] = "Agreed in the conference."
    assert say(dr_surgeon, "decision", advice, **sent).status_code == 302


def test_a_deferred_decision_drops_what_else_was_chosen(advice, say, dr_surgeon):
    say(
        dr_surgeon,
        "decision",
        advice,
        choice="-defer",
        deferred_for="films",
        override_reason="other",
    )
    decision = Decision.objects.get()
    assert (decision.treatment, decision.override_reason) == ("", "")
    assert decision.deferred_for == "films"


def test_an_emergency_pathway_is_accepted_without_a_treatment(
    an_advice, say, dr_surgeon
):
    advice = an_advice(facts={"saddle_anaesthesia": True})
    response = say(dr_surgeon, "decision", advice, choice="-pathway")
    assert response.status_code == 302
    decision = Decision.objects.get()
    assert (decision.outcome, decision.treatment) == ("accepted", "")


def test_without_advice_there_is_nothing_to_accept(an_advice, say, dr_surgeon):
    advice = an_advice(forget=("herniation_type",))
    assert advice.disposition == "insufficient_data"
    response = say(dr_surgeon, "decision", advice, choice="-pathway")
    assert response.status_code == 422
    assert not Decision.objects.exists()


def test_nothing_is_decided_on_a_case_entered_in_error(advice, say, dr_surgeon):
    case_mark_entered_in_error(
        encounter=advice.encounter, actor=dr_surgeon, reason="wrong patient"
    )
    response = say(dr_surgeon, "decision", advice, **DEFER)
    assert response.status_code == 302
    assert not Decision.objects.exists()
    page = response.client.get(response.url).content.decode()
    assert "Nothing was recorded." in page


def test_the_resident_disagrees_with_a_reason(advice, say, dr_resident):
    response = say(dr_resident, "review", advice, verdict="disagree")
    assert response.status_code == 422
    response = say(
        dr_resident, "review", advice, verdict="disagree", reason="Calcified on CT"
    )
    assert response.status_code == 302
    assert Review.objects.get().reviewer == dr_resident
    page = response.client.get(advice.get_absolute_url()).content.decode()
    assert "Calcified on CT" in page


def test_everyone_of_the_team_comments(advice, say, dr_surgeon, dr_resident):
    for user in (dr_surgeon, dr_resident):
        assert say(user, "comment", advice, text="Seen.").status_code == 302
    assert Comment.objects.count() == 2


def test_an_empty_comment_is_refused_and_says_so(advice, say, dr_resident):
    response = say(dr_resident, "comment", advice, text="   ")
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()


def test_a_note_is_shown_as_text_and_never_as_markup(advice, say, dr_resident):
    say(dr_resident, "comment", advice, text="<script>alert(1)</script>")
    page = say(dr_resident, "comment", advice, text="x").client.get(
        advice.get_absolute_url()
    )
    assert "<script>alert(1)</script>" not in page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.content.decode()


@pytest.mark.parametrize(
    ("what", "who", "status"),
    [
        ("decision", "dr_resident", 403),
        ("decision", "admin", 403),
        ("decision", "stranger", 404),
        ("review", "dr_surgeon", 403),
        ("review", "admin", 403),
        ("comment", "admin", 403),
        ("comment", "stranger", 404),
    ],
)
def test_nobody_speaks_in_the_place_of_another_role(
    advice, say, request, what, who, status
):
    user = request.getfixturevalue(who)
    sent = {"choice": "-defer", "deferred_for": "x", "verdict": "agree", "text": "x"}
    assert say(user, what, advice, **sent).status_code == status
    assert not Decision.objects.exists()
    assert not Review.objects.exists()
    assert not Comment.objects.exists()
