"""What several commands' arguments have in common."""

from __future__ import annotations

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.commands.arguments import subcommand, whole


def parser() -> argparse.ArgumentParser:
    """A command line of one command."""
    result = argparse.ArgumentParser(prog="program")
    look = subcommand(
        result.add_subparsers(dest="command"), "look", print, "Looks at it.\n\n    look --top 3\n"
    )
    look.add_argument("--top", type=whole)
    return result


@given(st.integers(min_value=1))
def test_a_whole_number_is_taken(number: int) -> None:
    assert parser().parse_args(["look", "--top", str(number)]).top == number


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1e3", "", "many", "nan", "9" * 5000])
def test_what_is_none_is_refused_with_what_is_allowed(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with pytest.raises(SystemExit) as left:
        parser().parse_args(["look", f"--top={text}"])
    assert left.value.code == 2
    assert f"argument --top: {text!r}: must be a whole number of at least 1" in capsys.readouterr().err


def test_the_list_of_commands_has_the_first_line_and_the_command_all_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "Looks at it." in parser().format_help()
    assert "look --top 3" not in parser().format_help()
    with pytest.raises(SystemExit):
        parser().parse_args(["look", "--help"])
    assert "Looks at it.\n\n    look --top 3\n" in capsys.readouterr().out


def test_a_command_says_what_runs_it() -> None:
    assert parser().parse_args(["look"]).run is print
