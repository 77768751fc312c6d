"""Frames for other programs."""

from __future__ import annotations

import argparse
import io
import json

import pandas as pd
import pytest

from sweeps.commands.formats import add_format, given_as_data

FRAME = pd.DataFrame({"a": [1 / 3], "b": ["x"]})


def test_csv_and_json_hold_every_digit(capsys: pytest.CaptureFixture[str]) -> None:
    assert given_as_data(FRAME, "csv")
    assert pd.read_csv(io.StringIO(capsys.readouterr().out))["a"][0] == 1 / 3
    assert given_as_data(FRAME, "json")
    assert json.loads(capsys.readouterr().out) == [{"a": pytest.approx(1 / 3, abs=1e-15), "b": "x"}]


@pytest.mark.parametrize("form", ["table", "markdown"])
def test_what_people_read_is_left_to_the_command(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_format(parser)
    assert parser.parse_args(["--format", form]).format == form
    assert not given_as_data(FRAME, form)
    assert capsys.readouterr().out == ""
