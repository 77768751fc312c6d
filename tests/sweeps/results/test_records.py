"""What a study reads in a job's `record.json`, and writes for a dead one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import optuna
import pytest

from sweeps.results import records
from sweeps.study import attributes


def write(folder: Path, record: Any) -> None:
    (folder / "record.json").write_text(json.dumps(record), encoding="utf-8")


def test_numbers_are_read_by_name_and_metrics_come_first(tmp_path: Path) -> None:
    write(tmp_path, {"metrics": {"loss": 1, "nll": 2.5}, "provenance": {"loss": 9, "seconds": 3}})
    assert records.values(tmp_path, ["nll", "loss", "seconds"]) == [2.5, 1.0, 3.0]


@pytest.mark.parametrize(
    "value", [None, True, "3", [1], {}, float("nan"), float("inf"), -float("inf"), 10**400]
)
def test_what_is_no_number_is_missing(tmp_path: Path, value: Any) -> None:
    write(tmp_path, {"metrics": {"loss": value, "other": 1.0, "also": 2}})
    with pytest.raises(KeyError) as missing:
        records.values(tmp_path, ["other", "loss"])
    said = missing.value.args[0]
    assert said.startswith("hydra.sweeper.objective=loss: is ")
    assert said.endswith(", not a finite number; the record has also, other")
    assert len(said) < 250
    assert said == str(missing.value)


def test_a_name_that_is_not_there_is_missing(tmp_path: Path) -> None:
    write(tmp_path, {"metrics": {"other": 1.0, "also": 2}})
    with pytest.raises(KeyError) as missing:
        records.values(tmp_path, ["other", "loss"])
    assert missing.value.args[0] == "hydra.sweeper.objective=loss: the record has also, other"


@pytest.mark.parametrize("part", [None, 3, "text", [1], []])
def test_flat_maps_that_are_none_are_absent_and_stay_in_the_file(tmp_path: Path, part: Any) -> None:
    whole = {"state": "RUNNING", "metrics": part, "provenance": part}
    write(tmp_path, whole)
    assert records.read(tmp_path) == {"state": "RUNNING"}
    with pytest.raises(KeyError, match=r"^hydra.sweeper.objective=loss: the record has none$"):
        records.values(tmp_path, ["loss"])
    records.close_abandoned(tmp_path, "dead")
    assert json.loads((tmp_path / "record.json").read_text()) == {**whole, "state": "FAIL", "reason": "dead"}


@pytest.mark.parametrize("text", [None, "", "{", "[1]", "3", "\udcff", "[" * 100_000])
def test_a_record_that_cannot_be_read_is_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "record.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert records.read(tmp_path) is None
    with pytest.raises(KeyError, match="there is none"):
        records.values(tmp_path, ["loss"])
    records.close_abandoned(tmp_path, "dead")
    assert records.read(tmp_path) is None


def test_a_running_record_is_closed_and_keeps_the_rest(tmp_path: Path) -> None:
    write(tmp_path, {"state": "RUNNING", "metrics": {"loss": 1}, "reason": None})
    records.close_abandoned(tmp_path, "its worker died")
    assert records.read(tmp_path) == {"state": "FAIL", "metrics": {"loss": 1}, "reason": "its worker died"}
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


@pytest.mark.parametrize("record", [{"state": "COMPLETE"}, {"state": "FAIL", "reason": "mine"}, {}])
def test_a_record_that_has_ended_is_left_alone(tmp_path: Path, record: dict[str, str]) -> None:
    write(tmp_path, record)
    before = (tmp_path / "record.json").stat().st_mtime_ns
    records.close_abandoned(tmp_path, "dead")
    assert records.read(tmp_path) == record
    assert (tmp_path / "record.json").stat().st_mtime_ns == before


def test_the_records_of_all_replicates_are_closed(tmp_path: Path) -> None:
    folders = ["3/0", "3/1", "3/2"]
    for folder, state in zip(folders, ("COMPLETE", "RUNNING"), strict=False):
        (tmp_path / folder).mkdir(parents=True)
        write(tmp_path / folder, {"state": state})
    trial = optuna.trial.create_trial(
        value=1.0, user_attrs={attributes.JOB: {"folder": "3", "replicates": folders}}
    )
    records.close_all(tmp_path, trial, "dead")
    said = [json.loads((tmp_path / folder / "record.json").read_text()) for folder in folders[:2]]
    assert said == [{"state": "COMPLETE"}, {"state": "FAIL", "reason": "dead"}]
