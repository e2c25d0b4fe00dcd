"""The benchmark of the compatibility kit counts what is right, and only that."""

import subprocess
import sys
from pathlib import Path

from tests.treatments.engine.dmn.models import (
    column,
    decision,
    definitions,
    input_data,
    literal,
    output,
    table,
)

ROOT = Path(__file__).parents[4]
TESTS = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:xsd="http://www.w3.org/2001/XMLSchema"><modelName>own.dmn</modelName>
  <testCase id="1">
    <inputNode name="n"><value xsi:type="xsd:decimal">5</value></inputNode>
    <resultNode name="sign"><expected><value>many</value></expected></resultNode>
    <resultNode name="half">
      <expected><value xsi:type="xsd:decimal">2.5</value></expected>
    </resultNode></testCase>
  <testCase id="2">
    <inputNode name="n"><value xsi:type="xsd:decimal">1</value></inputNode>
    <resultNode name="sign"><expected><value>many</value></expected></resultNode>
    <resultNode name="half">
      <expected><value xsi:type="xsd:string">0.5</value></expected>
    </resultNode>
    <resultNode name="none" errorResult="true">
      <expected><value xsi:nil="true"/></expected>
    </resultNode></testCase></testCases>"""


def test_right_and_wrong_results_are_counted_by_level(tmp_path):
    folder = tmp_path / "TestCases" / "compliance-level-2" / "0001-own"
    folder.mkdir(parents=True)
    rules = [(["> 1"], ['"many"']), (["<= 1"], ['"few"'])]
    (folder / "own.dmn").write_bytes(
        definitions(
            input_data("n", "number"),
            decision("sign", table([column("n")], [output()], rules), inputs=["n"]),
            decision("half", literal("n / 2"), inputs=["n"]),
            decision("none", literal("n / 0"), inputs=["n"]),
        )
    )
    (folder / "own-test-01.xml").write_text(TESTS, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.tck", str(tmp_path), "--failures"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "| 2 | 3 / 5 (60%) | 1 / 2 (50%) |" in run.stdout
    assert "0001-own: 2 wrong" in run.stdout
    assert "2 'sign': 'few', expected 'many'" in run.stdout
