"""What `lstm_vae` reads and writes files by."""

from __future__ import annotations

import pytest

from lstm_vae import atomic


@pytest.mark.parametrize("name", atomic.__all__)
def test_both_houses_read_and_write_by_the_same_functions(name: str) -> None:
    assert getattr(atomic, name).__module__.split(".")[0] == "sweeps"
