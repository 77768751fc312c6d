"""TensorBoard's event files, as TensorBoard itself reads them."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import replace
from typing import Any

import pytest
import tensorflow as tf
from tensorboard import program
from tensorboard.backend.event_processing import event_accumulator

from lstm_vae.tracking.tensorboard import TensorBoard
from lstm_vae.tracking.tracker import Beginning, Ending
from lstm_vae.training.observer import Steps
from tests.tracking.conftest import row


def test_every_column_is_a_scalar_by_epoch(beginning: Beginning) -> None:
    observer = TensorBoard(beginning)
    observer.on_steps(Steps(1, 10, 100, 1.0, 1.0))
    observer.on_epoch(row(4), last=False)
    events = event_accumulator.EventAccumulator(str(beginning.folder / "tensorboard")).Reload()
    (event,) = events.Tensors("val_loss")
    assert event.step == 4
    assert float(tf.make_ndarray(event.tensor_proto)) == pytest.approx(204.125)
    assert {"bce", "kl", "val_bce", "val_kl", "learning_rate"} <= set(events.Tags()["tensors"])


@pytest.fixture
def served(beginning: Beginning, ending: Ending) -> str:
    """TensorBoard, started on a study of two trials."""
    other = replace(
        beginning,
        folder=beginning.folder.parent / "4",
        config=beginning.config.replace(encoder__hidden=(64,)),
    )
    for number, one in enumerate((beginning, other)):
        tracker = TensorBoard(one)
        tracker.on_epoch(row(1 + number), last=False)
        tracker.finish(ending if number == 0 else replace(ending, state="FAIL", metrics={}))
    server = program.TensorBoard()
    server.configure(
        argv=[None, "--logdir", str(beginning.folder.parent), "--port", "0", "--load_fast", "false"]
    )
    return str(server.launch())


def asked(url: str, body: Any) -> Any:
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


@pytest.mark.long
def test_its_hparams_tab_has_a_row_a_trial(served: str) -> None:
    wanted = {
        "experimentName": "",
        "allowedStatuses": ["STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
        "colParams": [
            {"hparam": "encoder.hidden", "includeInResult": True},
            {"metric": {"group": "", "tag": "val_loss"}, "includeInResult": True},
        ],
        "startIndex": 0,
        "sliceSize": 10,
    }
    groups = asked(f"{served}data/plugin/hparams/session_groups", wanted)["sessionGroups"]
    found = {
        group["hparams"]["encoder.hidden"]: (
            next(m["value"] for m in group["metricValues"] if m["name"]["tag"] == "val_loss"),
            group["sessions"][0]["status"],
        )
        for group in groups
    }
    assert found == {"[16]": (201.125, "STATUS_SUCCESS"), "[64]": (202.125, "STATUS_FAILURE")}
