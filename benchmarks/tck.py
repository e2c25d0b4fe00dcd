"""The DMN Technology Compatibility Kit, run against a checkout of dmn-tck/tck.

    .venv/bin/python -m benchmarks.tck PATH [--failures] [--directory 0072-feel-in]

Prints, for each level, how many results are right: of all, and of those whose
decision has a decision table. The kit is not part of this project; get it from
https://github.com/dmn-tck/tck. A result is right if the value is the expected one
(numbers to 8 places), or if an error is expected and the answer is null or an error.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from treatments.engine import DmnError, evaluate_decision, load_dmn
from treatments.engine.dmn.feel import temporal

TEST = "{http://www.omg.org/spec/DMN/20160719/testcase}"
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
NUMBERS = {"decimal", "double", "integer", "int", "float", "long"}
READERS = {
    "date": temporal.read_date,
    "time": temporal.read_time,
    "dateTime": temporal.read_date_time,
    "duration": temporal.read_duration,
    "dayTimeDuration": temporal.read_duration,
    "yearMonthDuration": temporal.read_duration,
}
# The slices that the goals name besides whole levels.
IN_SLICE = ("number_", "string_", "boolean_", "null_")


@dataclass(frozen=True)
class Result:
    """One expected result: where it stands, and whether we gave it."""

    level: str
    directory: str
    case: str
    decision: str
    table: bool
    right: bool
    told: str


def value_of(node: ElementTree.Element) -> Any:
    """The value that a test writes: a scalar, a context of components, a list."""
    components = node.findall(f"{TEST}component")
    if components:
        return {one.get("name"): value_of(one) for one in components}
    listed = node.find(f"{TEST}list")
    if listed is not None:
        nil = listed.get(f"{INSTANCE}nil") == "true"
        return None if nil else [value_of(item) for item in listed]
    single = node.find(f"{TEST}value")
    if single is None or single.get(f"{INSTANCE}nil") == "true":
        return None
    return scalar(single)


def scalar(node: ElementTree.Element) -> Any:
    text = node.text or ""
    sort = node.get(f"{INSTANCE}type", "xsd:string").rpartition(":")[2]
    if sort in NUMBERS:
        return float(text)
    if sort == "boolean":
        return text.strip() == "true"
    if sort in READERS:
        found = READERS[sort](text.strip())
        return text if found is None else found
    return text


def equal(found: Any, expected: Any) -> bool:
    if isinstance(expected, float):
        number = isinstance(found, int | float) and not isinstance(found, bool)
        return number and math.isclose(found, expected, rel_tol=1e-8, abs_tol=1e-8)
    if isinstance(expected, list):
        return isinstance(found, list) and (
            len(found) == len(expected) and all(map(equal, found, expected))
        )
    if isinstance(expected, dict):
        return isinstance(found, dict) and (
            found.keys() == expected.keys()
            and all(equal(found[name], expected[name]) for name in expected)
        )
    return type(found) is type(expected) and found == expected


def table_decisions(path: Path) -> set[str]:
    found = set()
    for node in ElementTree.parse(path).iter():
        if node.tag.endswith("}decision") and any(
            child.tag.endswith("}decisionTable") for child in node
        ):
            found.add(" ".join(node.get("name", "").split()))
    return found


def results(root: Path, wanted: str) -> Iterator[Result]:
    for tests in sorted(root.glob("TestCases/compliance-level-*/*/*.xml")):
        if wanted and wanted not in tests.parent.name:
            continue
        document = ElementTree.parse(tests).getroot()
        if document.tag != f"{TEST}testCases":
            continue
        name = document.findtext(f"{TEST}modelName") or ""
        path = tests.parent / name
        if path.is_file():
            yield from results_of(document, path)


def results_of(document: ElementTree.Element, path: Path) -> Iterator[Result]:
    tables = table_decisions(path)
    level, directory = path.parts[-3][-1], path.parts[-2]
    try:
        model, refused = load_dmn(path), ""
    except DmnError as error:
        model, refused = None, f"refused: {error}"
    for case in document.iter(f"{TEST}testCase"):
        inputs = {
            node.get("name"): value_of(node) for node in case.iter(f"{TEST}inputNode")
        }
        for node in case.iter(f"{TEST}resultNode"):
            name = node.get("name", "")
            if model is None:
                right, told = False, refused
            else:
                right, told = asked(model, node, inputs)
            table = " ".join(name.split()) in tables
            yield Result(level, directory, case.get("id", ""), name, table, right, told)


def asked(model: Any, node: ElementTree.Element, inputs: dict) -> tuple[bool, str]:
    expected_node = node.find(f"{TEST}expected")
    expected = None if expected_node is None else value_of(expected_node)
    error_expected = node.get("errorResult") == "true"
    try:
        found = evaluate_decision(model, node.get("name"), inputs)
    except DmnError as error:
        return error_expected, f"{error}"
    if error_expected and found is None:
        return True, ""
    return equal(found, expected), f"{found!r}, expected {expected!r}"


def shown(found: list[Result]) -> str:
    right = sum(result.right for result in found)
    share = f" ({right / len(found):.0%})" if found else ""
    return f"{right} / {len(found)}{share}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path, help="a checkout of dmn-tck/tck")
    parser.add_argument("--failures", action="store_true", help="name each wrong one")
    parser.add_argument("--directory", default="", help="only directories named so")
    chosen = parser.parse_args()
    began = time.perf_counter()
    found = list(results(chosen.path, chosen.directory))
    took = time.perf_counter() - began
    print("| level | all results | results of decision tables |\n|---|---|---|")
    for level in sorted({result.level for result in found}):
        own = [result for result in found if result.level == level]
        tables = [result for result in own if result.table]
        print(f"| {level} | {shown(own)} | {shown(tables)} |")
    inside = [
        result
        for result in found
        if result.directory == "0072-feel-in" and result.decision.startswith(IN_SLICE)
    ]
    print(f"\n0072-feel-in, number string boolean null: {shown(inside)}")
    print(f"{len(found)} results in {took:.1f} s")
    if chosen.failures:
        wrong = [result for result in found if not result.right]
        for directory, count in Counter(one.directory for one in wrong).items():
            print(f"\n{directory}: {count} wrong")
            for one in (one for one in wrong if one.directory == directory):
                print(f"  {one.case} {one.decision!r}: {one.told[:200]}")


if __name__ == "__main__":
    main()
