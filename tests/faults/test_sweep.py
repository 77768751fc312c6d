"""Faults of small sweeps: a sample here, all of them by `python -m tests.faults.sweep`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import shim
from tests.faults.outcomes import a_sample
from tests.faults.studies import SCENARIOS
from tests.faults.sweep import Campaign, campaign_of

WHY_NOT = shim.why_not()
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
]


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with campaign_of("sampled", tmp_path_factory.mktemp("faults")) as campaign:
        yield campaign


@pytest.mark.parametrize(
    "action",
    [action if action == "kill" else pytest.param(action, marks=pytest.mark.slow) for action in shim.ACTIONS],
)
def test_after_a_fault_the_same_command_comes_to_the_same(sampled: Campaign, action: str) -> None:
    faults = [fault for fault in a_sample(sampled.calls) if fault.action == action]
    assert faults
    wrong = {str(fault): case.wrong for fault in faults if (case := sampled.attempt(fault)).wrong}
    assert not wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_after_any_fault_the_same_command_comes_to_the_same(name: str, tmp_path: Path) -> None:
    with campaign_of(name, tmp_path) as campaign:
        faults = list(shim.faults_of(campaign.calls, shim.ACTIONS))
        if name == "sqlite":
            faults = faults[::20]  # most of its calls make tables
        wrong = {str(fault): case.wrong for fault in faults if (case := campaign.attempt(fault)).wrong}
    assert len(faults) > 100
    assert not wrong
