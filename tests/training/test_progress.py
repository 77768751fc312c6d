from __future__ import annotations

import pytest

from lstm_vae.training.history import EpochRow
from lstm_vae.training.observer import Steps
from lstm_vae.training.progress import display

ROW = EpochRow(1, 210.0, 205.0, 5.0, 210.0, 200.5, 196.0, 4.5, 1.0, 0.001, 2.0, 1234.5)


@pytest.mark.parametrize("how", ["auto", "plain", "rich"])
def test_an_epoch_is_shown_with_its_losses_and_unit(capsys: pytest.CaptureFixture[str], how: str) -> None:
    with display(how, epochs=3, images=100, batch_size=10, epochs_done=0) as shown:
        shown.on_steps(Steps(1, 50, 100, 205.0, 5.0))
        shown.on_steps(Steps(1, 100, 100, 205.0, 5.0))
        shown.on_epoch(ROW, last=False)
    printed = " ".join(capsys.readouterr().out.split())
    assert "epoch 1/3" in printed
    for number in ("210.00", "200.50", "196.00", "4.50", "nats/image"):
        assert number in printed


def test_plain_lines_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with display("plain", 3, 100, 10, 0) as shown:
        shown.on_steps(Steps(1, 100, 100, 205.0, 5.0))
        shown.on_epoch(ROW, last=False)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert "\x1b" not in printed
    assert "1,234 images/s" in printed


def test_none_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with display("none", 3, 100, 10, 0) as shown:
        shown.on_steps(Steps(1, 100, 100, 205.0, 5.0))
        shown.on_epoch(ROW, last=False)
    assert capsys.readouterr().out == ""
