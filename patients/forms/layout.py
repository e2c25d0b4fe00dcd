"""The crispy layout of the case form: its parts in clinical order.

Each part renders one template from plain strings (`FormQuestion`). Crispy's own field
template costs about a millisecond a field, and the form has some 150 of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Protocol

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, LayoutObject
from django.template.loader import get_template
from django.urls import reverse

from patients.choices import Level
from patients.facts import FactSection, Vocabulary
from patients.findings import AnswerDifference, disc_field
from patients.forms.case import CaseForm, DiscForm
from patients.forms.fields import NOT_KNOWN
from patients.forms.questions import FormQuestion, question, refusals
from patients.models import Encounter, Patient
from patients.person import AGE, never_asked

# Whose version it is, and which page: see CaseEntry and UnsavedEntry.
HIDDEN = (
    "revision",
    "submission_key",
    "loaded",
    "asked_together",
    "kept_as",
    "kept_step",
    "continues",
)
# Where a surgeon looks first when nothing is entered yet.
FIRST_SHOWN = Level.L5_S1
OWN_TEMPLATE = {"patient": "patient", "red_flags": "red_flags", "imaging": "imaging"}


class LaidOutEntry(Protocol):
    """What the layout asks of an entry: the answers, and what is amiss with them."""

    patient: Patient
    encounter: Encounter | None
    form: CaseForm
    discs: dict[str, DiscForm]
    vocabulary: Vocabulary
    differences: list[AnswerDifference]
    untouched: frozenset[str]

    @property
    def action(self) -> str: ...

    @property
    def errors(self) -> dict[str, str]: ...

    @property
    def soft_warnings(self) -> dict[str, str]: ...

    @property
    def age_words(self) -> str: ...


@dataclass(frozen=True, slots=True)
class AskedSection:
    """A clinical section with its questions as they stand in the form."""

    code: str
    title: str
    intro: str
    questions: tuple[FormQuestion, ...]

    @property
    def total(self) -> int:
        """How many questions it has."""
        return len(self.questions)

    @property
    def answered(self) -> int:
        """How many of them have an answer."""
        return sum(question.answered for question in self.questions)

    @property
    def refused(self) -> int:
        """How many answers cannot be stored."""
        return sum(bool(question.errors) for question in self.questions)


@dataclass(frozen=True, slots=True)
class AskedDisc:
    """A disc with its sections, and what the drawn spine says of it."""

    level: str
    sections: tuple[AskedSection, ...]
    shown: bool

    @property
    def herniation(self) -> str:
        """The type in words, for the row beside the drawing."""
        asked = self.sections[0].questions[0]
        if asked.is_partly_answered:
            return "type known in part"
        return dict(asked.options).get(asked.value, "") if asked.answered else ""

    @property
    def answered(self) -> int:
        """How many questions of the disc have an answer."""
        return sum(section.answered for section in self.sections)

    @property
    def refused(self) -> int:
        """How many answers of the disc cannot be stored."""
        return sum(section.refused for section in self.sections)

    @property
    def total(self) -> int:
        """How many questions a disc has."""
        return sum(section.total for section in self.sections)


class FormPart(LayoutObject):
    """A piece of the page; its variables are taken when it is rendered."""

    def __init__(self, template: str, variables: Callable[[], dict[str, Any]]) -> None:
        self.template = f"patients/form/{template}.html"
        self.variables = variables
        self.fields: list[Any] = []

    def render(self, form: Any, context: Any, **kwargs: Any) -> str:
        """The template with its variables; the form's own context is not used."""
        return get_template(self.template).render(self.variables())


def case_form_helper(entry: LaidOutEntry) -> FormHelper:
    """The layout of one entry; rendered after its forms are bound and checked."""
    page = CasePage(entry)
    helper = FormHelper()
    helper.form_id = "case-form"
    helper.form_class = "case-form"
    helper.form_action = entry.action
    helper.form_show_errors = False
    helper.attrs = {
        "novalidate": "",
        "autocomplete": "off",
        "data-keep": reverse("patients:entry-keep", args=[entry.patient.pk]),
    }
    helper.layout = Layout(
        FormPart("start", page.start),
        Div(
            FormPart("nav", page.nav),
            Div(
                *(
                    FormPart(
                        OWN_TEMPLATE.get(code, "section"), partial(page.section, code)
                    )
                    for code in (part.code for part in entry.vocabulary.sections)
                ),
                FormPart("note", page.note),
                css_class="case-sections",
            ),
            css_class="case-layout",
        ),
        FormPart("actions", page.actions),
    )
    return helper


class CasePage:
    """The variables of the parts, read from an entry once its forms are checked."""

    def __init__(self, entry: LaidOutEntry) -> None:
        self.entry = entry

    @cached_property
    def sections(self) -> tuple[AskedSection, ...]:
        """The clinical sections, without what follows from the person."""
        vocabulary = self.entry.vocabulary
        answered = [name for name in vocabulary.case if self._value(name)]
        without = never_asked(self.entry.patient, answered)
        return tuple(
            self._asked(section, without=without) for section in vocabulary.sections
        )

    @cached_property
    def discs(self) -> tuple[AskedDisc, ...]:
        """Every disc, one of them open."""
        sections = {
            level: tuple(
                self._asked(section, level)
                for section in self.entry.vocabulary.disc_sections
            )
            for level in Level.values
        }
        shown = self._first_shown(sections)
        return tuple(
            AskedDisc(level, sections[level], shown=level == shown)
            for level in Level.values
        )

    def start(self) -> dict[str, Any]:
        """What stands above the questions: hidden fields, errors, a conflict."""
        return {
            "hidden": [
                *((name, self._value(name)) for name in HIDDEN),
                ("encounter", self.entry.encounter.pk if self.entry.encounter else ""),
            ],
            "errors": self._errors_by_label() if self.entry.errors else (),
            "differences": self.entry.differences,
            "untouched": self.entry.untouched,
            "encounter": self.entry.encounter,
        }

    def nav(self) -> dict[str, Any]:
        """The list of sections beside the form, with what is filled and refused."""
        return {
            "sections": self.sections,
            "discs": self.discs,
            "filled": sum(bool(disc.answered) for disc in self.discs),
            "refused": any(disc.refused for disc in self.discs),
        }

    def section(self, code: str) -> dict[str, Any]:
        """One clinical section, with the questions that are no facts."""
        return {
            "section": next(s for s in self.sections if s.code == code),
            "patient": self.entry.patient,
            "age": self.entry.age_words,
            "age_warning": self.entry.soft_warnings.get(AGE, ""),
            "date": self._plain_question("occurred_on", "Date of the encounter"),
            "discs": self.discs if code == "imaging" else (),
            "responsible": self._plain_question(
                "responsible_level",
                "Responsible level",
                options=(*Level.choices, NOT_KNOWN),
                hint="The segment held responsible for the symptoms.",
                kind="options",
                essential=True,
            ),
        }

    def note(self) -> dict[str, Any]:
        """The free note."""
        return {
            "note": self._value("note"),
            "errors": refusals(self.entry.form, "note"),
        }

    def actions(self) -> dict[str, Any]:
        """The buttons below the form."""
        return {
            "encounter": self.entry.encounter,
            "patient": self.entry.patient,
            "conflict": bool(self.entry.differences),
        }

    def _asked(
        self, section: FactSection, level: str = "", *, without: tuple[str, ...] = ()
    ) -> AskedSection:
        form = self.entry.discs[level] if level else self.entry.form
        warnings = self.entry.soft_warnings
        questions = (
            question(
                fact, form, warnings, disc_field(level, fact.name) if level else ""
            )
            for fact in section.facts
            if fact.name not in without
        )
        return AskedSection(
            section.code, section.title, section.intro, tuple(questions)
        )

    def _plain_question(self, name: str, label: str, **words: Any) -> FormQuestion:
        """A question that is no fact of the vocabulary."""
        return FormQuestion(
            name=name,
            label=label,
            value=self._value(name),
            errors=refusals(self.entry.form, name),
            **words,
        )

    def _value(self, name: str) -> str:
        form = self.entry.form
        source = form.data if form.is_bound else form.initial
        return str(source.get(name, ""))

    def _first_shown(self, sections: dict[str, tuple[AskedSection, ...]]) -> str:
        """The disc whose findings are open: refused, responsible, filled, or L5-S1."""

        def level_with(attribute: str) -> str:
            return next(
                (
                    level
                    for level in reversed(Level.values)
                    if any(getattr(section, attribute) for section in sections[level])
                ),
                "",
            )

        return (
            level_with("refused")
            or self._value("responsible_level")
            or level_with("answered")
            or FIRST_SHOWN
        )

    def _errors_by_label(self) -> list[tuple[str, str, str]]:
        """Field name, label and text, so that the summary can lead to the field."""
        labels = {"occurred_on": "Date of the encounter", "note": "Note"}
        for section in self.sections:
            labels |= {asked.name: asked.label for asked in section.questions}
        for disc in self.discs:
            for section in disc.sections:
                labels |= {
                    asked.name: f"{disc.level} {asked.label}"
                    for asked in section.questions
                }
        return [
            (name if name in labels else "", labels.get(name, ""), text)
            for name, text in self.entry.errors.items()
        ]
