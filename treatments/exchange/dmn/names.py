"""The names of DMN and of our extension to it."""

from __future__ import annotations

import re

from treatments.engine.ruleset.csv_folder import GROUNDS

#: The part of a name space that differs by the version of DMN.
DMN_1_5 = "20230324"
DMN_1_3 = "20191111"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"
DI = "http://www.omg.org/spec/DMN/20180521/DI/"
OURS = "urn:spine-cds:ruleset:1"

#: The parts of a document that are not decision tables, in the order of their writing.
PARTS = (
    *("metadata", "facts", "rungs", "treatments", "sources", "invariants"),
    "selection",
)
#: Why a rule is there, beside its rationale and its sources: attributes of our element.
GROUND_ATTRIBUTES = tuple(
    name for name in GROUNDS if name not in ("rationale", "sources")
)
#: Every version of DMN from 1.1 on names its elements alike, as far as we read them.
ANY_DMN = re.compile(r"\{https?://www\.omg\.org/spec/DMN/\d{8}/(?:MODEL/|dmn\.xsd)\}")


class Ids:
    """Identifiers of XML, each given once in a file."""

    def __init__(self) -> None:
        self.used: dict[str, int] = {}

    def make(self, kind: str, name: str) -> str:
        """An identifier that tells what it names: ``rule_ALERT-01``.

        A second thing of the same kind and name gets a number.
        """
        plain = re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:80]
        stem = f"{kind}_{plain}"
        number = self.used.get(stem, 0) + 1
        self.used[stem] = number
        return stem if number == 1 else self.make(stem, str(number))
