"""What trackers are told, and that no run ends because of one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lstm_vae.config.run_config import RunConfig
from lstm_vae.errors import InterruptedRunError
from lstm_vae.tracking.tracker import Beginning, Ending, Mirror
from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps
from tests.tracking.conftest import row


class Told:
    """A tracker that notes what it is told, and fails at an epoch."""

    def __init__(self, fails_at: int | None = None, message: str = "away") -> None:
        self.heard: list[object] = []
        self._fails_at, self._message = fails_at, message

    is_new = True

    def on_steps(self, steps: Steps) -> None:
        self.heard.append(steps.images)

    def on_epoch(self, row: EpochRow, last: bool) -> None:
        if row.epoch == self._fails_at:
            raise ConnectionError(self._message)
        self.heard.append(row.epoch)

    def finish(self, ending: Ending) -> None:
        self.heard.append(ending.state)


def tell_all(tracker: Mirror, ending: Ending) -> None:
    tracker.catch_up([row(0)])
    tracker.on_steps(Steps(1, 48, 256, 200.0, 5.0))
    for epoch in (1, 2, 3):
        tracker.on_epoch(row(epoch), last=False)
    tracker.finish(ending)


def test_a_tracker_is_told_all(ending: Ending, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told()
    tell_all(Mirror("training.x", told), ending)
    assert told.heard == [0, 48, 1, 2, 3, "COMPLETE"]
    assert capsys.readouterr().err == ""


def test_one_that_fails_is_told_no_more_and_one_line_says_so(
    ending: Ending, capsys: pytest.CaptureFixture[str]
) -> None:
    told = Told(2, "no way to https://me:sec/re@t@host/api?password=hunter2\nat all")
    tell_all(Mirror("training.x", told), ending)
    assert told.heard == [0, 48, 1]
    (line,) = capsys.readouterr().err.splitlines()
    masked = "no way to https://me:***@host/api?password=*** at all"
    assert line == f"warning: training.x: {masked}; it is told no more of this run"


def test_one_that_knows_the_run_is_not_told_of_epochs_that_are_done(ending: Ending) -> None:
    told = Told()
    told.is_new = False
    tell_all(Mirror("training.x", told), ending)
    assert told.heard == [48, 1, 2, 3, "COMPLETE"]


def test_a_second_signal_ends_the_run(ending: Ending) -> None:
    class Interrupted(Told):
        def on_epoch(self, row: EpochRow, last: bool) -> None:
            raise InterruptedRunError(2, "stopped by SIGINT")

    with pytest.raises(InterruptedRunError):
        tell_all(Mirror("training.x", Interrupted()), ending)


def test_a_run_is_called_by_its_folder(beginning: Beginning, tmp_path: Path) -> None:
    assert beginning.name == "3"
    assert replace(beginning, folder=beginning.folder / "1").name == "3/1"
    assert replace(beginning, folder=tmp_path / "elsewhere").name == "elsewhere"
    assert replace(beginning, trial=None).name == "3"


def test_the_fields_are_what_is_computed(beginning: Beginning) -> None:
    fields = beginning.fields
    assert fields["encoder.hidden"] == "[16]"
    assert fields["encoder.fc"] == "[8]"
    assert fields["training.epochs"] == 2
    assert fields["training.early_stopping"] == "null"
    assert fields["encoder.bidirectional"] is False
    assert not {"data.dir", "training.threads", "training.mlflow", "figures.scales"} & fields.keys()
    other = replace(beginning, config=beginning.config.replace(encoder__hidden=(32, 16), encoder__fc=()))
    assert (other.fields["encoder.hidden"], other.fields["encoder.fc"]) == ("[32,16]", "[]")


def test_the_switches_say_nothing_of_what_is_computed(small: RunConfig) -> None:
    on = small.replace(training__mlflow=True, training__wandb=True, training__tensorboard=True)
    assert on.hash() == small.hash()
