"""A trial as a row: what the study and the jobs' records say of it, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from optuna.trial import FrozenTrial, TrialState

from sweeps.results.row import LEFT_OUT, RESERVED, Header, header_of, row_of
from sweeps.results.statistics import mean_interval
from sweeps.study import attributes
from sweeps.study.notes import note_failure
from sweeps.study.objective import MAXIMIZED, MINIMIZED, Objective
from sweeps.study.trial import Cause, Job, Resumption, Spared, attributes_of, with_replicates

HEADER = Header((Objective("minimize", "loss"),))
STARTED = datetime(2024, 5, 6, 7, 8, 9, 10)


def trial_of(state: TrialState = TrialState.COMPLETE, *values: float, **options: Any) -> FrozenTrial:
    """A trial that has been made so, of one parameter."""
    trial = optuna.trial.create_trial(
        state=state,
        values=values or None,
        params={"x": 0.5},
        distributions={"x": optuna.distributions.FloatDistribution(0, 1)},
        **options,
    )
    trial.number = 3
    trial.datetime_start = STARTED
    trial.datetime_complete = STARTED + timedelta(seconds=90) if state.is_finished() else None
    return trial


def record_of(metrics: dict[str, Any], **provenance: Any) -> dict[str, Any]:
    return {"metrics": metrics, "provenance": provenance}


def test_a_row_says_what_the_study_the_job_and_its_record_know() -> None:
    job = Job(worker=1, machine="here", threads=2, folder="3", pid=7)
    trial = trial_of(
        TrialState.COMPLETE,
        1.5,
        user_attrs=attributes_of(job, retry_of=1, resumes=Resumption(trial=2, first=0, step=4)),
        intermediate_values={0: 9.0, 5: 2.0},
    )
    record = {**record_of({"val_kl": 3.0}, git_commit="abc", seconds=80), "config_hash": "f00"}
    assert row_of(trial, HEADER, [record]) == {
        "trial": 3,
        "state": "COMPLETE",
        "value": 1.5,
        "params_x": 0.5,
        "val_kl": 3.0,
        "git_commit": "abc",
        "seconds": 80,
        "config_hash": "f00",
        "last_step": 5,
        "trial_seconds": 90.0,
        "started": "2024-05-06T07:08:09",
        "worker": 1,
        "machine": "here",
        "threads": 2,
        "folder": "3",
        "continues": 2,
        "retry_of": 1,
        "objective": "loss",
        "direction": "minimize",
    }


@pytest.mark.parametrize("found", [[], [None], [{}], [{"state": "RUNNING"}]])
def test_a_row_leaves_out_what_is_not_known(found: Sequence[dict[str, Any] | None]) -> None:
    row = row_of(trial_of(TrialState.RUNNING), HEADER, found)
    assert set(row) == {"trial", "state", "params_x", "started", "objective", "direction"}


@pytest.mark.parametrize("state", list(TrialState))
def test_only_a_trial_that_is_complete_or_was_stopped_has_a_value(state: TrialState) -> None:
    values = [1.5] if state in (TrialState.COMPLETE, TrialState.PRUNED) else []
    assert ("value" in row_of(trial_of(state, *values), HEADER, [])) == bool(values)


NAMES = st.sampled_from([*sorted(RESERVED | LEFT_OUT), "params_x", "params_y", "value_loss", "own"])


@given(st.dictionaries(NAMES, st.floats(10, 20)), st.dictionaries(NAMES, st.floats(10, 20)))
def test_a_job_cannot_say_what_a_board_says_by_itself(
    metrics: dict[str, float], provenance: dict[str, float]
) -> None:
    trial = trial_of(TrialState.COMPLETE, 1.5, user_attrs=attributes_of(Job(worker=1, folder="3")))
    own = row_of(trial, HEADER, [])
    row = row_of(trial, HEADER, [record_of(metrics, **provenance)])
    assert own.items() <= row.items()
    added = {name for name in metrics | provenance if name in row and name not in own}
    assert added <= {"own"} | (LEFT_OUT & set(metrics))
    assert row.get("own") == metrics.get("own", provenance.get("own"))


def test_of_replicates_metrics_are_means_and_seconds_a_sum() -> None:
    trial = trial_of(TrialState.COMPLETE, 2.0, user_attrs=with_replicates({}, [1.0, 2.0, 3.0]))
    records = [
        record_of({"kl": value, "kind": f"{value}"}, seconds=10, seed=value) for value in (4.0, 5.0, 9.0)
    ]
    row = row_of(trial, HEADER, records)
    assert (row["kl"], row["kind"], row["seconds"], row["seed"]) == (6.0, "4.0", 30, 4.0)
    interval = mean_interval([1.0, 2.0, 3.0])
    assert (row["replicates"], row["low"], row["high"]) == ("1.0 2.0 3.0", interval.low, interval.high)
    # Without one that cannot be read, a mean would be another than the value's.
    assert "kl" not in row_of(trial, HEADER, [None, *records[1:]])
    torn = row_of(trial, HEADER, [*records[:2], None])
    assert (torn["kl"], torn["seed"]) == (None, 4.0)


def test_a_single_replicate_has_no_interval() -> None:
    row = row_of(trial_of(TrialState.COMPLETE, 2.0, user_attrs=with_replicates({}, [2.0])), HEADER, [None])
    assert row["replicates"] == "2.0"
    assert not {"low", "high"} & set(row)


def test_of_several_objectives_each_has_a_column() -> None:
    header = Header((Objective("minimize", "loss"), Objective("maximize", "speed")))
    row = row_of(trial_of(TrialState.COMPLETE, 1.0, 2.0), header, [record_of({"value_loss": 7})])
    assert (row["value_loss"], row["value_speed"]) == (1.0, 2.0)
    assert (row["objective"], row["direction"]) == ("loss speed", "minimize maximize")
    assert "value" not in row


def test_a_reason_says_if_a_death_does_not_count() -> None:
    study = optuna.create_study()
    for spared in (None, Spared.SWEEP_DIED):
        trial_id = study.ask()._trial_id
        note_failure(study._storage, trial_id, Cause.LOST, "its worker died", spared)
        study._storage.set_trial_state_values(trial_id, TrialState.FAIL)
    reasons = [row_of(trial, HEADER, [])["reason"] for trial in study.get_trials()]
    assert reasons == ["its worker died", f"its worker died; does not count: {Spared.SWEEP_DIED}"]


def test_an_objective_is_called_as_the_study_or_else_a_record_calls_it() -> None:
    study = optuna.create_study(direction="maximize")
    for record, name in (
        ({"objective": {"name": "val_loss"}}, "val_loss"),
        ({"objective": {"name": "n\ud800"}}, "n\\ud800"),
        *((said, "value") for said in (None, {}, {"objective": "x"}, {"objective": {"name": ""}})),
        ({"objective": {"name": 3}}, "value"),
        ({"objective": {"name": "x" * 10_001}}, "value"),
    ):
        assert header_of(study, record) == Header((Objective(MAXIMIZED.direction, name),))
    with pytest.warns(optuna.exceptions.ExperimentalWarning):
        study.set_metric_names(["own"])
    assert header_of(study, {"objective": {"name": "val_loss"}}).objective == "own"


def test_several_objectives_without_names_are_numbered() -> None:
    study = optuna.create_study(directions=["minimize", "maximize"])
    header = header_of(study, {"objective": {"name": "val_loss"}})
    assert header.values == {
        "value_0": Objective(MINIMIZED.direction, "0"),
        "value_1": Objective(MAXIMIZED.direction, "1"),
    }
    assert Header((MINIMIZED,)).values == {}


def test_seconds_among_the_metrics_are_the_programs_own() -> None:
    several = trial_of(TrialState.COMPLETE, 1.0, user_attrs=with_replicates({}, [1.0, 1.0]))
    own = [record_of({"seconds": 2.0}, seconds=7.0), record_of({"seconds": 4.0}, seconds=8.0)]
    assert row_of(several, HEADER, own)["seconds"] == 3.0
    without = [record_of({"seconds": 2.0}), record_of({"seconds": 4.0})]
    assert row_of(several, HEADER, without)["seconds"] == 3.0


def test_a_metric_that_one_replicate_lacks_has_no_mean() -> None:
    several = trial_of(TrialState.COMPLETE, 1.0, user_attrs=with_replicates({}, [1.0, 1.0]))
    row = row_of(several, HEADER, [record_of({"kl": 2.0, "all": 1.0}), record_of({"all": 3.0})])
    assert (row["kl"], row["all"]) == (None, 2.0)


def test_the_seeds_of_replicates_stand_with_their_fields() -> None:
    attrs = with_replicates({attributes.SEEDS: {"training.seed": 3, "split": 0}}, [1.0, 2.0])
    assert row_of(trial_of(TrialState.COMPLETE, 1.5, user_attrs=attrs), HEADER, [])["seeds"] == (
        "training.seed=3 split=0"
    )
    assert "seeds" not in row_of(trial_of(TrialState.COMPLETE, 1.5), HEADER, [])
