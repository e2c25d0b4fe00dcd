"""A patient with a case, as the treatments' own tests have them."""

from tests.treatments.conftest import (  # noqa: F401
    a_case,
    advice,
    an_advice,
    key,
    patient,
    version,
)
