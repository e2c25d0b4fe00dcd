"""A user name that can be read as another one is refused, with the reason."""

import pytest
from django.core.exceptions import ValidationError

from spine_cds.accounts.models import Role, User
from spine_cds.accounts.services import user_create
from spine_cds.accounts.user_names import refuse_look_alikes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("аdmin", "mixes Cyrillic and Latin"),
        ("drιvo", "mixes Greek and Latin"),
        ("lıam", "dotless i"),
        ("ɡreta", "script g"),
        ("ａnna", "special form"),
        ("oﬃce", "special form"),
    ],
)
def test_a_letter_that_looks_like_another_is_refused(name, reason):
    with pytest.raises(ValidationError, match=reason):
        user_create(actor=None, password="x", username=name, role=Role.SURGEON)
    assert not User.objects.filter(username=name).exists()


@pytest.mark.parametrize("name", ["сор", "c0p", "COP.", "C-o-p"])
def test_a_name_that_looks_like_that_of_another_user_is_refused(name):
    User.objects.create_user("cop")
    with pytest.raises(ValidationError, match="looks like “cop”"):
        refuse_look_alikes(name)


@pytest.mark.parametrize(
    "name",
    ["josé", "иванов", "smith.j-2", "山田はな", "ngô", "şahin", "ødegård"],
)
def test_an_honest_name_is_taken(name):
    refuse_look_alikes(name)


def test_the_page_says_why_and_an_older_name_may_stay(client, admin, sign_in):
    page = sign_in(admin)
    sent = {"username": "аdmin2", "role": "surgeon", "password": "x"}
    answer = page.post("/accounts/users/new/", sent)
    assert "mixes Cyrillic and Latin letters" in answer.content.decode()
