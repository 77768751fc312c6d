"""What a run's folder says, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.errors import SweepError
from sweeps.results.account import read_account
from tests.sweeps.results.runs import HISTORY, leave_run, record_of


def test_a_record_and_a_history_are_read(tmp_path: Path) -> None:
    account = read_account(leave_run(tmp_path / "r", record_of([64], 170.0), HISTORY))
    assert account.config == {"encoder.hidden": [64], "encoder.dropout": 0.0, "seed": 0}
    assert account.metrics == {"val_loss": 170.0, "note": "text"}
    assert account.units == {"val_loss": "nats/image"}
    assert account.curves == {"loss": {1: 30.0, 2: 20.0, 3: 15.0}, "val_loss": {1: 31.0, 2: 21.0}}
    assert account.state == "COMPLETE"


def test_hydras_configuration_will_do(tmp_path: Path) -> None:
    account = read_account(leave_run(tmp_path / "r", None, hydra="a: {b: 1}\nc: []\n"))
    assert account.config == {"a.b": 1, "c": []}
    assert (account.metrics, account.curves, account.state) == ({}, {}, "")


@pytest.mark.parametrize("history", ["", "epoch\n1\n", "epoch,x\nsoon,1\n2,much\n", "a,b\n1,2,3\n"])
def test_a_history_that_is_none_gives_no_curves_or_what_can_be_read(tmp_path: Path, history: str) -> None:
    curves = read_account(leave_run(tmp_path / "r", record_of([64], 1.0), history)).curves
    assert curves == ({"b": {1: 2.0}} if history.startswith("a,b") else {})


def test_a_folder_with_neither_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match="is no run's folder"):
        read_account(leave_run(tmp_path / "r", None, HISTORY))
