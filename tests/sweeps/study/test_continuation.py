"""Where a job goes on of a trial that was stopped, or cut off, and what of its work is not done again."""

from __future__ import annotations

from pathlib import Path

import optuna
from optuna.trial import FrozenTrial, TrialState

from sweeps.search.queue import enqueue_retries
from sweeps.study import attributes
from sweeps.study.continuation import (
    came_further,
    finished_replicates,
    known_through,
    left_off,
    needed_by_others,
    predecessors,
)
from sweeps.study.lineage import (
    enqueue_repeat,
    enqueue_resumption,
)
from sweeps.study.trial import Cause, Resumption, TrialView
from tests.sweeps.study.tries import cut_off, stopped, study_of


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
