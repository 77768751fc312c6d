"""When a process that runs trials is worn out: after so many of them, or so much memory not given back.

TensorFlow's runtime keeps about a megabyte for every graph that it has traced (docs/decisions/0006): a
process that is never replaced grows for as long as a sweep lasts.
"""

from __future__ import annotations

MEBIBYTE = 2**20


class Wear:
    """Counts the trials of a process and measures its memory.

    Args:
        trials: after which it is worn out; None for any number.
        growth: MiB by which its own memory may grow after its first trial; None for any.
    """

    def __init__(self, trials: int | None, growth: float | None) -> None:
        self._trials, self._growth = trials, growth
        self._done = 0
        self._first: float | None = None

    def is_out(self) -> bool:
        """Whether the process is worn out; to be asked after every trial."""
        self._done += 1
        if self._trials is not None and self._done >= self._trials:
            return True
        if self._growth is None:
            return False
        now = own_memory()
        if self._first is None:
            self._first = now  # libraries are loaded, and the first graphs traced
        return now - self._first > self._growth


def own_memory() -> float:
    """Memory that only this process has, in MiB."""
    import psutil  # 10 ms, which only processes that are watched need take

    return float(psutil.Process().memory_full_info().uss) / MEBIBYTE
