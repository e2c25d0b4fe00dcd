"""Model fields and database constraints made from the declared facts."""

from collections.abc import Iterable
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q

from patients.facts import CASE_FACTS, DISC_FACTS, ClinicalFact

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
