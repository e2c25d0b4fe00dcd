"""Foreign decision models: DMN 1.1 to 1.5 read and evaluated as the standard says.

Apart from the engine of the project's own rulesets, whose unknowns are stricter.

``load_dmn`` reads a file, within bounds, and never more than that file.
``evaluate_decision`` evaluates a decision with all that it requires: decision tables
of every hit policy, literal expressions, boxed contexts, lists, relations and
invocations of business knowledge models, over FEEL (see ``feel``).

Where the standard leaves room, this is what is done:

- FEEL's own errors give null, with a message (``messages``).
- Two hits of a UNIQUE table, differing hits of an ANY table, an input or an output
  outside its type or its allowed values, and an aggregate of values that have none
  raise ``DecisionError``: no answer is better than one that looks sure. A cell that
  is null does not hit.
- Without a hit, a table gives its defaults; else COUNT gives 0, a policy of several
  hits an empty list, any other table null.
- COLLECT counts and sums all outputs (as since 1.2), equal ones too.
- PRIORITY and OUTPUT ORDER take the order of ``outputValues``, else of the allowed
  values of the output's type; hits of equal rank keep the order of the rules.
- A value that is not given is null and of every type.
- A model without any input data, as tools write a table that stands alone, asks for
  what its expressions name; otherwise a name must be declared and required.
- A result that is not of its decision's type is null, with a message.
- Imports, functions in Java or PMML, function definitions inside expressions, regular
  expressions, clocks and time zones by name are not read; a decision that needs one
  says so and is not evaluated.
"""

from .errors import DecisionError, DmnError
from .evaluation import evaluate_decision
from .model import Model
from .reading import load_dmn

__all__ = ["DecisionError", "DmnError", "Model", "evaluate_decision", "load_dmn"]
