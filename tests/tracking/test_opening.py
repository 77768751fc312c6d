"""Switching trackers on."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from lstm_vae.errors import UserError
from lstm_vae.tracking.opening import SWITCHES, open_all, require_installed
from lstm_vae.tracking.tracker import Beginning, Mirror


def test_none_is_on_by_default(beginning: Beginning) -> None:
    require_installed(beginning.config.training)
    trackers: list[Mirror] = []
    open_all(trackers, beginning)
    assert trackers == []


@pytest.mark.parametrize("name", SWITCHES)
def test_a_package_that_is_not_there_is_named_with_its_extra(
    beginning: Beginning, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    training = beginning.config.replace(**{f"training__{name}": True}).training
    with pytest.raises(UserError, match=rf"training\.{name}=true: needs the package .*lstm-vae\[{name}\]"):
        require_installed(training)


def test_a_store_that_cannot_be_had_is_named(beginning: Beginning, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////proc/nowhere/mlflow.db")
    on = replace(
        beginning, config=beginning.config.replace(training__mlflow=True, training__tensorboard=True)
    )
    trackers: list[Mirror] = []
    with pytest.raises(UserError, match=r"^training\.mlflow=true: .*nowhere"):
        open_all(trackers, on)
    assert len(trackers) == 1  # the one before it, which is to be told
