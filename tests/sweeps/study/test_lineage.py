"""What a trial that goes on with a stopped one takes from it, and which of the two counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import optuna
import pytest
from optuna.trial import FrozenTrial, TrialState

from sweeps import continued_from
from sweeps.inside.reporting import report, reporting_to
from sweeps.inside.resuming import resuming
from sweeps.search.halving import SuccessiveHalvingPruner
from sweeps.search.queue import enqueue_retries
from sweeps.study import attributes
from sweeps.study.lineage import (
    came_further,
    earlier_tries,
    enqueue_repeat,
    enqueue_resumption,
    finished_replicates,
    first_of,
    known_through,
    latest,
    left_off,
    needed_by_others,
    origin_of,
    params_of,
    predecessors,
    promoted,
)
from sweeps.study.notes import note_reached
from sweeps.study.trial import Cause, Resumption, TrialView
from tests.sweeps.parts import journal_study

STORAGES = pytest.mark.parametrize("kind", ["journal", "sqlite", "memory"])


def study_of(folder: Path, kind: str = "memory") -> optuna.Study:
    pruner = SuccessiveHalvingPruner(min_resource=1, reduction_factor=2)
    if kind == "journal":
        return journal_study(folder, pruner=pruner)
    storage = f"sqlite:///{folder}/study.db" if kind == "sqlite" else None
    return optuna.create_study(storage=storage, pruner=pruner)


def stopped(study: optuna.Study, values: list[float]) -> FrozenTrial:
    """A trial that was stopped after its last value."""
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    for step, value in enumerate(values, start=1):
        trial.report(value, step)
        trial.should_prune()
    trial.set_user_attr(attributes.COMBINATION, "key")
    study.tell(trial, state=TrialState.PRUNED)
    return study.get_trials()[trial.number]


@STORAGES
def test_it_has_the_parameters_the_curve_and_the_rungs(tmp_path: Path, kind: str) -> None:
    study = study_of(tmp_path, kind)
    before = stopped(study, [3.0, 2.0])
    enqueue_resumption(study, before)
    waiting = study.get_trials()[1]
    assert waiting.state == TrialState.WAITING
    assert TrialView(waiting).resumes == Resumption(trial=0, first=0, step=2)
    assert waiting.user_attrs[attributes.COMBINATION] == "key"
    taken = study.ask()
    assert taken.number == 1
    assert taken.suggest_float("x", 0, 1) == before.params["x"]
    now = study.get_trials()[1]
    assert now.intermediate_values == {1: 3.0, 2: 2.0}
    assert now.system_attrs["completed_rung_1"] == 2.0
    assert not taken.should_prune()
    assert study.get_trials()[0] == before


def test_steps_that_it_has_are_not_recorded_or_decided_again(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    study = study_of(tmp_path)
    for value in (1.0, 1.5):
        stopped(study, [value])
    enqueue_resumption(study, stopped(study, [5.0]))
    with reporting_to(study.ask(), through=1):
        report(9.0, 1)
        with pytest.raises(optuna.TrialPruned):
            report(float("nan"), 2)  # the next step counts
    values = study.get_trials()[3].intermediate_values
    assert values[1] == 5.0
    assert not recwarn.list


def test_a_chain_knows_its_first(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    stopped(study, [1.0])
    enqueue_resumption(study, stopped(study, [3.0]))
    again = study.ask()
    again.report(2.0, 2)
    study.tell(again, state=TrialState.PRUNED)
    enqueue_resumption(study, study.get_trials()[2])
    trials = study.get_trials()
    assert TrialView(trials[3]).resumes == Resumption(trial=2, first=1, step=2)
    assert [first_of(trial) for trial in trials] == [0, 1, 1, 1]
    assert [trial.number for trial in latest(trials)] == [0, 3]
    assert promoted(trials) == {1, 2}
    assert promoted(trials, waiting=False) == {1}


def test_what_is_tried_again_has_the_place_of_its_first_try(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    for _ in range(2):
        failed = study.ask()
        failed.report(1.0, 1)
        failed.should_prune()
        failed.set_user_attr(attributes.CAUSE, Cause.INTERRUPTED)
        study.tell(failed, state=TrialState.FAIL)
        assert enqueue_retries(study, retries=0) == 1
    enqueue_resumption(study, stopped(study, [3.0]))
    trials = study.get_trials()
    assert [origin_of(study, trial) for trial in trials] == [0, 0, 0, 0]
    assert [trial.number for trial in latest(trials)] == [3]


@pytest.mark.parametrize(
    ("cause", "again"), [(Cause.INTERRUPTED, True), (Cause.LOST, True), (Cause.RAISED, False)]
)
def test_one_that_fails_gives_its_place_back_or_is_tried_again(
    tmp_path: Path, cause: str, again: bool
) -> None:
    study = study_of(tmp_path)
    enqueue_resumption(study, stopped(study, [3.0]))
    failed = study.ask()
    failed.report(1.0, 2)
    failed.set_user_attr(attributes.CAUSE, cause)
    study.tell(failed, state=TrialState.FAIL)
    assert [trial.number for trial in latest(study.get_trials())] == [0]
    assert enqueue_retries(study, retries=0) == again
    assert enqueue_retries(study, retries=0) == 0
    if again:
        retry = study.get_trials()[2]
        assert TrialView(retry).resumes == Resumption(trial=0, first=0, step=1)
        assert retry.user_attrs[attributes.RETRY_OF] == 1
        assert retry.intermediate_values == {1: 3.0}
        assert [trial.number for trial in latest(study.get_trials())] == [2]


def test_parameters_are_those_that_were_run() -> None:
    study = optuna.create_study()
    study.enqueue_trial({"x": 2, "y": 7, "late": 1})
    trial = study.ask()
    assert trial.suggest_float("x", 0, 9) == 2
    with pytest.warns(UserWarning, match="out of range"):
        drawn = trial.suggest_int("y", 0, 3)
    found = params_of(study.get_trials()[0])
    assert found == {"x": 2, "y": drawn, "late": 1}
    assert isinstance(found["x"], int)


def cut_off(
    study: optuna.Study,
    values: list[float],
    folder: str,
    replicates: int = 1,
    cause: Cause = Cause.INTERRUPTED,
    reached: Mapping[int, int] | None = None,
) -> FrozenTrial:
    """The next trial, whose job is cut off after it has reported these values beside what it had."""
    trial = study.ask()
    job: dict[str, object] = {"folder": folder}
    if replicates > 1:
        job["replicates"] = [f"{folder}/{index}" for index in range(replicates)]
    trial.set_user_attr(attributes.JOB, job)
    trial.suggest_float("x", 0, 1)
    start = (study.get_trials()[trial.number].last_step or 0) + 1
    for step, value in enumerate(values, start=start):
        trial.report(value, step)
        trial.should_prune()
    if reached:
        note_reached(trial, reached)
    trial.set_user_attr(attributes.CAUSE, cause)
    study.tell(trial, state=TrialState.FAIL)
    return study.get_trials()[trial.number]


@STORAGES
def test_what_was_cut_off_leaves_its_curve_and_its_rungs(tmp_path: Path, kind: str) -> None:
    study = study_of(tmp_path, kind)
    before = cut_off(study, [3.0, 2.0], "0")
    assert enqueue_retries(study, 0, can_continue=True) == 1
    waiting = study.get_trials()[1]
    assert (waiting.state, waiting.intermediate_values) == (TrialState.WAITING, {1: 3.0, 2: 2.0})
    assert waiting.system_attrs["completed_rung_1"] == 2.0
    assert TrialView(waiting).goes_on
    assert TrialView(waiting).retry_of == 0
    assert study.ask().suggest_float("x", 0, 1) == before.params["x"]
    assert [trial.number for trial in latest(study.get_trials())] == [1]


def test_a_promoted_trial_that_was_cut_off_has_all_that_came_since(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    enqueue_resumption(study, stopped(study, [3.0]))
    cut_off(study, [2.0, 1.5], "1")
    assert enqueue_retries(study, 0, can_continue=True) == 1
    trials = study.get_trials()
    assert trials[2].intermediate_values == {1: 3.0, 2: 2.0, 3: 1.5}
    assert TrialView(trials[2]).resumes == Resumption(trial=0, first=0, step=1)
    assert [trial.number for trial in predecessors(trials, 2)] == [1, 0]
    assert [known_through(trials, trial) for trial in trials] == [-1, 1, 3]


def folder_left(trials: list[FrozenTrial], number: int, root: Path, index: int = 0) -> str | None:
    """The name of the folder where a trial's job goes on; that of its first replicate reports."""
    since = left_off(trials, number, index, index == 0, root)
    return None if since is None else str(since.folder.relative_to(root))


def test_the_folder_is_that_of_the_last_try_that_reported(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    for folder, values in (("0", [3.0, 2.0]), ("1", [1.5]), ("2", [])):
        (tmp_path / folder).mkdir()
        cut_off(study, values, folder)
        enqueue_retries(study, 0, can_continue=True)
    trials = study.get_trials()
    assert [known_through(trials, trial) for trial in trials] == [-1, 2, 3, 3]
    assert [folder_left(trials, number, tmp_path) for number in range(4)] == [None, "0", "1", "1"]
    (tmp_path / "1").rmdir()
    assert folder_left(trials, 3, tmp_path) == "0"


def test_one_that_had_begun_again_is_gone_on_from_though_it_came_less_far(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    cut_off(study, [3.0, 2.0, 1.0], "0")  # its folder is on another machine
    enqueue_retries(study, 0, can_continue=True)
    (tmp_path / "1").mkdir()
    cut_off(study, [], "1", reached={0: 2})
    enqueue_retries(study, 0, can_continue=True)
    trials = study.get_trials()
    assert [came_further(trials, trial) for trial in trials] == [True, False, False]
    assert folder_left(trials, 2, tmp_path) == "1"


def test_of_replicates_the_folder_is_the_one_whose_job_has_said_how_far_it_is(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    for folder, reached in (("a", {1: 5}), ("b", {})):
        for index in range(3):
            (tmp_path / folder / str(index)).mkdir(parents=True)
        cut_off(study, [1.0] if folder == "a" else [], folder, replicates=3, reached=reached)
        enqueue_retries(study, 0, can_continue=True)
    trials = study.get_trials()
    # The second try was cut off at its start: it has a folder, and no state in it.
    assert [folder_left(trials, 2, tmp_path, index) for index in range(3)] == ["a/0", "a/1", None]


def test_a_job_never_goes_on_in_its_own_folder(tmp_path: Path) -> None:
    """As where two machines whose folders are not shared have named theirs alike."""
    study = study_of(tmp_path)
    (tmp_path / "same").mkdir()
    for _ in range(2):
        cut_off(study, [1.0], "same")
        enqueue_retries(study, 0, can_continue=True)
    assert folder_left(study.get_trials(), 1, tmp_path) is None


def test_a_state_is_needed_while_somebody_may_go_on_from_it(tmp_path: Path) -> None:
    study = study_of(tmp_path)
    stopped(study, [9.0])
    cut_off(study, [3.0], "1")
    assert needed_by_others(study.get_trials()) == {1}
    enqueue_retries(study, 0, can_continue=True)
    assert needed_by_others(study.get_trials()) == {1}
    study.tell(study.ask(), 1.0)
    assert needed_by_others(study.get_trials()) == set()


@pytest.mark.parametrize(("cause", "goes_on"), [(Cause.RAISED, False), (Cause.TIMED_OUT, True)])
def test_what_raised_begins_again(tmp_path: Path, cause: str, goes_on: bool) -> None:
    study = study_of(tmp_path)
    trial = study.ask()
    trial.set_user_attr(attributes.JOB, {"folder": "0"})
    trial.report(3.0, 1)
    trial.set_user_attr(attributes.CAUSE, cause)
    study.tell(trial, state=TrialState.FAIL)
    assert enqueue_retries(study, 1, can_continue=True) == 1
    waiting = study.get_trials()[1]
    assert (TrialView(waiting).goes_on, waiting.intermediate_values) == (goes_on, {1: 3.0} if goes_on else {})
    assert known_through(study.get_trials(), waiting) == (1 if goes_on else -1)


def test_a_death_counts_only_against_a_trial_that_came_no_further(tmp_path: Path) -> None:
    def nothing(_: int) -> dict[int, int]:
        return {}

    def same(_: int) -> dict[int, int]:
        return {2: 4}

    def further(number: int) -> dict[int, int]:
        return {2: 4 + number}

    for reports, reached, tries in (([1.0], same, 6), ([], further, 6), ([], same, 3), ([], nothing, 2)):
        study = study_of(tmp_path)
        for number in range(6):
            cut_off(study, reports, str(number), cause=Cause.LOST, reached=reached(number))
            if not enqueue_retries(study, 0, can_continue=True):
                break
        assert len(study.get_trials(states=(TrialState.FAIL,))) == tries


def test_a_job_is_told_within_and_not_after(tmp_path: Path) -> None:
    assert continued_from() is None
    with resuming(tmp_path):
        assert continued_from() == tmp_path
        with resuming(None):
            assert continued_from() is None
    assert continued_from() is None


def failed_with(folders: list[str], replicates: list[float], reported: dict[int, float]) -> FrozenTrial:
    """A failed trial with replicates in these folders."""
    return optuna.trial.create_trial(
        state=TrialState.FAIL,
        user_attrs={
            attributes.JOB: {"folder": "0", "replicates": folders},
            attributes.REPLICATES: replicates,
        },
        intermediate_values=reported,
    )


def test_what_a_failed_trial_leaves_are_replicates_but_the_first_which_reports_its_steps() -> None:
    study = study_of(Path())
    study.add_trial(failed_with(["0/0", "0/1", "0/2"], [3.0, 4.0], {1: 9.0, 2: 8.0}))
    for goes_on in (False, True):
        enqueue_repeat(study, study.trials[0], {}, goes_on)
    assert finished_replicates(study.trials, 1, races=False) == {1: ("0/1", 4.0)}
    # It has the steps, so that it need not run again for them.
    assert finished_replicates(study.trials, 2, races=False) == {0: ("0/0", 3.0), 1: ("0/1", 4.0)}
    study.add_trial(failed_with(["3/0", "3/1", "3/2"], [], {0: 3.0, 1: 4.0}))
    enqueue_repeat(study, study.trials[3], {})
    assert finished_replicates(study.trials, 4, races=True) == {0: ("3/0", 3.0), 1: ("3/1", 4.0)}


def test_the_first_replicate_counts_only_where_no_try_since_has_begun_its_steps_again() -> None:
    study = study_of(Path())
    study.add_trial(failed_with(["0/0", "0/1"], [3.0], {1: 9.0}))
    enqueue_repeat(study, study.trials[0], {}, goes_on=False)
    again = study.ask()
    again.set_user_attr(attributes.JOB, {"folder": "1", "replicates": ["1/0", "1/1"]})
    study.tell(again, state=TrialState.FAIL)
    enqueue_repeat(study, study.trials[1], {}, goes_on=True)
    assert finished_replicates(study.trials, 2, races=False) == {}


def test_the_tries_of_a_trial_are_those_that_it_repeats_the_last_first() -> None:
    study = study_of(Path())
    for retry_of in (None, 0, None, 1):
        attrs = {} if retry_of is None else {attributes.RETRY_OF: retry_of}
        study.add_trial(optuna.trial.create_trial(state=TrialState.FAIL, user_attrs=attrs))
    assert [trial.number for trial in earlier_tries(study.trials, 3)] == [1, 0]
    assert list(earlier_tries(study.trials, 2)) == []
