from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.errors import UserError
from lstm_vae.run import record
from lstm_vae.run.record import Objective, Record

NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))


@given(
    state=st.sampled_from(record.STATES),
    metrics=st.dictionaries(st.text(), NUMBERS),
    value=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    reason=st.none() | st.text(),
)
def test_a_record_reads_back_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory,
    state: record.State,
    metrics: dict[str, float],
    value: float | None,
    reason: str | None,
) -> None:
    path = tmp_path_factory.mktemp("record") / "record.json"
    account = Record(
        state, {"a": {"b": [1]}}, "f00", reason=reason, metrics=metrics, objective=Objective(value=value)
    )
    record.write(path, account)
    assert record.read(path) == account
    assert [file.name for file in path.parent.iterdir()] == ["record.json"]


def test_what_json_cannot_say_leaves_the_old_record(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    record.write(path, Record("RUNNING", {}, "f00"))
    with pytest.raises(ValueError, match="JSON compliant"):
        record.write(path, Record("COMPLETE", {}, "f00", metrics={"val_loss": float("nan")}))
    assert record.read(path).state == "RUNNING"


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"state": "DONE", "schema_version": 1}', '{"state": "FAIL", "schema_version": 9}'],
)
def test_torn_and_foreign_files_are_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"record\.json: not a record"):
        record.read(path)
    with pytest.raises(UserError, match="cannot be read"):
        record.read(tmp_path / "none.json")


@pytest.mark.parametrize("number", [-(10**400), float("nan"), float("inf"), True, "1"])
@pytest.mark.parametrize("where", ["metrics", "objective"])
def test_a_number_that_nobody_can_reckon_with_is_refused(tmp_path: Path, where: str, number: Any) -> None:
    path = tmp_path / "record.json"
    record.write(path, Record("COMPLETE", {}, "f00", metrics={"kl": 1.0}, objective=Objective(value=1.0)))
    said = json.loads(path.read_text())
    said[where]["kl" if where == "metrics" else "value"] = number
    path.write_text(json.dumps(said))
    with pytest.raises(UserError, match="not a record of this version"):
        record.read(path)


def test_the_account_of_a_real_run(finished_run: Path) -> None:
    account = record.read(finished_run / "record.json")
    assert account.objective == Objective("val_loss", "minimize", "nats/image", account.metrics["val_loss"])
    assert set(account.units) == set(account.metrics)
    assert {
        "data_name",
        "data_fingerprint",
        "seed",
        "epochs",
        "parameters",
        "training_seconds",
        "images_per_second",
        "tensorflow_version",
        "keras_version",
        "python_version",
        "processor",
        "cores",
        "git_commit",
        "git_dirty",
    } <= set(account.provenance)
    assert all(not isinstance(value, (dict, list)) for value in account.provenance.values())
    assert account.config["encoder"]["hidden"] == [16]
    assert "NaN" not in (finished_run / "record.json").read_text()
    assert json.loads((finished_run / "record.json").read_text())["state"] == "COMPLETE"
