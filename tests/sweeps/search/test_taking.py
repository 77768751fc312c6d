"""A worker's next trial: taken, drawn and placed in one step, or closed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig
from optuna.study import Study
from optuna.trial import Trial, TrialState

from hydra_plugins.optuna_study.pruners import PRUNERS
from sweeps.search.queue import enqueue_missing
from sweeps.search.samplers import PerTrialSampler, make_pruner
from sweeps.search.taking import Taker
from sweeps.study import attributes
from sweeps.study.leases import Watch, place_of
from sweeps.study.trial import Cause, Resumption, TrialView
from tests.sweeps.parts import end, journal_study, master_of, settings_of, space_of
from tests.sweeps.takers import lone_taker, taken

MASTER = master_of()


def study_in(folder: Path, **options: Any) -> Study:
    """A study that draws as a sweep's does."""
    sampler = PerTrialSampler({"_target_": "optuna.samplers.RandomSampler", "seed": 0})
    return journal_study(folder, sampler=sampler, **options)


def taker_of(
    study: Study, folder: Path, *settings: str, grid: bool = False, function: str | None = None
) -> Taker:
    """A worker of `x=1,2`, or of an interval; every trial has `y=3` too."""
    space = space_of("x=1,2" if grid else "x=interval(0,1)", "steps=5", function=function)
    return lone_taker(study, folder, settings_of(*settings), space, grid, ["y=3"])


def test_a_trial_that_is_taken_has_its_parameters_its_folder_and_its_lease(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    enqueue_missing(study, [{"x": 1}, {"x": 2}])
    mine = taken(taker_of(study, tmp_path, grid=True))
    assert (mine.trial.number, mine.trial.params, mine.subfolder) == (0, {"x": 1}, "0")
    assert mine.overrides == ["steps=5", "x=1", "y=3"]
    assert (tmp_path / "0").is_dir()
    (own, other) = journal_study(tmp_path).trials
    job = TrialView(own).job
    assert job is not None
    assert (job.worker, job.folder, job.overrides) == (4, "0", mine.overrides)
    assert job.host == place_of(tmp_path / ".leases")
    assert other.state == TrialState.WAITING
    watch = Watch(tmp_path / ".leases", 60)
    assert not watch.is_dead(own)
    mine.lease.release()
    assert watch.is_dead(own)


def test_a_folder_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    study = study_in(tmp_path)
    assert taken(taker_of(study, tmp_path)).subfolder == "0-2"
    assert TrialView(study.trials[0]).folder == "0-2"


def test_each_replicate_has_a_folder_of_its_own(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    replicates = "hydra.sweeper.replicates=3", "hydra.sweeper.seed_key=y"
    taken(taker_of(study, tmp_path, *replicates))
    assert TrialView(study.trials[0]).folders == ["0/0", "0/1", "0/2"]


@pytest.mark.parametrize("budget", ["n_trials=1", "target=2"])
def test_none_is_taken_when_the_budget_is_met(tmp_path: Path, budget: str) -> None:
    study = study_in(tmp_path)
    taker = taker_of(study, tmp_path, f"hydra.sweeper.{budget}")
    study.tell(taken(taker).trial, 1.0)
    assert taker.take() is None
    assert len(study.trials) == 1


def test_a_worker_for_suspects_alone_begins_none(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    assert replace(taker_of(study, tmp_path), only_suspects=True).take() is None
    assert study.trials == []


def test_what_may_be_tried_again_comes_before_what_is_new(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    taker = taker_of(study, tmp_path)
    first = taken(taker)
    end(study, first.trial, Cause.INTERRUPTED)
    first.lease.release()
    again = taken(taker)
    assert again.trial.params == first.trial.params
    assert TrialView(study.trials[1]).retry_of == 0


def test_a_stopped_trial_goes_on_before_another_begins_where_it_may(tmp_path: Path) -> None:
    halving = "hydra/sweeper/optuna_study/pruner=successive_halving", "hydra.sweeper.promote=true"
    pruner = make_pruner({**PRUNERS["successive_halving"], "min_resource": 1, "reduction_factor": 2})
    study = study_in(tmp_path, pruner=pruner)
    for value in (1.0, 2.0, 3.0, 4.0):  # of which the second is stopped, and then among the best half
        trial = study.ask()
        trial.suggest_float("x", 0, 1)
        trial.report(value, 1)
        if trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
        else:
            study.tell(trial, value)
    taker = taker_of(study, tmp_path, *halving)
    promoted, new = (taken(taker).trial for _ in range(2))
    assert (promoted.number, promoted.params) == (4, study.trials[1].params)
    assert TrialView(study.trials[4]).resumes == Resumption(trial=1, first=1, step=1)
    assert (new.number, TrialView(study.trials[5]).resumes) == (5, None)


def test_one_that_another_process_has_taken_too_is_closed_and_the_next_is_taken(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    for x in (1, 1, 2):
        study.enqueue_trial({"x": x}, user_attrs={attributes.COMBINATION: str(x)})
    taker = taker_of(study, tmp_path, grid=True)
    assert [taken(taker).trial.number for _ in range(2)] == [0, 2]
    surplus = study.trials[1]
    assert (surplus.state, TrialView(surplus).cause) == (TrialState.FAIL, Cause.SURPLUS)
    assert not (tmp_path / "1").exists()
    assert not (tmp_path / ".leases" / "1").exists()


def losing(cfg: DictConfig, trial: Trial) -> None:
    raise LookupError("no such mine")


def test_a_trial_that_cannot_be_drawn_is_told_to_have_failed(tmp_path: Path) -> None:
    study = study_in(tmp_path)
    with pytest.raises(LookupError):
        taker_of(study, tmp_path, function=f"{__name__}.losing").take()
    (trial,) = study.trials
    assert (trial.state, TrialView(trial).cause) == (TrialState.FAIL, Cause.RAISED)
    assert TrialView(trial).reason == "LookupError: no such mine"
    assert list((tmp_path / ".leases").iterdir()) == []


def test_a_trial_whose_folder_cannot_be_made_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    def below_a_file(number: int, overrides: Sequence[str]) -> str:
        return f"file/{number}"

    study = study_in(tmp_path)
    with pytest.raises(OSError):
        replace(taker_of(study, tmp_path), subfolder_of=below_a_file).take()
    assert TrialView(study.trials[0]).cause == Cause.INTERRUPTED
    assert taken(taker_of(study, tmp_path)).trial.params == study.trials[0].params
