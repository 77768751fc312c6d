"""This machine and its processes."""

from __future__ import annotations

import os
import subprocess
import sys

from sweeps.system.host import lives, this_host
from tests.conftest import OUTSIDE


def test_this_host_is_the_same_in_another_process_of_it() -> None:
    asked = [sys.executable, "-c", "from sweeps.system.host import this_host; print(this_host())"]
    said = subprocess.run(asked, env=OUTSIDE, capture_output=True, text=True, check=True).stdout
    assert said.strip() == this_host()


def test_a_process_lives_until_its_end() -> None:
    assert lives(os.getpid())
    with subprocess.Popen(["sleep", "60"]) as process:
        assert lives(process.pid)
        process.kill()
    assert not lives(process.pid)


def test_the_process_of_another_user_lives_too() -> None:
    assert lives(1)  # which only root may send a signal


def test_a_number_that_no_process_can_have_is_no_process() -> None:
    assert not lives(2**31)
    assert not lives(2**63 - 1)
