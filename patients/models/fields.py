"""Model fields and database constraints made from the declared facts."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CheckConstraint, Q
from django.db.models.lookups import Exact
from django.db.models.sql.compiler import SQLCompiler

from patients.facts import (
    CASE_FACTS,
    DISC_FACTS,
    ClinicalFact,
    PartialAnswerError,
    is_partial,
    normalised,
)
from patients.facts.vocabulary import LONGEST_CODE


def fact_field(name: str, *, added: bool = False) -> "models.Field[Any, Any]":
    """The column of one fact. Unknown is NULL, or "" where the fact is an enum.

    Which codes an enum may hold is for the live rules to say, and held to them where a
    case is saved. `added` marks an enum that came later: the release before, which does
    not know the column, still inserts rows while it is being replaced.
    """
    fact = CASE_FACTS.get(name) or DISC_FACTS[name]
    if fact.kind == "bool":
        return models.BooleanField(null=True, blank=True)
    if fact.kind == "enum":
        unknown: dict[str, Any] = {"default": "", "db_default": ""} if added else {}
        return models.CharField(max_length=LONGEST_CODE, blank=True, **unknown)
    bounds = [MinValueValidator(fact.minimum), MaxValueValidator(fact.maximum)]
    if fact.kind == "decimal":
        return models.DecimalField(
            max_digits=5,
            decimal_places=2,
            null=True,
            blank=True,
            validators=bounds,
        )
    return models.PositiveSmallIntegerField(null=True, blank=True, validators=bounds)


def fact_constraints(facts: Iterable[ClinicalFact]) -> tuple[CheckConstraint, ...]:
    """What the database itself refuses: numbers out of range."""
    return tuple(
        CheckConstraint(condition=condition, name=f"{fact.record}_{fact.name}_allowed")
        for fact in facts
        if (condition := _allowed(fact)) is not None
    )


def _allowed(fact: ClinicalFact) -> Q | None:
    if fact.kind in ("bool", "enum"):
        return None  # a boolean column allows nothing else; codes are the rules' own
    return Q(**{f"{fact.name}__range": (fact.minimum, fact.maximum)})


def one_of(name: str, options: type[models.TextChoices], *, or_blank: bool = True) -> Q:
    """The constraint that a column holds a code of ``options``, or nothing."""
    codes = [*options.values, ""] if or_blank else list(options.values)
    return Q(**{f"{name}__in": codes})


def partial_answers_field() -> "models.Field[Any, Any]":
    """The column of the partial answers of a row to what ships, by the fact's name.

    The column of a fact itself is empty while its answer is partial.
    """
    return _answers_field(check_partial_answers)


def added_answers_field() -> "models.Field[Any, Any]":
    """The column of all answers to questions that the rules add, exact or partial."""
    return _answers_field(check_added_answers)


def _answers_field(check: Callable[[object], None]) -> "models.Field[Any, Any]":
    """Of an object. The release before, which does not know the column, still inserts
    rows while it is replaced."""
    return models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        editable=False,
        validators=[check],
    )


def fact_names_field() -> "models.Field[Any, Any]":
    """A list of names of facts; empty in what the release before inserts."""
    return models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        editable=False,
    )


def check_partial_answers(answers: object) -> None:
    """Refuse what is no object of partial answers, each in its one form.

    Raises:
        ValidationError: with a line for each fact that is not right.
    """
    if not isinstance(answers, dict):
        raise ValidationError("An object of partial answers, by the name of the fact.")
    problems = [
        f"{name}: {problem}"
        for name, answer in answers.items()
        if (problem := _problem(name, answer))
    ]
    if problems:
        raise ValidationError(problems)


def _problem(name: str, answer: Any) -> str:
    fact = CASE_FACTS.get(name) or DISC_FACTS.get(name)
    if fact is None:
        return "not in the vocabulary."
    if not is_partial(answer):
        return "an exact answer has its own column."
    if fact.kind == "enum":
        return "" if _is_set_of_codes(answer) else "no set of codes."
    try:
        written = normalised(fact, answer)
    except PartialAnswerError as refusal:
        return str(refusal)
    return "" if written == answer else "not in its one form."


def check_added_answers(answers: object) -> None:
    """Refuse what is no object of answers; what each may be is for the rules to say.

    Raises:
        ValidationError: with a line for each answer that is not right.
    """
    if not isinstance(answers, dict):
        raise ValidationError("An object of answers, by the name of the fact.")
    problems = [
        f"{name}: {problem}"
        for name, answer in answers.items()
        if (problem := _odd_addition(name, answer))
    ]
    if problems:
        raise ValidationError(problems)


def _odd_addition(name: str, answer: Any) -> str:
    if name in CASE_FACTS or name in DISC_FACTS:
        return "has a column of its own."
    if is_partial(answer):
        is_bounds = bool(answer) and set(answer) <= {"at_least", "at_most"}
        is_right = is_bounds and all(map(_is_number, answer.values()))
        return "" if is_right or _is_set(answer) else "no partial answer."
    is_value = isinstance(answer, bool) or _is_number(answer)
    is_code = isinstance(answer, str) and 0 < len(answer) <= LONGEST_CODE
    return "" if is_value or is_code else "no answer."


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _is_set(answer: Mapping[str, Any]) -> bool:
    """Whether it is a set of codes, or of numbers."""
    listed = answer.get("one_of")
    numbers = isinstance(listed, list) and all(type(value) is int for value in listed)
    return _is_set_of_codes(answer) or (
        numbers and len(answer) == 1 and len(set(listed)) == len(listed) > 1  # type: ignore[arg-type]
    )


def _is_set_of_codes(answer: Mapping[str, Any]) -> bool:
    listed = answer.get("one_of")
    return (
        len(answer) == 1
        and isinstance(listed, list)
        and all(isinstance(c, str) and 0 < len(c) <= LONGEST_CODE for c in listed)
        and len(set(listed)) == len(listed) > 1
    )


class JsonKind(models.Func):
    """What kind of JSON a column holds: "object", "array" and so on."""

    output_field = models.CharField()
    function = "JSON_TYPE"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Any:
        """The same under its name there."""
        return self.as_sql(compiler, connection, function="JSONB_TYPEOF", **extra)


def answers_constraints(record: str) -> tuple[CheckConstraint, ...]:
    """The database holds objects in the columns of answers, and nothing else."""
    return tuple(
        CheckConstraint(
            condition=Exact(JsonKind(column), models.Value("object")),
            name=f"{record}_{column}_object",
        )
        for column in ("partial_answers", "added_answers")
    )
