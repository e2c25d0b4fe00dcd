"""Model fields and database constraints made from the declared facts."""

from collections.abc import Iterable
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

LONGEST_CODE = 20


def fact_field(name: str, *, added: bool = False) -> "models.Field[Any, Any]":
    """The column of one fact. Unknown is NULL, or "" where the fact is an enum.

    `added` marks an enum that came later: the release before, which does not know the
    column, still inserts rows while it is being replaced.
    """
    fact = CASE_FACTS.get(name) or DISC_FACTS[name]
    if fact.kind == "bool":
        return models.BooleanField(null=True, blank=True)
    if fact.choices is not None:
        unknown: dict[str, Any] = {"default": "", "db_default": ""} if added else {}
        return models.CharField(
            max_length=LONGEST_CODE, choices=fact.choices, blank=True, **unknown
        )
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
    """What the database itself refuses: numbers out of range, codes unheard of."""
    return tuple(
        CheckConstraint(condition=condition, name=f"{fact.record}_{fact.name}_allowed")
        for fact in facts
        if (condition := _allowed(fact)) is not None
    )


def _allowed(fact: ClinicalFact) -> Q | None:
    if fact.kind == "bool" or fact.name == "herniation_type":
        return None  # a boolean column, and a foreign key, allow nothing else
    if fact.choices is not None:
        return one_of(fact.name, fact.choices)
    return Q(**{f"{fact.name}__range": (fact.minimum, fact.maximum)})


def one_of(name: str, options: type[models.TextChoices], *, or_blank: bool = True) -> Q:
    """The constraint that a column holds a code of ``options``, or nothing."""
    codes = [*options.values, ""] if or_blank else list(options.values)
    return Q(**{f"{name}__in": codes})


def partial_answers_field() -> "models.Field[Any, Any]":
    """The column of all partial answers of a row, by the name of the fact.

    The column of a fact itself is empty while its answer is partial. The release
    before, which does not know this one, still inserts rows while it is replaced.
    """
    return models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        editable=False,
        validators=[check_partial_answers],
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
    try:
        written = normalised(fact, answer)
    except PartialAnswerError as refusal:
        return str(refusal)
    return "" if written == answer else "not in its one form."


class JsonKind(models.Func):
    """What kind of JSON a column holds: "object", "array" and so on."""

    output_field = models.CharField()
    function = "JSON_TYPE"

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> Any:
        """The same under its name there."""
        return self.as_sql(compiler, connection, function="JSONB_TYPEOF", **extra)


def partial_answers_constraint(record: str) -> CheckConstraint:
    """The database holds an object, and nothing else."""
    return CheckConstraint(
        condition=Exact(JsonKind("partial_answers"), models.Value("object")),
        name=f"{record}_partial_answers_object",
    )
