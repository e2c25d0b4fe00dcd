"""The patient and the case that the inputs are thrown at."""

from tests.patients.conftest import case, patient

__all__ = ["case", "patient"]
