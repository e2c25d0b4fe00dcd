"""The rules engine: a case document and a ruleset in, an evaluation out.

Standard library only. ``load_ruleset`` reads and checks a ruleset, ``evaluate`` is
pure; both speak the documents of the project's contract.
"""

from .answer import ENGINE_VERSION, Evaluation, Option, RuleTrace
from .dmn import DmnError, evaluate_decision, load_dmn
from .errors import Problem, RulesetError
from .evaluation import evaluate
from .exploration import Exploration, explore
from .ruleset import Ruleset, document_hash, load_ruleset
from .tables import DecisionTable, Invariant, Rule, Rung, Source, Treatment
from .vocabulary import Fact

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
