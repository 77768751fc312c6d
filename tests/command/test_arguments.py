"""Command lines that are argparse's: what is wrong with one is said in one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_vae.command.arguments import ArgumentParser, checked
from lstm_vae.config.rules import Real, Whole
from lstm_vae.errors import UserError


@pytest.fixture(scope="module")
def parser() -> ArgumentParser:
    parser = ArgumentParser(prog="package.command")
    parser.add_argument("run")
    parser.add_argument("--count", type=checked(int, Whole(1, most=100)), default=7)
    parser.add_argument("--scale", type=checked(float, Real(0, above=True)))
    return parser


@given(st.integers())
def test_a_number_is_kept_or_refused_by_its_rule(parser: ArgumentParser, number: int) -> None:
    try:
        count = parser.parse_args(["run", f"--count={number}"]).count
    except UserError as error:
        assert not 1 <= number <= 100
        assert f"--count: '{number}': must be a whole number of at least 1 and at most 100" in str(error)
    else:
        assert 1 <= number <= 100
        assert count == number


@given(st.floats())
def test_a_real_number_is_one_that_can_be_computed_with(parser: ArgumentParser, number: float) -> None:
    try:
        scale = parser.parse_args(["run", f"--scale={number!r}"]).scale
    except UserError as error:
        assert not 0 < number <= 3.4e38
        assert f"--scale: '{number!r}': must be a number above 0" in str(error)
    else:
        assert scale == number > 0


@pytest.mark.parametrize("text", ["", "x", "1.5", "1e2", "0x10", "None", "True", "9" * 5000])
def test_what_is_no_number_is_refused_as_one_out_of_bounds_is(parser: ArgumentParser, text: str) -> None:
    with pytest.raises(UserError, match="--count: .*: must be a whole number of at least 1"):
        parser.parse_args(["run", f"--count={text}"])


@pytest.mark.parametrize("words", [[], ["run", "--cuont=1"], ["run", "other"], ["run", "--count"]])
def test_a_bad_command_line_is_one_line_and_says_where_help_is(
    parser: ArgumentParser, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(UserError) as refused:
        parser.parse_args(words)
    assert str(refused.value).endswith("; see python -m package.command --help")
    assert "\n" not in str(refused.value)
    assert capsys.readouterr() == ("", "")


def test_an_argument_that_is_left_out_has_its_default(parser: ArgumentParser) -> None:
    assert vars(parser.parse_args(["run"])) == {"run": "run", "count": 7, "scale": None}
