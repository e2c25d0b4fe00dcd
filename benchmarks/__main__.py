"""Run every benchmark of this folder, or those named: ``-m benchmarks report``."""

import runpy
import sys
from pathlib import Path

if sys.argv[1:2] == ["load"]:  # takes minutes, and arguments of its own
    del sys.argv[1]
    runpy.run_module("benchmarks.load", run_name="__main__")
    raise SystemExit

names = [path.stem for path in sorted(Path(__file__).parent.glob("bench_*.py"))]
wanted = [name for name in names if name.removeprefix("bench_") in sys.argv[1:]]
sys.argv[1:] = []
for name in wanted or names:
    print(f"# {name}")
    runpy.run_module(f"benchmarks.{name}", run_name="__main__")
