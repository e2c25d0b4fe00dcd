"""Names and numbers hold nothing that cannot be seen, whichever form they come by."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from patients.models import Patient
from spine_cds.accounts.models import Team, User
from spine_cds.accounts.names import check_visible

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    [
        "",
        "O\u2019Brien-Łukaszewski",
        "de la Cruz",
        "김철수",
        "𠮷野家",
        "葛\U000e0100城",
        "علی\u200cرضا",
        "क्\u200dष",
        "শ্রী",
        "น้ำใจ",
        "e\u0301",
        "12\u201134",
    ],
)
def test_a_name_as_it_is_written_is_taken(text):
    check_visible(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Smi\u200bth", "Character 4 cannot be seen: zero width space (U+200B)"),
        ("\u202eSmith", "right-to-left override (U+202E)"),
        ("Smith\u2069", "pop directional isolate (U+2069)"),
        ("Smi\u00adth", "soft hyphen (U+00AD)"),
        ("\ufeffSmith", "zero width no-break space (U+FEFF)"),
        ("Sm\x07ith", "a control character (U+0007)"),
        ("Sm\tith", "a control character (U+0009)"),
        ("\u3164", "hangul filler (U+3164)"),
        ("\u200f123", "right-to-left mark (U+200F)"),
        ("12\u200d34", "zero width joiner (U+200D)"),
        ("a\u200cb", "zero width non-joiner (U+200C)"),
        ("علی\u200c", "zero width non-joiner (U+200C)"),
        ("1\ufe0f", "variation selector-16 (U+FE0F)"),
        ("a\u2028b", "line separator (U+2028)"),
        ("\U000e0041", "tag latin capital letter a (U+E0041)"),
    ],
)
def test_what_cannot_be_seen_is_refused_and_named(text, told):
    with pytest.raises(ValidationError) as refused:
        check_visible(text)
    assert told in refused.value.message


@pytest.mark.parametrize("field", ["identifier", "family_name", "given_name"])
def test_the_form_of_a_patient_refuses_it(client, dr_surgeon, field):
    client.force_login(dr_surgeon)
    sent = {
        "team": dr_surgeon.teams.get().pk,
        "identifier": "H-1",
        "family_name": "Berg",
        "given_name": "Ida",
        "birth_date": "1980-01-31",
        "sex": "female",
    }
    sent[field] = "12\u202e34"
    page = client.post(reverse("patients:case-start"), sent)
    assert "right-to-left override (U+202E)" in page.content.decode()
    assert not Patient.objects.exists()


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (Patient, "identifier"),
        (Patient, "family_name"),
        (Patient, "given_name"),
        (User, "username"),
        (User, "first_name"),
        (User, "last_name"),
        (Team, "name"),
    ],
)
def test_no_name_of_a_person_or_a_team_takes_it(model, field):
    with pytest.raises(ValidationError):
        model._meta.get_field(field).run_validators("ab\u2066cd")
