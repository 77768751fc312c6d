"""A configuration of which Hydra could make no sweeper costs one line."""

from __future__ import annotations

import pytest

from hydra_plugins.optuna_study.first_look import FirstLook
from tests.sweeps.parts import master_of

OURS = "hydra_plugins.optuna_study.sweeper.OptunaStudySweeper"


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("hydra.sweeper._target_=os.system", f"hydra.sweeper._target_=os.system: must be {OURS}"),
        (
            "hydra.sweeper._target_=hydra._internal.core_plugins.basic_sweeper.BasicSweeper",
            f"hydra.sweeper._target_=hydra._internal.core_plugins.basic_sweeper.BasicSweeper: must be {OURS}",
        ),
        ("hydra.sweeper._target_=[a]", f"hydra.sweeper._target_=['a']: must be {OURS}"),
        ("hydra.sweeper._target_=${nowhere}", "hydra.sweeper._target_: Interpolation key 'nowhere' not"),
        ("hydra.sweeper._recursive_=true", "hydra.sweeper._recursive_: must be false"),
        ("hydra.sweeper._recursive_=null", "hydra.sweeper._recursive_: must be false"),
        ("hydra.sweeper=null", "hydra.sweeper=null: must be a mapping"),
        ("hydra.sweeper.n_trials=0", "hydra.sweeper.n_trials=0: must be a whole number of at least 1"),
    ],
)
def test_what_hydra_could_not_make_is_refused(
    capsys: pytest.CaptureFixture[str], override: str, said: str
) -> None:
    with pytest.raises(SystemExit) as left:
        FirstLook().on_multirun_start(master_of(override))
    assert left.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith(f"error: {said}")


def test_a_right_configuration_passes_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    FirstLook().on_multirun_start(master_of("hydra.sweeper.n_trials=3"))
    assert capsys.readouterr() == ("", "")
