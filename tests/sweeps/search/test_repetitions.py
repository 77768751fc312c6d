"""Every combination of a finite space is tried once, whatever befell the study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from optuna.study import Study
from optuna.trial import TrialState, create_trial

from hydra_plugins.optuna_study.pruners import PRUNERS
from sweeps.search.distinct import sampler_of
from sweeps.search.queue import enqueue_missing, enqueue_retries
from sweeps.search.samplers import make_pruner
from sweeps.search.taking import Taker
from sweeps.study import attributes
from sweeps.study.account import account_of
from sweeps.study.notes import note_failure
from sweeps.study.objective import MINIMIZED
from sweeps.study.trial import Cause, Job, Resumption, Spared, TrialView, attributes_of
from tests.sweeps.parts import journal_study, settings_of, space_of
from tests.sweeps.takers import lone_taker, taken

SAMPLED = "hydra/sweeper/optuna_study/sampler=random"


def drawing(study: Study, folder: Path, *arguments: str, **fields: Any) -> Taker:
    """A worker of a finite space that is sampled."""
    chosen = replace(settings_of(SAMPLED, "hydra.sweeper.n_trials=50"), **fields)
    space = space_of(*arguments)
    study.sampler = sampler_of(chosen.sampler, space)
    return lone_taker(study, folder, chosen, space, grid=False)


def verdict_of(taker: Taker) -> str:
    return taker.budget.verdict(account_of(taker.study).tally(MINIMIZED))


def failed(
    study: Study,
    drawn: str | None,
    cause: str = Cause.INTERRUPTED,
    folder: str | None = None,
    **params: Any,
) -> None:
    """A trial that was drawn so, and ended before it had a result."""
    space = space_of("x=1,2,3,4")
    attrs = {attributes.CAUSE: cause, **({attributes.DRAWN: drawn} if drawn is not None else {})}
    study.add_trial(
        create_trial(
            state=TrialState.FAIL,
            params=params,
            distributions={"x": space.parameters[0].distribution} if params else {},
            user_attrs={**attributes_of(job=Job(worker=1, folder=folder)), **attrs},
        )
    )


HALVING = {**PRUNERS["successive_halving"], "min_resource": 1, "reduction_factor": 2}


def of_an_earlier_version(study: Study, taker: Taker, *reached: tuple[int, float]) -> None:
    """Trials as they were left before a trial said what was drawn.

    Args:
        reached: each one's `x` and its value at the first rung, where those of 1 were stopped.
    """
    for number, (x, value) in enumerate(reached):
        study.add_trial(
            create_trial(
                state=TrialState.PRUNED if x == 1 else TrialState.COMPLETE,
                value=None if x == 1 else value,
                params={"x": x},
                distributions={"x": taker.space.parameters[0].distribution},
                user_attrs=attributes_of(job=Job(folder=str(number))),
                system_attrs={"completed_rung_0": value},
                intermediate_values={1: value},
            )
        )


def all_of(taker: Taker, value: float = 1.0) -> list[dict[str, Any]]:
    """Runs all that it may take; their parameters."""
    params = []
    while (placed := taker.take()) is not None:
        taker.study.tell(placed.trial, value)
        placed.lease.release()
        params.append(placed.trial.params)
    return params


EVERY = [{"x": 1, "y": 1}, {"x": 1, "y": 2}, {"x": 2, "y": 1}, {"x": 2, "y": 2}]


def in_order(params: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(params, key=lambda values: (values["x"], values["y"]))


@pytest.mark.parametrize(
    "warm",
    [
        [],
        [{"x": 1}],
        [{"x": 2, "y": 1}, {"x": 2}, {"y": 2}],
        [{"x": 1}, {"x": 1, "y": 1}, {"x": 1, "y": 2}],  # nothing is left for the first
        [{"x": 1}, {"y": 1}, {"x": 2}, {"y": 2}, {"x": 1, "y": 2}],
    ],
)
def test_every_combination_is_tried_once_whatever_was_enqueued(
    tmp_path: Path, warm: list[dict[str, Any]]
) -> None:
    study = journal_study(tmp_path)
    taker = drawing(study, tmp_path, "x=1,2", "y=1,2")
    for _ in range(2):  # as a sweep enqueues them at each of its launches
        enqueue_missing(study, warm, sampled=True)
        assert in_order(all_of(taker)) in (EVERY, [])
    number = len(study.trials)
    enqueue_missing(study, warm, sampled=True)
    assert (taker.take(), len(study.trials)) == (None, number)
    assert verdict_of(taker) == "met"


def test_one_that_died_while_it_was_drawn_is_no_endless_debt(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    taker = drawing(study, tmp_path, "x=1,2", "y=1,2")
    study.add_trial(
        create_trial(state=TrialState.RUNNING, user_attrs=attributes_of(job=Job(worker=9, host="elsewhere")))
    )
    assert in_order(all_of(taker)) == EVERY  # while it still counts as running
    note_failure(study._storage, study.trials[0]._trial_id, Cause.LOST, "died", Spared.SWEEP_DIED)
    study._storage.set_trial_state_values(study.trials[0]._trial_id, TrialState.FAIL)
    assert taker.take() is None
    number = len(study.trials)
    assert [taker.take() for _ in range(3)] == [None] * 3
    assert len(study.trials) == number
    assert verdict_of(taker) == "met"


def test_one_that_was_drawn_and_not_placed_is_repeated_as_it_was(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    taker = drawing(study, tmp_path, "x=1,2", "y=1,2")

    def full(number: int, overrides: Sequence[str]) -> str:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        replace(taker, subfolder_of=full).take()
    (failed,) = study.trials
    assert TrialView(failed).drawn is not None
    again = taken(taker)
    assert (again.trial.params, TrialView(study.trials[1]).retry_of) == (failed.params, 0)
    study.tell(again.trial, 1.0)
    again.lease.release()
    assert in_order([again.trial.params, *all_of(taker)]) == EVERY


def test_a_stopped_trial_of_an_earlier_version_is_promoted(tmp_path: Path) -> None:
    study = journal_study(tmp_path, pruner=make_pruner(HALVING))
    taker = drawing(study, tmp_path, "x=1,2,3,4,5", pruner=HALVING, promote=True)
    of_an_earlier_version(study, taker, (1, 1.0), (2, 5.0), (3, 6.0), (4, 7.0))
    promoted = taken(taker)
    assert promoted.trial.params == {"x": 1}
    assert TrialView(study.trials[4]).resumes == Resumption(0, 0, 1)
    study.tell(promoted.trial, 0.5)
    promoted.lease.release()
    assert all_of(taker) == [{"x": 5}]


@pytest.mark.parametrize("drawn", ['{"x": 3}', None], ids=["two machines", "an earlier version"])
def test_of_two_that_failed_with_one_combination_one_is_repeated(tmp_path: Path, drawn: str | None) -> None:
    study = journal_study(tmp_path)
    taker = drawing(study, tmp_path, "x=1,2,3,4")
    failed(study, drawn, folder="of one", x=3)
    failed(study, drawn, folder="of another", x=3)
    assert sorted(params["x"] for params in all_of(taker)) == [1, 2, 3, 4]
    assert (taker.take(), verdict_of(taker)) == (None, "met")


def test_one_that_failed_for_good_with_nothing_drawn_is_no_debt(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    taker = drawing(study, tmp_path, "x=1,2,3,4")
    failed(study, None, Cause.RAISED)
    assert len(all_of(taker)) == 4
    assert verdict_of(taker) == "met"
    failed(study, '{"x": 3}', Cause.RAISED, x=3)
    assert verdict_of(taker) == "exhausted"


def test_what_repeats_a_trial_has_its_combination_from_the_first_moment_on(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    taker = drawing(study, tmp_path, "x=1,2,3,4")
    failed(study, '{"x": 3}', x=3)
    assert enqueue_retries(study, 0) == 1
    # Its worker dies before it has said anything: then the combination has failed, and nothing else has.
    trial_id = study.trials[1]._trial_id
    study._storage.set_trial_state_values(trial_id, TrialState.RUNNING)
    note_failure(study._storage, trial_id, Cause.RAISED, "died")
    study._storage.set_trial_state_values(trial_id, TrialState.FAIL)
    assert sorted(params["x"] for params in all_of(taker)) == [1, 2, 4]
    assert verdict_of(taker) == "exhausted"


def test_a_warm_start_whose_copies_gave_way_to_each_other_is_enqueued_again(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    assert enqueue_missing(study, [{"x": 3}], sampled=True) == 1
    trial_id = study.trials[0]._trial_id
    study._storage.set_trial_state_values(trial_id, TrialState.RUNNING)
    study._storage.set_trial_user_attr(trial_id, attributes.DRAWN, '{"x": 3}')
    assert enqueue_missing(study, [{"x": 3}], sampled=True) == 0
    note_failure(study._storage, trial_id, Cause.SURPLUS, "another had it, which gave way too")
    study._storage.set_trial_state_values(trial_id, TrialState.FAIL)
    assert enqueue_missing(study, [{"x": 3}], sampled=True) == 1


def test_what_a_sampler_has_drawn_is_not_enqueued_and_of_a_grid_all_is(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    taker = drawing(study, tmp_path, "x=1,2,3,4")
    assert len(all_of(taker)) == 4
    assert enqueue_missing(study, [{"x": 3}], sampled=True) == 0
    assert enqueue_missing(study, [{"x": 3}]) == 1


def test_fractions_that_differ_late_are_two_combinations(tmp_path: Path) -> None:
    study = journal_study(tmp_path)
    taker = drawing(study, tmp_path, "x=1764177600.123,1764177600.124")
    assert len(all_of(taker)) == 2
    assert verdict_of(taker) == "met"


def test_a_promoted_trial_of_an_earlier_version_gives_way_to_none(tmp_path: Path) -> None:
    """Earlier versions drew combinations twice."""
    study = journal_study(tmp_path, pruner=make_pruner(HALVING))
    taker = drawing(study, tmp_path, "x=1,2,3,4", pruner=HALVING, promote=True)
    of_an_earlier_version(study, taker, (1, 1.0), (1, 2.0), (2, 5.0), (3, 6.0), (4, 7.0))
    assert all_of(taker, 0.5) == [{"x": 1}] * 2
    assert [trial.number for trial in study.trials if TrialView(trial).cause == Cause.SURPLUS] == []
