"""Curves of runs as a table, and what an epoch of them costs."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from curves import COLUMNS, Curve, read_curves, rows_of

from sweeps.results import tables
from tests.conftest import ROOT

CURVE = Curve((5.0, 4.0, 3.0), (12.0, 14.0, 20.0), 10.0)


def test_an_epoch_costs_what_it_took_and_the_first_of_a_trial_its_start_too() -> None:
    assert [CURVE.seconds(epoch, 0) for epoch in (1, 2, 3)] == [12.0, 2.0, 6.0]
    assert [CURVE.seconds(epoch, 1) for epoch in (2, 3)] == [12.0, 6.0]
    assert CURVE.last == 3.0


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = tmp_path / "0"
    run.mkdir()
    record = {
        "state": "COMPLETE",
        "config": {"encoder": {"hidden": 64, "fc": [32, 16]}, "training": {"seed": 5}},
        "provenance": {"seconds": 10.0},
    }
    (run / "record.json").write_text(json.dumps(record), encoding="utf-8")
    (run / "history.csv").write_text("epoch,val_loss,seconds\n1,9.5,2\n2,8.25,4\n", encoding="utf-8")
    table = tmp_path / "curves.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows_of(run)])
    # Of the ten seconds six were steps: half of the others came before them.
    assert read_curves(table) == {("[64]", "[32,16]"): {5: Curve((9.5, 8.25), (4.0, 10.0), 2.0)}}


def test_a_run_that_was_stopped_has_no_curve(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text('{"state": "PRUNED"}', encoding="utf-8")
    assert list(rows_of(tmp_path)) == []


@pytest.mark.parametrize("name", ["10000", "fashion_2000"])
def test_the_boards_that_documents_show_are_where_the_curves_end(name: str) -> None:
    board = tables.read(ROOT / "docs" / "boards" / f"encoder_grid_{name}.csv")
    ends = {
        combination: curves[0].last
        for combination, curves in read_curves(ROOT / "benchmarks" / "curves" / f"encoder_{name}.csv").items()
    }
    told = zip(board["params_encoder.hidden"], board["params_encoder.fc"], strict=True)
    assert dict(zip(told, board["value"], strict=True)) == ends
    assert list(board["value"]) == sorted(ends.values())
