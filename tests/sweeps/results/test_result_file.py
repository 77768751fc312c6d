"""A trial's result in its own folder: read as it was written, and nothing else for it."""

from __future__ import annotations

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import optuna
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optuna.study import Study
from optuna.trial import Trial, TrialState

from sweeps.results import result_file
from sweeps.results.outcome import Outcome
from sweeps.results.result_file import Result
from sweeps.study.notes import note_job
from sweeps.study.soundness import are_sound
from sweeps.study.trial import Job, TrialView

FINITE = st.floats(allow_nan=False, allow_infinity=False)
COMPLETE = Outcome(TrialState.COMPLETE, (1.5,))
PRUNED = Outcome(TrialState.PRUNED, reason="pruned at step 2")
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def running() -> tuple[Study, Trial]:
    """A study, and a trial in it that has one parameter of each kind."""
    study = optuna.create_study(study_name="study", sampler=optuna.samplers.RandomSampler(seed=0))
    trial = study.ask()
    trial.suggest_float("rate", 1e-5, 1, log=True)
    trial.suggest_int("width", 8, 64, step=8)
    trial.suggest_categorical("kind", ("gru", None, True, 2))
    note_job(study._storage, trial._trial_id, Job(pid=7, folder="0"))
    return study, trial


def written(folder: Path, outcome: Outcome = COMPLETE) -> Path:
    """The file of such a trial that has ended so."""
    result_file.write(folder, *running(), outcome)
    return folder / "trial.json"


@settings(max_examples=30)
@given(
    values=st.lists(FINITE, min_size=1, max_size=2),
    curve=st.dictionaries(st.integers(0, 99), st.floats(), max_size=4),
    replicates=st.lists(FINITE, max_size=3),
)
def test_what_is_read_is_what_the_study_had_and_the_job_returned(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], curve: dict[int, float],
    replicates: list[float],
) -> None:  # fmt: skip
    study, trial = running()
    for step, value in curve.items():
        trial.report(value, step)
    folder = tmp_path_factory.mktemp("trial")
    result_file.write(
        folder, study, trial, Outcome(TrialState.COMPLETE, tuple(values), replicates=tuple(replicates))
    )
    result = result_file.read(folder / "trial.json", "study")
    assert result is not None
    known = study.get_trials()[0]
    assert (result.number, result.state, result.values) == (0, TrialState.COMPLETE, tuple(values))
    assert (result.params, result.distributions) == (known.params, known.distributions)
    assert result.system_attrs == known.system_attrs
    assert repr(result.intermediate_values) == repr(known.intermediate_values)  # a value may be NaN
    assert TrialView(result).job == Job(pid=7, folder="0")
    assert TrialView(result).replicates == replicates
    assert known.datetime_start == result.started <= result.ended <= datetime.now()


def test_a_stopped_trial_has_a_reason_and_no_values(tmp_path: Path) -> None:
    result = result_file.read(written(tmp_path, PRUNED), "study")
    assert result is not None
    assert (result.state, result.values, result.reason) == (TrialState.PRUNED, None, "pruned at step 2")


def test_a_result_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    result_file.write(tmp_path / "gone", *running(), COMPLETE)
    assert list(tmp_path.iterdir()) == []


def test_a_torn_file_is_no_result(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    for length in {*range(0, len(whole), 50), len(whole) - 2}:  # the last is a line break
        path.write_bytes(whole[:length])
        assert result_file.read(path, "study") is None
    path.unlink()
    assert result_file.read(path, "study") is None


def test_another_studys_result_is_none(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert result_file.read(path, "study") is not None
    assert result_file.read(path, "another") is None


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "FAIL"},
        {"state": "COMPLETE", "values": None},
        {"values": [math.nan]},
        {"values": [math.inf]},
        {"state": "PRUNED"},
        {"trial": -1},
        {"trial": math.inf},
        {"params": {}},
        {"distributions": {}},
        {"params": {"rate": 7.0, "width": 8, "kind": "gru"}},
        {"params": {"rate": 0.5, "width": 8, "kind": "lstm"}},
        {"started": "2020-01-01T00:00:00+00:00"},
        {"ended": "2020-01-01T00:00:00Z"},
        {"user_attrs": {"sweeps:job": {"folder": "../elsewhere"}}},
        {"system_attrs": {"fixed_params": 1}},
    ],
    ids=str,
)
def test_what_no_trial_can_have_come_to_is_no_result(tmp_path: Path, fields: dict[str, Any]) -> None:
    path = written(tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))
    assert result_file.read(path, "study") is None


def is_possible(result: Result) -> bool:
    """Whether a study can take it."""
    values = result.values
    return (
        result.number >= 0
        and are_sound(result.user_attrs, result.system_attrs)
        and result.params.keys() == result.distributions.keys()
        and (values is None) == (result.state == TrialState.PRUNED)
        and all(map(math.isfinite, values or ()))
    )


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result that may be overwritten."""
    return written(tmp_path_factory.mktemp("trial"))


@given(place=st.integers(0, 10), value=ANY_JSON, deep=st.booleans())
def test_whatever_stands_in_a_field_it_is_a_possible_result_or_none(
    account: Path, place: int, value: Any, deep: bool
) -> None:
    said = json.loads(account.read_text())
    name = list(said)[place]
    if deep and isinstance(said[name], dict):
        said[name] = dict.fromkeys(said[name], value)
    else:
        said[name] = value
    path = account.with_name("changed.json")
    path.write_text(json.dumps(said))
    result = result_file.read(path, "study")
    assert result is None or is_possible(result)
