"""What is written down of a trial is what another process reads."""

from __future__ import annotations

from pathlib import Path

import optuna
from optuna.trial import FrozenTrial

from sweeps.study.notes import (
    note_attributes,
    note_beat,
    note_failure,
    note_job,
    note_reached,
    note_reason,
    note_replicates,
)
from sweeps.study.trial import (
    Cause,
    Job,
    Spared,
    TrialView,
    attributes_of,
    with_replicates,
)
from tests.sweeps.parts import journal_study


def begun(tmp_path: Path) -> tuple[optuna.Study, int]:
    """A study, and the id of a trial in it that runs."""
    study = journal_study(tmp_path)
    return study, study.ask()._trial_id


def there(study: optuna.Study) -> FrozenTrial:
    """The trial, as another process sees it."""
    return study._storage.get_trial(study.get_trials()[-1]._trial_id)


def test_what_is_said_is_what_others_read(tmp_path: Path) -> None:
    study, trial_id = begun(tmp_path)
    note_job(study._storage, trial_id, Job(pid=7, beat=1.0, folder="0"))
    assert TrialView(there(study)).last_beat == 1.0
    note_beat(optuna.trial.Trial(study, trial_id), 2.0)
    note_replicates(study._storage, trial_id, (1.0, 2.0))
    note_failure(study._storage, trial_id, Cause.LOST, "its worker died", Spared.SWEEP_DIED)
    view = TrialView(there(study))
    assert view.job == Job(pid=7, beat=1.0, folder="0")
    assert (view.last_beat, view.replicates) == (2.0, [1.0, 2.0])
    assert (view.cause, view.reason, view.spared) == (Cause.LOST, "its worker died", Spared.SWEEP_DIED)
    note_reason(study._storage, trial_id, "another")
    assert TrialView(there(study)).reason == "another"


def test_how_far_it_is_is_told_by_replicate(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    trial = study.ask()
    assert TrialView(there(study)).reached == {}
    note_reached(trial, {0: 3, 2: 7})
    assert TrialView(there(study)).reached == {0: 3, 2: 7}


def test_a_reason_without_a_cause_is_one_to_stop(tmp_path: Path) -> None:
    study, trial_id = begun(tmp_path)
    assert not TrialView(there(study)).is_to_stop
    note_reason(study._storage, trial_id, "pruned at step 4 with 2")
    assert TrialView(there(study)).is_to_stop
    note_failure(study._storage, trial_id, Cause.LOST, "its worker died")
    assert not TrialView(there(study)).is_to_stop


def test_a_result_gives_its_attributes_but_not_its_beats(tmp_path: Path) -> None:
    study, trial_id = begun(tmp_path)
    note_beat(optuna.trial.Trial(study, trial_id), 2.0)
    attrs = with_replicates(attributes_of(Job(folder="0")) | {"sweeps:beat": 1.0, "own": "x"}, [1.5])
    note_attributes(study._storage, there(study), attrs, "pruned at step 2")
    view = TrialView(there(study))
    assert (view.folder, view.replicates, view.reason, view.last_beat) == (
        "0",
        [1.5],
        "pruned at step 2",
        2.0,
    )
    assert there(study).user_attrs["own"] == "x"
