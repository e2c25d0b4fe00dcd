"""Patients and cases by what a page shows of them, in any order and spelling."""

import re
import unicodedata
from datetime import date

from django.db.models import Q

from patients.choices import Level
from spine_cds.folding import folded, folded_number, looks, spellings

#: Nobody types more; each word of it costs a comparison a row.
READ_AT_MOST = 200
_BETWEEN_WORDS = re.compile(r"[\s,;、]+")
_DAY = re.compile(r"(\d{4})\W(\d\d)\W(\d\d)")
#: How a list says it; whoever copies the line searches for the date.
_BORN = re.compile(r"\bborn (?=\d{4}\W)")
_LEVELS = {folded(level): level for level in Level.values}


def search_key(family_name: str, given_name: str, *numbers: str) -> str:
    """All that a word of a search may be a part of.

    The names stand together: some scripts have no space between them.
    """
    texts = (f"{family_name}{given_name}", *numbers)
    return " ".join(way for text in texts for way in spellings(text))


def number_key(identifier: str) -> str:
    """The same for two hospital numbers that an eye takes for one."""
    return looks(identifier)


def matching(text: str, *, patient: str = "", level: str = "") -> Q:
    """Every word has to occur in a name or a number, or be the birth date.

    ``patient`` is the way to the patient's columns; ``level`` the column of a level
    that a word may name, where there is one.
    """
    words = _words(text)
    conditions = [found for w in words if (found := _holds(w, patient, level))]
    if text.strip() and not conditions:
        return Q(pk__in=())
    condition = Q(*conditions)
    number = folded_number("".join(words))
    if len(words) > 1 and any(letter.isdigit() for letter in number):
        condition |= Q(**{f"{patient}search_key__contains": number})
    return condition


def level_in(text: str) -> bool:
    """Whether a word of it names a level."""
    return any(folded(word) in _LEVELS for word in _words(text))


def _words(text: str) -> list[str]:
    read = _BORN.sub("", unicodedata.normalize("NFKC", text[:READ_AT_MOST]))
    return [word for word in _BETWEEN_WORDS.split(read) if word]


def _holds(word: str, patient: str, level: str) -> Q:
    """Empty where the word has no letter and no digit."""
    condition = Q()
    for way in spellings(word):
        condition |= Q(**{f"{patient}search_key__contains": way})
    if (named := _LEVELS.get(folded(word))) and level:
        condition |= Q(**{level: named})
    if day := _day(word):
        condition |= Q(**{f"{patient}birth_date": day})
    return condition


def _day(word: str) -> date | None:
    found = _DAY.fullmatch(word)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
