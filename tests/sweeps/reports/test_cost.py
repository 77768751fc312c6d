"""What a study has cost; of whole studies in `test_content.py`."""

from __future__ import annotations

import pytest
from optuna.trial import TrialState, create_trial

from sweeps.reports.cost import _own_steps


@pytest.mark.parametrize(
    ("steps", "begun_at", "made"),
    [
        ([1, 2, 3], -1, 3),
        ([0, 1, 2], -1, 3),
        ([100, 200], -1, 200),
        ([500], -1, 500),
        ([0], -1, 1),
        ([3, 6, 9], 3, 6),
        ([], -1, 0),
        ([3], 3, 0),
    ],
)
def test_a_trial_need_not_report_after_every_step(steps: list[int], begun_at: int, made: float) -> None:
    trial = create_trial(state=TrialState.PRUNED, intermediate_values=dict.fromkeys(steps, 1.0))
    assert _own_steps(trial, begun_at) == made
