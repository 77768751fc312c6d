"""Of which study a job is a trial."""

from __future__ import annotations

from pathlib import Path

import sweeps
from sweeps.inside.membership import CurrentTrial, belonging


def test_a_job_knows_its_trial_while_it_runs() -> None:
    assert sweeps.current_trial() is None
    own = CurrentTrial("study", Path("/study"), 3)
    with belonging(own):
        assert sweeps.current_trial() == own
    assert sweeps.current_trial() is None
