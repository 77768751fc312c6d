"""What a sweep adds to a trial comes back as it was said, through a real storage."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.trial import FrozenTrial, TrialState

from sweeps.study.notes import (
    note_failure,
)
from sweeps.study.trial import (
    Cause,
    Job,
    Resumption,
    TrialView,
    attributes_of,
    is_surplus,
)
from tests.sweeps.parts import journal_study

TEXTS = st.none() | st.text(min_size=1)
JOBS = st.builds(
    Job,
    host=TEXTS,
    pid=st.none() | st.integers(1, 2**31),
    beat=st.none() | st.floats(0, 2**33),
    worker=st.none() | st.integers(0, 9),
    folder=TEXTS,
    overrides=st.none() | st.lists(st.text()),
    replicates=st.none() | st.lists(st.text(min_size=1), min_size=1),
)


def begun(tmp_path: Path) -> tuple[optuna.Study, int]:
    """A study, and the id of a trial in it that runs."""
    study = journal_study(tmp_path)
    return study, study.ask()._trial_id


def there(study: optuna.Study) -> FrozenTrial:
    """The trial, as another process sees it."""
    return study._storage.get_trial(study.get_trials()[-1]._trial_id)


@given(JOBS)
def test_a_job_is_what_its_attribute_says(job: Job) -> None:
    attribute = job.to_attribute()
    assert None not in attribute.values()
    assert Job.from_attribute({**attribute, "of a later version": 1}) == job


@given(JOBS)
def test_the_folders_are_those_of_the_replicates_or_the_one(job: Job) -> None:
    trial = optuna.trial.create_trial(state=TrialState.RUNNING, user_attrs=attributes_of(job))
    view = TrialView(trial)
    assert view.folder == job.folder
    assert view.folders == list(job.replicates or ([] if job.folder is None else [job.folder]))


def test_a_trial_of_which_nothing_is_said() -> None:
    view = TrialView(optuna.trial.create_trial(state=TrialState.RUNNING))
    assert (view.job, view.folder, view.folders, view.last_beat) == (None, None, [], None)
    assert (view.cause, view.reason, view.spared, view.retry_of) == (None, None, None, None)
    assert (view.resumes, view.combination, view.replicates, view.enqueued) == (None, None, [], None)
    assert list(view.rung_values) == []


def test_what_a_trial_is_enqueued_with(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    resumed = Resumption(trial=3, first=1, step=9)
    study.enqueue_trial({"x": 1}, user_attrs=attributes_of(retry_of=0, resumes=resumed, combination="key"))
    view = TrialView(there(study))
    assert (view.retry_of, view.resumes, view.combination) == (0, resumed, "key")
    assert view.enqueued == {"x": 1}


def test_rungs_are_counted_from_the_first_without_a_gap() -> None:
    attrs = {"completed_rung_0": 3.0, "completed_rung_1": 2.0, "completed_rung_3": 1.0, "other": 0}
    view = TrialView(optuna.trial.create_trial(state=TrialState.RUNNING, system_attrs=attrs))
    assert list(view.rung_values) == [3.0, 2.0]
    assert view.rungs == {name: value for name, value in attrs.items() if name != "other"}


@pytest.mark.parametrize("cause", Cause)
def test_only_an_ended_trial_is_surplus(tmp_path: Path, cause: Cause) -> None:
    study, trial_id = begun(tmp_path)
    note_failure(study._storage, trial_id, cause, "why")
    assert not is_surplus(there(study))
    study._storage.set_trial_state_values(trial_id, TrialState.FAIL)
    assert is_surplus(there(study)) == (cause == Cause.SURPLUS)
