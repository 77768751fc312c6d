"""Benchmarks are programs that import each other from their own folder."""

import sys

from tests.conftest import ROOT

sys.path.append(str(ROOT / "benchmarks"))
