"""When a process is worn out: by trials, by memory."""

from __future__ import annotations

from sweeps.workers.wear import Wear, own_memory


def test_after_so_many_trials() -> None:
    wear = Wear(3, None)
    assert [wear.is_out() for _ in range(3)] == [False, False, True]


def test_never_without_a_limit() -> None:
    wear = Wear(None, None)
    assert not any(wear.is_out() for _ in range(100))


def test_memory_that_is_not_given_back_counts_from_the_first_trial_on() -> None:
    before = bytearray(50 * 2**20)  # loaded libraries, say
    wear = Wear(None, 40)
    assert not wear.is_out()
    held = bytearray(20 * 2**20)
    assert not wear.is_out()
    more = bytearray(b"x" * (30 * 2**20))
    assert wear.is_out()
    del more
    assert not wear.is_out()
    assert own_memory() > 20
    assert (before[0], held[0]) == (0, 0)
