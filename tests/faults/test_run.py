"""Faults of small runs: a sample here, more of them by `python -m tests.faults.run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import shim
from tests.faults.outcomes import a_sample
from tests.faults.run import PLACES, campaign_of, telling
from tests.faults.shim import Call

pytestmark = pytest.mark.long

WHY_NOT = shim.why_not()


def test_of_many_calls_of_a_kind_on_a_file_three_tell_enough() -> None:
    kinds = ["open", *["write"] * 9, "fsync", *["write"] * 2]
    calls = [Call(number, kind, "/a") for number, kind in enumerate(kinds, start=1)]
    assert [call.number for call in telling(calls)] == [1, 2, 6, 10, 11, 12, 13]


@pytest.mark.slow
@pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT))
@pytest.mark.parametrize("place", PLACES)
def test_after_a_fault_a_run_comes_to_the_same_bits(place: str, tmp_path: Path) -> None:
    with campaign_of(place, tmp_path) as campaign:
        faults = a_sample(telling(campaign.calls))
        wrong = {str(fault): case.wrong for fault in faults if (case := campaign.attempt(fault)).wrong}
    assert len(faults) > 15
    assert not wrong
