"""What can stand as the answer of a fact: a value, a part of the range, or nothing."""

from typing import TypedDict, TypeGuard

Value = int | float | bool | str | None


class PartialAnswer(TypedDict, total=False):
    """What is known of a fact whose exact value is not: as the case document has it.

    Either `one_of`, at least two different values that it may have, or `at_least`
    and `at_most`, bounds that both count and of which one may be missing.
    """

    one_of: list[int | str]
    at_least: float
    at_most: float


Answer = Value | PartialAnswer


def is_partial(answer: object) -> TypeGuard[PartialAnswer]:
    """Whether an answer leaves more than one value, and says which."""
    return isinstance(answer, dict)


def exact_value(answer: Answer) -> Value:
    """The value of an exact answer; None where nothing or only a part is known."""
    return None if isinstance(answer, dict) else answer
