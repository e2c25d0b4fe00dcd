"""The case form as one thing: the case, its five discs, and whose version it is."""

import json
import uuid
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse

from patients.choices import Level
from patients.facts import Vocabulary, asked_now
from patients.findings import AnswerDifference, CaseFindings, disc_field
from patients.forms.case import CaseForm, DiscForm
from patients.forms.layout import case_form_helper
from patients.forms.partial import answer_as_posted, field_names, posted_text
from patients.models import Encounter, Patient, UnsavedEntry, today
from patients.person import AGE, follows
from patients.plausibility import soft_warnings

TAKE_THEIRS = "take_theirs"


class CaseEntry:
    """What a surgeon enters for a new case, a draft, or a correction.

    `data` is the POST, or None to show what is stored; `encounter` is the version that
    is edited, or None for a new case of `patient`; `vocabulary` is what is asked, by
    the live rules where it is None.
    """

    def __init__(
        self,
        data: QueryDict | None,
        encounter: Encounter | None = None,
        *,
        patient: Patient | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        if encounter is not None:
            patient = encounter.patient
        if patient is None:
            raise TypeError("a new case needs its patient")
        self.encounter = encounter
        self.patient: Patient = patient
        self.differences: list[AnswerDifference] = []
        self.untouched: frozenset[str] = frozenset()
        self.continued: UnsavedEntry | None = None
        self.vocabulary = asked_now() if vocabulary is None else vocabulary
        self.stored = (
            CaseFindings.of(encounter, self.vocabulary)
            if encounter
            else CaseFindings(today(), vocabulary=self.vocabulary)
        )
        self._bind(data)

    @classmethod
    def continuing(
        cls, unsaved: UnsavedEntry, encounter: Encounter | None, patient: Patient
    ) -> "CaseEntry":
        """A new page with entries of `encounter` that were not saved.

        Where somebody else changed the case meanwhile, both are shown.
        """
        data = QueryDict(mutable=True)
        data.update(unsaved.answers)
        data.update(_new_page(continues=str(unsaved.pk)))
        entry = cls(data, encounter, patient=patient)
        if encounter is not None and entry.is_valid():
            newest = Encounter.objects.newest_of(encounter)
            if (newest.pk, newest.revision) != (encounter.pk, entry.revision):
                entry = entry.against(newest)
        entry.continued = unsaved
        return entry

    def _bind(self, data: QueryDict | None) -> None:
        self.data = data if data is None else self._with_theirs_taken(data)
        initial = self._initial()
        self.form = CaseForm(
            self.patient, self.data, initial=initial, vocabulary=self.vocabulary
        )
        self.discs = {
            level: DiscForm(
                self.data,
                prefix=level,
                vocabulary=self.vocabulary,
                initial={
                    field: initial.get(disc_field(level, field), "")
                    for name in self.vocabulary.disc
                    for field in field_names(name)
                },
            )
            for level in Level.values
        }
        self.form.helper = case_form_helper(self)

    def is_valid(self) -> bool:
        """Whether all that was typed can be stored; every error is found at once."""
        return self.data is not None and not self.errors

    def data_for_service(self) -> CaseFindings:
        """The answers of a valid entry, for case_create or case_save."""
        if self.errors:
            raise ValueError("an entry with errors cannot be stored")
        return self.data_so_far()

    def data_so_far(self) -> CaseFindings:
        """The answers that can be read; one that cannot counts as not given."""
        self.is_valid()  # reads what was typed
        cleaned = self.form.cleaned_data
        found = CaseFindings(
            occurred_on=cleaned.get("occurred_on") or self.stored.occurred_on,
            facts={name: cleaned.get(name) for name in self.vocabulary.case},
            discs={level: form.cleaned_data for level, form in self.discs.items()},
            responsible_level=cleaned.get("responsible_level", ""),
            note=cleaned.get("note", ""),
            asked_together=cleaned.get("asked_together", frozenset()),
            vocabulary=self.vocabulary,
        )
        return found.with_kept(self.stored, self._was_asked)

    def _was_asked(self, field: str) -> bool:
        """Whether a question stood on the page that was sent: one that the rules have
        withdrawn, or have added since it was opened, did not."""
        level = next((lv for lv in Level.values if field.startswith(f"{lv}-")), "")
        asked = self.vocabulary.disc if level else self.vocabulary.case
        fact = asked.get(field.removeprefix(f"{level}-") if level else field)
        if fact is None or not fact.added:
            return fact is not None
        return any(name in self._posted() for name in field_names(field))

    @property
    def revision(self) -> int:
        """The revision of the case that the form was opened with."""
        return int(self.form.cleaned_data["revision"])

    @property
    def submission_key(self) -> uuid.UUID | None:
        """The form's own key: sent twice, it counts once."""
        key: uuid.UUID | None = self.form.cleaned_data["submission_key"]
        return key

    @property
    def kept(self) -> list[uuid.UUID]:
        """The ids under which these answers were kept while they were typed."""
        given = (self._posted().get(name, "") for name in ("kept_as", "continues"))
        return [key for text in given if (key := _uuid(text)) is not None]

    @cached_property
    def soft_warnings(self) -> dict[str, str]:
        """By field name; what is refused anyway is not warned about."""
        if self.data is None:
            return soft_warnings(self.stored, self.patient)
        found = soft_warnings(self.data_so_far(), self.patient)
        return {name: text for name, text in found.items() if name not in self.errors}

    @property
    def age_words(self) -> str:
        """The age that the birth date gives, with its day; "" where the form asks."""
        if not follows(AGE, self.patient):
            return ""
        day = self.stored.occurred_on
        if self.data is not None:
            day = self.data_so_far().occurred_on
        years = self.patient.age_on(day)
        born = f"born {self.patient.birth_date:%Y-%m-%d}"
        return f"{years} year{'' if years == 1 else 's'} on {day:%Y-%m-%d}, {born}"

    @property
    def action(self) -> str:
        """Where the form is sent, whatever page shows it."""
        if self.encounter is None:
            return reverse("patients:case-create", args=[self.patient.pk])
        return reverse("patients:case-edit", args=[self.encounter.pk])

    @property
    def errors(self) -> dict[str, str]:
        """The first error of each field, by field name, in the order of the form."""
        found = {name: str(texts[0]) for name, texts in self.form.errors.items()}
        for level, form in self.discs.items():
            for name, texts in form.errors.items():
                found[disc_field(level, name)] = str(texts[0])
        return found

    def against(self, current: Encounter) -> "CaseEntry":
        """The same answers, now knowingly beside what another user saved meanwhile.

        Sending it again overwrites `current`, but for the fields chosen as theirs.
        `untouched` names those that this user left as they were when the page was
        opened: there it is the other one who answered, so theirs is proposed.
        """
        mine, data = self.data_for_service(), self._posted().copy()
        stored = _answers_as_posted(CaseFindings.of(current, self.vocabulary))
        data["revision"] = str(current.revision)
        data["submission_key"] = str(uuid.uuid4())
        data["loaded"] = json.dumps(stored)
        entry = CaseEntry(data, current, vocabulary=self.vocabulary)
        entry.differences = mine.differences(entry.stored)
        loaded = _opened_with(self._posted())
        entry.untouched = frozenset(
            difference.name
            for difference in entry.differences
            if all(
                posted_text(data, field) == loaded.get(field, "")
                for field in field_names(difference.name)
            )
        )
        return entry

    def _posted(self) -> QueryDict:
        if self.data is None:
            raise TypeError("nothing was posted")
        return self.data

    def _with_theirs_taken(self, data: QueryDict) -> QueryDict:
        """After a conflict: put what is stored into the fields chosen as theirs."""
        chosen = data.getlist(TAKE_THEIRS)
        if not chosen:
            return data
        stored, data = _answers_as_posted(self.stored), data.copy()
        for name in chosen:
            for field in field_names(name):
                data[field] = stored.get(field, "")
        data.setlist(TAKE_THEIRS, [])
        return data

    def _initial(self) -> dict[str, str]:
        """What is stored, as the browser would send it."""
        answers = _answers_as_posted(self.stored)
        return {
            "revision": str(self.encounter.revision if self.encounter else 0),
            "submission_key": str(uuid.uuid4()),
            "loaded": json.dumps(answers),
            "asked_together": ",".join(sorted(self.stored.asked_together)),
            **_new_page(),
            **answers,
        }


def _new_page(continues: str = "") -> dict[str, str]:
    return {"kept_as": str(uuid.uuid4()), "kept_step": "0", "continues": continues}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _answers_as_posted(findings: CaseFindings) -> dict[str, str]:
    """Every known answer under the name of its field."""
    sent: dict[str, str] = {}
    for name, value in findings.answers().items():
        sent |= answer_as_posted(name, value)
    return sent


def _opened_with(data: QueryDict) -> dict[str, str]:
    try:
        loaded = json.loads(data.get("loaded", ""))
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}
