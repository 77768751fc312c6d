"""Whole sweeps that end when what is left promises too little."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sweeps.conftest import JOBLIB, Sweep, states, trials_of

# The bowl is flat in x: 41 values within 0.0002 of each other.
FLAT = ("x=range(0.30,0.342,0.001)", "hydra/sweeper/optuna_study/sampler=random")


@pytest.mark.parametrize(
    "launcher", [(), pytest.param(JOBLIB, marks=pytest.mark.slow)], ids=["basic", "joblib"]
)
def test_a_flat_search_ends_early_and_says_why(
    sweep: Sweep, tmp_path: Path, launcher: tuple[str, ...]
) -> None:
    words = (*FLAT, "hydra.sweeper.n_trials=30", *launcher)
    result = sweep(*words, "hydra.sweeper.stop_when=0.1")
    assert result.returncode == 0, result.stderr
    assert "until 30 trials or an expected gain of less than 0.1" in result.stdout
    assert "more trials can be expected to gain" in result.stdout
    done = len(trials_of(tmp_path))
    assert 10 <= done <= 11
    again = sweep(*words, "hydra.sweeper.stop_when=0.1")
    assert again.returncode == 0
    assert len(trials_of(tmp_path)) == done
    further = sweep(*words, "hydra.sweeper.stop_when=null")
    assert further.returncode == 0
    assert states(trials_of(tmp_path)) == ["COMPLETE"] * 30


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("hydra.sweeper.stop_when=0", "must be a number above 0, noise or null"),
        ("hydra.sweeper.stop_when=soon", "must be a number above 0, noise or null"),
        ("hydra.sweeper.stop_when=noise", "needs hydra.sweeper.replicates of 2 or more"),
    ],
)
def test_what_it_cannot_be_is_refused(sweep: Sweep, tmp_path: Path, word: str, complaint: str) -> None:
    result = sweep(*FLAT, word)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {word}: ")
    assert complaint in result.stderr
    assert list(tmp_path.iterdir()) == []
