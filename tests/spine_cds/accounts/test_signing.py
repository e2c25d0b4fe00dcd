"""The password asked again, and what is kept of a signature."""

import hashlib

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction

from spine_cds.accounts.models import Signature
from spine_cds.accounts.reauthentication import PasswordAgain, confirm_password
from spine_cds.accounts.services import signature_record
from spine_cds.audit.models import Event

RIGHT = "a-long-passphrase"  # as tests.conftest.a_user sets it


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()


@pytest.fixture
def request_of(rf):
    def request_of(user):
        request = rf.post("/somewhere/", {"note": "clinical words"})
        request.user = user
        return request

    return request_of


def form(request, **data) -> PasswordAgain:
    return PasswordAgain(data, request=request)


def test_only_ones_own_password_is_right(request_of, dr_surgeon, dr_resident):
    dr_resident.set_password("another long passphrase")
    dr_resident.save()
    request = request_of(dr_surgeon)
    assert confirm_password(request, RIGHT)
    assert not confirm_password(request, "another long passphrase")
    assert not confirm_password(request, "")


def test_nobody_signs_without_being_signed_in(request_of, db):
    from django.contrib.auth.models import AnonymousUser

    assert not confirm_password(request_of(AnonymousUser()), RIGHT)


def test_guessing_at_the_signature_is_paused(request_of, dr_surgeon, settings):
    settings.AXES_FAILURE_LIMIT = 3
    request = request_of(dr_surgeon)
    for message in ("not your password", "not your password", "Too many attempts"):
        assert message in str(form(request, own_password="no").errors)
    assert "Too many attempts" in str(form(request, own_password=RIGHT).errors)
    assert not confirm_password(request, RIGHT)


def test_a_right_password_forgets_the_wrong_ones(request_of, dr_surgeon, settings):
    settings.AXES_FAILURE_LIMIT = 2
    request = request_of(dr_surgeon)
    for _ in range(3):
        assert not confirm_password(request, "wrong")
        assert confirm_password(request, RIGHT)


def test_the_password_leaves_the_form_no_further(request_of, dr_surgeon):
    signed = form(request_of(dr_surgeon), own_password=RIGHT)
    assert signed.is_valid()
    assert "own_password" not in signed.cleaned_data
    assert RIGHT not in signed.as_p()


def test_nothing_of_the_form_is_kept_with_a_failure(request_of, dr_surgeon):
    from axes.models import AccessAttempt

    confirm_password(request_of(dr_surgeon), "wrong")
    assert "clinical" not in str(AccessAttempt.objects.values())


# --- Signatures -----------------------------------------------------------------------


@pytest.fixture
def signature(dr_surgeon, team) -> Signature:
    return signature_record(
        signer=dr_surgeon,
        entity=team,
        meaning="I have read it.",
        content={"b": 1, "a": "ü"},
    )


def test_a_signature_names_who_when_and_what_it_means(signature, dr_surgeon, team):
    assert (signature.signer, signature.signer_name) == (dr_surgeon, "Sam Ode")
    assert signature.signer_role == "surgeon"
    assert signature.signed_at is not None
    assert signature.meaning == "I have read it."
    assert list(Signature.objects.of(team)) == [signature]


def test_a_signature_is_bound_to_the_hash_of_what_was_signed(signature):
    canonical = '{"a":"\\u00fc","b":1}'
    assert signature.sha256 == hashlib.sha256(canonical.encode()).hexdigest()
    event = Event.objects.get(action="signature.record")
    assert event.detail == {"signature": signature.pk, "sha256": signature.sha256}


def test_a_signature_is_never_changed_or_deleted(signature):
    signature.meaning = "Something else."
    for change in (
        signature.save,
        signature.delete,
        Signature.objects.all().delete,
        lambda: Signature.objects.update(meaning="x"),
    ):
        with pytest.raises(TypeError, match="never"):
            change()


def test_the_database_refuses_a_signature_that_means_nothing(dr_surgeon, team):
    with pytest.raises(IntegrityError), transaction.atomic():
        signature_record(signer=dr_surgeon, entity=team, meaning="", content={})
