"""Names of a hundred letters without a space: they wrap, on a desktop and a phone."""

import pytest
from django.urls import reverse

from tests.fixtures_browser import DESKTOP, PHONE

pytestmark = pytest.mark.django_db(transaction=True)

#: How far the widest name reaches to the right, and how wide the window is.
NAMES = """() => [
    Math.max(...[...document.querySelectorAll("bdi")].map(
        (name) => name.getBoundingClientRect().right)),
    innerWidth,
]"""


@pytest.fixture(params=["W", "ع", "김"])
def long_named(request, advice_on, dr_surgeon, team):
    letter = request.param
    patient = advice_on("Abbott").encounter.patient
    patient.family_name = patient.given_name = letter * 100
    patient.identifier = "9" * 40
    patient.save()
    dr_surgeon.first_name = dr_surgeon.last_name = letter * 100
    dr_surgeon.save()
    team.name = letter * 100
    team.save()
    return patient


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_long_names_wrap_on_every_page_of_a_case(
    long_named, open_page, dr_surgeon, size, fits
):
    case = long_named.encounters.get()
    page = open_page(dr_surgeon, size=size)
    for url in (
        reverse("patients:worklist"),
        reverse("patients:patient-detail", args=[long_named.pk]),
        reverse("patients:patient-edit", args=[long_named.pk]),
        reverse("patients:case-edit", args=[case.pk]),
        reverse("patients:case-entered-in-error", args=[case.pk]),
        reverse("treatments:case-detail", args=[case.pk]),
        reverse("treatments:case-history", args=[case.pk]),
        reverse("accounts:account"),
    ):
        page.goto(url)
        right, window = page.evaluate(NAMES)
        assert right <= window, url
        fits(page)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_long_names_wrap_for_the_administrator(
    long_named, open_page, admin, dr_surgeon, size, fits
):
    page = open_page(admin, size=size)
    for url in (
        reverse("accounts:user-list"),
        reverse("accounts:team-list"),
        reverse("audit:user-trail", args=[dr_surgeon.pk]),
    ):
        page.goto(url)
        fits(page)
