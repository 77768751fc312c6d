"""When a process is worn out: by trials, by memory."""

from __future__ import annotations

import mmap

from sweeps.workers.wear import Wear, own_memory


def taken(mib: int) -> mmap.mmap:
    """Memory that is the process's from now on, and given back at once when it is closed: what `malloc` does
    with freed memory depends on all that came before it in the process."""
    memory = mmap.mmap(-1, mib * 2**20)
    for start in range(0, len(memory), mmap.PAGESIZE):
        memory[start] = 1
    return memory


def test_after_so_many_trials() -> None:
    wear = Wear(3, None)
    assert [wear.is_out() for _ in range(3)] == [False, False, True]


def test_never_without_a_limit() -> None:
    wear = Wear(None, None)
    assert not any(wear.is_out() for _ in range(100))


def test_memory_that_is_not_given_back_counts_from_the_first_trial_on() -> None:
    before = taken(50)  # loaded libraries, say
    wear = Wear(None, 40)
    assert not wear.is_out()
    held = taken(20)
    assert not wear.is_out()
    more = taken(30)
    assert wear.is_out()
    more.close()
    assert not wear.is_out()
    assert own_memory() > 20
    before.close()
    held.close()
