"""Memory that is a process's own: what one more of its kind costs."""

from __future__ import annotations

from pathlib import Path


def unique_mb(pid: int) -> float | None:
    """MB of pages that a process has written and no other one maps; None where it has ended. Linux only.

    USS also has the unwritten pages of files that no other process maps at the moment. These are TensorFlow's
    libraries, 370 MB, in a process that is alone or the last one alive; one more process costs none of them.
    """
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    sizes = {line.split(":")[0]: line.split()[1] for line in lines[1:]}
    return int(sizes["Private_Dirty"]) * 1024 / 1e6 if "Private_Dirty" in sizes else None


def descendants(pid: int) -> list[int]:
    """A process and all that it has started, directly or not."""
    pids = [pid]
    for parent in pids:
        for tasks in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                pids += [int(child) for child in tasks.read_text(encoding="ascii").split()]
            except OSError:  # it has ended
                continue
    return pids
