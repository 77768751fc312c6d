"""The stored curves, replayed as benchmarks/README.md says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from replay import HEADER, main

CURVES = Path(__file__).parents[2] / "benchmarks" / "curves"


@pytest.mark.parametrize("name", ["encoder_2000.csv", "encoder_10000.csv", "encoder_fashion_2000.csv"])
def test_the_named_study_trains_less_than_a_batch_sweeper_and_is_close_to_the_best(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["replay.py", str(CURVES / name), "--orders", "3", "--policies", "ours"]
    monkeypatch.setattr(sys, "argv", words)
    main()
    header, *lines = capsys.readouterr().out.splitlines()
    assert header == HEADER
    rows = {policy: text.split("; ") for policy, text in (line.split(": ", 1) for line in lines)}
    assert [*rows] == ["batch", "ours"]
    assert all(len(row) == len(HEADER.split("; ")) for row in rows.values())
    mean_regret, epochs = float(rows["ours"][4]), float(rows["ours"][6].split()[0])
    assert 0 <= mean_regret < 0.5, "a rung too early loses more"
    assert epochs < float(rows["batch"][6].split()[0]) == 30 * 27
