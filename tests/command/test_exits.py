from __future__ import annotations

import signal

import pytest
from hydra.errors import ConfigCompositionException, MissingConfigException, OverrideParseException
from omegaconf.errors import ConfigKeyError

from lstm_vae.command import exits
from lstm_vae.errors import InterruptedRunError, RunFailedError, UserError


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (UserError("a=1: must be 2"), 2, "a=1: must be 2"),
        (RunFailedError("epoch 1"), 1, "epoch 1"),
        (InterruptedRunError(signal.SIGTERM, "stopped"), 143, "stopped"),
        (OSError(28, "No space left", "run/a.json"), 1, "run/a.json: No space left"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (OverrideParseException("a=[", "bad\nworse"), 2, "a=[: bad"),
        (
            MissingConfigException("m", "encoder/huge", ["small", "base"]),
            2,
            "encoder=huge: no such option; must be one of base, small",
        ),
    ],
)
def test_every_end_has_its_exit_code_and_one_line(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, message: str
) -> None:
    with pytest.raises(SystemExit) as caught, exits.exit_codes():
        raise error
    assert caught.value.code == code
    assert capsys.readouterr().err == f"error: {message}\n"


def test_a_key_that_there_is_not_is_named_as_it_was_typed() -> None:
    try:
        raise ConfigKeyError("Key 'foo' not in 'RunSchema'")
    except ConfigKeyError as cause:
        error = ConfigCompositionException("Could not override 'foo'.\nTo append to your config use +foo=1")
        error.__cause__ = cause
    assert exits.describe(error).startswith("unknown key foo;")


def test_no_password_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    exits.complain("hydra.sweeper.storage=postgresql://me:hid(den@h/db: " + "x" * 5000)
    assert "hid" not in capsys.readouterr().err


def test_a_field_that_cannot_be_merged_into_is_named() -> None:
    error = AttributeError("no attribute 'get'\n    full_key: hydra.sweeper.params\n    object_type=NoneType")
    assert exits.describe(error) == "hydra.sweeper.params: cannot be set to that (no attribute 'get')"


def test_defects_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), exits.exit_codes():
        _ = 1 / 0


def test_a_traceback_is_shown_to_who_asks_for_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")

    def command() -> None:
        raise UserError("a=1: must be 2")

    with pytest.raises(SystemExit) as caught:
        exits.run(command)
    assert caught.value.code == 2
    printed = capsys.readouterr().err
    assert "Traceback" in printed
    assert printed.endswith("error: a=1: must be 2\n")
    exits._Wanted.traceback = False
