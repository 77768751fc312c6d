"""What a sweep does between two launches of its workers."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest
from optuna.study import Study
from optuna.trial import TrialState

from sweeps.course import Course
from sweeps.search.budget import budget_of
from sweeps.search.rescue import Rescue
from sweeps.study import attributes
from sweeps.study.folder import StudyFolder
from sweeps.study.leases import Watch, claim_of
from sweeps.study.trial import Cause, Spared
from tests.sweeps.parts import settings_of


def course_of(study: Study, path: Path) -> Course:
    folder, settings = StudyFolder(path), settings_of("hydra.sweeper.n_trials=2")
    watch = Watch(folder.leases, 0.0)
    rescue = Rescue(study, folder, settings, watch, lambda _: None)
    return Course(study, folder, settings, budget_of(settings, False), rescue)


@pytest.mark.parametrize(
    ("workers", "own", "spared"),
    [(1, True, None), (2, True, Spared.IN_COMPANY), (1, False, Spared.SWEEP_DIED)],
)
def test_only_the_death_of_an_own_lone_worker_counts(
    workers: int, own: bool, spared: str | None, tmp_path: Path
) -> None:
    """Two folders that a database joins both have a worker 0."""
    study = optuna.create_study()
    course = course_of(study, tmp_path)
    course.launches(range(workers))
    sweep = course.sweep if own else course_of(study, tmp_path).sweep
    job = claim_of(tmp_path / ".leases").to_attribute() | {"worker": 0, "sweep": sweep}
    study.ask().set_user_attr(attributes.JOB, job)
    course.rescue(None)
    assert study.trials[0].user_attrs.get(attributes.SPARED) == spared
    assert study.trials[1].user_attrs[attributes.RETRY_OF] == 0


def test_a_combination_whose_trials_all_gave_way_is_not_forgotten(tmp_path: Path) -> None:
    """Two machines had enqueued it, and each trial gave way to the other."""
    study = optuna.create_study()
    settings = settings_of()
    folder = StudyFolder(tmp_path)
    rescue = Rescue(study, folder, settings, Watch(folder.leases, 60.0), lambda _: None)
    course = Course(study, folder, settings, budget_of(settings, True), rescue)
    combinations = [{"x": 1}, {"x": 2}]
    course.begin((), combinations, everywhere=False)
    for _ in range(2):
        trial = study.ask()
        trial.set_user_attr(attributes.CAUSE, Cause.SURPLUS)
        study.tell(trial, state=TrialState.FAIL)

    def launch(_: bool) -> None:
        while course.tally().waiting:
            study.tell(study.ask(), 1.0)

    course.run(launch, lambda: None)
    done = [t.system_attrs["fixed_params"] for t in study.trials if t.state == TrialState.COMPLETE]
    assert done == combinations
