"""What is advised: rulesets, recommendations, what people said about them, reports."""

from treatments.models.availability import TreatmentAvailability
from treatments.models.recommendations import (
    Comment,
    Decision,
    Recommendation,
    Review,
)
from treatments.models.reports import Report
from treatments.models.rulesets import RulesetVersion

__all__ = [
    "Comment",
    "Decision",
    "Recommendation",
    "Report",
    "Review",
    "RulesetVersion",
    "TreatmentAvailability",
]
