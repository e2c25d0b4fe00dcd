"""The cases and the advice of the treatments' own tests."""

from tests.treatments.conftest import (  # noqa: F401
    a_case,
    advice,
    an_advice,
    patient,
    version,
)
