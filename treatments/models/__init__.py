"""What is advised: rulesets, recommendations, what people said about them, reports."""

from treatments.models.availability import TreatmentAvailability
from treatments.models.drafts import (
    AcceptedFinding,
    DesignatedSigner,
    DraftChange,
    RulesetDraft,
)
from treatments.models.recommendations import (
    Comment,
    Decision,
    Recommendation,
    Review,
)
from treatments.models.replays import Replay, ReplayChunk, ReplayMove
from treatments.models.reports import Report
from treatments.models.rulesets import RulesetActivation, RulesetVersion

__all__ = [
    "AcceptedFinding",
    "Comment",
    "Decision",
    "DesignatedSigner",
    "DraftChange",
    "Recommendation",
    "Replay",
    "ReplayChunk",
    "ReplayMove",
    "Report",
    "Review",
    "RulesetActivation",
    "RulesetDraft",
    "RulesetVersion",
    "TreatmentAvailability",
]
