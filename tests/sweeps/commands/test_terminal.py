"""Tables that fit a terminal."""

from __future__ import annotations

from sweeps.commands.terminal import board_lines
from sweeps.results import tables


def test_very_large_numbers_are_told_in_few_digits_and_stand_to_the_right() -> None:
    values = [4.1689521186238275e25, 1234.0]
    rows = [
        {"rank": i + 1, "trial": i, "state": "COMPLETE", "value": value, "objective": "val_loss"}
        for i, value in enumerate(values)
    ]
    large, small = list(board_lines(tables.frame_of(rows)))[2:]
    assert large.index("4.169e+25") + len("4.169e+25") == small.index("1234") + len("1234")


def test_tables_with_many_or_long_parameters_keep_them_all() -> None:
    rows = [
        {"rank": 1, "trial": 0, "state": "COMPLETE", "value": 150.25, "objective": "val_loss"}
        | {f"params_some.group.parameter_{index}": 0.123456 + index for index in range(9)}
    ]
    shown = list(board_lines(tables.frame_of(rows)))
    assert all(len(line) <= 80 for line in shown)
    assert all(f"parameter_{index}=" in " ".join(shown) for index in range(9))
    assert "val_loss" in shown[0]
    assert "150.25" in shown[2]
