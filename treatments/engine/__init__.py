"""The rules engine: a case document and a ruleset in, an evaluation out.

``load_ruleset`` reads and checks a ruleset, ``evaluate`` is pure; both speak the
documents of the project's contract. They need the standard library alone.

NumPy is used by the modules of ``batch``, which work on many cases at once, and by no
other: ``columns``, ``bitsets``, ``bound_program``, ``evaluate``, ``version_diff``.
"""

from .dmn import DmnError, evaluate_decision, load_dmn
from .evaluation.evaluate import evaluate
from .evaluation.explore import Exploration, explore
from .evaluation.result import ENGINE_VERSION, Evaluation, Option, RuleTrace
from .ruleset.decision_tables import (
    DecisionTable,
    Invariant,
    Rule,
    Rung,
    Source,
    Treatment,
)
from .ruleset.errors import Problem, RulesetError
from .ruleset.model import Ruleset, document_hash, load_ruleset
from .ruleset.vocabulary import Fact

__all__ = [
    "ENGINE_VERSION",
    "DecisionTable",
    "DmnError",
    "Evaluation",
    "Exploration",
    "Fact",
    "Invariant",
    "Option",
    "Problem",
    "Rule",
    "RuleTrace",
    "Ruleset",
    "RulesetError",
    "Rung",
    "Source",
    "Treatment",
    "document_hash",
    "evaluate",
    "evaluate_decision",
    "explore",
    "load_dmn",
    "load_ruleset",
]
