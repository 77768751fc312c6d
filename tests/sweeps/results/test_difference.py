"""In what two runs differ, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.results.account import RunAccount, read_account
from sweeps.results.difference import _some, difference_of
from tests.sweeps.results.runs import HISTORY, leave_run, record_of


@pytest.fixture
def accounts(tmp_path: Path) -> tuple[RunAccount, RunAccount]:
    other = record_of([64, 32], 168.5, images=10)
    other["config"]["encoder"]["kind"] = None
    other["metrics"]["test"] = 1
    return (
        read_account(leave_run(tmp_path / "a", record_of([64], 170.0), HISTORY)),
        read_account(leave_run(tmp_path / "b", other, HISTORY.replace("20.0", "19.0") + "4,1,1\n")),
    )


def test_fields_that_differ_or_that_only_one_has(accounts: tuple[RunAccount, RunAccount]) -> None:
    difference = difference_of(*accounts)
    assert difference.config.values.tolist() == [
        ["encoder.hidden", "[64]", "[64,32]"],
        ["encoder.kind", "-", "null"],
    ]
    assert difference.provenance.values.tolist() == [["images", "-", "10"]]  # not when it began


def test_metrics_with_their_units(accounts: tuple[RunAccount, RunAccount]) -> None:
    metrics = difference_of(*accounts).metrics
    assert metrics["metric"].tolist() == ["val_loss", "test"]
    assert metrics.iloc[0][["one", "other", "difference", "unit"]].tolist() == [
        170.0,
        168.5,
        -1.5,
        "nats/image",
    ]
    assert metrics.iloc[1][["one", "difference"]].isna().all()


def test_curves_at_steps_that_both_have(accounts: tuple[RunAccount, RunAccount]) -> None:
    curves = difference_of(*accounts).curves
    assert curves.values.tolist() == [
        ["loss", 1, 30.0, 30.0, 0.0],
        ["loss", 2, 20.0, 19.0, -1.0],
        ["loss", 3, 15.0, 15.0, 0.0],
    ]  # the other column is alike


def test_a_run_does_not_differ_from_itself(accounts: tuple[RunAccount, RunAccount]) -> None:
    difference = difference_of(accounts[0], accounts[0])
    assert difference.config.empty
    assert difference.provenance.empty
    assert difference.curves.empty
    assert difference.metrics["difference"].tolist() == [0.0]


@given(st.integers(1, 400), st.integers(1, 20))
def test_steps_are_some_in_their_order_with_the_last(length: int, n: int) -> None:
    steps = list(range(10, 10 + length))
    some = _some(steps, n)
    assert some == sorted(set(some))
    assert some[-1] == steps[-1]
    assert len(some) == min(length, n)
