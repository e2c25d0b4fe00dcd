"""The fields of a partial answer: read from what was posted, and shown again.

A fact has up to three beside its own: `<field>__one_of`, ticked several times or its
codes with commas between them, `<field>__at_least` and `<field>__at_most`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.loader import get_template

from patients.facts import (
    Answer,
    ClinicalFact,
    PartialAnswer,
    PartialAnswerError,
    normalised,
)
from patients.facts.fact import spoken
from patients.facts.partial import MOST_VALUES
from patients.forms.fields import (
    NO_GRADE,
    as_posted,
    fact_to_field,
    input_mode,
    options,
)

#: No list of a form is as long; what is sent beyond is not looked at.
_LONGEST_LIST = 4000
ONE_OF, AT_LEAST, AT_MOST = "one_of", "at_least", "at_most"
PARTS = (ONE_OF, AT_LEAST, AT_MOST)
BOUND_WORDS = {AT_LEAST: "at least", AT_MOST: "at most"}


#: Name, words, id, text and, for a scale, its options with "is it chosen".
Bound = tuple[str, str, str, str, tuple[tuple[str, str, bool], ...]]


@dataclass(frozen=True, slots=True)
class PartialControl:
    """The disclosure beside a question; strings only, so that it is fast.

    `chips` are code, words, id and "is it ticked"; `chips_name` is their field.
    """

    name: str
    label: str
    unit: str
    mode: str
    chips_name: str
    chips: tuple[tuple[str, str, str, bool], ...]
    bounds: tuple[Bound, ...]
    is_open: bool
    is_refused: bool

    @property
    def html(self) -> str:
        """Rendered. A form has a hundred that hold nothing, always the same."""
        changes = self.is_open or self.is_refused
        return _rendered(self) if changes else _rendered_once(self)


def _rendered(control: PartialControl) -> str:
    return get_template("patients/form/partial.html").render({"p": control})


_rendered_once = lru_cache(maxsize=512)(_rendered)


def field_names(name: str) -> tuple[str, ...]:
    """The fields of one answer: its own, and those of a partial one."""
    return (name, *(part_name(name, part) for part in PARTS))


def part_name(name: str, part: str) -> str:
    """The field of one part of the answer of the field `name`."""
    return f"{name}__{part}"


def posted_text(data: Mapping[str, Any], name: str) -> str:
    """What was sent under one name; where several were ticked, with commas."""
    if isinstance(data, QueryDict) and name.endswith(f"__{ONE_OF}"):
        return ",".join(data.getlist(name))
    return str(data.get(name, ""))


def answer_as_posted(name: str, answer: Answer | date) -> dict[str, str]:
    """An answer as the browser would send it, by field."""
    if not isinstance(answer, dict):
        return {name: as_posted(answer)}
    sent = {}
    if "one_of" in answer:
        sent[part_name(name, ONE_OF)] = ",".join(map(str, answer["one_of"]))
    if "at_least" in answer:
        sent[part_name(name, AT_LEAST)] = as_posted(answer["at_least"])
    if "at_most" in answer:
        sent[part_name(name, AT_MOST)] = as_posted(answer["at_most"])
    return sent


def clean_partial_answers(form: forms.Form, facts: Iterable[ClinicalFact]) -> None:
    """Put the partial answers that were sent among the cleaned ones of `form`.

    What is wrong with one, or with both an exact and a partial answer, is an error at
    the field of the fact.
    """
    for fact in facts:
        if not fact.can_be_partial:
            continue
        name = form.add_prefix(fact.name)
        sent = _sent(form.data, name)
        if not sent or form.has_error(fact.name):
            continue
        if form.cleaned_data.get(fact.name) is not None:
            form.add_error(
                fact.name,
                "Answered exactly and in part: keep one of the two, clear the other.",
            )
            continue
        try:
            form.cleaned_data[fact.name] = _read(fact, sent)
        except PartialAnswerError as refusal:
            form.add_error(fact.name, str(refusal))


def partial_control(
    fact: ClinicalFact, form: forms.Form, name: str
) -> PartialControl | None:
    """The disclosure of a question; None where the answer is exact or missing."""
    if not fact.can_be_partial:
        return None
    is_refused = form.is_bound and form.has_error(fact.name)
    if form.is_bound:
        held = _sent(form.data, name)
    else:
        held = {
            part: text
            for part in PARTS
            if (text := form.initial.get(part_name(fact.name, part), ""))
        }
    if held or is_refused:
        return _control(fact, name, held, is_refused=is_refused)
    return _empty_control(fact, name)


@lru_cache(maxsize=512)
def _empty_control(fact: ClinicalFact, name: str) -> PartialControl:
    return _control(fact, name, {}, is_refused=False)


def _control(
    fact: ClinicalFact, name: str, held: Mapping[str, str], *, is_refused: bool
) -> PartialControl:
    return PartialControl(
        name=name,
        label=fact.asked or fact.label,
        unit="" if fact.grades else fact.unit,
        mode=input_mode(fact),
        chips_name=part_name(name, ONE_OF),
        chips=_chips(fact, name, _codes(held.get(ONE_OF, ""))),
        bounds=() if fact.kind == "enum" else _bounds(fact, name, held),
        is_open=bool(held),
        is_refused=is_refused,
    )


def _sent(data: Mapping[str, Any], name: str) -> dict[str, str]:
    """The parts of an answer in which something stands."""
    found = {}
    for part in PARTS:
        field = part_name(name, part)
        if field in data and (text := posted_text(data, field).strip()):
            found[part] = text
    return found


def _codes(text: str) -> list[str]:
    """The codes of a list, each once; of too many one more than there may be."""
    found = (code.strip() for code in text[:_LONGEST_LIST].split(","))
    return list(dict.fromkeys(code for code in found if code))[: MOST_VALUES + 1]


def _read(fact: ClinicalFact, sent: Mapping[str, str]) -> Answer:
    if ONE_OF in sent and len(sent) > 1:
        raise PartialAnswerError("Tick answers or give limits, not both.")
    if ONE_OF in sent:
        return normalised(fact, PartialAnswer(one_of=_values(fact, sent[ONE_OF])))
    bounds, refused = PartialAnswer(), []
    if fact.kind == "enum":  # the form has no limits for it
        return normalised(fact, bounds)
    for part in (AT_LEAST, AT_MOST):
        if part in sent:
            try:
                bounds[part] = fact_to_field(fact).clean(sent[part])  # type: ignore[literal-required]
            except ValidationError as refusal:
                refused.append(
                    f"{BOUND_WORDS[part].capitalize()}: {refusal.messages[0]}"
                )
    if refused:
        raise PartialAnswerError(" ".join(refused))
    return normalised(fact, bounds)


def _values(fact: ClinicalFact, text: str) -> list[int | str]:
    codes = _codes(text)
    if fact.kind == "enum":
        return list(codes)
    if not all(code.isascii() and code.lstrip("-").isdigit() for code in codes):
        raise PartialAnswerError(f"Allowed: {fact.allowed}.")
    return [int(code) for code in codes]


def _chips(
    fact: ClinicalFact, name: str, ticked: list[str]
) -> tuple[tuple[str, str, str, bool], ...]:
    """Each answer of a choice; of a number only where single ones are held."""
    if fact.kind != "enum" and not ticked:
        return ()
    offered = [pair for pair in options(fact) if pair[0]]
    known = dict(offered)
    offered += [(c, spoken(c) if known else c) for c in ticked if c not in known]
    return tuple(
        (code, words, f"id_{part_name(name, ONE_OF)}_{code}", code in ticked)
        for code, words in offered
    )


def _bounds(
    fact: ClinicalFact, name: str, held: Mapping[str, str]
) -> tuple[Bound, ...]:
    grades = [NO_GRADE, *((str(grade), words) for grade, words in fact.grades)]
    return tuple(
        (
            part_name(name, part),
            words,
            f"id_{part_name(name, part)}",
            (text := held.get(part, "")),
            tuple((code, said, code == text) for code, said in grades)
            if fact.grades
            else (),
        )
        for part, words in BOUND_WORDS.items()
    )
